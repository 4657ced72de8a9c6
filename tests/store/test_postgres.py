"""What is true of a server alone: it can be lost, taken, silent, full; and another program can hold a row of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from bot.store.chats import Store
from bot.store.errors import (
    DatabaseTaken,
    Full,
    Locked,
    NoDatabase,
    NoRight,
    NotLetIn,
    ReadOnly,
    StoreError,
    StoreFailed,
)
from bot.store.postgres import LOCK
from tests.places import OnServer
from tests.postgres import END_OTHERS, STRANGER, Server
from tests.store.someone import ANNA, BORIS, NOW, kept, row_of

SHORT = 1.0
"""Seconds (real) to wait for others; a statement may take twice as long, also on a busy machine."""
FULL = """
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$
"""


@pytest.fixture
async def store(on_server: OnServer) -> AsyncIterator[Store]:
    opened = await on_server.open(alone=True, busy=SHORT)
    yield opened
    await opened.close()


async def next_rev(store: Store) -> int:
    """Count on in Anna's row."""
    async with store.transaction() as tx:
        row = await tx.load(ANNA, NOW)
        assert row is not None
        row.rev += 1
        await tx.save(row, None)
        return row.rev


async def is_refused(on_server: OnServer) -> bool:
    """Can nobody else have it?"""
    try:
        await (await on_server.open(alone=True, busy=SHORT)).close()
    except DatabaseTaken:
        return True
    return False


async def test_a_second_process_is_refused_until_the_first_has_ended(store: Store, on_server: OnServer) -> None:
    with pytest.raises(DatabaseTaken, match=r"Another Easeback is running on the database .*: stop that one first"):
        await on_server.open(alone=True, busy=SHORT)
    await store.close()
    assert not await is_refused(on_server)


async def test_who_was_just_killed_is_waited_for(store: Store, on_server: OnServer) -> None:
    asyncio.get_running_loop().call_later(0.3, lambda: asyncio.ensure_future(store.close()))
    await (await on_server.open(alone=True)).close()


async def test_connections_that_were_lost_while_nobody_used_them_are_made_anew(
    store: Store, on_server: OnServer
) -> None:
    await kept(store, row_of(ANNA))
    for n in range(3):
        assert await store.peek(ANNA, NOW) is not None
        await on_server.run(END_OTHERS)
        assert await store.next_due() is None
        assert await next_rev(store) == 8 + n
    assert await is_refused(on_server)


async def test_a_connection_that_is_lost_in_the_middle_fails_this_transaction_alone(
    store: Store, on_server: OnServer
) -> None:
    await kept(store, row_of(ANNA))

    async def half() -> None:
        async with store.transaction() as tx:
            row = await tx.load(ANNA, NOW)
            assert row is not None
            row.rev += 1
            await tx.save(row, None)
            await on_server.run(END_OTHERS)

    async def half_and_a_statement() -> None:
        async with store.transaction() as tx:
            await tx.load(ANNA, NOW)
            await on_server.run(END_OTHERS)
            await tx.load(ANNA, NOW)

    for work in (half, half_and_a_statement):
        with pytest.raises(StoreFailed, match="can't be used just now"):
            await work()
    assert await next_rev(store) == 8


async def test_what_is_committed_is_on_the_disk_whatever_the_server_is_set_to(on_server: OnServer) -> None:
    await on_server.run(f"ALTER DATABASE {on_server.name} SET synchronous_commit = off", "SELECT 1")
    store = await on_server.open()
    async with store._database.write() as call:
        found = await call(lambda connection: connection.exec_driver_sql("SHOW synchronous_commit").scalar())
    assert found == "on"
    await store.close()


async def test_it_recovers_by_itself_when_the_server_was_restarted_under_it(store: Store, on_server: OnServer) -> None:
    server = on_server.server
    if not server.ours:
        pytest.skip("the server is not ours to stop")
    await kept(store, row_of(ANNA))
    other = await on_server.open()
    assert await other.peek(ANNA, NOW) is not None
    server.stop()
    await other.close()  # nobody waits for who is not there
    for work in (next_rev(store), store.peek(ANNA, NOW), store.tidy(0.0, 0.0), next_rev(store)):
        with pytest.raises(StoreFailed, match="can't be used just now"):
            await work
    server.start()
    assert await next_rev(store) == 8
    assert [await store.due(0, 1), await store.next_send()] == [[], None]
    assert await is_refused(on_server), "it is alone again"


async def test_who_lost_it_to_another_writes_no_more_and_stops(store: Store, on_server: OnServer) -> None:
    await kept(store, row_of(ANNA))
    displaced = asyncio.create_task(store.displaced())
    other = await asyncpg.connect(on_server.url)
    takes = asyncio.create_task(other.execute("SELECT pg_advisory_lock($1)", LOCK))
    await asyncio.sleep(0.05)
    await on_server.run(END_OTHERS.replace("AND pid", f"AND pid <> {other.get_server_pid()} AND pid"))
    await takes
    for _ in range(2):
        with pytest.raises(DatabaseTaken):
            await next_rev(store)
    with pytest.raises(DatabaseTaken):
        await asyncio.wait_for(displaced, 1)
    assert await on_server.run("SELECT rev FROM chats") == [(7,)]
    await other.close()


@dataclass
class Way:
    """A way to the server that can fall silent, with no word to either side."""

    to: tuple[str, int]
    silent: asyncio.Event = field(default_factory=asyncio.Event)
    unheard: bytes = b""
    """What was said to the server in vain."""
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    port: int = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """It leads there as long as this lasts."""
        listening = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = listening.sockets[0].getsockname()[1]
        yield
        listening.close()
        for writer in self.writers:
            writer.close()

    async def _carry(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        there, forth = await asyncio.open_connection(*self.to)
        self.writers += [back, forth]
        silent = self.silent
        await asyncio.gather(*(self._pass_on(*ends, silent) for ends in ((here, forth), (there, back))))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, silent: asyncio.Event) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if silent.is_set():
                    self.unheard += data
                else:
                    writer.write(data)
            if not silent.is_set():
                writer.close()


async def test_a_way_that_falls_silent_is_an_error_and_not_a_silence_for_everybody(on_server: OnServer) -> None:
    address = urlsplit(on_server.url)
    assert address.hostname
    way = Way((address.hostname, address.port or 5432))
    async with way.open():
        through = replace(on_server, through=way.port)
        store = await through.open(alone=True, busy=SHORT / 2)
        await kept(store, row_of(ANNA))
        assert await store.peek(ANNA, NOW) is not None

        async def half() -> None:
            async with store.transaction() as tx:
                row = await tx.load(ANNA, NOW)
                assert row is not None
                way.silent.set()
                await tx.save(row, None)

        began = time.monotonic()
        with pytest.raises(StoreFailed, match="TimeoutError"):
            await half()
        with pytest.raises(StoreFailed, match="TimeoutError"):
            await store.peek(ANNA, NOW)
        way.silent = asyncio.Event()  # new connections come through; the server still holds the old ones
        assert await store.peek(ANNA, NOW) is not None
        assert await next_rev(store) == 8, "the lock that our own old connection holds is taken from it"
        assert b"UPDATE" in way.unheard
        assert time.monotonic() - began < 20
        await store.close()


async def test_a_row_that_another_program_holds_is_told_and_others_go_on(store: Store, on_server: OnServer) -> None:
    await kept(store, row_of(ANNA), row_of(BORIS))
    other = await asyncpg.connect(on_server.url)
    async with other.transaction():
        await other.execute("SELECT id FROM chats WHERE id = $1 FOR UPDATE", ANNA)
        with pytest.raises(Locked, match="is locked by another program"):
            await next_rev(store)
        async with store.transaction() as tx:
            assert await tx.load(BORIS, NOW) == row_of(BORIS)
        assert await store.peek(ANNA, NOW) == row_of(ANNA), "who looks waits for nobody"
    await other.close()
    assert await next_rev(store) == 8


async def test_a_full_disk_fails_and_goes_on_when_there_is_room(store: Store, on_server: OnServer) -> None:
    await kept(store, row_of(ANNA))
    trigger = "CREATE TRIGGER full_disk BEFORE UPDATE ON chats FOR EACH ROW EXECUTE FUNCTION full_disk()"
    await on_server.run(FULL, trigger, "SELECT 1")
    with pytest.raises(Full, match="no room left"):
        await next_rev(store)
    await on_server.run("DROP TRIGGER full_disk ON chats", "SELECT 1")
    assert await next_rev(store) == 8


async def test_a_database_that_may_only_be_read_is_told(store: Store, on_server: OnServer) -> None:
    await kept(store, row_of(ANNA))
    await on_server.run(f"ALTER DATABASE {on_server.name} SET default_transaction_read_only = on", END_OTHERS)
    with pytest.raises(ReadOnly, match="can't be written to"):
        await next_rev(store)
    await on_server.run(
        "SET default_transaction_read_only = off", f"ALTER DATABASE {on_server.name} RESET ALL", END_OTHERS
    )
    assert await next_rev(store) == 8


@pytest.mark.parametrize("what", ["a\0b", "\ud800", 2**70])
async def test_what_no_database_can_hold_is_not_the_servers_fault(store: Store, what: str | int) -> None:
    async def keep() -> None:
        async with store.transaction() as tx:
            await tx.keep_file_id("note", "AwAC")
            if isinstance(what, str):
                await tx.keep_file_id("note", what)
            else:
                await tx.first_sight(what, 0.0)

    with pytest.raises((DBAPIError, UnicodeError)) as told:  # asked again it would fail again: it must not be tried on
        await keep()
    assert not isinstance(told.value, StoreError)
    async with store.transaction() as tx:
        assert await tx.file_id("note") is None


async def test_what_stops_the_start_is_told_in_one_sentence_without_the_password(
    on_server: OnServer, postgres: Server
) -> None:
    if not postgres.ours:
        pytest.skip("who may do what on that server is not ours to say")
    await on_server.run(f"DROP ROLE IF EXISTS {STRANGER}", f"CREATE ROLE {STRANGER} LOGIN PASSWORD 'right'", "SELECT 1")
    stranger = replace(on_server, user=STRANGER, secret="wrong-secret")
    for place, error, sentence in (
        (stranger, NotLetIn, "does not let us into the database .*put the right user and password"),
        (replace(stranger, secret="right"), NoRight, "may not make or change tables .*let the user own the database"),
        (replace(on_server, name="nosuch", secret="some-secret"), NoDatabase, "no such database as .*make it there"),
    ):
        with pytest.raises(error, match=sentence) as told:
            await place.open(alone=True, busy=SHORT)
        assert "secret" not in str(told.value)
    await on_server.run(f"ALTER DATABASE {on_server.name} SET default_transaction_read_only = on", "SELECT 1")
    with pytest.raises(ReadOnly, match="can't be written to"):
        await on_server.open()

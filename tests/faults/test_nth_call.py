"""Whichever call of the database fails, once or for a while: nothing is lost, nothing comes twice, nobody restarts."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from bot.guide.chat import Playing
from bot.localchat import Fault
from bot.store.chats import Store, open_store
from bot.store.errors import StoreFailed
from bot.store.migrate import SCHEMA, Schema
from bot.store.secrets import find_keys
from tests.chat.conftest import Told
from tests.conversations.conftest import House
from tests.conversations.test_first_session import to_settle
from tests.faults.every_call import ACTS, ERRORS, Driver, Lane, Person, as_sqlite, every_call, lane
from tests.store.someone import ANNA, NOW, kept, row_of
from tests.store.test_migrate import LATER


@pytest.mark.timeout(240)  # on a busy machine, the shelf and the wire's reading included
async def test_every_call_of_a_first_session_a_tap_a_tick_and_forget(tmp_path: Path, full_shelf: Path) -> None:
    failed = await every_call(tmp_path, full_shelf, [0], step=8)
    assert set(failed) == {act.what for act in ACTS}
    assert failed.total() > 40


async def test_what_was_sent_is_no_doubt_however_long_the_store_fails_to_note_it(house: House) -> None:
    house.before = driver = Driver()

    async def fault(method: str, _: object) -> Fault | None:
        if method == "sendVoice":
            driver.arm(1, "SQLITE_FULL", lasts=60)  # from now on: it is on the wire
        return None

    async with house.running():
        await to_settle(house)
        await house.quiet()
        house.telegram.fault, calls = fault, house.telegram.record()
        await house.tap("Done")
        sent = (await house.sees("Breathe · 2 of 11")).body["date"]
        await asyncio.sleep(2)
        assert len(driver.failed) > 3
        driver.disarm()
        await house.quiet()
        state = (await house.chat()).state
        assert [call.method for call in calls if call.method in ("sendVoice", "sendChatAction")] == ["sendVoice"]
    assert isinstance(state, Playing)
    assert state.seen is not None
    assert state.seen.timestamp() - sent < 2, "its clock runs since it came"


# ── a start ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def failing(nth: int, error: str) -> Iterator[list[int]]:
    """The n-th statement or commit from now on fails; how many there were."""
    calls = [0]

    def call(*_: object) -> None:
        calls[0] += 1
        if calls[0] == nth:
            raise as_sqlite(error)

    for point in ("before_cursor_execute", "commit"):
        event.listen(Engine, point, call)
    try:
        yield calls
    finally:
        for point in ("before_cursor_execute", "commit"):
            event.remove(Engine, point, call)


async def started(folder: Path, schema: Schema) -> Store:
    """The store as a start of the bot leaves it."""
    store = await open_store(None, find_keys(None, folder), folder, schema=schema)
    try:
        await store.claim_bot(4711)
        await store.release(50.0)
    except BaseException:
        await store.close()
        raise
    return store


async def test_every_call_of_a_start_that_migrates(tmp_path: Path) -> None:
    """It ends in a sentence, and the next start finds everything: the run under way, and what was on the wire."""
    old, later = tmp_path / "old", shutil.copytree(SCHEMA.folder, tmp_path / "later")
    (later / "versions" / "later.py").write_text(LATER.format(then="pass", head=SCHEMA.head))
    store = await started(old, SCHEMA)
    await kept(store, row_of(ANNA, live=[40], sending=7, send_at=30.0))
    await store.close()
    refused = 0
    for nth in range(1, 200):
        folder = shutil.copytree(old, tmp_path / str(nth))
        with failing(nth, list(ERRORS)[nth % 3]) as calls:
            try:
                await (await started(folder, Schema("later", later))).close()
            except StoreFailed as error:
                refused += str(folder) in str(error)
        again = await started(folder, Schema("later", later))
        assert await again.peek(ANNA, NOW) == row_of(ANNA, live=[40], sending=7, send_at=50.0), nth
        await again.close()
        with closing(sqlite3.connect(folder / "easeback.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if calls[0] < nth:
            break
    assert refused >= nth - 4 > 20, "SQLAlchemy asks three of its questions again by itself"


# ── as the operating system does it ───────────────────────────────────────────────────────────────────────────────────
async def to_the_chair(lane: Lane) -> Person:
    """Somebody who is asked for a position: what they answer takes room for a plan."""
    person = Person(lane, 1001)
    for what, words in (("/backpain", "Before you move"), ("[None of these]", "How would you like")):
        await person.does(what)
        await lane.house.telegram.until(lambda words=words: bool(person.shown) and words in person.shown[-1].text)
    await lane.house.quiet()
    return person


async def outlives(lane: Lane, told: Told, error: str, well_again: Callable[[], Awaitable[None]]) -> None:
    """A tap while nothing can be kept: it is answered once that is over, once, and by itself."""
    person = Person(lane, 1001)
    await person.does("[Chair]")
    await lane.house.telegram.until(lambda: error in str(told.having("an update could not be kept")), 10)
    assert lane.sent[person.id] == 2, "nothing is sent of what is not kept"
    await well_again()
    began = time.monotonic()
    await lane.house.telegram.until(lambda: "Settle · 1 of 11" in person.shown[-1].text, 10)
    assert time.monotonic() - began < 4
    await lane.house.quiet()
    assert lane.sent[person.id] == 3
    assert lane.wrong == []


async def test_a_disk_that_is_full(tmp_path: Path, full_shelf: Path, told: Told) -> None:
    pages = 1

    def room(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    async def made() -> None:
        nonlocal pages
        pages = 9999

    async with lane(tmp_path / "home", full_shelf) as one:
        await to_the_chair(one)
        event.listen(Engine, "begin", room)
        try:
            await outlives(one, told, "Full", made)
        finally:
            event.remove(Engine, "begin", room)


async def test_a_database_that_somebody_else_holds(tmp_path: Path, full_shelf: Path, told: Told) -> None:
    async with lane(tmp_path / "home", full_shelf) as one:
        await to_the_chair(one)
        with closing(sqlite3.connect(tmp_path / "home" / "easeback.db", isolation_level=None)) as other:

            async def rollback() -> None:
                other.execute("ROLLBACK")

            other.execute("BEGIN EXCLUSIVE")
            await outlives(one, told, "Locked", rollback)


async def test_a_disk_that_does_not_take_what_is_written(tmp_path: Path, full_shelf: Path, told: Told) -> None:
    resource = pytest.importorskip("resource")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)

    async def well() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)

    async with lane(tmp_path / "home", full_shelf) as one:
        await to_the_chair(one)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, usual[1]))  # the kernel refuses every write to a file
            await outlives(one, told, "StoreFailed", well)
        finally:
            await well()

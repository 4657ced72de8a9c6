"""A backup is whole or not there, made while others write; it takes the data's place, and who left stays erased."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bot.guide.kept import KeptRun
from bot.guide.person import Dated, Hold
from bot.store.backup import back_up
from bot.store.chats import Store
from bot.store.errors import (
    Corrupt,
    DamagedBackup,
    DatabaseTaken,
    FileThere,
    InMemory,
    Locked,
    NewerBackup,
    NewerDatabase,
    NoBackup,
    NothingThere,
    NotOurs,
    NotWritten,
    OtherBot,
    OtherBotsBackup,
    OtherKey,
    StoreError,
    TooOld,
)
from bot.store.files import move
from bot.store.left import FILE, Left, LeftFile
from bot.store.migrate import SCHEMA, Schema
from bot.store.restore import Restored, come_back, restore
from bot.store.rows import Row
from bot.store.secrets import Keys, find_keys
from tests.places import BOTH, OnFile, OnServer, Place
from tests.store.someone import ANNA, BORIS, CHAT, NOW, kept, row_of
from tests.store.test_migrate import schema as schema  # noqa: PLC0414 - a fixture

BOT, DAY = 4711, 86400.0
AT = NOW.timestamp()
CLARA = 55_501_203_871
PAGE = 4096


@pytest.fixture(scope="module")
async def ready_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of this bot, with two people."""
    folder = tmp_path_factory.mktemp("ready") / "data"
    store = await OnFile(folder).open()
    await fill(store)
    await store.close()
    return folder


async def fill(store: Store) -> None:
    await store.claim_bot(BOT)
    await kept(store, row_of(ANNA, live=[40]), row_of(BORIS))


@pytest.fixture
async def data(ready_made: Path, place: Place, folder: Path) -> AsyncIterator[Store]:
    """The same on both databases."""
    if isinstance(place, OnFile):
        shutil.copytree(ready_made, folder)
        store = await place.open()
    else:
        store = await place.open()
        await fill(store)
    yield store
    await store.close()


@pytest.fixture
async def on_file(ready_made: Path, folder: Path) -> AsyncIterator[Store]:
    """In a file."""
    shutil.copytree(ready_made, folder)
    store = await OnFile(folder).open()
    yield store
    await store.close()


async def backed_up(place: Place, to: Path | None = None) -> Path:
    return (await back_up(place.url, place.folder, to, AT)).file


async def put_back(file: Path, place: Place, now: float = AT + 10, **more: Any) -> Restored:
    return await restore(file, place.url, find_keys(None, place.folder), place.folder, BOT, now, **more)


async def erase(store: Store, chat: int, at: float) -> None:
    async with store.transaction() as tx:
        await tx.erase(chat, 77, at)


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query).fetchall()


async def woken(store: Store, place: Place, now: float = AT + 20) -> float | None:
    return await come_back(store, find_keys(None, place.folder), place.folder, now, NOW, lambda row: None)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def overwrite(file: Path, data: bytes) -> None:
    file.write_bytes(data)


def damage(file: Path) -> None:
    """Its first page is well, and nothing behind it."""
    whole = file.read_bytes()
    file.write_bytes(whole[:PAGE] + b"?" * (len(whole) - PAGE))


def damage_slightly(file: Path) -> None:
    """An index has lost what it knew of its table: SQLite reads on, and finds nothing."""
    ((page,),) = rows(file, "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_about_1'")
    assert isinstance(page, int)
    whole, empty = file.read_bytes(), b"\x0a\0\0\0\0\x10\0\0".ljust(PAGE, b"\0")
    file.write_bytes(whole[: PAGE * (page - 1)] + empty + whole[PAGE * page :])


# ── a backup ──────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_a_backup_is_one_file_for_this_user_alone_named_by_its_date(data: Store, place: Place) -> None:
    made = await back_up(place.url, place.folder, None, AT)
    assert made.file.parent == place.folder
    assert made.file.name.startswith("easeback-2026-03-14-")
    assert made.people == 2
    assert made.size == made.file.stat().st_size
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert rows(made.file, "PRAGMA journal_mode") == [("delete",)], "no log beside it is needed to read it"
    found = contents(place.folder)
    assert {name for name in found if not name.startswith("easeback.db")} == {"key", made.file.name}
    assert found["key"].strip() not in found[made.file.name]


async def test_made_while_others_write_it_is_one_moment_of_the_data(data: Store, place: Place, tmp_path: Path) -> None:
    async def write(n: int) -> None:
        """What is known of Anna and Boris changes together, in two tables."""
        async with data.transaction() as tx:
            for chat in (ANNA, BORIS):
                row = await tx.load(chat, NOW)
                assert row is not None
                row.heard = n
                row.chat = replace(row.chat, person=replace(row.chat.person, zone=str(n)))
                await tx.save(row, None)

    async def go_on() -> None:
        for n in range(1, 10_000):
            await write(n)

    await write(0)
    writing = asyncio.create_task(go_on())
    moments = set()
    for n in range(5):
        await asyncio.sleep(0.05)
        file = await backed_up(place, tmp_path / str(n))
        found = rows(file, "SELECT CAST(heard AS TEXT) FROM chats UNION SELECT zone FROM people")
        assert len(found) == 1
        moments.update(found)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert len(moments) > 1, "it was written meanwhile"


async def test_it_lies_where_it_is_wanted_and_overwrites_nothing(data: Store, place: Place, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    overwrite(tmp_path / "mine.half", b"what a killed backup has left")
    assert await backed_up(place, mine) == mine
    assert (await backed_up(place, tmp_path)).parent == tmp_path
    overwrite(mine, b"my thesis")
    with pytest.raises(FileThere, match="mine already: name another one"):
        await backed_up(place, mine)
    assert contents(tmp_path)["mine"] == b"my thesis"
    with pytest.raises(NotWritten, match="No such file or directory"):
        await backed_up(place, tmp_path / "no" / "such" / "folder")
    assert "mine.half" not in contents(tmp_path)


async def test_what_is_not_there_is_told(tmp_path: Path, on_server: OnServer) -> None:
    with pytest.raises(NothingThere, match="There is nothing to back up"):
        await backed_up(OnFile(tmp_path / "elsewhere"))
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(NothingThere, match="There is nothing to back up"):
        await backed_up(on_server, tmp_path)
    with pytest.raises(InMemory):
        await back_up("sqlite://", tmp_path, None, AT)
    assert contents(tmp_path) == {}


async def test_a_damaged_database_gives_no_backup(on_file: Store, folder: Path, tmp_path: Path) -> None:
    await on_file.close()
    damage(folder / "easeback.db")
    with pytest.raises(Corrupt):
        await backed_up(OnFile(folder), tmp_path / "mine")
    assert contents(tmp_path) == {}


async def test_another_programs_database_gives_no_backup(tmp_path: Path, on_server: OnServer) -> None:
    await on_server.run("CREATE TABLE chats (id INTEGER)", "SELECT 1")
    with closing(sqlite3.connect(tmp_path / "easeback.db")) as database:
        database.execute("CREATE TABLE chats (id INTEGER)")
    for place in (OnFile(tmp_path), on_server):
        with pytest.raises(NotOurs):
            await backed_up(place, tmp_path / "mine")


@pytest.mark.parametrize("kind", BOTH)
async def test_one_of_an_older_version_is_backed_up_as_it_is_and_migrated_when_it_is_restored(
    kind: str, folder: Path, on_server: OnServer, tmp_path: Path, schema: Callable[[str], Schema]
) -> None:
    place = OnFile(folder) if kind == "sqlite" else on_server
    store = await place.open()
    await fill(store)
    await store.close()
    made = await back_up(place.url, folder, tmp_path / "mine", AT, schema=schema("pass"))
    assert rows(made.file, "SELECT version_num FROM alembic_version") == [(SCHEMA.head,)]
    await put_back(made.file, place, schema=schema("pass"))
    assert await place.run("SELECT DISTINCT version_num, mood FROM alembic_version, chats") == [("later", "calm")]
    assert not [name for name in contents(folder) if "later" in name]


# ── a restore ─────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_a_backup_takes_the_datas_place_and_they_are_kept(data: Store, place: Place) -> None:
    file = await backed_up(place)
    await kept(data, row_of(CLARA))
    await data.close()
    put = await put_back(file, place)
    assert (put.made_at, put.people, put.erased, put.known) == (AT, 2, 0, True)
    store = await place.open()
    assert await store.peek(ANNA, NOW) == row_of(ANNA, live=[40])
    assert await store.peek(CLARA, NOW) is None
    await store.close()
    assert put.kept is not None
    assert put.kept.stat().st_mode & 0o777 == 0o600
    assert len(rows(put.kept, "SELECT id FROM chats")) == 3
    assert contents(place.folder).keys() - {"easeback.db"} == {"key", file.name, put.kept.name}
    await put_back(put.kept, place, AT + 20)  # a mistake can be taken back
    store = await place.open()
    assert await store.peek(CLARA, NOW) == row_of(CLARA)
    overwrite(place.folder / f"{file.name}.half", b"what a killed backup has left")
    await store.tidy(put.kept.stat().st_mtime + 29 * DAY, AT)
    assert contents(place.folder).keys() >= {file.name, put.kept.name}
    assert f"{file.name}.half" not in contents(place.folder)
    await store.tidy(put.kept.stat().st_mtime + 31 * DAY, AT)
    assert file.name in contents(place.folder), "what an operator has made is theirs"
    assert put.kept.name not in contents(place.folder), "it holds who left since"
    await store.close()


async def test_people_move_from_a_file_to_a_server_and_back(
    on_file: Store, on_server: OnServer, folder: Path, tmp_path: Path
) -> None:
    async with on_file.transaction() as tx:
        await tx.first_sight(2**40, AT)
    file = await backed_up(OnFile(folder))
    await on_file.close()
    put = await put_back(file, on_server)
    assert put.kept is None
    store = await on_server.open(alone=True)
    assert await store.peek(ANNA, NOW) == row_of(ANNA, live=[40])
    assert await woken(store, on_server) == AT
    with pytest.raises(DatabaseTaken, match="stop that one first"):
        await put_back(file, on_server, busy=0.1)
    await store.close()
    home = OnFile(tmp_path / "home")
    home.folder.mkdir()
    shutil.copy(folder / "key", home.folder)
    await put_back(await backed_up(on_server, tmp_path), home)
    store = await home.open()
    assert await store.peek(BORIS, NOW) == row_of(BORIS)
    await store.close()
    for place in (on_server, home):
        assert await place.run("SELECT id, at FROM updates_seen") in ([(2**40, AT)], [])
        assert await place.run("SELECT count(*) FROM chats WHERE dead IS NULL AND plan IS NOT NULL") == [(2,)]


async def test_a_restore_into_a_server_that_fails_half_way_changes_nothing(
    on_file: Store, on_server: OnServer, folder: Path
) -> None:
    file = await backed_up(OnFile(folder))
    store = await on_server.open()
    await kept(store, row_of(CLARA))
    await store.close()
    await on_server.run(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
        "CREATE TRIGGER no BEFORE INSERT ON people EXECUTE FUNCTION no()",
        "SELECT 1",
    )
    with pytest.raises(StoreError):
        await put_back(file, on_server)
    assert await on_server.run("SELECT id FROM chats") == [(CLARA,)]
    assert await on_server.run("SELECT value FROM about WHERE name = 'bot_id'") == []


async def test_who_left_since_stays_erased(data: Store, place: Place) -> None:
    await kept(data, row_of(CLARA))
    await erase(data, CLARA, AT - 5)
    await kept(data, row_of(CLARA, rev=9))  # she left and came back before the backup
    file = await backed_up(place)
    await erase(data, ANNA, AT + 5)
    await data.close()
    (place.folder / FILE).unlink()  # the database knows it, too
    assert (await put_back(file, place)).erased == 1
    store = await place.open()
    assert await store.peek(ANNA, NOW) is None
    assert await store.peek(BORIS, NOW) == row_of(BORIS)
    assert await store.peek(CLARA, NOW) == row_of(CLARA, rev=9)
    async with store.transaction() as tx:
        assert await tx.erased_upto(ANNA) == 77, "her old words stay dead"
    await store.close()


async def test_who_left_stays_erased_though_the_database_is_lost(on_file: Store, folder: Path) -> None:
    place = OnFile(folder)
    file = await backed_up(place)
    await erase(on_file, ANNA, AT + 5)
    await on_file.close()
    damage(folder / "easeback.db")
    put = await put_back(file, place)
    assert (put.erased, put.known) == (1, False)
    store = await place.open()
    assert await store.peek(ANNA, NOW) is None
    await store.close()
    assert str(ANNA).encode() not in (folder / FILE).read_bytes()


async def test_the_log_of_a_lost_database_does_not_get_into_the_new_one(on_file: Store, folder: Path) -> None:
    place = OnFile(folder)
    file = await backed_up(place)
    await on_file.tidy(AT, AT)
    async with on_file.transaction() as tx:
        await tx.park(1, "an error", AT)
    log = contents(folder)["easeback.db-wal"]
    await on_file.close()
    overwrite(folder / "easeback.db-wal", log)
    move(file, folder / "easeback.db")
    assert await place.run("SELECT count(*) FROM parked") == [(0,)]
    assert await place.run("PRAGMA integrity_check") == [("ok",)]


async def test_who_left_stays_erased_though_a_backup_was_put_in_place_by_hand(on_file: Store, folder: Path) -> None:
    place = OnFile(folder)
    file = await backed_up(place)
    await erase(on_file, ANNA, AT + 5)
    await on_file.close()
    shutil.copy(file, folder / "easeback.db")
    store = await place.open()
    assert await woken(store, place) == AT
    assert await store.peek(ANNA, NOW) is None
    assert ANNA.to_bytes(6, "big") not in (folder / "easeback.db").read_bytes()
    assert await woken(store, place) is None, "once"
    await store.close()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_a_hold_that_came_after_the_backup_stays(data: Store, place: Place) -> None:
    free = replace(CHAT, person=replace(CHAT.person, hold=None))
    await kept(data, Row(id=CLARA, chat=free, rev=1))
    file = await backed_up(place)
    hold = Hold(until=NOW + timedelta(hours=30))
    async with data.transaction() as tx:
        row = await tx.load(CLARA, NOW)
        assert row is not None
        row.chat = replace(row.chat, person=replace(row.chat.person, hold=hold))
        await tx.save(row, None)
    await data.close()
    await put_back(file, place)
    store = await place.open()
    row = await store.peek(CLARA, NOW)
    assert row is not None
    assert row.chat.person == replace(free.person, hold=hold)
    await store.close()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("no", [Dated(version="1", at=NOW + timedelta(hours=1), yes=False), None], ids=["no", "erased"])
async def test_what_was_left_out_or_taken_back_after_the_backup_is_not_undone(
    data: Store, place: Place, no: Dated | None
) -> None:
    yes = replace(CHAT.person, consent=Dated(version="1", at=NOW), left_out_tags=frozenset({"NECK"}), hold=None)
    run = KeptRun(id="a", at=NOW, session="classic", position="chair", minutes=8, before=5, after=3)
    await kept(data, Row(id=CLARA, chat=replace(CHAT, person=yes, kept=(run,)), rev=1))
    file = await backed_up(place)
    async with data.transaction() as tx:
        row = await tx.load(CLARA, NOW)
        assert row is not None
        row.chat = replace(row.chat, kept=(), person=replace(yes, consent=no, left_out_tags=frozenset({"ROT"})))
        await tx.save(row, None)
    await data.close()
    await put_back(file, place)
    store = await place.open()
    row = await store.peek(CLARA, NOW)
    assert row is not None
    assert row.chat.person == replace(
        yes, consent=no, left_out_tags=frozenset({"NECK", "ROT"}), left_out_poses=frozenset(), positions={}
    )
    assert row.chat.kept == ()
    await store.close()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_who_left_longer_ago_than_a_backup_may_be_old_and_is_back_stays(data: Store, place: Place) -> None:
    keys = find_keys(None, place.folder)
    LeftFile(place.folder / FILE).note(keys.mark(ANNA), Left(5, AT - 100 * DAY))
    file = await backed_up(place)
    await data.close()
    await put_back(file, place)
    store = await place.open()
    assert await store.peek(ANNA, NOW) is not None
    await store.close()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_an_update_that_was_handled_is_not_handled_again_and_no_new_one_is_lost(
    data: Store, place: Place
) -> None:
    async with data.transaction() as tx:
        await tx.first_sight(1, AT - 4 * DAY)
        await tx.first_sight(2, AT)
    file = await backed_up(place)
    async with data.transaction() as tx:
        await tx.first_sight(3, AT + 1)
    await data.close()
    await put_back(file, place)
    store = await place.open()
    await woken(store, place)
    async with store.transaction() as tx:
        assert [await tx.first_sight(update, AT + 2) for update in (2, 3, 4)] == [False, False, True]
        assert await tx.first_sight(1, AT + 2), "Telegram's ids begin anew after a quiet week"
    await store.close()


async def test_after_an_update_that_went_wrong_the_old_version_restores_its_backup(
    on_file: Store, folder: Path, schema: Callable[[str], Schema]
) -> None:
    place = OnFile(folder)
    file = await backed_up(place)
    await on_file.close()
    newer = await place.open(schema=schema("pass"))
    await erase(newer, ANNA, AT + 5)
    await newer.close()
    newest = await back_up(None, folder, None, AT + 6)
    (folder / FILE).unlink()  # who left is also known from the newer database
    before = contents(folder)
    with pytest.raises(NewerBackup, match=r"made by a newer Easeback \(later\)"):
        await put_back(newest.file, place)
    assert contents(folder) == before
    assert (await put_back(file, place)).erased == 1
    await (await place.open()).close()


async def test_on_a_server_it_gets_an_empty_database_for_that(
    on_file: Store, on_server: OnServer, folder: Path, schema: Callable[[str], Schema]
) -> None:
    file = await backed_up(OnFile(folder))
    newer = await on_server.open(schema=schema("pass"))
    await newer.close()
    with pytest.raises(NewerDatabase, match="name an empty one"):
        await put_back(file, on_server)
    assert await on_server.run("SELECT version_num FROM alembic_version") == [("later",)]


# ── what is refused, before anything is changed ───────────────────────────────────────────────────────────────────────
@pytest.fixture
async def backup(on_file: Store, folder: Path) -> AsyncIterator[Path]:
    file = await backed_up(OnFile(folder))
    await on_file.close()
    before = contents(folder)
    yield file
    assert {**contents(folder), file.name: b""} == {**before, file.name: b""}, "nothing was changed"


async def test_another_key(backup: Path, folder: Path) -> None:
    other = Keys([Fernet.generate_key().decode()])
    with pytest.raises(OtherKey, match="put the key there that belongs to it"):
        await restore(backup, None, other, folder, BOT, AT)


async def test_a_lost_key_and_no_new_one_is_made(backup: Path, folder: Path) -> None:
    (folder / "key").rename(folder / "kept")
    with pytest.raises(OtherKey):
        await put_back(backup, OnFile(folder))
    assert not (folder / "key").exists()
    (folder / "kept").rename(folder / "key")


async def test_another_bots_backup_and_another_bots_data(backup: Path, folder: Path) -> None:
    with pytest.raises(OtherBotsBackup, match=r"another bot \(its id is 4711\)"):
        await restore(backup, None, find_keys(None, folder), folder, 4712, AT)
    with closing(sqlite3.connect(backup)) as database, database:
        database.execute("UPDATE about SET value = '4712' WHERE name = 'bot_id'")
    with pytest.raises(OtherBot, match=r"another bot \(its id is 4711\)"):
        await restore(backup, None, find_keys(None, folder), folder, 4712, AT)


async def test_a_backup_that_would_bring_back_who_left(backup: Path, folder: Path) -> None:
    with pytest.raises(TooOld, match="is 91 days old, and who left is remembered for 90"):
        await put_back(backup, OnFile(folder), AT + 91.5 * DAY)


@pytest.mark.parametrize("text", [b"", b"my thesis", b"SQLite format 3\0 and no more"])
async def test_what_is_no_backup(backup: Path, folder: Path, text: bytes) -> None:
    overwrite(backup, text)
    with pytest.raises(NoBackup, match=f"{backup.name} is no backup of Easeback, or is not there"):
        await put_back(backup, OnFile(folder))
    for nothing in (folder / "nothing", folder):
        with pytest.raises(NoBackup):
            await put_back(nothing, OnFile(folder))
    assert not (folder / "nothing").exists()


@pytest.mark.parametrize("damaged", [damage, damage_slightly])
async def test_a_damaged_backup(backup: Path, folder: Path, damaged: Callable[[Path], None]) -> None:
    damaged(backup)
    with pytest.raises(DamagedBackup, match="damaged: take another one"):
        await put_back(backup, OnFile(folder))


async def test_half_a_backup(backup: Path, folder: Path) -> None:
    overwrite(backup, contents(folder)[backup.name][:30_000])
    with pytest.raises((DamagedBackup, NoBackup)):
        await put_back(backup, OnFile(folder))


async def test_another_programs_database_in_the_datas_place(backup: Path, tmp_path: Path, folder: Path) -> None:
    theirs = OnFile(tmp_path / "theirs")
    theirs.folder.mkdir()
    shutil.copy(folder / "key", theirs.folder)
    await theirs.run("CREATE TABLE songs (name)", "INSERT INTO songs VALUES ('mine')")
    with pytest.raises(NotOurs):
        await put_back(backup, theirs)
    assert await theirs.run("SELECT name FROM songs") == [("mine",)]


async def test_data_that_another_program_has_open(backup: Path, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "easeback.db", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM chats").fetchall()
        with pytest.raises(Locked, match="close that program"):
            await put_back(backup, OnFile(folder))
        other.execute("ROLLBACK")

"""What can be wrong at the start is told in one plain sentence that says what to do, and nothing is lost by it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.store import errors
from bot.store.chats import Store, open_store
from bot.store.errors import (
    BadKey,
    Corrupt,
    FolderUnusable,
    Locked,
    LostKey,
    OtherBot,
    ReadOnly,
    StoreError,
    Unreachable,
    WrongKey,
)
from bot.store.lock import FolderLock
from bot.store.secrets import Keys, find_keys
from tests.places import Place
from tests.store.someone import ANNA, NOW, kept, row_of

NOBODY = 65534
KEYS = Keys([Fernet.generate_key().decode()])


@contextmanager
def read_only() -> Iterator[Path]:
    """A folder that this user may read and not write, even where the tests run as root."""
    with tempfile.TemporaryDirectory() as name:
        folder, root = Path(name), os.geteuid() == 0
        yield_to = os.seteuid if root else lambda _: None
        try:
            yield folder
        finally:
            yield_to(0)
            folder.chmod(0o755)


def seal_off(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(NOBODY)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def names(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()] if folder.exists() else []


async def test_the_first_start_makes_a_key_and_says_so_once(place: Place) -> None:
    folder, first = place.folder, await place.open()
    assert first.notice is not None
    assert first.notice.startswith(f"A key was made: {folder / 'key'}. Back it up")
    await kept(first, row_of(ANNA))
    await first.close()
    assert [mode(folder / "key"), mode(folder)] == [0o600, 0o700]
    second = await place.open()
    assert second.notice is None
    assert await second.peek(ANNA, NOW) == row_of(ANNA)
    await second.close()


async def test_a_key_from_the_setting_is_written_nowhere(folder: Path) -> None:
    key = Fernet.generate_key().decode()
    store = await open_store(None, find_keys(f" {key} ", folder), folder)
    await store.close()
    assert store.notice is None
    assert names(folder) == ["easeback.db"]


async def test_another_key_is_refused(store: Store, place: Place) -> None:
    await store.close()
    other = find_keys(Fernet.generate_key().decode(), place.folder)
    with pytest.raises(WrongKey, match=r"sealed with another key than the one in EASEBACK_KEY.*put the right key back"):
        await open_store(place.url, other, place.folder)


async def test_a_lost_key_is_told_and_no_new_one_takes_its_place(store: Store, place: Place) -> None:
    await store.close()
    key = place.folder / "key"
    kept_safe = key.read_text()
    key.unlink()
    with pytest.raises(LostKey, match="nothing about its people can be read: put the file back"):
        await place.open()
    assert not key.exists()
    key.write_text(kept_safe)
    await (await place.open()).close()


@pytest.mark.parametrize("text", ["", "not a key", "ключ", "AAAA"])
def test_what_is_no_key_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text)
    with pytest.raises(BadKey, match=rf"A key in {tmp_path}/key is not one that Easeback can use"):
        find_keys(None, tmp_path)
    with pytest.raises(BadKey, match="A key in EASEBACK_KEY is not one"):
        find_keys(text or ",", tmp_path)


async def test_a_database_stays_with_its_bot(store: Store) -> None:
    await store.claim_bot(4321)
    await store.claim_bot(4321)
    with pytest.raises(OtherBot, match=r"belongs to another bot \(its id is 4321\): set that bot's token"):
        await store.claim_bot(1234)
    await store.claim_bot(4321)


@pytest.mark.parametrize("good", [0, 100])
async def test_a_damaged_file_is_told_and_left_as_it_is(on_file: Store, folder: Path, good: int) -> None:
    await on_file.close()
    file = folder / "easeback.db"
    damaged = file.read_bytes()[:good] + b"?" * (file.stat().st_size - good)
    file.write_bytes(damaged)
    with pytest.raises(Corrupt, match=r"easeback.db is damaged: move it away and restore a backup"):
        await open_store(None, find_keys(None, folder), folder)
    assert file.read_bytes() == damaged


async def test_a_database_that_may_not_be_written_is_told() -> None:
    with read_only() as folder:
        await (await open_store(None, KEYS, folder)).close()
        seal_off(folder)
        with pytest.raises(ReadOnly, match="can't be written to: give this user the right"):
            await open_store(None, KEYS, folder)


async def test_a_folder_that_may_not_be_written_is_told() -> None:
    with read_only() as folder:
        seal_off(folder)
        for place in (folder, folder / "below"):
            with pytest.raises(FolderUnusable, match="can't be written to"):
                FolderLock(place)
        with pytest.raises(StoreError, match="can't be written to"):
            await open_store(None, KEYS, folder)


async def test_a_database_that_another_program_holds_is_told(on_file: Store, folder: Path) -> None:
    await on_file.close()
    with closing(sqlite3.connect(folder / "easeback.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Locked, match="is locked by another program: close that program"):
            await open_store(None, find_keys(None, folder), folder, busy=0.05)


@pytest.mark.parametrize(
    "address",
    [
        *("nosuch://anna:secret@there/easeback", "my secret file", "postgresql+nosuch://x"),
        *("postgresql://anna:secret@127.0.0.1:port/x", "postgres://anna:secret@127.0.0.1:1/easeback"),
        *("postgresql://127.0.0.1:1/easeback?password=secret", "postgresql://127.0.0.1:1/x?sslmode=secret"),
    ],
)
async def test_an_address_that_leads_nowhere_is_told_without_its_password(folder: Path, address: str) -> None:
    with pytest.raises(Unreachable, match=r"can't be opened .*EASEBACK_DATABASE_URL") as told:
        await open_store(address, KEYS, folder)
    assert "secret" not in str(told.value)


async def test_the_setting_may_name_another_file(folder: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere' / 'e.db'}"
    await (await open_store(url, KEYS, folder)).close()
    assert (tmp_path / "elsewhere" / "e.db").exists()


async def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "100 % Ännas #1?mode=memory"
    await (await open_store(None, KEYS, folder)).close()
    assert names(folder) == ["easeback.db"]


async def test_a_store_in_memory_is_a_store(folder: Path) -> None:
    store = await open_store("sqlite://", KEYS, folder)
    await kept(store, row_of(ANNA, send_at=1.0))
    assert await store.peek(ANNA, NOW) == row_of(ANNA, send_at=1.0)
    assert await store.to_send(2.0, 1) == [ANNA]
    async with store.transaction() as tx:
        await tx.erase(ANNA, 1, 0.0)
        looking = asyncio.create_task(store.peek(ANNA, NOW))
        await asyncio.sleep(0.01)
        assert not looking.done()  # there is but one connection: what is half written is not read
    assert await looking is None
    await kept(store, row_of(ANNA))  # all that hung on the chat went with it
    await store.close()
    assert names(folder) == []


def test_every_sentence_ends_and_says_what_to_do() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, StoreError)]
    for kind in set(kinds) - {StoreError}:
        sentence = str(kind("this", "that"))
        assert sentence.endswith(".")
        assert ":" in sentence, kind
        assert "{" not in sentence
        assert "  " not in sentence

"""Who left is noted beside the database as well: on the disk at once, through kills, and no longer than needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.store.chats import Store, open_store
from bot.store.errors import FolderUnusable
from bot.store.left import FILE, Left, LeftFile, newest
from bot.store.secrets import Keys, find_keys
from bot.store.tidy import ERASED_FOR
from tests.store.someone import ANNA, kept, row_of


@pytest.fixture
def left(tmp_path: Path) -> LeftFile:
    return LeftFile(tmp_path / FILE)


async def test_forget_notes_a_keyed_hash_and_when(store: Store, folder: Path) -> None:
    await kept(store, row_of(ANNA))
    async with store.transaction() as tx:
        await tx.erase(ANNA, 77, 1.25)
    mark = find_keys(None, folder).mark(ANNA)
    assert LeftFile(folder / FILE).read() == {mark: Left(77, 1.25)}
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600
    await store.tidy(1.25 + ERASED_FOR, 0.0)
    assert LeftFile(folder / FILE).read() != {}
    await store.tidy(1.5 + ERASED_FOR, 0.0)
    assert LeftFile(folder / FILE).read() == {}


async def test_forget_is_done_though_it_can_not_be_noted_there(store: Store, folder: Path) -> None:
    (folder / FILE).mkdir()
    await kept(store, row_of(ANNA))
    async with store.transaction() as tx:
        await tx.erase(ANNA, 77, 1.0)
        assert await tx.erased_upto(ANNA) == 77


async def test_a_database_in_memory_leaves_nothing_behind(folder: Path) -> None:
    store = await open_store("sqlite://", Keys([Fernet.generate_key().decode()]), folder)
    async with store.transaction() as tx:
        await tx.erase(ANNA, 77, 1.0)
    await store.close()
    assert not (folder / FILE).exists()


def test_the_last_line_of_somebody_counts(left: LeftFile) -> None:
    left.note("anna", Left(5, 1.0))
    left.note("boris", Left(6, 2.0))
    left.note("anna", Left(9, 3.0))
    assert left.read() == {"anna": Left(9, 3.0), "boris": Left(6, 2.0)}


@pytest.mark.parametrize("end", ["", "\n"])
def test_half_a_line_costs_no_other(left: LeftFile, tmp_path: Path, end: str) -> None:
    left.note("anna", Left(5, 1.0))
    with (tmp_path / FILE).open("a") as file:
        file.write(f"boris 6{end}")
    left.note("clara", Left(7, 2.0))
    assert left.read() == {"anna": Left(5, 1.0), "clara": Left(7, 2.0)}


def test_what_is_added_is_the_later_of_both(left: LeftFile) -> None:
    left.note("anna", Left(5, 1.0))
    left.note("boris", Left(6, 2.0))
    known = {"anna": Left(9, 3.0), "boris": Left(1, 1.0), "clara": Left(7, 2.0)}
    added = left.add(known)
    assert added == left.read() == {"anna": Left(9, 3.0), "boris": Left(6, 2.0), "clara": Left(7, 2.0)}
    assert newest(known, left.read()) == added


def test_a_file_that_can_not_be_read_is_told(left: LeftFile, tmp_path: Path) -> None:
    assert left.read() == {}
    (tmp_path / FILE).mkdir()
    with pytest.raises(FolderUnusable):
        left.read()

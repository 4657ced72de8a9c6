"""A new key: everything is sealed anew, nobody is lost on the way, and the old key opens nothing more."""

from __future__ import annotations

import stat
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.store.chats import Store, open_store
from bot.store.errors import KeyInSetting, NoKeyYet, StoreFailed
from bot.store.held import is_sealed
from bot.store.rotate import new_key, rotate
from bot.store.secrets import Keys, Unreadable, add_key, find_keys, make_key
from bot.store.tables import metadata
from tests.places import Place
from tests.store.someone import ANNA, BORIS, NOW, bytes_in, kept, row_of


async def sealed(store: Store) -> list[bytes]:
    """All that is sealed, as it is stored."""
    found: list[bytes] = []
    async with store.transaction() as tx:
        for column in (column for table in metadata.sorted_tables for column in table.columns if is_sealed(column)):
            found += await tx.call(lambda connection, column=column: list(connection.execute(select(column)).scalars()))
    return [each for each in found if each is not None]


def opens(key: str, values: list[bytes]) -> int:
    """How many of them a key alone opens."""
    count = 0
    for value in values:
        with suppress(Unreadable):
            Keys([key]).open(value)
            count += 1
    return count


async def with_people(place: Place) -> tuple[str, list[bytes]]:
    """Two people, and one who left. Gives the key and what is sealed."""
    keys = find_keys(None, place.folder)
    store = await open_store(place.url, keys, place.folder)
    await kept(store, row_of(ANNA), row_of(BORIS))
    async with store.transaction() as tx:
        await tx.erase(77, 5, 1.0)
    values = await sealed(store)
    await store.close()
    return (place.folder / "key").read_text().strip(), values


async def test_all_is_sealed_anew_and_the_old_key_opens_nothing_more(place: Place) -> None:
    old, before = await with_people(place)
    assert opens(old, before) == len(before) >= 8
    keys, done = await new_key(place.url, None, place.folder)
    assert (done.sealed, done.unreadable) == (len(before), 0)
    newest = (place.folder / "key").read_text().split()[0]
    store = await open_store(place.url, keys, place.folder, alone=True)
    after = await sealed(store)
    assert (opens(old, after), opens(newest, after)) == (0, len(before))
    assert await store.peek(ANNA, NOW) == row_of(ANNA)
    async with store.transaction() as tx:
        assert await tx.erased_upto(77) == 5, "who left is still known"
    await store.close()
    only = await open_store(place.url, Keys([newest]), place.folder)
    assert await only.peek(BORIS, NOW) == row_of(BORIS)
    await only.close()


async def test_what_the_old_key_sealed_is_in_no_file_any_more(folder: Path) -> None:
    store = await open_store(None, find_keys(None, folder), folder)
    for n in range(30):
        await kept(store, row_of(BORIS + n))
    old = [value[:80] for value in await sealed(store)]
    await store.close()
    assert all(value in bytes_in(folder) for value in old)
    await new_key(None, None, folder)
    data = bytes_in(folder)
    assert not [value for value in old if value in data]


class Killed(Exception):
    """As by kill -9."""


@pytest.mark.parametrize("at", [1, 2, 5, 9, 14])
async def test_stopped_at_any_point_everybody_can_be_read_and_the_next_run_goes_on(place: Place, at: int) -> None:
    old, _ = await with_people(place)
    keys, passed = add_key(place.folder, NOW.date()), 0

    def kill(point: str) -> None:
        nonlocal passed
        passed += 1
        if passed == at:
            raise Killed

    with suppress(Killed, StoreFailed):
        await rotate(place.url, keys, place.folder, before=kill)
    store = await open_store(place.url, find_keys(None, place.folder), place.folder)
    assert await store.peek(ANNA, NOW) == row_of(ANNA)
    assert await store.peek(BORIS, NOW) == row_of(BORIS)
    await store.close()
    keys, _ = await new_key(place.url, None, place.folder)
    store = await open_store(place.url, keys, place.folder)
    assert opens(old, await sealed(store)) == 0
    await store.close()


async def test_what_no_key_opens_stays_as_it_is_and_is_counted(place: Place) -> None:
    _, before = await with_people(place)
    await place.overwrite("people", "health", Keys([make_key()]).seal(b"{}"))
    _, done = await new_key(place.url, None, place.folder)
    assert (done.sealed, done.unreadable) == (len(before) - 2, 2)


def test_the_file_is_for_this_user_alone_and_says_how_long_an_old_key_is_needed(folder: Path) -> None:
    folder.mkdir()
    find_keys(None, folder).keep()
    first = (folder / "key").read_text().strip()
    today = date(2026, 12, 1)
    add_key(folder, today)
    lines = (folder / "key").read_text().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(first)
    assert lines[1].endswith("needed until 2027-03-02")
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    assert find_keys(None, folder).has_older
    add_key(folder, today + timedelta(days=91))
    assert [first in line for line in (folder / "key").read_text().splitlines()] == [False, False, True]
    add_key(folder, today + timedelta(days=92))
    assert first not in (folder / "key").read_text()


async def test_a_key_in_the_setting_is_the_operators_to_change(place: Place) -> None:
    old = make_key()
    store = await open_store(place.url, Keys([old]), place.folder)
    await kept(store, row_of(ANNA))
    await store.close()
    with pytest.raises(KeyInSetting, match="the new key, a comma, the old one") as told:
        await new_key(place.url, old, place.folder)
    setting = str(told.value).partition("EASEBACK_KEY=")[2].split()[0]
    assert setting.endswith(f",{old}")
    _, done = await new_key(place.url, setting, place.folder)
    assert done.sealed == 4
    store = await open_store(place.url, Keys(setting.split(",")[:1]), place.folder)
    assert await store.peek(ANNA, NOW) == row_of(ANNA)
    await store.close()
    assert not (place.folder / "key").exists()


async def test_before_the_first_start_there_is_no_key_to_change(folder: Path) -> None:
    with pytest.raises(NoKeyYet):
        await new_key(None, None, folder)
    assert not (folder / "key").exists()

"""After /forget nothing about the person is left: in no row, and not in the bytes of the files."""

from __future__ import annotations

from pathlib import Path

from bot.store.chats import Store
from bot.store.tables import chats, metadata
from tests.places import OnFile, Place
from tests.store.someone import ANNA, BORIS, NOW, bytes_in, kept, row_of

ABOUT_NOBODY = {"updates_seen", "parked", "erased", "files", "about", "alembic_version"}
"""Tables that hold nothing about a person; `erased` holds a keyed hash."""


async def tables(place: Place) -> set[str]:
    """Every table that is there, whoever made it."""
    if isinstance(place, OnFile):
        found = await place.run("SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        found = await place.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name for (name,) in found}


async def about(place: Place, chat: int) -> set[str]:
    """The tables with a row that names this chat, in whatever column."""
    rows = {table: str(await place.run(f"SELECT * FROM {table}")) for table in await tables(place)}  # noqa: S608 (ours)
    return {table for table, text in rows.items() if str(chat) in text}


def as_stored(number: int) -> list[bytes]:
    """An integer as SQLite writes it: in a record, and as a row's own number (seven bits a byte, the highest first)."""
    varint, rest = [number & 127], number >> 7
    while rest:
        varint, rest = [rest & 127 | 128, *varint], rest >> 7
    return [number.to_bytes(6, "big"), bytes(varint)]


async def test_no_row_is_left_in_any_table(store: Store, place: Place) -> None:
    await kept(store, row_of(ANNA), row_of(BORIS))
    theirs = await about(place, ANNA)
    assert theirs == await tables(place) - ABOUT_NOBODY, "a new table: fill it here, or name it as being about nobody"
    async with store.transaction() as tx:
        await tx.erase(ANNA, 40, 1.0)
    assert await about(place, ANNA) == set()
    assert await about(place, BORIS) == theirs, "others stay"
    assert await store.peek(ANNA, NOW) is None
    async with store.transaction() as tx:
        assert await tx.erased_upto(ANNA) == 40


def test_every_table_about_a_person_hangs_on_their_chat() -> None:
    for table in metadata.tables.values():
        if table.name not in ABOUT_NOBODY | {"chats"}:
            (key,) = table.c.chat.foreign_keys
            assert (key.column, key.ondelete) == (chats.c.id, "CASCADE"), table.name


async def test_no_byte_is_left_in_the_files_right_after_it(on_file: Store, folder: Path) -> None:
    async def left() -> list[bool]:
        data = bytes_in(folder)
        return [any(form in data for form in as_stored(ANNA)), b"Pacific/Chatham" in data]

    for n in range(40):  # pages split and fill, rows move
        await kept(on_file, row_of(BORIS + n))
    await kept(on_file, row_of(ANNA))
    async with on_file.transaction() as tx:
        row = await tx.load(ANNA, NOW)
        assert row is not None
        row.heard = 55
        await tx.save(row, 5.0)
    assert await left() == [True, True]
    async with on_file.transaction() as tx:
        for n in range(40):
            await tx.erase(BORIS + n, 1, 1.0)
        await tx.erase(ANNA, 40, 1.0)
    assert await left() == [False, False]


async def test_who_comes_back_begins_anew(store: Store) -> None:
    await kept(store, row_of(ANNA))
    async with store.transaction() as tx:
        await tx.erase(ANNA, 40, 1.0)
    await kept(store, row_of(ANNA, rev=9))
    assert await store.peek(ANNA, NOW) == row_of(ANNA, rev=9)
    async with store.transaction() as tx:
        assert await tx.erased_upto(ANNA) == 40  # words from before they left stay dead

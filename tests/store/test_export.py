"""All that is kept about one chat, as a file: whole, readable, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Column as SchemaColumn
from sqlalchemy import ForeignKey, Text, insert
from sqlalchemy import Table as SchemaTable

from bot.store.chats import Store
from bot.store.export import FORMULA, pack
from bot.store.held import ABOUT_NOBODY, MEANS, WHAT, Column, Table, means
from bot.store.tables import ID, metadata
from tests.store.someone import ANNA, BORIS, NOW, kept, row_of

OURS = [table for table in metadata.sorted_tables if table.name not in ABOUT_NOBODY]
"""Tables that know of a chat."""


def files(packed: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        assert found.testzip() is None
        return {name: found.read(name).decode() for name in found.namelist()}


async def packed(store: Store, chat: int) -> dict[str, str]:
    return files(pack(await store.held(chat), NOW))


def sheet(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def diary(*more: SchemaColumn[Any]) -> SchemaTable:
    return SchemaTable("diary", metadata, SchemaColumn("page", Text, primary_key=True, comment="its words"), *more)


@contextmanager
def one_more(*more: SchemaColumn[Any]) -> Iterator[SchemaTable]:
    """A table that somebody has just added."""
    new = diary(*more)
    try:
        yield new
    finally:
        metadata.remove(new)


# ── nothing is forgotten ──────────────────────────────────────────────────────────────────────────────────────────────
async def test_every_table_and_column_of_the_schema_is_in_it(store: Store) -> None:
    await kept(store, row_of(ANNA), row_of(BORIS))
    found = await packed(store, ANNA)
    tables = json.loads(found["easeback.json"])["tables"]
    assert set(tables) == {table.name for table in OURS}
    for table in OURS:
        names = [column.name for column in table.columns]
        assert list(tables[table.name]["columns"]) == names
        assert f"{table.name.upper()} (" in found["README.txt"]
        if table.name == "erased":
            assert "erased.csv" not in found, "nobody left"
            continue
        (row,), (line,) = tables[table.name]["rows"], sheet(found[f"{table.name}.csv"])
        assert list(row) == list(line) == names
    assert str(BORIS) not in str(found)


async def test_a_new_table_of_which_nobody_has_said_whose_it_is_gives_no_file_at_all(store: Store) -> None:
    await kept(store, row_of(ANNA))
    with one_more(), pytest.raises(LookupError, match="diary"):
        await packed(store, ANNA)


async def test_a_new_table_that_hangs_on_the_chat_is_in_it_by_itself(store: Store) -> None:
    await kept(store, row_of(ANNA))
    with one_more(SchemaColumn("chat", ID, ForeignKey("chats.id", ondelete="CASCADE"), nullable=False)) as new:
        async with store.transaction() as tx:
            await tx.call(new.create)
            await tx.call(lambda connection: connection.execute(insert(new), {"page": "a good day", "chat": ANNA}))
        found = await packed(store, ANNA)
        assert sheet(found["diary.csv"]) == [{"page": "a good day", "chat": str(ANNA)}]
        assert "- page: its words" in found["README.txt"]
        async with store.transaction() as tx:
            await tx.erase(ANNA, 40, 1.0)
        assert "diary.csv" not in await packed(store, ANNA), "and goes with them"
        async with store.transaction() as tx:
            await tx.call(new.drop)


@pytest.mark.parametrize("table", OURS, ids=lambda table: table.name)
def test_each_table_and_each_column_says_what_it_is(table: SchemaTable) -> None:
    assert len(WHAT[table.name].split()) > 5
    assert [column.name for column in table.columns if not means(column)] == []


def test_no_words_are_left_behind_by_what_is_gone_or_says_it_itself() -> None:
    assert set(WHAT) == {table.name for table in OURS}
    silent = {f"{table.name}.{column.name}" for table in OURS for column in table.columns if not column.comment}
    assert set(MEANS) == silent


# ── it can be read ────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_what_is_sealed_is_opened_in_it_and_the_note_says_so(store: Store) -> None:
    await kept(store, row_of(ANNA))
    found = await packed(store, ANNA)
    (person,) = sheet(found["people.csv"])
    assert json.loads(person["health"])["left_out_tags"]
    assert json.loads(person["settings"])["pace"] == "slower"
    (run,) = sheet(found["runs.csv"])
    assert json.loads(run["run"])["after"] == 3
    assert run["at"] == NOW.isoformat()
    note = found["README.txt"]
    assert "Made on 2026-03-14 08:30 UTC." in note
    assert "- run: sealed: " in note
    assert "- zone: the time zone" in note
    assert max(map(len, note.splitlines())) <= 130


async def test_the_same_rows_make_the_same_file(store: Store) -> None:
    await kept(store, row_of(ANNA))
    tables = await store.held(ANNA)
    assert pack(tables, NOW) == pack(tables, NOW)


async def test_who_is_not_known_gets_a_file_that_says_so(store: Store) -> None:
    found = await packed(store, ANNA)
    assert set(found) == {"README.txt", "easeback.json"}
    assert found["README.txt"].count("(0 rows)") == len(OURS)


# ── a spreadsheet ─────────────────────────────────────────────────────────────────────────────────────────────────────
def cell(value: Any) -> str:
    """What a CSV file has for a value."""
    table = Table("diary", "A diary.", "why", (Column("page", "its words", False),), ({"page": value},))
    ((found,),) = list(csv.reader(io.StringIO(files(pack((table,), NOW))["diary.csv"])))[1:]
    return found


@pytest.mark.parametrize("begin", FORMULA)
def test_what_a_spreadsheet_would_run_stays_text(begin: str) -> None:
    assert cell(f'{begin}HYPERLINK("http://a.example")') == f'\'{begin}HYPERLINK("http://a.example")'


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ('a, "b"\nc', 'a, "b"\nc'),
        ("", ""),
        (None, ""),
        (-3, "-3"),
        (True, "True"),
        ({"=1+1": ["-"]}, '{"=1+1": ["-"]}'),
        ([], "[]"),
        (datetime(2026, 3, 14, 8, 30, tzinfo=UTC), "2026-03-14T08:30:00+00:00"),
    ],
)
def test_all_else_stands_as_it_is(value: Any, found: str) -> None:
    assert cell(value) == found

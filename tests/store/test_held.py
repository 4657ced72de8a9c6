"""What is kept about a chat is told whole, opened and readable, and about nobody else; from the schema, so that no
table can be forgotten."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, Text
from sqlalchemy import Table as SchemaTable

from bot.guide.chat import dump_plan
from bot.store.chats import Store
from bot.store.held import ABOUT_NOBODY, HASHED, SHUT, Table, belongs, is_sealed
from bot.store.tables import metadata
from tests.places import Place
from tests.store.someone import ANNA, BORIS, CHAT, kept, row_of


async def told(store: Store, chat: int) -> dict[str, Table]:
    return {table.name: table for table in await store.held(chat)}


def the(table: Table) -> dict[str, Any]:
    (row,) = table.rows
    return dict(row)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_each_table_belongs_to_a_chat_or_is_about_nobody_with_a_reason(table: SchemaTable) -> None:
    if table.name in ABOUT_NOBODY:
        assert len(ABOUT_NOBODY[table.name].split()) > 3
        with pytest.raises(LookupError):
            belongs(table)
    else:
        column, why = belongs(table)
        assert column.table is table
        assert why


def test_no_reason_is_left_behind_by_a_table_that_is_gone() -> None:
    assert set(ABOUT_NOBODY) <= set(metadata.tables)


def test_a_new_table_of_which_nobody_has_said_anything_is_refused() -> None:
    new = SchemaTable("diary", MetaData(), Column("page", Text))
    with pytest.raises(LookupError, match="diary"):
        belongs(new)


def test_what_is_bytes_is_sealed_and_says_so() -> None:
    for table in metadata.tables.values():
        for column in table.columns:
            assert is_sealed(column) == isinstance(column.type, LargeBinary)
            assert is_sealed(column) == (column.comment or "").startswith("sealed: "), f"{table.name}.{column.name}"


async def test_all_of_one_person_and_nothing_of_another(store: Store) -> None:
    await kept(store, row_of(ANNA, live=[40, 41]), row_of(BORIS), due_at=1_700_000_000.5)
    found = await told(store, ANNA)
    assert set(found) == set(metadata.tables) - set(ABOUT_NOBODY)
    chat, person = the(found["chats"]), the(found["people"])
    assert chat["id"] == person["chat"] == ANNA
    assert chat["due_at"] == datetime.fromtimestamp(1_700_000_000.5, UTC)
    assert chat["live"] == [40, 41]
    assert person["settings"]["pace"] == "slower"
    assert found["erased"].rows == ()
    assert str(BORIS) not in str(found)
    for table in found.values():
        assert [column.name for column in table.columns] == [column.name for column in metadata.tables[table.name].c]


async def test_what_is_sealed_is_opened(store: Store) -> None:
    await kept(store, row_of(ANNA))
    found = await told(store, ANNA)
    chat, person = the(found["chats"]), the(found["people"])
    assert chat["state"]["state"]["kind"] == "playing"
    assert chat["state"]["run"]["before"] == 4
    assert chat["plan"] == json.loads(dump_plan(CHAT) or b"")
    assert sorted(person["health"]["left_out_tags"]) == ["FLEX", "NECK"]
    assert person["health"]["hold"]["until"].startswith("2026-03-15")
    sealed = {f"{table.name}.{column.name}" for table in found.values() for column in table.columns if column.sealed}
    assert sealed == {"chats.state", "chats.plan", "people.health", "runs.run"}
    assert the(found["runs"])["run"]["before"] == 5
    assert the(found["reminders"])["hour"] == "07:30"


async def test_who_left_is_found_by_the_keyed_hash_alone(store: Store) -> None:
    await kept(store, row_of(ANNA))
    async with store.transaction() as tx:
        await tx.erase(ANNA, 40, 12.0)
    found = await told(store, ANNA)
    assert found["chats"].rows == found["people"].rows == ()
    assert the(found["erased"])["message"] == 40
    assert found["erased"].why == HASHED
    assert (await told(store, BORIS))["erased"].rows == ()


async def test_what_can_not_be_opened_says_so_and_the_rest_is_told(store: Store, place: Place) -> None:
    await kept(store, row_of(ANNA))
    await place.overwrite("chats", "plan", b"damaged")
    chat = the((await told(store, ANNA))["chats"])
    assert chat["plan"] == SHUT
    assert chat["state"]["run"]["id"] == "a1b2c3"

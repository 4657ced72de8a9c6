"""A database without its key tells nothing about anybody's health; what can't be opened is taken with care."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.guide.person import Hold, Person
from bot.store.chats import Store, open_store
from bot.store.people import PLAIN
from bot.store.rows import Row
from bot.store.secrets import Keys, Unreadable
from tests.places import Place
from tests.store.someone import ANNA, BORIS, CHAT, NOW, PERSON, bytes_in, kept, row_of

OLD, NEW = (Fernet.generate_key().decode() for _ in "12")


@pytest.mark.parametrize("data", [b"", b"\0", b"calm\x80\0\0", b"x" * 255, b"x" * 256, b"x" * 70_000])
def test_what_was_sealed_is_opened(data: bytes) -> None:
    assert Keys([OLD]).open(Keys([OLD]).seal(data)) == data


def test_what_was_changed_or_sealed_by_others_is_not_opened() -> None:
    sealed = Keys([OLD]).seal(b"calm")
    for bad in (sealed[:-4] + b"AAA=", sealed[:40], b"", Keys([NEW]).seal(b"calm")):
        with pytest.raises(Unreadable):
            Keys([OLD]).open(bad)


def test_the_newest_key_seals_and_the_older_ones_still_open() -> None:
    both = Keys([NEW, OLD])
    assert both.open(Keys([OLD]).seal(b"calm")) == b"calm"
    assert Keys([NEW]).open(both.seal(b"calm")) == b"calm"


async def test_the_files_tell_nothing_about_a_persons_health(on_file: Store, folder: Path) -> None:
    await kept(on_file, row_of(ANNA))
    while_open = bytes_in(folder)
    await on_file.close()
    for data in (while_open, bytes_in(folder)):
        assert b"Pacific/Chatham" in data, "what is plain is found, so what is not found is not there"
        for word in (
            *(b"playing", b"Knees apart", b"Let both knees", b"seated-knees", b"classic", b"HIPX", b"NECK"),
            *(b"hold", b"left_out", b"positions", b"practised", b"a1b2c3"),
        ):
            assert word not in data, word


def test_a_field_of_a_person_that_is_new_is_sealed_unless_it_is_named_plain() -> None:
    sealed = set(Person.__dataclass_fields__) - set(PLAIN)
    assert sealed == {
        *("positions", "hold", "left_out_tags", "left_out_poses", "left_out_kept", "breath", "imagine"),
        *("cautions", "pictures"),
    }


async def test_the_length_tells_not_who_is_held(store: Store, place: Place) -> None:
    person = replace(PERSON, hold=None)
    await kept(store, row_of(ANNA), Row(id=BORIS, chat=replace(CHAT, person=person), rev=1))
    lengths = {length for (length,) in await place.run("SELECT length(health) FROM people")}
    assert len(lengths) == 1


@pytest.mark.parametrize("damage", [b"", b"?", Keys([NEW]).seal(b"{}"), None])
async def test_a_hold_that_cannot_be_read_counts_as_held(store: Store, place: Place, damage: bytes | None) -> None:
    await kept(store, row_of(ANNA))
    if damage is None:
        damage = Keys([(place.folder / "key").read_text().strip()]).seal(b"[not json")
    await place.overwrite("people", "health", damage)
    async with store.transaction() as tx:
        row = await tx.load(ANNA, NOW)
    assert row is not None
    assert row.chat.person.hold == Hold(until=None)
    assert row.chat.person.zone == "Pacific/Chatham"
    assert row.chat.run == CHAT.run


@pytest.mark.parametrize("column", ["state", "plan"])
async def test_a_run_that_cannot_be_read_ends_and_the_chat_goes_on(store: Store, place: Place, column: str) -> None:
    await kept(store, row_of(ANNA, live=[40]))
    for damage in (b"?", Keys([(place.folder / "key").read_text().strip()]).seal(b"neither packed nor JSON")):
        await place.overwrite("chats", column, damage)
        async with store.transaction() as tx:
            row = await tx.load(ANNA, NOW)
            assert row is not None
            assert (row.chat.state.kind, row.chat.run, row.chat.person) == ("idle", None, PERSON)
            assert (row.rev, row.live) == (7, [40])
    async with store.transaction() as tx:
        row.rev += 1
        await tx.save(row, None)
    assert await store.peek(ANNA, NOW) == row


async def test_who_left_is_known_under_each_key_and_to_nobody_without_one(place: Place) -> None:
    store = await open_store(place.url, Keys([OLD]), place.folder)
    async with store.transaction() as tx:
        await tx.erase(ANNA, 40, 1.0)
    await store.close()
    store = await open_store(place.url, Keys([NEW, OLD]), place.folder)
    async with store.transaction() as tx:
        assert [await tx.erased_upto(ANNA), await tx.erased_upto(BORIS)] == [40, None]
        await tx.erase(ANNA, 50, 2.0)
        assert await tx.erased_upto(ANNA) == 50
    await store.close()
    assert Keys([OLD]).mark(ANNA) != Keys([NEW]).mark(ANNA)

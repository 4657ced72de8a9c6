"""A person's own data, through the whole bot: the picture of how it goes, the file, the rows that are held, /forget."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from bot.guide.kept import KeptRun
from bot.guide.person import CONSENT_VERSION, Dated
from bot.localchat import Message, create_app
from bot.store.held import is_sealed
from bot.store.tables import metadata
from tests.conversations.conftest import TOKEN, YOU, House
from tests.store.someone import bytes_in


async def been_here(house: House, runs: int = 4) -> list[str]:
    """Somebody who said yes, with a reminder and some sessions. Gives the runs' ids, the oldest first."""
    await house.say("/start")
    await house.sees("I'm Easeback")
    await house.quiet()
    assert house.parts is not None
    now = house.clock.now()
    ids = [f"{n:016x}" for n in range(runs)]
    async with house.parts.store.transaction() as tx:
        row = await tx.load(YOU, now)
        assert row is not None
        row.chat = replace(
            row.chat,
            person=replace(
                row.chat.person,
                zone="Europe/Berlin",
                consent=Dated(version=CONSENT_VERSION, at=now),
                left_out_tags=frozenset({"NECK"}),
            ),
            kept=tuple(
                KeptRun(
                    id=name,
                    at=now - timedelta(days=runs - n, hours=1),
                    session="classic",
                    position="chair",
                    minutes=8,
                    before=6,
                    after=4,
                )
                for n, name in enumerate(ids)
            ),
        )
        await tx.save(row, None)
    await house.say("/remind")
    await house.tap_when("When shall I come by?", "7:00")
    await house.sees("Each day at 7:00")
    return ids


async def downloaded(house: House, message: Message) -> bytes:
    """The file of a message, as a client loads it."""
    about = message.body.get("document") or message.body["photo"][-1]
    transport = httpx.ASGITransport(app=create_app(house.telegram))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        found = await client.post(f"/bot{TOKEN}/getFile", json={"file_id": about["file_id"]})
        file = await client.get(f"/file/bot{TOKEN}/{found.json()['result']['file_path']}")
    return file.content


# ── how it goes ───────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_how_it_goes_is_a_picture_with_the_same_in_words(bot: House) -> None:
    await been_here(bot)
    await bot.say("/progress")
    shown = await bot.sees("In the last 30 days: 4 sessions")
    assert shown.kind == "photo"
    assert (await downloaded(bot, shown)).startswith(b"\x89PNG")
    assert "The classic (4 times)" in shown.text
    await bot.tap("Day by day")
    days = await bot.sees("Day by day")
    assert days.text.count("pain 6 before, 4 after") == 4
    assert days.id > shown.id, "a picture stays, the words come under it"
    await bot.tap("Last week", shown)
    await bot.sees_after(days.id, "week")
    assert await bot.tap("Look back each week", shown) == "All right. The first reminder of a week has a look back."
    assert (await bot.chat()).person.settings.look_back


async def test_who_keeps_nothing_is_asked_and_who_has_done_nothing_is_invited(bot: House) -> None:
    await bot.say("/start")
    await bot.sees("I'm Easeback")
    await bot.say("/progress")
    await bot.sees("I keep no scores")
    await bot.tap("Yes, keep it")
    await bot.sees("You said I may keep when you practised")
    await bot.say("/progress")
    await bot.sees("There is nothing to show yet.")


async def test_what_can_not_be_read_just_now_is_not_said_to_be_nothing_and_the_next_answer_comes(bot: House) -> None:
    await been_here(bot, runs=1)
    if bot.database:
        return  # a file is easily spoiled for a moment
    with closing(sqlite3.connect(bot.home / "easeback.db")) as database:
        await bot.say("/privacy")
        await bot.sees("What I keep about you")
        held = bot.parts.store.held  # type: ignore[union-attr]
        database.execute("ALTER TABLE erased RENAME TO elsewhere")
        await bot.tap("Show me all of it")
        await asyncio.sleep(0.5)
        assert "I keep nothing about you" not in bot.last.text
        database.execute("ALTER TABLE elsewhere RENAME TO erased")
        assert await held(YOU)
    await bot.say("/help")
    await bot.sees("How this works")


# ── the file ──────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_all_that_is_kept_comes_as_a_file_that_says_what_it_is(bot: House) -> None:
    ids = await been_here(bot)
    await bot.say("/export")
    await bot.sees("it travels through Telegram")
    await bot.tap("Send it")
    message = await bot.sees("All that I keep about you. README.txt")
    assert message.kind == "document"
    with zipfile.ZipFile(io.BytesIO(await downloaded(bot, message))) as packed:
        names = set(packed.namelist())
        note = packed.read("README.txt").decode()
        everything = json.loads(packed.read("easeback.json"))
        rows = list(csv.DictReader(io.StringIO(packed.read("runs.csv").decode())))
    assert names >= {"README.txt", "easeback.json", "chats.csv", "people.csv", "reminders.csv", "runs.csv"}
    assert set(everything["tables"]) == {"chats", "people", "reminders", "runs", "erased"}
    assert [row["id"] for row in everything["tables"]["runs"]["rows"]] == ids
    assert [json.loads(row["run"])["after"] for row in rows] == [4] * 4
    (person,) = everything["tables"]["people"]["rows"]
    assert person["health"]["left_out_tags"] == ["NECK"]
    assert "state: sealed: state, and run without its plan" in note
    for table in metadata.tables:
        assert (f"{table.upper()} (" in note) == (table in everything["tables"])


# ── the rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_the_very_rows_are_shown_and_each_is_erased_from_its_own_page(bot: House) -> None:
    ids = await been_here(bot, runs=2)
    await bot.say("/privacy")
    await bot.sees("What I keep about you")
    await bot.tap("Show me all of it")
    page = await bot.sees("This chat: where we are · 1 of 5")
    assert page.button("Erase all").data == "menu:forget"
    seen = [page.text]
    while any(button.text == "→" for row in bot.last.buttons for button in row):
        await bot.tap("→")
        await bot.sees(f"{len(seen) + 1} of 5")
        seen.append(bot.last.text)
    assert bot.last.id == page.id, "it turns in place"
    assert any("Europe/Berlin" in text for text in seen)
    assert sum('"after": 4' in text for text in seen) == 2
    await erased(bot, "A session you did")
    assert len((await bot.chat()).kept) == 1
    await erased(bot, "What I know of you")
    chat = await bot.chat()
    assert (chat.person.zone, chat.person.consent, chat.person.left_out_tags) == (None, None, frozenset())
    assert chat.kept == ()
    assert bot.parts is not None
    held = {table.name: table.rows for table in await bot.parts.store.held(YOU)}
    assert not held["runs"], f"{ids} hang on what was said yes to"


async def erased(house: House, name: str) -> None:
    """Turn to the first row of that name, and erase it."""
    await house.say("/privacy")
    await house.sees("What I keep about you")
    await house.tap("Show me all of it")
    await house.sees("1 of ")
    at = 1
    while name not in house.last.text:
        await house.tap("→")
        at += 1
        await house.sees(f"{at} of ")
    await house.tap("Erase this")
    await house.sees("?")
    await house.tap("Erase this")
    await house.sees("It is gone.")
    await house.quiet()


async def test_a_hold_and_that_the_notice_was_read_outlive_what_is_erased(bot: House) -> None:
    await bot.say("/backpain")
    await bot.sees("Before you move")
    await bot.tap("Yes or not sure")
    await bot.sees("Which list?")
    await bot.tap("Get help now")
    await bot.sees("Please stop here.")
    await erased(bot, "What I know of you")
    await bot.say("/backpain")
    await bot.sees("Movements wait")


# ── /forget ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("way", ["/forget", "/privacy"])
async def test_after_forget_no_file_holds_anything_of_them(house: House, way: str) -> None:
    """In the middle of a session, with all that can be kept."""
    async with house.running():
        ids = await been_here(house)
        await house.say("/backpain")
        await house.sees("Before you move")
        await house.tap("None of these")
        await house.sees("How would you like to be")
        await house.tap("Chair")
        await house.sees("1 of 11")
        await house.quiet()
        assert house.parts is not None
        theirs = [str(YOU).encode(), b"Europe/Berlin", *(name.encode() for name in ids), *await sealed(house)]
        if not house.database:
            assert all(each in bytes_in(house.home) for each in theirs[1:])
        await house.say(way)
        if way == "/privacy":
            await house.sees("What I keep about you")
            await house.tap("Erase all")
        await house.sees("Erase all that I keep about you?")
        await house.tap("Erase all")
        await house.sees("All that I kept about you is gone.")
        await asyncio.sleep(0.3)
        assert not [row for table in await house.parts.store.held(YOU) if table.name != "erased" for row in table.rows]
        if not house.database:
            left = bytes_in(house.home)
            assert [each[:20] for each in theirs if each in left] == []
    if not house.database:
        left = bytes_in(house.home)
        assert [each[:20] for each in theirs if each in left] == []


async def sealed(house: House) -> list[bytes]:
    """The beginnings of what is stored sealed about them now, as they lie on the disk; the rest may lie elsewhere."""
    assert house.parts is not None
    columns = [column for table in metadata.sorted_tables for column in table.columns if is_sealed(column)]
    found: list[bytes] = []
    async with house.parts.store.transaction() as tx:
        for column in columns:
            found += await tx.call(lambda connection, column=column: list(connection.execute(select(column)).scalars()))
    return [each[:80] for each in found if each]


# ── what outlives a run ───────────────────────────────────────────────────────────────────────────────────────────────
ALWAYS = {
    *("positions", "hold", "cautions", "pictures", "left_out_tags", "left_out_kept", "left_out_poses"),
    *("breath", "imagine"),
}
"""What is kept sealed without a consent, by name (content.md, section 8); a new field has to be thought about here."""


async def test_who_says_no_leaves_nothing_of_the_run_but_what_nothing_is_safe_without(bot: House) -> None:
    await bot.say("/backpain")
    await bot.sees("Before you move")
    await bot.tap("None of these")
    await bot.sees("How would you like to be")
    await bot.tap("Some movements")
    await bot.sees("Which of these fit you?")
    await bot.tap("Sore shoulder")
    await bot.quiet()
    await bot.tap("Only today")
    await bot.sees("How would you like to be")
    await bot.tap("Chair")
    await bot.sees("1 of 11")
    await bot.tap("7")
    await bot.quiet()
    await bot.tap("Done")
    await bot.sees("2 of 11")
    bot.clock.skip(20)
    await bot.say("/stop")
    await bot.sees("Pain now?")
    await bot.tap("3")
    await bot.sees("May I keep this")
    await bot.tap("No")
    await bot.quiet()
    bot.clock.skip(1900)
    assert bot.parts is not None
    await asyncio.sleep(0.5)
    held = {table.name: table.rows for table in await bot.parts.store.held(YOU)}
    assert (held["runs"], held["reminders"], held["erased"]) == ((), (), ())
    (chat,), (person,) = held["chats"], held["people"]
    assert chat["plan"] is None
    assert chat["state"]["run"] is None
    state = {name: value for name, value in chat["state"]["state"].items() if value not in (None, [], "")}
    assert set(state) <= {"kind", "at", "seen", "there"}, "no score"
    assert state["kind"] == "idle"
    assert set(person["health"]) == ALWAYS
    told = {name: value for name, value in person["health"].items() if value not in (None, [], {}, False)}
    assert set(told) <= {"cautions", "breath"}, "what was left out only today is gone, the position with it"
    assert person["consent"]["yes"] is False
    assert person["acknowledged"]["version"]

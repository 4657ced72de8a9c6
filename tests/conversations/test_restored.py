"""A backup from the middle of a busy hour is restored: nothing comes by itself, and everybody is answered rightly."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.guide.chat import Chat, Hurting, Paused, Playing
from bot.localchat import Message
from bot.store.backup import back_up
from bot.store.chats import open_store
from bot.store.restore import restore
from bot.store.secrets import find_keys
from tests.conversations.conftest import House
from tests.places import Place
from tests.store.someone import ANNA, kept, row_of

BOT = 1
PATIENCE = 60
"""Seconds (real) for which something is waited for."""


@dataclass
class Somebody:
    """One of many people in the house."""

    house: House
    id: int
    said: int = 0
    """Their last message: what came before it is not looked at any more."""
    backup_made: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, text: str) -> None:
        self.said = (await self.house.telegram.say(self.id, text)).id

    async def sees(self, *words: str) -> Message:
        """Wait until one of the bot's messages, from the newest, holds these words."""
        await self.house.telegram.until(lambda: bool(self.having(*words)), PATIENCE)
        return self.having(*words)[-1]

    async def tap(self, label: str) -> str:
        """Tap the newest button with this label, as soon as it is there; gives the toast."""
        await self.house.telegram.until(lambda: self.button(label) is not None, PATIENCE)
        found = self.button(label)
        assert found is not None
        tap = await self.house.telegram.tap(self.id, *found)
        return (await tap.answered(15)).text

    async def to_step(self) -> None:
        await self.say("/backpain")
        await self.tap("None of these")
        await self.tap("Chair")
        await self.tap("Done")
        await self.sees("Breathe · 2 of 11")
        await asyncio.sleep(0.9)  # nobody is done sooner: that would be a double tap

    def having(self, *words: str) -> list[Message]:
        return [m for m in self.messages if all(word in m.text for word in words)]

    def button(self, label: str) -> tuple[int, str] | None:
        for message in reversed([message for message in self.messages if message.id > self.said]):
            for button in (b for row in message.buttons for b in row):
                if label in button.text:
                    return message.id, button.data
        return None

    @property
    def messages(self) -> list[Message]:
        return [m for m in self.house.telegram.messages(self.id) if m.by_bot]

    async def chat(self) -> Chat | None:
        assert self.house.parts is not None
        row = await self.house.parts.store.peek(self.id, self.house.clock.now())
        return row.chat if row else None


# ── what people do in the hour ────────────────────────────────────────────────────────────────────────────────────────
async def goes_on(one: Somebody) -> None:
    await one.to_step()
    await one.tap("Done")
    await one.sees("3 of 11")
    await asyncio.sleep(0.9)
    await one.tap("Done")
    await one.sees("4 of 11")


async def is_hurt_and_stops(one: Somebody) -> None:
    await one.to_step()
    await one.tap("It hurts")
    await one.sees("Ease out slowly.")
    await asyncio.sleep(1)
    await one.tap("End")


async def leaves(one: Somebody) -> None:
    await one.to_step()
    await one.backup_made.wait()
    await one.say("/forget")
    await one.tap("Erase all")
    await one.sees("is gone")


async def leaves_and_comes_back(one: Somebody) -> None:
    await one.say("/backpain")
    await one.sees("Before you move")
    await one.say("/forget")
    await one.tap("Erase all")
    await one.sees("is gone")
    await one.to_step()


async def reads_slowly(one: Somebody) -> None:
    await one.say("/backpain")
    await one.sees("Before you move")
    await asyncio.sleep(2)
    await one.tap("None of these")
    await one.tap("Chair")
    await one.sees("Settle")


async def comes_late(one: Somebody) -> None:
    await one.backup_made.wait()
    await one.say("/backpain")
    await one.tap("None of these")
    await one.tap("Rest")
    await one.sees("Settle")


LIVES: tuple[Callable[[Somebody], Coroutine[Any, Any, None]], ...] = (
    goes_on,
    is_hurt_and_stops,
    leaves,
    leaves_and_comes_back,
    reads_slowly,
    comes_late,
)


async def backed_up(house: House, folder: Path) -> Path:
    return (await back_up(house.database or None, house.home, folder / "backup", time.time())).file


async def put_back(house: House, backup: Path) -> None:
    await restore(backup, house.database or None, find_keys(None, house.home), house.home, BOT, time.time())


@pytest.fixture
async def hour(house: House, tmp_path: Path) -> tuple[list[Somebody], Path]:
    """Twelve people, an hour, and the backup that was made while they were tapping."""
    house.engine = None  # it is about what is kept, not about sound
    people = [Somebody(house, 7000 + n) for n in range(2 * len(LIVES))]
    async with house.running():
        lives = [asyncio.create_task(live(one)) for one, live in zip(people, LIVES * 2, strict=True)]
        await house.telegram.until(lambda: any(one.having("Breathe") for one in people), PATIENCE)
        backup = await backed_up(house, tmp_path)
        for one in people:
            one.backup_made.set()
        await asyncio.gather(*lives)
        house.clock.skip(3600)
        await asyncio.sleep(0.5)
    return people, backup


async def chats_in(backup: Path, house: House, folder: Path) -> dict[int, Chat]:
    """What a backup holds, by chat."""
    shutil.copytree(house.home, folder, ignore=shutil.ignore_patterns("notes", "easeback.db*"))
    shutil.copy(backup, folder / "easeback.db")
    store = await open_store(None, find_keys(None, folder), folder)
    ids = [id for (id,) in rows(backup, "SELECT id FROM chats")]  # noqa: A001
    found = {id: await store.peek(id, house.clock.now()) for id in ids}  # noqa: A001
    await store.close()
    return {id: row.chat for id, row in found.items() if row is not None}  # noqa: A001


def rows(file: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query).fetchall()


def who_left(file: Path, people: list[Somebody]) -> set[tuple[int, float]]:
    """Who is noted as having left, and when."""
    keys = find_keys(None, people[0].house.home)
    noted = dict(rows(file, "SELECT hash, at FROM erased"))
    return {(one.id, noted[keys.mark(one.id)]) for one in people if keys.mark(one.id) in noted}


def steps(chat: Chat) -> set[int]:
    """Where a run may be; empty if no run is at a step."""
    match chat.state:
        case Playing(step=step, heard=heard):
            return {step, heard}
        case Paused(step=step) | Hurting(step=step):
            return {step}
    return set()


async def answered(one: Somebody, then: Chat | None) -> None:
    """Whatever they tap on what they see, or say, is answered rightly. `then`: their chat, if it came back."""
    shown = next(((m, m.buttons[0][0]) for m in reversed(one.messages) if m.buttons), None)
    toast = ""
    if shown:
        toast = (await (await one.house.telegram.tap(one.id, shown[0].id, shown[1].data)).answered(15)).text
    else:
        await one.say("hello")
    if then is None:
        assert toast in ("", "I don't know this chat any more. Write /start to begin.")
        await one.say("/start")
        await one.sees("I'm Easeback.")
        assert await one.chat() is not None
    elif not steps(then):
        assert toast in ("", "Nothing runs right now. To begin: /backpain")
        if not toast:
            await one.sees("I read only buttons")
    else:
        assert toast in ("", "That one is over. We are here now.")
        await one.sees("I lost track of the last part")
        await one.tap("Go on")
        await one.sees("Ease out slowly." if isinstance(then.state, Hurting) else " of 11")
        chat = await one.chat()
        assert chat is not None
        assert chat.run is not None
        assert then.run is not None
        assert chat.run.id == then.run.id
        assert steps(chat) & steps(then)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_nothing_comes_by_itself_and_everybody_is_answered(
    house: House, hour: tuple[list[Somebody], Path], tmp_path: Path
) -> None:
    people, backup = hour
    left = who_left(house.home / "easeback.db", people) - who_left(backup, people)
    then = await chats_in(backup, house, tmp_path / "then")
    gone = {id for id, _ in left}  # noqa: A001
    assert gone & then.keys(), "some left after the backup was made"
    assert {one.id for one in people} - then.keys(), "and some came"
    assert any(steps(chat) for chat in then.values()), "some were in the middle of a run"

    await put_back(house, backup)
    seen = {one.id: [m.id for m in one.messages] for one in people}
    async with house.running():
        assert "a backup that was restored" in "".join(house.told)
        await asyncio.sleep(1)
        assert {one.id: [m.id for m in one.messages] for one in people} == seen, "nothing is sent by itself"
        assert [await Somebody(house, id).chat() for id in sorted(gone)] == [None] * len(gone)  # noqa: A001
        await asyncio.gather(*(answered(one, None if one.id in gone else then.get(one.id)) for one in people))
    assert rows(house.home / "easeback.db", "PRAGMA integrity_check") == [("ok",)]
    assert rows(house.home / "easeback.db", "SELECT count(*) FROM chats WHERE sending NOTNULL") == [(0,)]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_what_was_on_the_wire_is_not_sent_again(house: House, place: Place, tmp_path: Path) -> None:
    store = await place.open()
    row = replace(row_of(ANNA), send_at=1.0, sending=7, rev=7, part=1, doubts=1, live=[40], dead=[(39, "delete")])
    row.chat = replace(row.chat, person=replace(row.chat.person, inactive_since=None))
    await kept(store, row, due_at=1.0)
    backup = await backed_up(house, tmp_path)
    await store.close()
    await put_back(house, backup)
    calls = house.telegram.record()
    async with house.running():
        assert house.parts is not None
        came = await house.parts.store.peek(ANNA, house.clock.now())
        await asyncio.sleep(0.5)
    assert came is not None
    assert came.rev > 10**12, "a number that no button has"
    assert (came.send_at, came.sending, came.part, came.doubts) == (None, None, 0, 0)
    assert {message for message, _ in came.dead} <= {39, 40}
    assert isinstance(came.chat.state, Paused)
    assert not [call.method for call in calls if call.method.startswith("send")]


async def test_it_hurts_and_forget_are_not_refused_and_a_tap_from_meanwhile_is_answered(
    house: House, tmp_path: Path
) -> None:
    house.engine = None
    anna, boris, clara, dora = (Somebody(house, 7000 + n) for n in range(4))
    async with house.running():
        await asyncio.gather(anna.to_step(), boris.to_step(), clara.to_step())
        backup = await backed_up(house, tmp_path)
        await boris.tap("Done")
        await boris.sees("3 of 11")
        await clara.say("/forget")
        await clara.sees("Erase all that I keep")
        await dora.say("/backpain")
        await dora.sees("Before you move")
    await put_back(house, backup)
    done = anna.button("Done")
    assert done is not None
    tap = await house.telegram.tap(anna.id, *done)  # nobody is there
    async with house.running():
        assert (await tap.answered(15)).text == "That one is over. We are here now."
        await anna.sees("I lost track of the last part")
        await boris.tap("It hurts")
        await boris.sees("Ease out slowly.")
        hurts = await (await house.telegram.tap(dora.id, dora.messages[-1].id, "hurts:1")).answered(15)
        assert hurts.text.startswith("Rest the way that hurts least."), "though her chat is not known any more"
        await clara.tap("Erase all")
        await house.telegram.until(lambda: len(clara.having("Erase all that I keep")) == 2, PATIENCE)
        await clara.tap("Erase all")
        await clara.sees("is gone")
        assert await clara.chat() is None
        await house.telegram.until(lambda: sum(bool(m.buttons) for m in anna.messages) == 1, PATIENCE)
        assert len(anna.having("I lost track")) == 1

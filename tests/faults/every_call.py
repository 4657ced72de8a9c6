"""People whose every act has a failing call of the database behind it, and the bots that live through it.

`python -m tests.faults.every_call` takes every call with every error, once and for a while (about five minutes); the
suite takes every eighth call, with one of them. Touches bots of its own in a folder of its own, in process.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.localchat import Button, Clock, Fault, LocalTelegram, Message
from tests import notes
from tests.conversations.conftest import TOKEN, House

ERRORS = {"SQLITE_FULL": 13, "SQLITE_IOERR_WRITE": 778, "SQLITE_BUSY": 5}
ONCE, WHILE = 0.0, 0.4
"""Seconds (real) for which every call fails after the one that was meant."""
WITHIN = 10.0
"""Seconds (real) in which a person has what they asked for, on a busy machine. A bot's own pause is a second at most;
a claim that was forgotten would take thirty."""
LANES = 4
"""Bots side by side: they spend most of their time in pauses."""


class Driver:
    """The hook of the store (bot/store/database.py): fails as SQLite's driver does, at the n-th call from `arm` on."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        """Where it failed since it was armed."""
        self._calls, self._nth, self._lasts, self._until, self._error = 0, 0, 0.0, 0.0, ""

    def arm(self, nth: int, error: str, lasts: float = ONCE) -> None:
        """`error`: SQLite's name of it. `lasts`: seconds (real) for which all calls after that one fail as well."""
        self.failed = []
        self._calls, self._nth, self._lasts, self._until, self._error = 0, nth, lasts, 0.0, error

    def disarm(self) -> None:
        """Be well."""
        self._nth = 0

    def __call__(self, point: str) -> None:
        """What the store does next."""
        if not self._nth:
            return
        self._calls += 1
        if self._calls == self._nth:
            self._until = time.monotonic() + self._lasts
        elif time.monotonic() >= self._until:
            return
        self.failed.append(point)
        raise as_sqlite(self._error)


def as_sqlite(name: str) -> sqlite3.OperationalError:
    """An error as the driver raises it."""
    error = sqlite3.OperationalError("as the driver says it")
    error.sqlite_errorname, error.sqlite_errorcode = name, ERRORS[name]
    return error


@dataclass
class Lane:
    """A bot whose database fails, and what went over its wire."""

    house: House
    driver: Driver
    beside: sqlite3.Connection
    """To the same database."""
    sent: Counter[int] = field(default_factory=Counter)
    """Messages by chat."""
    wrong: list[str] = field(default_factory=list)
    """Screens that were sent without a claim in the database, and probes: nothing here is ever in doubt."""

    async def watch(self, method: str, parameters: Mapping[str, Any]) -> Fault | None:
        """What is on the wire now, beside what is committed now."""
        if method == "sendChatAction":
            self.wrong.append("a probe")
        if method in ("sendMessage", "sendVoice"):
            chat = int(parameters["chat_id"])
            self.sent[chat] += 1
            keys = json.loads(parameters.get("reply_markup") or "{}").get("inline_keyboard", [])
            rev = next((rev for row in keys for key in row if (rev := key["callback_data"].partition(":")[2])), "")
            if rev.isdecimal() and int(rev) != self.look("sending", chat):
                self.wrong.append(f"unclaimed: {parameters.get('text') or parameters.get('caption')}")
        return None

    def look(self, column: str, chat: int) -> Any:
        """A column of a chat as it is committed; None if there is no row."""
        found = self.beside.execute(f"SELECT {column} FROM chats WHERE id = ?", (chat,)).fetchone()  # noqa: S608 - ours
        return found[0] if found else None


@asynccontextmanager
async def lane(home: Path, shelf: Path) -> AsyncIterator[Lane]:
    """A running bot. `shelf`: a folder with its notes."""
    shutil.copytree(shelf, home / "notes", copy_function=os.link)
    clock, driver = Clock(), Driver()
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=clock)
    house = House(home, telegram, clock, before=driver)
    try:
        async with house.running():
            with closing(sqlite3.connect(home / "easeback.db", isolation_level=None)) as beside:
                lane = Lane(house, driver, beside)
                telegram.fault = lane.watch
                yield lane
    finally:
        await telegram.close()


@dataclass
class Person:
    """Somebody on their mat."""

    lane: Lane
    id: int

    @property
    def shown(self) -> list[Message]:
        """The bot's messages."""
        return [m for m in self.lane.house.telegram.messages(self.id) if m.by_bot]

    @property
    def buttons(self) -> list[tuple[Message, Button]]:
        """What can be tapped, the newest message first."""
        return [(message, button) for message in reversed(self.shown) for row in message.buttons for button in row]

    async def does(self, what: str) -> None:
        """A word, the label of a button in brackets, or "time": the clock goes on to what is due next."""
        house = self.lane.house
        if what == "time":
            house.clock.skip_to(datetime.fromtimestamp(self.lane.look("due_at", self.id) + 0.01, UTC))
        elif what.startswith("["):
            message, button = next((m, b) for m, b in self.buttons if what[1:-1] in b.text)
            await house.telegram.tap(self.id, message.id, button.data)
        else:
            await house.telegram.say(self.id, what)

    def rests(self) -> bool:
        """Everything is shown, and old buttons are gone."""
        return self.lane.look("send_at IS NULL AND sending IS NULL AND dead IS NULL", self.id) in (1, None)


@dataclass(frozen=True, slots=True)
class Act:
    """Something happens, and what comes of it."""

    what: str
    words: str
    """What the newest message says afterwards."""
    sends: int = 1
    """Messages that are sent for it."""
    done: Callable[[Person], bool] = lambda _: True
    """What else must have come of it."""
    durable: bool = True
    """False for a direct answer: it goes out after its commit, and nobody remembers that it was due."""


ACTS = (
    Act("/start", "I'm Easeback", durable=False),
    Act("/backpain", "Before you move"),
    Act("[None of these]", "How would you like"),
    Act("[Chair]", "Settle · 1 of 11"),
    Act("[4]", "Settle · 1 of 11", sends=0, done=lambda who: any("✓4" in b.text for _, b in who.buttons)),
    Act("[Done]", "Breathe · 2 of 11"),
    Act("time", "Three slow breaths · 3 of 11"),
    Act("[It hurts]", "Ease out"),
    Act("/forget", "Erase all that I keep"),
    Act("[Erase all]", "is gone", sends=0, done=lambda who: who.lane.look("id", who.id) is None, durable=False),
    Act("/backpain", "Before you move"),
    Act("time", "Before you move", sends=0, done=lambda who: not who.shown[-1].buttons),
)
"""A person's whole way, and the end of their patience in silence."""


async def live_through(person: Person, first: int, step: int, turn: int) -> set[str]:
    """Every act, with a call after it failing: the `first`, or one of the `step - 1` after it, in turn.

    Gives the acts that had so many calls. `turn`, the call and the act choose the error, and for how long it is there.
    """
    lane, expected, failed = person.lane, 0, set()
    for number, act in enumerate(ACTS):
        nth = first + number % step
        error, lasts = list(ERRORS)[(turn + nth) % 3], (ONCE, WHILE)[(turn // 3 + nth + number) % 2]
        lane.driver.arm(nth, error, lasts)
        await person.does(act.what)
        expected += act.sends
        began = time.monotonic()
        while not (
            lane.sent[person.id] == expected
            and person.rests()
            and act.words in person.shown[-1].text
            and act.done(person)
        ):
            waited = time.monotonic() - began
            if not act.durable and "committed" in lane.driver.failed and waited > 2:
                expected = lane.sent[person.id]  # whether it is due is known to nobody
                break
            seen = f"{act.what}, call {nth}, {error} for {lasts} s: {[m.text[:30] for m in person.shown]}"
            assert lane.sent[person.id] <= expected, seen
            assert waited < WITHIN, seen
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.02)  # what is looked up after it may fail, too
        lane.driver.disarm()
        if lane.driver.failed:
            failed.add(act.what)
    assert lane.sent[person.id] == expected
    assert lane.wrong == []
    return failed


async def every_call(folder: Path, shelf: Path, turns: Iterable[int], step: int = 1) -> Counter[str]:
    """People come until there is no act left with so many calls. Gives how often each act failed."""
    failed = Counter[str]()
    async with AsyncExitStack() as stack:
        lanes = [await stack.enter_async_context(lane(folder / str(n), shelf)) for n in range(LANES)]
        for turn in turns:
            calls = iter(range(1, 1000, step))

            async def work(lane: Lane, turn: int, calls: Iterable[int]) -> None:
                for first in calls:
                    reached = await live_through(Person(lane, 1000 * (turn + 1) + first), first, step, turn)
                    failed.update(reached)
                    if not reached:
                        return

            async with asyncio.TaskGroup() as group:
                for one in lanes:
                    group.create_task(work(one, turn, calls))
    return failed


async def main() -> None:
    """Everything, and how often each act failed."""
    with tempfile.TemporaryDirectory() as folder:
        shelf = Path(folder, "notes")
        await notes.fill(shelf)
        for act, times in (await every_call(Path(folder), shelf, range(6))).items():
            print(f"{times:5}  {act}")


if __name__ == "__main__":
    asyncio.run(main())

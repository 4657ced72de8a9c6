"""Looks at a bot that is left alone: is all told, all shown, are old buttons dead? Touches its world and its store."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from bot.app import LATE, TWICE
from bot.chat.messenger import data_of
from bot.guide.events import ALWAYS
from bot.guide.library import Library
from bot.guide.screens import screen
from bot.localchat.entities import formatted
from bot.media.voice.engine import Hibari
from bot.store.chats import open_store
from bot.store.rows import Row
from bot.store.secrets import find_keys
from tests.kill.case import CONTENT, WORDS, Case
from tests.kill.judge import Did, Event, Saw
from tests.kill.world import Person, buttons, text

CALM = 10.0
"""Seconds (real) for which nothing may be due in a chat that counts as quiet."""
GROWS_QUIET, ANSWERS = 180.0, 15.0
"""Seconds (real) in which it must be quiet, and a tap be answered."""
ARRIVES = 1.0
"""Seconds (real) in which people see what the database says they were shown."""
TAPS = 8
"""Old buttons of one chat that are tapped: more would be a flood."""


class Look:
    """Looks at one world, again and again."""

    def __init__(self, case: Case, chance: random.Random) -> None:
        self._case, self._world, self._chance = case, case.world, chance
        self._told: set[tuple[int, int, str]] = set()
        self._lines = 0
        """Of the bot's log, as far as it was read."""

    async def while_it_runs(self) -> None:
        """Wait until it is quiet, then try old buttons."""
        if not await self._grows_quiet():
            self._case.wrong(f"it does not grow quiet: {self._restless()}")
        await self._old_buttons()

    async def when_it_has_stopped(self) -> None:
        """Compare what is seen with what is stored; read its log; judge what people saw."""
        await self._truth()
        self._read_log()
        self._judge()

    async def _grows_quiet(self) -> bool:
        ends = time.monotonic() + GROWS_QUIET
        while time.monotonic() < ends:
            await asyncio.sleep(0.1)
            with suppress(sqlite3.OperationalError):  # no tables yet, or the log is just being opened
                if not self._restless():
                    await asyncio.sleep(ARRIVES)
                    return True
        return False

    def _restless(self) -> str:
        noted, acts = self._world.rows("SELECT count(*) FROM updates_seen"), self._world.acts
        if noted != [(acts,)]:
            return f"{acts} updates, noted {noted}"
        soon = self._world.now() + CALM * self._world.speed
        moving = "send_at IS NOT NULL OR sending IS NOT NULL OR dead IS NOT NULL OR due_at < " + str(soon)
        found = self._world.rows(f"SELECT id, send_at, sending, dead, due_at FROM chats WHERE {moving}")  # noqa: S608
        return f"at {time.time()}: {found}" if found else ""

    async def _old_buttons(self) -> None:
        """Only the present screen wears buttons; one that nobody could know of loses them when it is tapped."""
        revs = dict(self._world.rows("SELECT id, rev FROM chats"))
        given_up = {number for (number,) in self._world.rows("SELECT id FROM chats WHERE doubts > 1")}  # a tap shows it
        due = dict(self._world.rows("SELECT id, due_at FROM chats WHERE due_at IS NOT NULL"))
        before = {number: self._seen_by(person) for number, person in self._world.people.items()}
        acts = [(person, *act) for n, person in self._world.people.items() for act in self._old(person, revs.get(n))]
        taps = [(person, await person.tap(message, data)) for person, message, data in acts]
        for person, query in taps:
            try:
                if not await person.answered(query, ANSWERS):
                    self._case.wrong("an old button was answered with nothing", person)
            except AssertionError:
                self._case.wrong("an old button was not answered", person)
        if not await self._grows_quiet():
            self._case.wrong(f"after taps on old buttons it does not grow quiet: {self._restless()}")
        now = dict(self._world.rows("SELECT id, rev FROM chats"))
        for person, message, data in acts:
            worn = buttons(person.messages.get(message, {}))
            if data in worn and person.number in revs:
                self._case.wrong(f"message {message} still wears old buttons after a tap", person)
        closed = {number for number, at in due.items() if at <= self._world.now()}  # on a busy machine time acted
        for number in self._world.people.keys() - given_up - closed:
            person = self._world.people[number]
            if self._seen_by(person) != before[number] or now.get(number) != revs.get(number):
                self._case.wrong("an old button changed something", person)

    def _old(self, person: Person, rev: int | None) -> list[tuple[int, str]]:
        """Old buttons to be tapped: those that are still worn, and one that was tapped before."""
        worn = [m for m in person.having("") if _stale(next(iter(buttons(m)), ""), rev)]
        parted = max((i for i, event in enumerate(person.log) if _parts(event)), default=-1)
        earlier = {event.message for event in person.log[: parted + 1] if isinstance(event, Saw)}
        for message in {message["message_id"] for message in worn} & self._case.settled - earlier:
            self._case.wrong(f"message {message} still wears old buttons", person)
        tapped = [(e.message, e.what) for e in person.log if isinstance(e, Did) and e.kind == "tap"]
        tapped = [(m, data) for m, data in tapped if _stale(data, rev) and not _acts_always(data)]
        old = [(m["message_id"], _harmless(m)) for m in worn[-TAPS:]]
        return [*old, *self._chance.sample(tapped, min(1, len(tapped)))]

    def _seen_by(self, person: Person) -> list[int]:
        return [shown.index for shown in self._case.judge.screens(person.log)]

    async def _truth(self) -> None:
        """What is stored is what is seen."""
        acts, noted = self._world.acts, self._world.rows("SELECT count(*) FROM updates_seen")
        parked = self._world.rows("SELECT error FROM parked")
        if noted != [(acts,)] or parked:
            self._case.wrong(f"{acts} updates, noted {noted}, parked {parked}")
        now = datetime.fromtimestamp(self._world.now(), UTC)
        store = await open_store(None, find_keys(None, self._world.home), self._world.home)
        try:
            for number, person in self._world.people.items():
                row = await store.peek(number, now)
                if row is None:
                    self._nobody(person)
                elif why := self._unlike(row, person):
                    self._case.wrong(why, person)
        finally:
            await store.close()

    def _nobody(self, person: Person) -> None:
        """There is no row: they never wrote, or nothing they wrote came after their yes to /forget."""
        acts = [event for event in person.log if isinstance(event, Did)]
        erased = max((i for i, act in enumerate(acts) if act.action == "erase"), default=-1)
        if any(act.kind == "say" for act in acts[erased + 1 :]):
            self._case.wrong("somebody is not known any more", person)
        if acts:
            person.log.append(Saw("erased"))

    def _unlike(self, row: Row, person: Person) -> str:
        """How what they see differs from what is stored; empty if it does not."""
        state = row.chat.state
        if state.waits:
            return f"{state.kind} was never shown"
        late, twice = LATE * self._world.speed, TWICE * self._world.speed
        library = Library(
            content=CONTENT,
            words=WORDS,
            voices={"en": Hibari.name},
            ready=frozenset(),
            work=0.0,
            late_after=late,
            twice_within=twice,
        )
        parts = screen(row.chat, library)
        if not parts or parts[-1].kind == "silence":
            return ""
        words, _ = formatted(parts[-1].text, "HTML", None, may_be_empty=False)
        wanted = {data_of(button, row.rev) for line in parts[-1].buttons for button in line}
        if wanted:
            alike = [m for m in person.having("") if set(buttons(m)) == wanted and text(m) == words]
        else:
            alike = [m for m in self._case.screens_of(person.number)[-1:] if text(m) == words]
        if state.lost:
            self._case.tally.given_up += 1
            doubts = self._case.doubts[person.number, row.rev]
            return "" if doubts >= 2 else f"{state.kind} was given up after {doubts} deaths on its way"
        return "" if alike else f"{state.kind} is stored, and not seen"

    def _read_log(self) -> None:
        lines = self._world.log.read_text(encoding="utf-8").splitlines()
        for line in lines[self._lines :]:
            if line.startswith("{") and json.loads(line)["level"] in ("error", "warning"):
                self._case.wrong(f"it logs {line}")
            elif "Traceback" in line:
                self._case.wrong("it logs a traceback")
        self._lines = len(lines)

    def _judge(self) -> None:
        case, people = self._case, self._world.people
        for number, person in people.items():
            for index, why in case.judge.violations(person.log, case.settled):
                if (number, index, why) not in self._told:
                    self._told.add((number, index, why))
                    case.wrong(why, person, index)
        logs = [person.log for person in people.values()]
        came = [e for log in logs for e in log if isinstance(e, Saw) and e.kind == "message" and e.by_bot]
        case.tally.messages = len(came)
        case.tally.duplicates = sum(case.judge.duplicates(log) for log in logs)
        if case.tally.duplicates > case.tally.lost:
            case.wrong(f"{case.tally.duplicates} duplicates of {case.tally.lost} messages between send and settle")


def _parts(event: Event) -> bool:
    """Perhaps all was forgotten here, and with it which messages wear buttons. The answer may have been lost."""
    return event.kind == "erased" if isinstance(event, Saw) else event.action == "erase"


def _harmless(message: dict[str, Any]) -> str:
    """One of its buttons, of those that do nothing from an old screen."""
    return next(data for data in buttons(message) if not _acts_always(data))


def _acts_always(data: str) -> bool:
    return data.partition(":")[0] in {*ALWAYS, "erase"}  # an old yes to /forget asks again


def _stale(data: str, rev: int | None) -> bool:
    """True for a button of another screen than the present one."""
    tail = data.partition(":")[2]
    return tail.isdecimal() and tail != str(rev)

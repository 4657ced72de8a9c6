"""One seed, one run: people, a process that dies and comes back, Telegram with its moods, and a judge who watches."""

from __future__ import annotations

import asyncio
import math
import random
import sqlite3
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from bot.app import FULL_POLL, LATE, TWICE, read_content
from bot.chat.alarm import BEAT, Alarm, earliest
from bot.chat.answers import Answers
from bot.chat.delivery import Delivery, Job
from bot.chat.flood import HANDLE, Flood, Verdict
from bot.chat.messenger import Answer, Incoming, Messenger, Tap
from bot.chat.polling import Polling
from bot.chat.rate import Rate
from bot.chat.reminding import Reminding
from bot.chat.reply import Reply
from bot.chat.turns import Turns, due_of
from bot.guide.chat import Chat, Playing
from bot.guide.content import CLASSIC
from bot.guide.library import Library
from bot.store.chats import Store
from bot.store.database import Database
from bot.store.errors import StoreFailed
from bot.store.rows import Row
from bot.store.secrets import Keys
from bot.zones import COUNTRIES, cities_in, usual_zone
from tests.notes import CONTENT
from tests.simulation.book import Book
from tests.simulation.database import Memory, in_memory
from tests.simulation.judge import Judge
from tests.simulation.loop import BEGAN, Jumping, LoopClock
from tests.simulation.people import Person
from tests.simulation.telegram import Line, Telegram

READ_CONTENT, WORDS = read_content(CONTENT)
CITIES, USUAL = {"en": cities_in("en")}, {"en": usual_zone("en")}
BOOK = Book(READ_CONTENT, WORDS["en"])
HOUR = 3600.0
REST = 52 * HOUR
"""Long enough after the last act for everything to end by itself."""


class Unsealed(Keys):
    """Nothing is sealed: the store's own tests show that it is."""

    def seal(self, data: bytes) -> bytes:
        return data

    def open(self, sealed: bytes) -> bytes:
        return sealed


LOOK = (
    "SELECT * FROM chats JOIN people ON people.chat = id LEFT JOIN reminders ON reminders.chat = id WHERE chats.id = ?"
)
KEYS = Unsealed(["c2ltdWxhdGlvbi1zaW11bGF0aW9uLXNpbXVsYXRpb24="])


class Crash(BaseException):
    """The process is dead: nothing that it tries has an effect any more."""


@dataclass(frozen=True, slots=True)
class Everything:
    """Every note is made."""

    def __contains__(self, key: object) -> bool:
        return True


class Ringing(Alarm):
    """The alarm on the loop's own timer instead of APScheduler, which asks the system's clock."""

    _timer: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        await self.ring()
        await self._look_ahead()

    async def noticed(self) -> None:
        """What its beat does when the clock was set; two beats in each second would take all our time."""
        self._job()
        await self._look_ahead()

    def _job(self, *_: str, **__: object) -> None:
        if self._timer:
            self._timer.cancel()
        now = self._clock.now().timestamp()
        wait = 0.0 if self._armed is None else max(0.0, self._armed - now)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(wait, lambda: self.spawn(self.ring()))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.task = asyncio.ensure_future(work)


class Settling(Delivery):
    """Delivery that tells what is written down: a crash before that is the excuse for a second copy."""

    line: Line

    async def settle(self, job: Job, answer: Answer) -> None:
        try:
            await super().settle(job, answer)
        except StoreFailed:
            self.line.forget(job.chat)
            raise
        self.line.wire.pop(job.chat, None)


class Process:
    """The program, from its start to its death."""

    def __init__(self, world: World) -> None:
        self.world, self.alive = world, True
        world.clock.begin()
        self._taker: asyncio.Task[object] | None = None
        self._taking: Incoming | None = None
        self._was: Row | None = None
        self.line = Line(world.telegram, self.before, world.loop)
        database = cast(Database, Memory(world.connection, self.before, world.dice))
        self.store = Store(database, KEYS, None)
        messenger = cast(Messenger, self.line)
        self.turns = Turns(self.store, world.clock, world.library, self._changed)
        rate = Rate(25.0, world.clock)
        self.delivery = Settling(self.store, messenger, self._note, world.clock, world.library, rate, self._changed)
        self.delivery.line = self.line
        self.reminding = Reminding(self.store, messenger, self.turns, world.clock, world.library, rate, self._changed)
        self.alarm = Ringing(self.store, world.clock, self.turns.tick, self.reminding.wake)
        answers = Answers(messenger, rate, world.clock)
        self.flood = Flood(world.library)
        self.polling = Polling(messenger, self._take, self.turns.park, answers, self._judge, wait=3000, watch=4000)
        self.task = world.loop.create_task(self._live())

    def before(self, point: str) -> None:
        """A point where the process may die, and does nothing any more once it is dead."""
        if not self.alive:
            raise Crash
        if asyncio.current_task() is self._taker and self._taking is not None:
            if point == "begin":
                self._was = self.world.look(self._taking)
            elif point == "committed":
                self.world.judge.handled(self._taking, self._was, self.world.look(self._taking))
        if self.world.ill and point in ("begin", "statement", "commit", "read") and self.world.dice.random() < 0.5:
            self.world.count["store failures"] += 1
            raise StoreFailed("in memory", "on purpose")
        self.world.points_left -= 1
        if self.world.points_left == 0 or (self.world.faults and self.world.dice.random() < self.world.crash_rate):
            self.world.count[f"crashes: {point}"] += 1
            self.die()
            raise Crash

    def die(self) -> None:
        """kill -9: no handler of the process has any effect from here on."""
        self.alive = False
        self.world.count["crashes"] += 1
        for chat in list(self.line.wire):
            self.line.forget(chat)
        me = asyncio.current_task()
        for task in asyncio.all_tasks(self.world.loop):
            if task is not me and task not in self.world.tasks:
                task.cancel()
        self.world.again()

    async def _live(self) -> None:
        """As bot/app.py does it."""
        try:
            await self.store.release(self.world.clock.real())
        except StoreFailed:  # the program ends with a sentence, and whoever runs it starts it again
            self.world.count["starts that failed"] += 1
            self.die()
            return
        while await self.polling.poll_once(0) and self.polling.brought >= FULL_POLL:
            pass
        await self.alarm.start()
        await asyncio.gather(self.delivery.run(), self.reminding.run(), self.polling.run())

    async def _note(self, key: str) -> Path | None:
        if self.world.notes and not self.world.notes.pop(0):
            return None
        if self.world.faults and self.world.dice.random() < 0.01:
            await asyncio.sleep(self.world.dice.choice((1.0, 30.0)))
            return None
        return Path(key)

    def _changed(self, row: Row) -> None:
        self.alarm.notice(earliest(due_of(row), row.remind_at))
        self.delivery.wake()

    def _judge(self, came: Incoming) -> Verdict:
        if self.world.seed % 4:
            return HANDLE  # the protocol shall have to do with all of it
        verdict = self.flood.judge(came, self.world.clock.real())
        if not verdict.handle:
            self.world.judge.dropped(came)
        return verdict

    async def _take(self, came: Incoming) -> Reply | None:
        """The judge sees what was stored right before and after each update, whatever becomes of the process then."""
        self._taker, self._taking = asyncio.current_task(), came
        try:
            reply = await self.turns.take(came)
        finally:
            self._taking = None
        if isinstance(came, Tap) and reply is not None and reply.text:
            self.world.judge.answered(came, reply.text, self.world.look(came))
        return reply


@dataclass
class World:
    """All of it."""

    seed: int
    hours: float = 1.0
    people: int = 2
    faults: bool = True
    loop: Jumping = field(default_factory=Jumping)
    count: Counter[str] = field(default_factory=Counter)
    notes: list[bool] = field(default_factory=list)
    """Whether the next notes that are asked for can be made."""
    points_left: int = 0
    """The process dies after so many more points where it may."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    """Of the world: they live on when the process dies."""

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.end = self.hours * HOUR
        self.clock = LoopClock(self.loop)
        self.connection = in_memory()
        self.telegram = Telegram(random.Random(self.seed + 1), self.faults)
        self.telegram.count = self.count
        self.judge = self.telegram.judge = Judge(self.telegram, self.library(), BOOK, self.loop.time, self.clock.now)
        self.telegram.row = self.row
        self.ill = False
        """The store fails half of what is asked of it."""
        self.crash_rate = self.dice.choice((0.0, 0.0002, 0.0005, 0.004))
        self.voice = self.dice.random() < 0.8
        self._looks = Store(cast(Database, Memory(self.connection, lambda _: None, NEVER)), KEYS, None)
        self._raw_connection = cast(sqlite3.Connection, self.connection.connection.driver_connection)
        self._raw: dict[int, object] = {}
        self._rows: dict[int, Row | None] = {}
        self.process: Process | None = None
        self._back: asyncio.TimerHandle | None = None

    def library(self) -> Library:
        """What the shell knows."""
        return Library(
            content=READ_CONTENT,
            words=WORDS,
            voices={"en": "simulated"} if getattr(self, "voice", True) else {},
            ready=Everything(),
            work=0.01,
            late_after=LATE,
            twice_within=TWICE,
            zones=COUNTRIES,
            cities=CITIES,
            usual_zones=USUAL,
        )

    def look(self, came: Incoming) -> Row | None:
        """The row of a chat as it is committed."""
        chat = getattr(came, "chat", None)
        return None if chat is None else self.row(chat)

    def row(self, chat: int) -> Row | None:
        """The row of a chat as it is committed, looked at without taking time."""
        found = self._raw_connection.execute(LOOK, (chat,)).fetchone()
        if found != self._raw.get(chat):
            self._raw[chat] = found
            looking = self._looks.peek(chat, self.clock.now())
            try:
                looking.send(None)
            except StopIteration as done:
                self._rows[chat] = done.value
        return self._rows.get(chat)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Something that lives as long as the world."""
        task = self.loop.create_task(work)
        self.tasks.add(task)

    async def somebody(self, chat: int) -> None:
        """A chat with somebody who has met every caution; nothing is going on."""
        new = Chat.new("en", self.clock.now())
        met = frozenset(step.id for session in READ_CONTENT.sessions.values() for step in session.steps)
        row = Row(
            id=chat, chat=replace(new, person=replace(new.person, cautions=met)), rev=int(self.clock.real() * 1000)
        )
        async with self._looks.transaction() as tx:
            await tx.save(row, None)
        self.judge.read_all(chat)

    def again(self) -> None:
        """The process is started again, soon or late."""
        wait = 1000.0 if self.dice.random() < 0.05 else self.dice.uniform(1, 20)
        self._back = self.loop.call_later(wait, self._start)

    def _start(self) -> None:
        self.process = Process(self)

    # ── trouble ───────────────────────────────────────────────────────────────────────────────────────────────────────
    async def _trouble(self) -> None:
        while self.loop.time() < self.end:
            await asyncio.sleep(self.dice.uniform(60, 1200))
            match self.dice.choice(("outage", "outage", "flood", "kill", "store", "clock", "nothing")):
                case "outage":
                    self.telegram.outage = self.dice.choice(("refuse", "hang", "broken"))
                    self.count["outages"] += 1
                    await asyncio.sleep(self.dice.choice((20, 90, 200, 1800)))
                    self.telegram.outage = ""
                case "flood":
                    self.telegram.flooded = self.loop.time() + self.dice.choice((5, 60))
                case "clock":
                    self.clock.step(self.dice.choice((-3600, 3600)))
                    self.count["clock set"] += 1
                    await asyncio.sleep(BEAT)
                    if self.process and self.process.alive:
                        self.loop.create_task(self.process.alarm.noticed())
                case "store":
                    self.ill = True
                    await asyncio.sleep(self.dice.choice((1, 10, 90)))
                    self.ill = False
                case "kill" if self.process and self.process.alive:
                    self.count["crashes: at random"] += 1
                    self.process.die()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(20.0 if self.loop.time() < self.end else 3 * HOUR)
            self.judge.look_round(self.row)

    # ── the run ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def run(self) -> World:
        """From the first word to the end of everything."""
        self.play(self._run())
        return self

    def play(self, story: Coroutine[Any, Any, None]) -> None:
        """The process runs as long as this lasts."""
        asyncio.set_event_loop(self.loop)
        self.loop.set_exception_handler(self._failed)
        try:
            self._start()
            task = self.loop.create_task(story)
            self.tasks.add(task)
            self.loop.run_until_complete(task)
        finally:
            self.loop.run_until_complete(self._close())
            self.loop.close()
            asyncio.set_event_loop(None)
            self.connection.close()
            self.connection.engine.dispose()

    def _failed(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseExceptionGroup):
            error = error.split(Crash)[1] or Crash()
        if not isinstance(error, Crash):
            self.judge.wrong(f"a task failed: {context}")

    async def _run(self) -> None:
        for chat in range(1, 1 + self.people):
            person = Person(
                chat, self.telegram, self.judge, random.Random(self.seed * 10 + chat), self.loop.time, self.clock.now
            )
            self.spawn(person.live(self.end))
        if self.faults:
            self.spawn(self._trouble())
        self.spawn(self._watch())
        await asyncio.sleep(self.end + 2100)
        self.faults = self.telegram.faults = self.ill = False
        self.telegram.blocked.clear()
        await asyncio.sleep(REST)
        self.count["hours"] = round(self.loop.time() / HOUR)
        self.judge.at_the_end(self.row)
        self.count += self.judge.reminded.count

    async def _close(self) -> None:
        if self._back:
            self._back.cancel()
        if self.process:
            self.process.alive = False
        tasks = [task for task in asyncio.all_tasks(self.loop) if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Never(random.Random):
    """Nothing happens by chance."""

    def random(self) -> float:
        return 1.0


NEVER = _Never()


def drift(seed: int) -> float:
    """Nothing fails: how far our clock is from the ears of somebody who lets a whole run play, in seconds.

    Infinite if the chain broke: a note came after the one before it had ended, or a step was missed.
    """
    world = World(seed, people=0, faults=False)
    world.voice = True
    worst = heard = 0.0
    seen: dict[int, float] = {}

    async def listen() -> None:
        nonlocal worst, heard
        await world.somebody(1)
        await asyncio.sleep(1)
        world.telegram.say(1, "/backpain")
        for action in ("none", "chair", "done"):
            await asyncio.sleep(5)
            last = world.telegram.of(1)[-1]
            world.telegram.tap(last, next(data for _, data in last.buttons if data.startswith(f"{action}:")))
        while True:
            await asyncio.sleep(0.02)
            row = world.row(1)
            if row is None or not isinstance(row.chat.state, Playing) or row.chat.run is None:
                return
            state, steps = row.chat.state, row.chat.run.plan.steps
            if state.step and state.ends and state.step not in seen:
                now = world.loop.time()
                worst = math.inf if heard and now > heard else worst
                heard = (max(heard, now) if heard else now) + steps[state.step].length
                seen[state.step] = heard
                worst = max(worst, abs((state.ends - BEGAN).total_seconds() - heard))

    world.hours = world.end = 0.0
    world.play(listen())
    steps = len(world.library().content.sessions[CLASSIC].in_position("chair"))
    return worst if len(seen) == steps - 1 else math.inf

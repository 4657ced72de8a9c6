"""Rings at the earliest due time, and keeps house. The only importer of apscheduler.

The due times in the store are the truth: there is one job, at the earliest of them, never one for each chat. A timer
sleeps as long as it was told at first: that the clock was set meanwhile, or the machine slept, is noticed by a beat.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.chat.stop import where
from bot.chat.turns import due_of
from bot.clock import Clock
from bot.guide.player import is_ahead
from bot.store.chats import Store
from bot.store.errors import StoreFailed

RING, HOUSE = "ring", "house"
AT_ONCE = 500
AGAIN = 1.0
"""Seconds (real) until the next try when the store failed."""
A_MOMENT = 0.1
"""Seconds (real) at least between two rings while somebody is left alone."""
LEFT_ALONE = 30.0
"""Seconds (real) for which a chat whose tick failed is left alone."""
BEAT = 0.5
"""Seconds (real) between two looks at whether the clock was set."""
STEP = 1.0
"""Seconds (real) that the clock must have been set by: less is no harm to anybody."""
SOON = timedelta(minutes=1)
"""Until the first housekeeping of a process."""
EVERYBODY = 1_000_000
"""More chats than there are."""

log = structlog.get_logger()


class Alarm:
    """Calls `tick` for each chat whose time has come, and `remind` when a reminder is due."""

    def __init__(
        self, store: Store, clock: Clock, tick: Callable[[int], Awaitable[None]], remind: Callable[[], None]
    ) -> None:
        self._store, self._clock, self._tick, self._remind = store, clock, tick, remind
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._armed: float | None = None
        """The earliest due time that is known (virtual): there is a job for it, or a ring under way that will arm."""
        self._ringing = asyncio.Lock()
        self._bad: dict[int, float] = {}
        """Chats whose tick failed, and until when (real) they are left alone."""
        self._apart = 0.0
        """By how much virtual time was apart from real time, at its speed, when the clock was last looked at."""
        self._beats: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Ring for all that is due already, then wait for the next."""
        self._scheduler.start()
        soon = datetime.now(UTC) + SOON  # who runs it for half an hour at a time must not keep things for ever
        self._scheduler.add_job(
            self._keep_house, "interval", hours=1, next_run_time=soon, id=HOUSE, misfire_grace_time=None, coalesce=True
        )
        self._clock.on_change(self._on_change)
        self._apart = self._now_apart()
        await self.ring()
        self._beats = asyncio.create_task(self._beat())

    def stop(self) -> None:
        """Ring no more."""
        if self._beats is not None:
            self._beats.cancel()
        self._scheduler.shutdown(wait=False)

    def notice(self, due: float | None) -> None:
        """A chat was saved with this due time (virtual unix seconds): earlier than what is armed, arm anew."""
        if due is not None and (self._armed is None or due < self._armed):
            self._armed = due
            if not self._ringing.locked():  # else the ring arms at its end
                self._arm(due)

    async def ring(self) -> None:
        """Handle all that is due, then arm for the next."""
        async with self._ringing:
            self._armed = None
            try:
                following = await self._ring()
            except Exception as error:
                log.error("the alarm could not ring", error=type(error).__name__, where=where(error))
                following = self._in(AGAIN)
            armed = self._armed  # noticed meanwhile, after its chat was looked for
            due = earliest(following, armed)
            if due is not None:
                self._arm(due)

    async def _ring(self) -> float | None:
        """Tick all that is due and have reminders sent; gives when the next of both is."""
        following, now = await self._ring_ticks(), self._clock.now().timestamp()
        if await self._store.reminders_due(now, 1):
            self._remind()
        return earliest(following, await self._store.next_reminder(now))

    async def _ring_ticks(self) -> float | None:
        now_real = self._clock.real()
        self._bad = {chat: until for chat, until in self._bad.items() if until > now_real}
        while chats := await self._due(self._clock.now().timestamp(), AT_ONCE):
            for chat in chats:
                await self._tick_one(chat)
        if not self._bad:
            return await self._store.next_due()
        # The earliest in the store may be of one who is left alone: ask for the earliest of the others.
        again = self._in(min(self._bad.values()) - self._clock.real())
        others = await self._due(math.inf, 1)
        row = await self._store.peek(others[0], self._clock.now()) if others else None
        due = due_of(row) if row else None
        return again if due is None else min(again, max(due, self._in(A_MOMENT)))

    async def _tick_one(self, chat: int) -> None:
        try:
            await self._tick(chat)
        except StoreFailed:
            raise  # nothing is wrong with the chat
        except Exception as error:
            log.error("a chat could not be ticked", error=type(error).__name__, where=where(error))
            self._bad[chat] = self._clock.real() + LEFT_ALONE

    async def _due(self, now: float, limit: int) -> list[int]:
        """Who is due, but those who are left alone: they would stand in front of all others."""
        found = await self._store.due(now, limit + len(self._bad))
        return [chat for chat in found if chat not in self._bad][:limit]

    def _in(self, seconds: float) -> float:
        """The virtual time that comes in so many real seconds."""
        return self._clock.now().timestamp() + seconds * self._clock.speed

    def _arm(self, due: float) -> None:
        self._armed = due
        wait = max(0.0, (due - self._clock.now().timestamp()) / self._clock.speed)
        self._job("date", run_date=datetime.now(UTC) + timedelta(seconds=wait))

    def _on_change(self) -> None:
        """The clock's speed or time was set: what is armed no longer fits."""
        self._apart = self._now_apart()
        self._job()

    def _now_apart(self) -> float:
        return self._clock.now().timestamp() - self._clock.real() * self._clock.speed

    async def _beat(self) -> None:
        """Notice that the clock was set: what is armed rings too early or too late, and steps may lie ahead of it."""
        looked_ahead = False  # it may have been put back while nobody was here to notice
        while True:
            apart = self._now_apart()
            by, self._apart = apart - self._apart, apart
            if abs(by) > STEP * self._clock.speed:
                log.warning("the clock was set", by=round(by / self._clock.speed))
                looked_ahead = False
                self._job()
            looked_ahead = looked_ahead or await self._look_ahead()
            await self._clock.sleep(BEAT if looked_ahead else AGAIN)

    async def _look_ahead(self) -> bool:
        """Tick those whose step lies ahead of the clock: by the store they are not due for long. False if it failed."""
        try:
            for chat in await self._due(math.inf, EVERYBODY):
                row = await self._store.peek(chat, self._clock.now())
                if row is not None and is_ahead(row.chat.state, self._clock.now()):
                    await self._tick_one(chat)
        except Exception as error:
            log.error("it can't be seen who is ahead of the clock", error=type(error).__name__, where=where(error))
            return False
        return True

    def _job(self, *when: str, **at: datetime) -> None:
        """The one job. More may come while the first still rings: they wait for it, and none must be dropped."""
        self._scheduler.add_job(
            self.ring,
            *when,
            **at,
            id=RING,
            replace_existing=True,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=10,
        )

    async def _keep_house(self) -> None:
        try:
            await self._store.tidy(self._clock.real(), self._clock.now().timestamp())
        except Exception as error:
            log.error("housekeeping failed", error=type(error).__name__, where=where(error))


def earliest(*times: float | None) -> float | None:
    """The earliest of those that there are."""
    return min((time for time in times if time is not None), default=None)

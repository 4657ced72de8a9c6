"""Rings at the earliest due time, and keeps house. The only importer of apscheduler.

The due times in the store are the truth: there is one job, at the earliest of them, never one for each chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.chat.stop import where
from bot.clock import Clock
from bot.store.chats import Store

RING, HOUSE = "ring", "house"
AT_ONCE = 500
AGAIN = 5.0
"""Seconds (real) until the next try when the store failed."""

log = structlog.get_logger()


class Alarm:
    """Calls `tick` for each chat whose time has come."""

    def __init__(self, store: Store, clock: Clock, tick: Callable[[int], Awaitable[None]]) -> None:
        self._store, self._clock, self._tick = store, clock, tick
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._armed: float | None = None
        self._ringing = asyncio.Lock()

    async def start(self) -> None:
        """Ring for all that is due already, then wait for the next."""
        self._scheduler.start()
        self._scheduler.add_job(self._keep_house, "interval", hours=1, id=HOUSE, misfire_grace_time=None, coalesce=True)
        self._clock.on_change(self._on_change)
        await self.ring()

    def stop(self) -> None:
        """Ring no more."""
        self._scheduler.shutdown(wait=False)

    def notice(self, due: float | None) -> None:
        """A chat was saved with this due time (virtual unix seconds): earlier than what is armed, arm anew."""
        if due is not None and (self._armed is None or due < self._armed):
            self._arm(due)

    async def ring(self) -> None:
        """Handle all that is due, then arm for the next."""
        async with self._ringing:
            self._armed = None
            try:
                while chats := await self._store.due(self._clock.now().timestamp(), AT_ONCE):
                    for chat in chats:
                        await self._tick(chat)
                following = await self._store.next_due()
            except Exception as error:
                log.error("the alarm could not ring", error=type(error).__name__, where=where(error))
                following = self._clock.now().timestamp() + AGAIN * self._clock.speed
            if following is not None and (self._armed is None or following < self._armed):
                self._arm(following)

    def _arm(self, due: float) -> None:
        self._armed = due
        wait = max(0.0, (due - self._clock.now().timestamp()) / self._clock.speed)
        self._scheduler.add_job(
            self.ring,
            "date",
            run_date=datetime.now(UTC) + timedelta(seconds=wait),
            id=RING,
            replace_existing=True,
            misfire_grace_time=None,
            coalesce=True,
        )

    def _on_change(self) -> None:
        """The clock's speed or time was set: what is armed no longer fits."""
        self._scheduler.add_job(self.ring, id=RING, replace_existing=True, misfire_grace_time=None)

    async def _keep_house(self) -> None:
        try:
            await self._store.tidy(self._clock.real())
        except Exception as error:
            log.error("housekeeping failed", error=type(error).__name__, where=where(error))

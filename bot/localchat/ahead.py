"""What comes next, and moving time on to it. Touches the clock, and asks the bot behind the chat.

Time that is moved on by hand passes as it would by itself: all that is due on the way happens, each at its own time and
one after the other. The bot is given a moment (real) for each, or it would think that it had been away.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.localchat.clock import Clock
from bot.localchat.news import News

if TYPE_CHECKING:
    from bot.localchat.inside import Inside

MOMENT = 3.0
"""Seconds (real) that the bot is given to do what is due, and to show it."""
LOOK = 0.05
"""Seconds (real) between two looks whether it has."""
MOST = 1_000
"""Events that are gone through on one way: more of them can't be on it, so something goes round in a circle."""


class Ahead:
    """Knows the next event of all chats, tells the pages, and moves time on."""

    def __init__(self, clock: Clock, news: News, inside: Callable[[], Inside | None]) -> None:
        self._clock, self._news, self._inside = clock, news, inside
        self._looking: asyncio.Task[None] | None = None
        self._again = False
        self._change = asyncio.Event()
        self.moment = MOMENT
        self.moving = False
        """Time is being moved on: only one may do that at once."""

    def changed(self) -> None:
        """Something happened in the bot: look what comes next, and tell the pages if it is something else."""
        self._again = True
        self._change.set()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())

    async def to_next(self) -> bool:
        """Move time on to the next event. False if there is none."""
        await self._all_shown()
        if (event := await self._next()) is None:
            return False
        self._to(event[1])
        return True

    async def to(self, until: float) -> None:
        """Move time on until then (virtual unix seconds), through all that is due before."""
        last = None
        for _ in range(MOST):
            await self._all_shown()
            event = await self._next()
            if event is None or event[1] >= until or event == last:
                break
            self._to(event[1])
            last = event
        self._to(until)

    def _to(self, at: float) -> None:
        self._clock.skip_to(datetime.fromtimestamp(at, UTC))

    async def _next(self) -> tuple[int, float] | None:
        inside = self._inside()
        return await inside.next_event() if inside else None

    async def _all_shown(self) -> None:
        """Wait until the bot has done all that is due, within a moment: it may be held up, and time goes on."""
        ends = time.monotonic() + self.moment
        while (inside := self._inside()) and not await inside.at_rest() and time.monotonic() < ends:
            self._change.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._change.wait()

    async def _look(self) -> None:
        while self._again:
            self._again = False
            event = await self._next()
            self._news.post("next", {"person": event[0], "at": event[1]} if event else None)

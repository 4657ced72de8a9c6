"""An event loop whose time is virtual: when nothing is left to do, it jumps to the next timer. Touches no clock."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

BEGAN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


class Jumping(asyncio.SelectorEventLoop):
    """`time()` is virtual seconds since the loop was made. What it runs must never wait for another thread."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        """Virtual seconds."""
        return self._jump.now


class _Jump(selectors.SelectSelector):
    """Waiting is what takes no time."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits, and nothing will ever happen")
        self.now += timeout
        return []


class LoopClock:
    """A clock of the program (bot.clock.Clock) that goes with the loop; its wall can be put forward and back."""

    speed = 1.0

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._off, self._zero = loop, 0.0, 0.0

    def begin(self) -> None:
        """A process starts: its real time begins with what the wall says."""
        self._zero = self._off

    def now(self) -> datetime:
        """Virtual time, aware UTC."""
        return BEGAN + timedelta(seconds=self._loop.time() + self._off)

    def real(self) -> float:
        """Unix seconds; they go on evenly while a process lives."""
        return BEGAN.timestamp() + self._loop.time() + self._zero

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def on_change(self, callback: Callable[[], None]) -> None:
        """Nobody tells when a wall clock is put forward or back."""

    def step(self, seconds: float) -> None:
        """Put the wall clock forward or back."""
        self._off += seconds

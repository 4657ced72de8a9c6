"""The one clock: virtual time with a speed for sessions, real time for leases and rates. Reads the system's clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the program asks of a clock. The local chat brings one whose speed can be changed while it runs."""

    def now(self) -> datetime:
        """Virtual time, aware UTC."""
        ...

    @property
    def speed(self) -> float:
        """Virtual seconds in a real second."""
        ...

    def real(self) -> float:
        """Real time, unix seconds: for leases, back-off, rates and the watchdog."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for real seconds."""
        ...

    def on_change(self, callback: Callable[[], None]) -> None:
        """Have `callback` called whenever the speed or the time was set."""
        ...


class SystemClock:
    """The system's time, going faster if asked to (with another Bot API server than Telegram's)."""

    def __init__(self, speed: float = 1.0, began: float | None = None) -> None:
        """`began`: when (real unix seconds) both times were the same; None for now."""
        self._speed, self._began = speed, time.time() if began is None else began

    @property
    def speed(self) -> float:
        """Virtual seconds in a real second."""
        return self._speed

    def now(self) -> datetime:
        """Virtual time, aware UTC."""
        return datetime.fromtimestamp(self._began + (time.time() - self._began) * self._speed, UTC)

    def real(self) -> float:
        """Real time, unix seconds."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait for real seconds."""
        await asyncio.sleep(seconds)

    def on_change(self, callback: Callable[[], None]) -> None:
        """Nothing ever changes it."""


class Paced(Protocol):
    """A clock whose speed somebody else sets: the local chat's."""

    def now(self) -> datetime: ...

    @property
    def speed(self) -> float: ...

    def on_change(self, callback: Callable[[], None]) -> None: ...


class PacedClock(SystemClock):
    """The system's real time, and somebody else's virtual time."""

    def __init__(self, paced: Paced) -> None:
        self._paced = paced

    @property
    def speed(self) -> float:
        """Virtual seconds in a real second."""
        return self._paced.speed

    def now(self) -> datetime:
        """Virtual time, aware UTC."""
        return self._paced.now()

    def on_change(self, callback: Callable[[], None]) -> None:
        """Have `callback` called whenever the speed was set."""
        self._paced.on_change(callback)

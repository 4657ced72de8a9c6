"""The one clock: virtual time with a speed for sessions, real time for leases and rates. Reads the system's clocks.

The wall clock is set now and then: by NTP, by hand, while a machine slept. Virtual time goes with it, as the people do;
whoever waits for it is told by `Alarm`. Real time does not, so a lease or a hold is never an hour long, nor none.
"""

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
        """Real time, unix seconds, for leases, back-off and rates. While a process lives it goes on evenly."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for real seconds."""
        ...

    def on_change(self, callback: Callable[[], None]) -> None:
        """Have `callback` called whenever the speed or the time was set."""
        ...


class SystemClock:
    """The system's time, going faster if asked to (with another Bot API server than Telegram's)."""

    def __init__(
        self,
        speed: float = 1.0,
        began: float | None = None,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """`began`: when (real unix seconds) both times were the same; None for now.

        `wall` in unix seconds and `steady` in seconds that nobody sets: the system's, but in a test.
        """
        self._speed, self._wall, self._steady = speed, wall, steady
        self._began = wall() if began is None else began
        self._zero = wall() - steady()

    @property
    def speed(self) -> float:
        """Virtual seconds in a real second."""
        return self._speed

    def now(self) -> datetime:
        """Virtual time, aware UTC."""
        return datetime.fromtimestamp(self._began + (self._wall() - self._began) * self._speed, UTC)

    def real(self) -> float:
        """Real time, unix seconds: what the wall clock said at the start, and what has passed since."""
        return self._zero + self._steady()

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
        super().__init__()
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

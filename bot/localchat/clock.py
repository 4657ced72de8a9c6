"""The local chat's clock: virtual time that can be made faster, or skipped, while it runs. Reads the system's."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

SLOWEST, FASTEST = 1.0, 60.0
FURTHEST = 400 * 86_400.0
"""Seconds (virtual) that one skip moves the clock on at most."""
MARK_EVERY = 0.5
"""Seconds (real) after which a clock that is not at speed 1 leaves a new mark, so that a kill can't turn time back."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the clock stood: `real` and `virtual` unix seconds; `ended`: the process closed it properly."""

    real: float
    virtual: float
    speed: float
    ended: bool = False


class Clock:
    """Virtual time with a speed. Kept in the chat's database by `LocalTelegram`, which hands marks in and out.

    After a restart it goes on from its last mark; while the process was off, time passed at speed 1. No time that was
    once told is later than what is told after a restart, not even after a kill: see `resume`.
    """

    def __init__(self, speed: float = 1.0, *, real: Callable[[], float] = time.time) -> None:
        """`real` tells real unix seconds; only a test gives another."""
        self._real = real
        started = real()
        self._mark = Mark(started, started, _checked(speed))
        self._keep: Callable[[Mark], None] = lambda mark: None
        self._listeners: list[Callable[[], None]] = []
        self.skipped = 0.0
        """Seconds (virtual) that were skipped since this clock was made: by them a page knows a skip from a drift."""

    def now(self) -> datetime:
        """Virtual time, aware UTC."""
        real = self._real()
        if self._mark.speed != 1.0 and real - self._mark.real > MARK_EVERY:
            self._set_mark(self._mark.speed)
        return datetime.fromtimestamp(self._virtual(real), UTC)

    @property
    def speed(self) -> float:
        """Virtual seconds in a real second."""
        return self._mark.speed

    def set_speed(self, speed: float) -> None:
        """Go on at another speed (1 to 60) from the present moment. Raises ValueError for any other."""
        self._set_mark(_checked(speed))
        self._tell()

    def skip(self, seconds: float) -> None:
        """Move on by virtual seconds at once, at the same speed. Raises ValueError: that is back, or too far."""
        if not 0 <= seconds <= FURTHEST:
            raise ValueError(f"time is skipped forward, by {FURTHEST:g} s at most, not by {seconds:g}")
        if seconds:
            self._set_mark(self._mark.speed, seconds)
            self.skipped += seconds
            self._tell()

    def skip_to(self, instant: datetime) -> None:
        """Move on to an instant (aware) at once; one that has passed changes nothing. Raises ValueError: too far."""
        self.skip(max(0.0, instant.timestamp() - self._virtual(self._real())))

    def on_change(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after every change of the speed, and every skip."""
        self._listeners.append(callback)

    def keep_with(self, keep: Callable[[Mark], None], last: Mark | None) -> None:
        """Go on from `last`, if there is one, and give every mark to `keep` from now on."""
        if last is not None:
            self._mark = resume(last, self._real())
        self._keep = keep
        keep(self._mark)

    def end(self) -> None:
        """Leave the last, exact mark; the clock itself runs on."""
        real = self._real()
        self._keep(Mark(real, self._virtual(real), self._mark.speed, ended=True))
        self._keep = lambda mark: None

    def _virtual(self, real: float) -> float:
        return self._mark.virtual + (real - self._mark.real) * self._mark.speed

    def _set_mark(self, speed: float, further: float = 0.0) -> None:
        real = self._real()
        self._mark = Mark(real, self._virtual(real) + further, speed)
        self._keep(self._mark)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def resume(last: Mark, real: float) -> Mark:
    """Where a clock goes on at `real` whose process left `last` behind.

    A killed process may have told times up to MARK_EVERY (real) behind its mark at full speed, so this much counts
    at that speed; the rest of the gap passes at speed 1, as does all of it where the process ended properly.
    """
    gap = max(0.0, real - last.real)
    fast = 0.0 if last.ended else min(gap, MARK_EVERY)
    return Mark(real, last.virtual + fast * last.speed + (gap - fast), last.speed)


def _checked(speed: float) -> float:
    if not SLOWEST <= speed <= FASTEST:
        raise ValueError(f"the clock's speed is from {SLOWEST:g} to {FASTEST:g}, not {speed:g}")
    return float(speed)

"""Two times, and a system's clock that is set: virtual time goes with it, real time does not."""

from __future__ import annotations

import pytest

from bot.chat.rate import CHAT_BURST, Rate
from bot.clock import SystemClock

HOUR = 3600.0


async def test_real_time_goes_on_evenly_whatever_the_wall_clock_says() -> None:
    steps: list[float] = []
    passed = 0.0

    class Waiting(SystemClock):
        async def sleep(self, seconds: float) -> None:
            nonlocal passed
            passed += seconds

    clock = Waiting(wall=lambda: 1e9 + passed + sum(steps), steady=lambda: 50 + passed)
    rate = Rate(25, clock)
    assert clock.real() == 1e9
    for by in (HOUR, -3 * HOUR, 2 * HOUR):
        began = clock.now()
        steps.append(by)
        assert (clock.now() - began).total_seconds() == by, "virtual time is the people's"
        assert clock.real() == 1e9 + passed
        until = passed
        for _ in range(int(CHAT_BURST) + 2):
            await rate.take(7)
        assert passed - until <= CHAT_BURST + 2, "no bucket stalls"
        rate.refused(8, 20)
        assert rate.held(8) == pytest.approx(clock.real() + 22)
        passed += 60

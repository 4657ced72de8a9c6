"""When may the next message go? On a clock that moves only when somebody waits."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime

from bot.chat.rate import CHAT_BURST, MARGIN, Rate


class Still:
    """A clock of which waiting is the only motion."""

    speed = 1.0

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def real(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def on_change(self, callback: Callable[[], None]) -> None:
        """It never changes."""


class Waiting(Still):
    """A clock that many wait for at once: it goes on to the earliest of them when nobody has anything else to do."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = itertools.count()
        self.waiting: list[tuple[float, int, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        rung = asyncio.get_running_loop().create_future()
        heapq.heappush(self.waiting, (self.seconds + seconds, next(self.numbers), rung))
        await rung

    async def go_on_until(self, done: Callable[[], bool]) -> None:
        while not done():
            for _ in range(5):
                await asyncio.sleep(0)
            if self.waiting:
                self.seconds, _, rung = heapq.heappop(self.waiting)
                rung.set_result(None)


async def test_all_chats_together_keep_to_the_rate() -> None:
    clock = Still()
    rate = Rate(25, clock)
    for chat in range(255):
        await rate.take(chat)
    assert clock.seconds - 1000 == 10, "5 at once, then 25 a second: never 30 in any"


async def test_one_chat_has_a_burst_and_then_one_a_second() -> None:
    clock = Still()
    rate = Rate(25, clock)
    for _ in range(int(CHAT_BURST) + 6):
        await rate.take(7)
    assert round(clock.seconds - 1000) == 6


async def test_what_makes_no_message_does_not_wait_for_the_chats_own_rate() -> None:
    clock = Still()
    rate = Rate(25, clock)
    for _ in range(5):
        await rate.take(7)
    assert clock.seconds > 1000.5, "messages do"
    began = clock.seconds
    for _ in range(5):
        await rate.take()
    assert clock.seconds == began


async def test_a_flood_in_one_chat_holds_nobody_else_and_in_three_holds_all() -> None:
    clock = Still()
    rate = Rate(25, clock)
    rate.refused(1, 30)
    rate.refused(2, 30)
    await rate.take(9)
    assert clock.seconds == 1000
    rate.refused(3, 30)
    assert not rate.spare
    await rate.take(9)
    assert clock.seconds >= 1030


async def test_when_a_hold_ends_those_who_waited_go_at_the_rate_and_not_at_once() -> None:
    clock = Waiting()
    rate, went = Rate(25, clock), list[float]()

    async def send(chat: int) -> None:
        await rate.take(chat)
        went.append(clock.seconds - 1000)

    async with asyncio.TaskGroup() as group:
        for chat in range(100):
            group.create_task(send(chat))
        await clock.go_on_until(lambda: len(went) == 30)
        for chat in (1, 2, 3):
            rate.refused(chat, 30)
        await clock.go_on_until(lambda: len(went) == 100)
    later = [second for second in went if second > 1]
    assert min(later) >= 30 * MARGIN
    assert all(b - a >= 1 for a, b in zip(later, later[30:], strict=False)), "more than 30 in a second"


async def test_an_answer_waits_until_the_chats_next_screen_has_a_token_too() -> None:
    clock = Still()
    rate = Rate(25, clock)
    for _ in range(int(CHAT_BURST) - 1):
        await rate.take_for_answer(7)
    assert clock.seconds == 1000
    await rate.take_for_answer(7)
    assert 1000.9 < clock.seconds < 1001.1
    await rate.take(7)
    assert clock.seconds < 1001.1
    await rate.take_for_answer(8)
    assert clock.seconds < 1001.1


async def test_an_answer_waits_as_long_as_its_chat_is_held() -> None:
    clock = Still()
    rate = Rate(25, clock)
    rate.refused(7, 30)
    await rate.take_for_answer(8)
    assert clock.seconds == 1000
    await rate.take_for_answer(7)
    assert clock.seconds >= 1033

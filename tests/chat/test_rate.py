"""When may the next message go? On a clock that moves only when somebody waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot.chat.rate import CHAT_BURST, Rate


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

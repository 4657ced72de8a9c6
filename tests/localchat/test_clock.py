"""Time is skipped: forward only, kept at once, told to all who wait; what is due on the way happens on its way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot.localchat import Clock, LocalTelegram
from bot.localchat.clock import FURTHEST
from tests.localchat.raw import Hands
from tests.localchat.test_keeping import Hand

OWN = {"origin": "http://127.0.0.1:8000"}


def test_a_skip_moves_time_on_at_once_and_leaves_its_speed() -> None:
    real = Hand()
    clock, heard = Clock(4, real=real), []
    clock.on_change(lambda: heard.append(clock.now()))
    began = clock.now()
    clock.skip(100)
    assert clock.now() - began == timedelta(seconds=100)
    assert clock.speed == 4
    assert heard == [clock.now()]
    real.at += 10
    assert (clock.now() - began).total_seconds() == pytest.approx(140)
    clock.skip_to(began + timedelta(days=1))
    assert (clock.now() - began).total_seconds() == pytest.approx(86_400)
    assert clock.skipped == pytest.approx(86_360)


def test_time_is_never_skipped_back() -> None:
    clock = Clock(real=Hand())
    began, heard = clock.now(), []
    clock.on_change(lambda: heard.append(1))
    clock.skip_to(began - timedelta(hours=1))
    clock.skip(0)
    for seconds in (-1.0, FURTHEST + 1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="forward"):
            clock.skip(seconds)
    assert clock.now() == began
    assert heard == []


def test_a_kill_right_after_a_skip_does_not_turn_time_back() -> None:
    real, marks = Hand(), []
    clock = Clock(real=real)
    clock.keep_with(marks.append, None)
    clock.skip(5000)
    told = clock.now()
    after = Clock(real=real)  # killed: no last mark
    after.keep_with(lambda mark: None, marks[-1])
    assert after.now() == told


async def test_what_was_skipped_is_kept_by_the_chat(tmp_path: Path) -> None:
    real = Hand()
    for days in (0, 1, 2):
        telegram = LocalTelegram(tmp_path / "chat.db", token="1:x", clock=Clock(real=real))
        assert (telegram.clock.now().timestamp() - real.at) / 86_400 == pytest.approx(days)
        telegram.clock.skip(86_400)
        await telegram.close()


class Waiting:
    """A bot for which some times are due; it notes when (virtual) it handled each."""

    def __init__(self, clock: Clock, changed: Callable[[], None], *due: float) -> None:
        self.clock, self.changed, self.due = clock, changed, sorted(clock.now().timestamp() + by for by in due)
        self.handled: list[float] = []
        self.looks = 0

    def restart(self) -> None:
        raise AssertionError("nobody asked for that")

    async def next_event(self) -> tuple[int, float] | None:
        return (7, self.due[0]) if self.due else None

    async def at_rest(self) -> bool:
        self.looks += 1
        now = self.clock.now().timestamp()
        if self.due and self.due[0] <= now:
            if self.looks % 3 == 0:  # it takes its time
                self.handled.append(now - self.due.pop(0))
                self.changed()
            return False
        return True


async def test_the_next_event_comes_on_time_by_a_jump(
    telegram: LocalTelegram, http: httpx.AsyncClient, hands: Hands
) -> None:
    await http.get("/", params={"key": telegram.page_key})
    began = telegram.clock.now().timestamp()
    telegram.inside = bot = Waiting(telegram.clock, telegram.stage.ahead.changed, 4000, 90)
    for passed in (90, 4000):
        assert (await http.post("/workshop/jump", json={"to": "next"}, headers=OWN)).is_success
        assert telegram.clock.now().timestamp() - began == pytest.approx(passed, abs=1)
    nothing = await http.post("/workshop/jump", json={"to": "next"}, headers=OWN)
    assert (nothing.status_code, nothing.text[:15]) == (409, "Nothing is due:")
    assert len(bot.handled) == 2
    assert max(bot.handled) < 0.5


async def test_time_moved_on_by_hand_passes_through_all_that_is_due(
    telegram: LocalTelegram, http: httpx.AsyncClient
) -> None:
    await http.get("/", params={"key": telegram.page_key})
    began = telegram.clock.now()
    telegram.inside = bot = Waiting(telegram.clock, telegram.stage.ahead.changed, 10, 600, 601, 3599, 3700)
    assert (await http.post("/workshop/jump", json={"by": 3600}, headers=OWN)).is_success
    assert (telegram.clock.now() - began).total_seconds() == pytest.approx(3600, abs=1)
    assert len(bot.handled) == 4
    assert max(bot.handled) < 0.5, "none of them late"
    morning = datetime.fromtimestamp(began.timestamp() + 2 * 86_400, UTC)
    assert (await http.post("/workshop/jump", json={"to": morning.timestamp()}, headers=OWN)).is_success
    assert abs((telegram.clock.now() - morning).total_seconds()) < 1
    assert len(bot.handled) == 5


async def test_a_bot_that_does_not_do_what_is_due_holds_time_up_for_a_moment_only(
    telegram: LocalTelegram, http: httpx.AsyncClient
) -> None:
    telegram.stage.ahead.moment = 0.1

    class Stuck(Waiting):
        async def at_rest(self) -> bool:
            return False

    await http.get("/", params={"key": telegram.page_key})
    telegram.inside = Stuck(telegram.clock, telegram.stage.ahead.changed, 10)
    began = telegram.clock.now()
    assert (await http.post("/workshop/jump", json={"by": 3600}, headers=OWN)).is_success
    assert (telegram.clock.now() - began).total_seconds() == pytest.approx(3600, abs=2)


@pytest.mark.parametrize("given", [{}, {"by": -1}, {"by": "60"}, {"to": 0}, {"to": 1e18}, {"by": 1e12}, {"to": "now"}])
async def test_time_does_not_go_back_nor_out_of_sight(
    telegram: LocalTelegram, http: httpx.AsyncClient, given: dict[str, object]
) -> None:
    await http.get("/", params={"key": telegram.page_key})
    before = telegram.clock.skipped
    assert (await http.post("/workshop/jump", json=given, headers=OWN)).status_code == 400
    assert telegram.clock.skipped == before

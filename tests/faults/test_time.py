"""The clock is set by an hour, on or back, and the event loop stands still: one question, or none. Real seconds."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.guide.chat import Playing
from bot.guide.player import wake_at
from bot.localchat import Fault, flood
from tests.chat.conftest import Told
from tests.conversations.conftest import House
from tests.conversations.test_first_session import to_settle

HOUR = 3600.0
QUESTION = "We got cut off. Go on from here?"
EITHER_WAY = pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["on", "back"])


async def to_breathe(bot: House) -> None:
    await to_settle(bot)
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")
    await bot.quiet()


async def left(bot: House) -> float:
    """Seconds until time itself is next."""
    due = wake_at((await bot.chat()).state)
    assert due is not None
    return (due - bot.clock.now()).total_seconds()


@EITHER_WAY
async def test_in_a_note_there_is_one_question_and_nothing_else(bot: House, by: float) -> None:
    await to_breathe(bot)
    seen = {m.id for m in bot.messages}
    bot.set_by.append(by)
    await bot.sees(QUESTION, within=4)
    await bot.quiet()
    await asyncio.sleep(1.2)  # two more looks at the clock
    assert [m.text for m in bot.messages if m.id not in seen] == [bot.last.text], "no burst"
    await bot.tap("Go on")
    await bot.sees("Three slow breaths · 3 of 11" if by > 0 else "Breathe · 2 of 11")
    await bot.quiet()
    assert 0 < await left(bot) < 120


@EITHER_WAY
async def test_in_a_pause_nothing_comes_and_the_session_goes_on_as_ever(bot: House, by: float) -> None:
    await to_breathe(bot)
    await bot.tap("Pause")
    await bot.sees("Paused. Come back when you like.")
    await bot.quiet()
    bot.set_by.append(by)
    await asyncio.sleep(1.2)
    await bot.quiet()
    await bot.sees("Paused. Come back when you like.", within=0.1)
    await bot.tap("Go on")
    await bot.sees("Breathe · 2 of 11")
    await bot.quiet()
    assert 0 < await left(bot) < 120


@EITHER_WAY
async def test_between_claim_and_settle_nothing_comes_twice_and_nobody_waits_an_hour(bot: House, by: float) -> None:
    async def fault(method: str, _: object) -> Fault | None:
        if method != "sendVoice":
            return None
        bot.telegram.fault = None
        bot.set_by.append(by)
        return Fault(after=True, wait=1)

    await to_settle(bot)
    bot.telegram.fault, calls = fault, bot.telegram.record()
    await bot.tap("Done")
    await bot.telegram.until(lambda: bot.telegram.fault is None)
    await asyncio.sleep(1.2)
    await bot.quiet()
    assert [call.method for call in calls if call.method in ("sendVoice", "sendChatAction")] == ["sendVoice"]
    await bot.sees(QUESTION, within=0.1)
    assert await bot.tap("Go on") == ""
    await bot.sees("Breathe · 2 of 11")
    await bot.quiet()
    assert 0 < await left(bot) < 120


@EITHER_WAY
async def test_while_a_429_holds_it_holds_as_long_as_telegram_said(bot: House, by: float) -> None:
    sends: list[float] = []

    async def fault(method: str, _: object) -> Fault | None:
        if method not in ("sendVoice", "sendMessage"):
            return None
        sends.append(time.monotonic())
        if len(sends) > 1:
            return None
        bot.set_by.append(by)
        return flood(2)

    await to_settle(bot)
    bot.telegram.fault = fault
    await bot.tap("Done")
    await bot.telegram.until(lambda: len(sends) > 1)
    assert 2 < sends[1] - sends[0] < 4
    await bot.sees(QUESTION)
    await bot.quiet()
    assert len(sends) == 2


async def test_put_back_while_the_bot_was_off_it_asks_when_it_is_on_again(house: House) -> None:
    async with house.running():
        await to_breathe(house)
        seen = {m.id for m in house.messages}
    house.set_by.append(-HOUR)
    async with house.running():
        await house.sees(QUESTION, within=4)
        await house.quiet()
        assert [m.text for m in house.messages if m.id not in seen] == [house.last.text]


async def test_the_loop_stands_still_for_five_seconds_and_nothing_comes_late_or_twice(bot: House, told: Told) -> None:
    calls = bot.telegram.record()
    await to_breathe(bot)
    before = (await bot.chat()).state
    bot.clock.skip(await left(bot) - 0.3)
    asyncio.get_running_loop().call_later(0.2, time.sleep, 5)  # until long after the next note is due
    await bot.sees("Three slow breaths · 3 of 11")
    await bot.quiet()
    chat = await bot.chat()
    assert isinstance(before, Playing)
    assert isinstance(chat.state, Playing)
    assert chat.run is not None
    assert before.ends is not None
    assert chat.state.seen is not None
    assert chat.state.ends is not None
    begins = max(before.ends, chat.state.seen)
    assert (chat.state.ends - begins).total_seconds() == chat.run.plan.steps[2].length, "no drift"
    sent = [call.method for call in calls if call.method in ("sendVoice", "sendChatAction")]
    assert sent == ["sendVoice"] * 3
    assert [line for line in told.lines if line["log_level"] != "info"] == []

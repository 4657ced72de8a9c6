"""Stories of reminders, in virtual time; the judge knows what a reminder must never do (reminded.py)."""

from __future__ import annotations

import asyncio
import itertools
import math
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.guide.chat import Chat, Idle
from bot.guide.reminders import Reminder
from bot.store.rows import Row
from tests.simulation.telegram import Message
from tests.simulation.test_scripted import YOU, last, say, tap, tell, to_breathe
from tests.simulation.world import HOUR, World

DAY = 24 * HOUR


async def press(world: World, label: str, on: Message | None = None) -> None:
    """Tap the newest button of a page or a reminder that is called so."""
    message = on or last(world)
    data = next(data for text, data in message.buttons if label in text)
    world.judge.tapped(message, data)
    world.telegram.tap(message, data)
    await asyncio.sleep(2)


async def reply(world: World, text: str) -> None:
    assert last(world).asks
    world.judge.said(YOU, text, world.telegram.say(YOU, text, last(world)))
    await asyncio.sleep(2)


async def hour(world: World, at: str) -> None:
    """They choose another hour."""
    await say(world, "/remind")
    await press(world, "Another hour")
    await press(world, "Another time")
    await reply(world, at)


async def asked_for(world: World, at: str = "7:10") -> None:
    """Somebody new in Berlin, where it is 7:00 now, is reminded each day."""
    await world.somebody(YOU)
    await ask_for(world, at)


async def ask_for(world: World, at: str) -> None:
    await say(world, "/remind")
    await press(world, "No")
    await reply(world, "berlin")
    await press(world, "Another time")
    await reply(world, at)
    assert f"Each day at {at}, by the clock of Berlin" in last(world).text


def reminders(world: World) -> int:
    return world.judge.reminded.count["reminders"]


async def dead(world: World, seconds: float) -> None:
    """There is no process for so long."""
    assert world.process is not None
    world.process.die()
    assert world._back is not None
    world._back.cancel()
    await asyncio.sleep(seconds)
    world._start()
    await asyncio.sleep(5)


def test_it_comes_once_a_day_and_not_again_at_another_hour_of_the_day() -> None:
    async def story(world: World) -> None:
        await asked_for(world)
        await asyncio.sleep(HOUR)
        assert reminders(world) == 1
        await hour(world, "8:30")
        await asyncio.sleep(HOUR)
        assert reminders(world) == 1
        await asyncio.sleep(DAY)
        assert reminders(world) == 2

    tell(story)


def test_put_off_it_comes_once_more_and_its_buttons_act_on_its_own_day_alone() -> None:
    async def story(world: World) -> None:
        await asked_for(world)
        await asyncio.sleep(HOUR)
        first = last(world)
        await press(world, "In 10 min", first)
        await asyncio.sleep(HOUR)
        assert reminders(world) == 2
        await asyncio.sleep(DAY)
        assert reminders(world) == 3
        yesterdays = last(world)
        await asyncio.sleep(DAY)
        assert reminders(world) == 4
        await press(world, "In 10 min", yesterdays)
        await asyncio.sleep(HOUR)
        assert reminders(world) == 4, "yesterday is over"
        await press(world, "Not today")

    tell(story)


def test_whose_answer_is_lost_is_not_reminded_again() -> None:
    async def story(world: World) -> None:
        await asked_for(world)
        world.telegram.slow.append((0.1, math.inf))
        await asyncio.sleep(2 * HOUR)
        assert reminders(world) == 1

    tell(story)


def test_killed_right_after_telegram_accepted_it_does_not_come_again() -> None:
    async def story(world: World) -> None:
        await asked_for(world)
        world.telegram.slow.append((0.1, 30.0))
        await asyncio.sleep(HOUR / 6 - 5)  # sent at 7:10, and the answer takes half a minute
        assert reminders(world) == 1
        await dead(world, 10)
        await asyncio.sleep(HOUR)
        assert reminders(world) == 1

    tell(story)


def test_what_telegram_did_not_take_comes_as_soon_as_it_does_and_within_ninety_minutes() -> None:
    async def story(world: World) -> None:
        await asked_for(world)
        world.telegram.outage = "refuse"
        await asyncio.sleep(HOUR)
        assert reminders(world) == 0
        world.telegram.outage = ""
        await asyncio.sleep(120)
        assert reminders(world) == 1
        await asyncio.sleep(DAY - HOUR)
        world.telegram.outage = "refuse"
        await asyncio.sleep(2 * HOUR)
        world.telegram.outage = ""
        await asyncio.sleep(HOUR)
        assert reminders(world) == 1, "too late for that day"

    tell(story)


def test_past_midnight_it_is_dropped_and_the_new_day_has_its_own() -> None:
    async def story(world: World) -> None:
        await asked_for(world, "23:50")
        await asyncio.sleep(16.5 * HOUR)
        await dead(world, HOUR)
        assert reminders(world) == 0
        await asyncio.sleep(DAY)
        assert reminders(world) == 1

    tell(story)


def test_in_a_session_none_comes_and_that_day_is_done() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        await ask_for(world, "7:04")
        await asyncio.sleep(2 * HOUR)
        assert reminders(world) == 0
        await asyncio.sleep(DAY)
        assert reminders(world) == 1

    tell(story)


def test_a_session_that_waits_is_not_disturbed_and_is_gone_on_with_by_one_tap() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        await say(world, "/pause")
        await ask_for(world, "7:20")
        await asyncio.sleep(HOUR)
        assert reminders(world) == 1
        assert "waits where you stopped" in last(world).text
        await press(world, "Go on")
        assert "Breathe · 2 of 11" in last(world).text

    tell(story)


def test_who_was_forgotten_or_blocked_us_is_left_in_peace() -> None:
    async def story(world: World) -> None:
        await asked_for(world)
        world.telegram.block(YOU)
        world.judge.blocked(YOU)
        await asyncio.sleep(DAY)
        world.telegram.blocked.clear()
        assert reminders(world) == 0
        await say(world, "/start")
        await asyncio.sleep(DAY)
        assert reminders(world) == 1
        await say(world, "/privacy")
        await press(world, "Erase all")
        await tap(world, "erase")
        await asyncio.sleep(2 * DAY)
        assert reminders(world) == 1
        assert world.row(YOU) is None

    tell(story)


def test_nobody_answers_it_asks_once_then_slows_then_keeps_still() -> None:
    async def story(world: World) -> None:
        await asked_for(world)
        came = []
        for _ in range(60):
            before = reminders(world)
            await asyncio.sleep(DAY)
            came.append(reminders(world) - before)
            row = world.row(YOU)
            assert row is not None
            assert isinstance(row.chat.state, Idle)
        assert [n for n, some in enumerate(came) if some] == [0, 1, 2, 3, 10, 17, 24]
        assert row.remind_at is None
        await hour(world, "7:30")
        await asyncio.sleep(timedelta(days=2).total_seconds())
        assert reminders(world) == 9, "they want it again"

    tell(story)


def test_the_first_summary_asks_what_may_be_kept_then_offers_a_reminder_and_stays() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        await asyncio.sleep(30)
        await say(world, "/stop")
        await tap(world, "score.3")
        summary = last(world)
        assert "May I keep this" in summary.text
        await tap(world, "keep-yes")
        assert "May I keep this" not in summary.text
        await press(world, "Remind me tomorrow?")
        assert "where you are?" in last(world).text
        assert summary in world.telegram.of(YOU)
        assert "You gave your back" in summary.text
        row = world.row(YOU)
        assert row is not None
        assert len(row.chat.kept) == 1

    tell(story)


@pytest.mark.parametrize("many", [600, pytest.param(20_000, marks=pytest.mark.long)])
def test_many_due_at_once_are_spread_and_nobody_in_a_session_waits_for_them(many: int) -> None:
    others = range(10_000, 10_000 + many)

    async def story(world: World) -> None:
        await to_breathe(world)
        began, at = world.loop.time(), world.clock.now() + timedelta(seconds=20)
        wall = at.astimezone(ZoneInfo("Europe/Berlin"))
        reminder = Reminder(at=wall.time().replace(second=0, microsecond=0, tzinfo=None), zone="Europe/Berlin")
        async with world._looks.transaction() as tx:
            for chat in others:
                new = replace(Chat.new("en", world.clock.now()), reminder=reminder)
                row = Row(id=chat, chat=new, rev=int(world.clock.real() * 1000), remind_at=at.timestamp())
                await tx.save(row, None)
        assert world.process is not None
        world.process.alarm.notice(at.timestamp())
        await asyncio.sleep(20 + many / 12)
        came = sorted(message.at for chat in others for message in world.telegram.of(chat))
        assert len(came) == many, "each once"
        assert max(sum(1 for other in came[n : n + 60] if other < at_ + 1) for n, at_ in enumerate(came)) <= 32
        assert came[-1] - came[0] > many / 16, "fifteen a second at most"
        notes = [message for message in world.telegram.of(YOU) if message.seconds and message.at > began]
        assert len(notes) >= 1
        for one, other in itertools.pairwise(notes):
            assert abs(other.at - one.at - (one.seconds or 0.0)) < 2.0, "a session's step is first"

    tell(story)

"""Between sessions: a reminder asked for and answered, what is kept and undone, pages in place. The whole bot."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.localchat import Message, refuse
from tests.conversations.conftest import YOU, House
from tests.conversations.test_first_session import to_settle

BERLIN = ZoneInfo("Europe/Berlin")


async def to_a_morning(house: House, hour: str = "06:00") -> None:
    """Move the clock on to the next morning in Berlin, before the bot runs."""
    now = house.clock.now().astimezone(BERLIN)
    wanted = datetime.combine(now.date() + timedelta(days=1), datetime.strptime(hour, "%H:%M").time(), BERLIN)  # noqa: DTZ007 - a time of day
    house.clock.skip((wanted.astimezone(UTC) - house.clock.now()).total_seconds())


async def asked_for(house: House) -> Message:
    """Somebody in Berlin who is reminded at 7:00."""
    await house.say("/start")
    await house.sees("I'm Easeback")
    await house.say("/remind")
    await house.sees("where you are?")
    await house.tap("No")
    prompt = await house.sees("Which big town")
    await house.telegram.say(YOU, "berlin", reply_to=prompt.id)
    await house.sees("When shall I come by?")
    await house.tap("7:00")
    return await house.sees("Each day at 7:00, by the clock of Berlin.")


async def test_a_reminder_is_asked_for_by_town_and_comes_once_with_one_tap_to_begin(house: House) -> None:
    await to_a_morning(house)
    async with house.running():
        page = await asked_for(house)
        house.clock.skip(3601)
        reminder = await house.sees_after(page.id, "")
        assert not reminder.silent
        assert reminder.buttons[0][0].text == "Begin"
        house.clock.skip(30)
        await asyncio.sleep(1.2)
        assert house.last.id == reminder.id, "once a day"
        await house.tap("Begin")
        await house.sees("Before you move")
        await house.tap("None of these")
        await house.sees("How would you like to be")
        await house.tap("Chair")
        await house.sees("Settle · 1 of 11")


async def test_what_is_never_refused_is_heard_where_a_town_or_a_time_was_asked_for(bot: House) -> None:
    await to_settle(bot)
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")
    await bot.say("/remind")
    await bot.sees("where you are?")
    await bot.tap("No")
    prompt = await bot.sees("Which big town")
    await bot.telegram.say(YOU, "It hurts!", reply_to=prompt.id)
    await bot.sees("Ease out slowly.")
    await bot.telegram.say(YOU, "/forget", reply_to=prompt.id)
    await bot.sees("Erase all that I keep")
    await bot.telegram.say(YOU, "Stop", reply_to=prompt.id)
    await bot.sees("Well stopped.")
    await bot.telegram.say(YOU, "berlin", reply_to=prompt.id)
    await bot.sees("When shall I come by?")
    await bot.tap("Another time")
    prompt = await bot.sees("At what time")
    await bot.telegram.say(YOU, "7", reply_to=prompt.id)
    await bot.sees("Each day at 7:00, by the clock of Berlin.")


async def test_put_off_by_ten_minutes_it_comes_once_more(house: House) -> None:
    await to_a_morning(house)
    async with house.running():
        page = await asked_for(house)
        house.clock.skip(3601)
        first = await house.sees_after(page.id, "")
        await house.tap("In 10 min")
        await house.telegram.until(lambda: house.last.text == "All right, at 7:10.")
        assert (house.last.id, house.last.buttons) == (first.id, ()), "in its place: it can't be tapped twice"
        house.clock.skip(601)
        second = await house.sees_after(first.id, "")
        assert "In 10 min" in [button.text for row in second.buttons for button in row]


async def test_while_telegram_is_down_it_waits_and_comes_within_ninety_minutes(house: House) -> None:
    await to_a_morning(house)
    async with house.running():
        page = await asked_for(house)
        await house.quiet()

        async def down(method: str, raw: object) -> object:
            return refuse(429, "Too Many Requests: retry after 1") if method == "sendMessage" else None

        house.telegram.fault = down  # type: ignore[assignment]
        house.clock.skip(3601)
        await asyncio.sleep(1.5)
        assert house.last.id == page.id
        house.telegram.fault = None
        await house.sees_after(page.id, "")


async def test_who_blocked_the_bot_is_not_reminded_until_they_write(house: House) -> None:
    await to_a_morning(house)
    async with house.running():
        page = await asked_for(house)
        await house.telegram.block(YOU)
        await asyncio.sleep(0.5)
        house.clock.skip(3601)
        await asyncio.sleep(1.0)
        assert house.last.id == page.id
        assert (await house.chat()).reminder is not None, "what they asked for is kept"
        house.clock.skip(24 * 3600)
        await house.say("/start")
        await house.sees("I'm Easeback")
        woken = house.last.id
        house.clock.skip(24 * 3600)
        assert await house.sees_after(woken, "")


async def one_run(house: House, after: str, *, first: bool = False) -> None:
    """The classic for a while, with a score at its end."""
    await house.say("/backpain")
    if first:
        await house.sees("Before you move")
        await house.tap("None of these")
        await house.sees("How would you like to be")
        await house.tap("Chair")
    else:
        await house.sees("Anything new since last time?")
        await house.tap("None of these, as last time")
    await house.sees("1 of 11")
    await house.tap("Done")
    await house.sees("2 of 11")
    house.clock.skip(20)
    await house.say("/stop")
    await house.sees("Pain now?")
    await house.tap(after)


@pytest.mark.parametrize("yes", [True, False])
async def test_what_may_be_kept_is_asked_once_at_the_end_of_the_first_run(bot: House, *, yes: bool) -> None:
    await bot.say("/start")
    await one_run(bot, "3", first=True)
    await bot.sees("May I keep this")
    await bot.tap("Yes, keep it" if yes else "No")
    await bot.quiet()
    chat = await bot.chat()
    assert chat.person.keeps == yes
    assert [run.after for run in chat.kept] == ([3] if yes else [])
    await one_run(bot, "2")
    summary = await bot.sees("You gave your back")
    assert ("1 of your 4 days" in summary.text) == yes
    assert "May I keep this" not in summary.text
    await bot.say("/privacy")
    await bot.sees("What I keep about you")
    if yes:
        await bot.tap("Keep it no more")
        await bot.sees("I keep no scores")
        await bot.quiet()
        chat = await bot.chat()
        assert not chat.person.keeps
        assert chat.kept == ()


async def test_a_setting_is_changed_in_place(bot: House) -> None:
    await bot.say("/start")
    await bot.sees("I'm Easeback")
    await bot.say("/settings")
    page = await bot.sees("Pace: normal")
    await bot.tap("Pace")
    await bot.sees("How much time shall a step have?")
    await bot.tap("Slower")
    changed = await bot.sees("Pace: slower")
    assert changed.id == page.id
    assert (await bot.chat()).person.settings.pace == "slower"

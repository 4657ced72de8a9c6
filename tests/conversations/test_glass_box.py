"""The rows that are held, one after the other, and what erasing several of them takes. The whole bot."""

from __future__ import annotations

import pytest

from bot.localchat import Message
from tests.conversations.conftest import House
from tests.conversations.test_own import been_here

pytestmark = pytest.mark.long  # test_own.py has what it all stands on; test_own_places.py what is shown next


async def opened(house: House) -> Message:
    await house.say("/privacy")
    await house.sees("What I keep about you")
    await house.tap("Show me all of it")
    return await house.sees("This chat: where we are · 1 of ")


async def to(name: str, house: House) -> Message:
    """Turn to the first row of that name."""
    at = 1
    while name not in house.last.text:
        await house.tap("→")
        at += 1
        await house.sees(f"· {at} of ")
    return house.last


async def ids(house: House) -> list[str]:
    assert house.parts is not None
    tables = {table.name: table.rows for table in await house.parts.store.held(house.you)}
    return [row["id"] for row in tables["runs"]]


async def test_the_newest_session_comes_first_and_erasing_goes_on_with_the_next(bot: House) -> None:
    oldest, older, newest = await been_here(bot, runs=3)
    await opened(bot)
    page = await to("A session you did", bot)
    assert newest in page.text
    for erased, then in ((newest, older), (older, oldest)):
        await bot.tap("Erase this")
        await bot.sees("Erase this session?")
        await bot.tap("Erase this")
        await bot.sees("It is gone.")
        assert erased not in await ids(bot)
        await bot.tap("Show me all of it")
        shown = await bot.sees("A session you did", then)
        assert shown.id == page.id, "all in place: one message, no sound"
    assert await ids(bot) == [oldest]


async def test_who_thinks_better_of_it_is_back_at_the_very_row(bot: House) -> None:
    middle = (await been_here(bot, runs=3))[1]
    await opened(bot)
    page = await to("A session you did", bot)
    await bot.tap("→")
    await bot.sees(middle)
    await bot.tap("Erase this")
    await bot.sees("Erase this session?")
    await bot.tap("Back")
    assert (await bot.sees("A session you did", middle)).id == page.id
    assert len(await ids(bot)) == 3


async def test_a_reminder_that_is_erased_is_due_no_more(bot: House) -> None:
    await been_here(bot, runs=0)
    assert bot.parts is not None
    in_two_days = bot.clock.now().timestamp() + 48 * 3600
    assert await bot.parts.store.reminders_due(in_two_days, 10) == [bot.you]
    await opened(bot)
    await to("Your reminder", bot)
    await bot.tap("Erase this")
    await bot.sees("Erase your reminder?")
    await bot.tap("Erase this")
    await bot.sees("It is gone.")
    assert (await bot.chat()).reminder is None
    assert await bot.parts.store.reminders_due(in_two_days, 10) == []


async def test_forget_is_reached_from_the_chats_own_row_and_the_rows_are_gone(bot: House) -> None:
    await been_here(bot, runs=2)
    await opened(bot)
    await bot.tap("Erase all", bot.last)
    await bot.sees("Erase all that I keep about you?")
    await bot.tap("Erase all")
    await bot.sees("All that I kept about you is gone.")
    assert bot.parts is not None
    assert {table.name for table in await bot.parts.store.held(bot.you) if table.rows} == {"erased"}

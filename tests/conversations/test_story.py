"""What was done in the local chat becomes a test: it passes with a fresh bot, and fails where its words are changed.

Each story is told as on the page, by taps on what is there, then written down, read as Python and told once more.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.localchat.story import story
from tests.conversations.conftest import YOU, House, new_house
from tests.conversations.test_first_session import to_settle
from tests.places import OnFile

Told = Callable[[House], Awaitable[None]]


@pytest.fixture
def place(tmp_path: Path) -> OnFile:
    """In a file alone: a story is the same on each database."""
    return OnFile(tmp_path / "data")


@asynccontextmanager
async def fresh(tmp_path: Path, full_shelf: Path) -> AsyncIterator[House]:
    """Another house, of which nobody knows anything, running."""
    async with new_house(OnFile(tmp_path / "fresh"), full_shelf) as house, house.running():
        yield house


def written(bot: House) -> str:
    return story(bot.telegram.acts.of(YOU))


def told_by(text: str) -> Told:
    """The test that a text is."""
    names: dict[str, Told] = {}
    exec(compile(text, "a story", "exec"), names)  # noqa: S102 - that it can be run is what is to be proved
    return names["test_a_story"]


def without_seconds(text: str) -> str:
    """What is skipped is told to a tenth of a second, and to play it takes a few of them more or less."""
    return re.sub(r"skip\([\d.]+\)", "skip(…)", text)


async def by_done(bot: House) -> None:
    await to_settle(bot)
    await bot.tap("7")
    await bot.quiet()
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")
    await bot.quiet()
    await bot.tap("Done")
    await bot.sees("Three slow breaths · 3 of 11")
    await bot.quiet()
    await bot.tap("It hurts")
    await bot.sees("Ease out slowly.")
    await bot.tap("Rest through it")
    await bot.sees("3 of 11")
    await bot.say("are you there?")
    await bot.quiet()
    await bot.say("stop")
    await bot.sees("Well stopped.")
    await bot.say("3")
    await bot.sees("You gave your back")


async def by_time(bot: House) -> None:
    await to_settle(bot, "Mat")
    bot.clock.set_speed(30)
    await bot.tap("Done")
    await bot.sees("4 of 12", within=30)
    bot.clock.set_speed(1)
    await bot.say("pause")
    await bot.sees("Paused. Come back when you like.")
    await bot.tap("Go on")
    await bot.sees("3 of 12")


async def by_skips(bot: House) -> None:
    await to_settle(bot)
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")
    await bot.quiet()
    await asyncio.sleep(1)
    bot.clock.skip(24.0)
    await bot.sees("3 of 11")
    await bot.quiet()
    bot.clock.skip(400)
    await bot.sees("We got cut off.")


async def by_boxes(bot: House) -> None:
    await bot.say("/start")
    await bot.sees("I'm Easeback")
    await bot.say("/backpain")
    await bot.sees("Before you move")
    await bot.tap("None of these")
    await bot.sees("How would you like")
    await bot.tap("Some movements aren't for me")
    await bot.sees("Which of these fit you?")
    for box in ("Sore shoulder or neck", "Leg pain or tingling"):
        await bot.tap(box)
        await bot.quiet()
    await bot.tap("Only today")
    await bot.sees("How would you like")
    await bot.telegram.block(YOU)
    await bot.telegram.unblock(YOU)
    await bot.say('back "again" \\ with a\nline, and an\u202eodd sign # of mine')
    await bot.sees("I read only buttons and a few words.")


@pytest.mark.parametrize(
    "told",
    [by_skips, *(pytest.param(told, marks=pytest.mark.long) for told in (by_done, by_time, by_boxes))],
    ids=lambda told: told.__name__,
)
async def test_what_was_done_is_a_test_that_passes_with_a_fresh_bot(
    bot: House, tmp_path: Path, full_shelf: Path, told: Told
) -> None:
    await told(bot)
    await bot.quiet()
    text = written(bot)
    async with fresh(tmp_path, full_shelf) as other:
        await told_by(text)(other)
        await other.quiet()
        assert without_seconds(written(other)) == without_seconds(text)


async def test_a_story_with_other_expectations_fails(bot: House, tmp_path: Path, full_shelf: Path) -> None:
    await to_settle(bot)
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")
    text = written(bot)
    changed = text.replace('sees("Breathe · 2 of 11")', 'sees("Breathe · 3 of 11", within=1)')
    assert changed != text
    async with fresh(tmp_path, full_shelf) as other:
        with pytest.raises(AssertionError, match="3 of 11"):
            await told_by(changed)(other)


async def test_a_story_reads_as_one_written_by_hand(bot: House) -> None:
    await to_settle(bot)
    settle = bot.last
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")
    await bot.quiet()
    await bot.tap("Done", on=settle)
    assert (
        written(bot)
        == '''"""What was done in the local chat, as a story."""

from __future__ import annotations

from tests.conversations.conftest import House


async def test_a_story(bot: House) -> None:
    await bot.say("/backpain")
    await bot.sees("A sore back wears you out.")
    await bot.tap("None of these")
    await bot.sees("How would you like to be today?")
    await bot.tap("Chair")
    seen_1 = await bot.sees("Settle · 1 of 11")
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")
    assert await bot.tap("✓ Done", on=seen_1) == "That one is over. We are here now."
'''
    )


async def test_a_tap_that_was_not_answered_is_told_and_not_waited_for(house: House) -> None:
    async with house.running():
        await to_settle(house)
    message = house.last
    tap = await house.telegram.tap(YOU, message.id, message.button("Done").data)
    await asyncio.sleep(0)
    assert tap.answer is None
    assert '# a tap that nobody answered: "✓ Done"' in written(house)

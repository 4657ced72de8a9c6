"""kill -9 of the bot, at each point once: nothing is lost, nothing is skipped, and a step comes at most twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.kill.people import SPECIALISTS
from tests.kill.points import BETWEEN, CLAIMS, MAIN_POINTS, POINTS, REMINDS
from tests.kill.rig import Rig
from tests.kill.victim import Order
from tests.kill.world import Person, World, buttons, text

SPEED = 60.0
RACES = {f"clean deleteMessages {where}" for where in ("out", "answered")}
"""Points that take a race: a note that came when its screen was over. At random it dies there, too."""


@pytest.fixture
async def world(tmp_path: Path, full_shelf: Path) -> AsyncIterator[World]:
    async with World(tmp_path / "world", full_shelf, 1, SPEED, read_along=False).running() as world:
        yield world


@pytest.fixture
async def you(world: World) -> Person:
    return next(iter(world.people.values()))


@pytest.mark.timeout(600)  # half a minute where nothing else runs, and two minutes for all points
@pytest.mark.parametrize("points", [MAIN_POINTS, pytest.param(POINTS, marks=pytest.mark.long)], ids=["main", "all"])
async def test_killed_at_each_point_nothing_is_lost(tmp_path: Path, full_shelf: Path, points: tuple[str, ...]) -> None:
    async with World(tmp_path / "world", full_shelf, len(SPECIALISTS), SPEED).running() as world:
        rig = Rig(world, "each point", patience=10)
        await rig.at_each_point(points)
    assert rig.tally.violations == []
    assert [point for point in points if point not in rig.tally.points] == []
    wanted = sum(point in BETWEEN for point in points)
    assert rig.tally.between >= wanted, "after an answer, and at each point of settling it"
    written = {point for point in rig.case.points if not point.endswith(" read")}
    assert written - {*POINTS, *REMINDS} <= RACES, "is a new point in none of the lists?"


async def killed_at(world: World, you: Person, *points: str) -> None:
    """The notice is answered, and the bot dies at each of these in turn."""
    life = await world.start(Order())
    await you.say("/backpain")
    await you.sees("Before you move")
    await world.kill(life)
    await you.press("None of these")
    for point in points:
        assert await world.death(await world.start(Order(point)), 20), f"{point} was not passed"


async def test_killed_between_claim_and_send_it_comes_once(world: World, you: Person) -> None:
    await killed_at(world, you, "show sendMessage out")
    life = await world.start(Order())
    await you.sees("How would you like")
    await you.press("Chair")
    await you.sees("Settle · 1 of 11")
    assert len(you.having("How would you like")) == 1
    await world.stop(life)


async def test_killed_between_send_and_settle_it_comes_twice_and_either_acts(world: World, you: Person) -> None:
    await killed_at(world, you, "show sendMessage answered")
    life = await world.start(Order())
    await you.until(lambda: len(you.having("How would you like")) == 2, "the one repetition")
    lost, known = you.having("How would you like")
    assert buttons(lost) == buttons(known)
    await you.tap(lost["message_id"], next(iter(buttons(lost))))
    await you.sees("Settle · 1 of 11")
    query = await you.tap(known["message_id"], next(iter(buttons(known))))
    assert await you.answered(query) == "That one is over. We are here now."
    await you.until(lambda: not any(map(buttons, you.having("How would you like"))), "no old buttons")
    await world.stop(life)


@pytest.mark.long
async def test_killed_there_twice_it_does_not_come_a_third_time_and_a_word_shows_it(world: World, you: Person) -> None:
    await killed_at(world, you, "settle begin", "settle commit")
    life = await world.start(Order())
    await asyncio.sleep(2.5)
    assert len(you.having("How would you like")) == 2
    await you.say("hello?")
    await you.until(lambda: len(you.having("How would you like")) == 3, "the screen, as they asked for it")
    await you.press("Chair")
    await you.sees("Settle · 1 of 11")
    await world.stop(life)


@pytest.mark.long
async def test_killed_around_a_tap_on_further_the_session_grows_once_and_its_first_note_comes_twice(
    world: World, you: Person
) -> None:
    life = await world.start(Order())
    await to_the_last_rest(you)
    await world.kill(life)
    await you.press("Hips and legs too")
    for point in ("take commit", "take committed", "show editMessageCaption out"):
        assert await world.death(await world.start(Order(point)), 20), f"{point} was not passed"
    life = await world.start(Order())
    await you.until(lambda: "Rest · 10 of 19" in text(you.having("")[-1]), "more steps, once")
    await world.kill(life)
    await you.press("Done")
    for point in ("claim commit", "settle begin"):
        assert await world.death(await world.start(Order(point)), 20), f"{point} was not passed"
    life = await world.start(Order())
    await you.until(lambda: len(you.having("Hip rock · 11 of 19")) == 2, "the one repetition")
    lost, known = you.having("Hip rock · 11 of 19")
    assert "Note:" in text(lost)
    assert buttons(lost) == buttons(known)
    await you.tap(lost["message_id"], next(data for data in buttons(lost) if data.startswith("pause")))
    await you.sees("Paused.")
    await world.stop(life)


@pytest.mark.long
async def test_killed_between_a_ticked_box_and_its_redraw_it_is_ticked_once(world: World, you: Person) -> None:
    await killed_at(world, you)
    life = await world.start(Order())
    await you.sees("How would you like")
    await you.press("Some movements")
    await you.sees("Which of these fit you?")
    await world.kill(life)
    await you.press("Sore shoulder")
    for point in ("take commit", "show editMessageText out", "show editMessageText answered", "settle commit"):
        assert await world.death(await world.start(Order(point)), 20), f"{point} was not passed"
    life = await world.start(Order())
    await you.until(lambda: ticked(you) == {"Sore shoulder or neck"}, "one tick")
    await you.press("Keep this for next time")
    await you.sees("How would you like")
    await world.stop(life)


CALLS = ("Your pause is ready when you are.", "A quiet moment?", "Here when you like.")


def reminders(you: Person) -> int:
    """How many have come."""
    return sum(text(message) in CALLS for message in you.having(""))


async def asked_for_a_reminder(world: World, you: Person) -> None:
    """The bot is dead, and the hour at which it was to come by has come."""
    life = await world.start(Order())
    for words, label in (("where you are?", "Yes"), ("When shall I come by?", "7:00")):
        if label == "Yes":
            await you.say("/remind")
        await you.sees(words)
        await you.press(label)
    await you.sees("Each day at 7:00")
    await world.kill(life)
    noon = 12 - datetime.fromtimestamp(world.now(), UTC).hour  # no midnight may come meanwhile: that would drop it
    with closing(sqlite3.connect(world.home / "easeback.db")) as database:
        database.execute("UPDATE people SET zone = ?", (f"Etc/GMT{-noon:+d}",))
        database.execute("UPDATE reminders SET settled = NULL, next_at = ?", (world.now(),))
        database.commit()


async def test_killed_before_a_reminder_is_claimed_it_comes_once(world: World, you: Person) -> None:
    await asked_for_a_reminder(world, you)
    for point in CLAIMS:
        assert await world.death(await world.start(Order(point)), 20), f"{point} was not passed"
    assert reminders(you) == 0
    life = await world.start(Order())
    await you.until(lambda: reminders(you) == 1, "the reminder")
    await asyncio.sleep(1.5)
    assert reminders(you) == 1
    await world.stop(life)


@pytest.mark.parametrize(("point", "came"), [(REMINDS[4], 0), (REMINDS[5], 0), (REMINDS[6], 1)])
async def test_killed_after_a_reminder_is_claimed_it_never_comes_twice(
    world: World, you: Person, point: str, came: int
) -> None:
    await asked_for_a_reminder(world, you)
    assert await world.death(await world.start(Order(point)), 20), f"{point} was not passed"
    life = await world.start(Order())
    await you.say("/help")
    await you.sees("How this works")
    await asyncio.sleep(1.5)
    assert reminders(you) == came
    await world.stop(life)


async def to_the_last_rest(you: Person) -> None:
    """At one's own pace, past all steps, to where the session may go further."""
    await you.say("/backpain")
    await you.sees("Before you move")
    for label, words in (
        ("None of these", "How would you like"),
        ("Chair", "Settle · 1 of 11"),
        ("Done", "Breathe · 2"),
    ):
        await you.press(label)
        await you.sees(words)
    await press_more(you, "At my pace")
    await you.until(lambda: "More" in newest(you), "the first buttons")
    while "Rest · 10 of 11" not in text(you.having("")[-1]):
        shown = you.having("")[-1]["message_id"]
        await press_more(you, "Skip")
        await you.until(partial(came_after, you, shown), "another step")


async def press_more(you: Person, label: str) -> None:
    """Tap a button of the second page."""
    await you.press("More")
    await you.until(lambda: label in newest(you), "more buttons")
    await you.press(label)


def newest(you: Person) -> list[str]:
    """The buttons of the newest message."""
    return list(buttons(you.having("")[-1]).values())


def came_after(you: Person, message: int) -> bool:
    """There is a newer message than this one, which may be gone."""
    return bool(you.having("")[-1]["message_id"] > message)


def ticked(you: Person) -> set[str]:
    """What is ticked in the newest message."""
    return {label.removeprefix("☑ ") for label in newest(you) if label.startswith("☑")}

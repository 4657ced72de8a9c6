"""Stories that chance tells too seldom: each is one rule of the protocol, in virtual time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

from tests.simulation.judge import kind_of
from tests.simulation.telegram import Message
from tests.simulation.world import World

YOU = 1
Story = Callable[[World], Awaitable[None]]


def tell(story: Story) -> World:
    """Let it happen in a world where nothing else does."""
    world = World(0, hours=0, people=0, faults=False)

    async def told() -> None:
        await story(world)

    world.play(told())
    assert world.judge.violations == []
    return world


def last(world: World) -> Message:
    return world.telegram.of(YOU)[-1]


async def say(world: World, text: str) -> None:
    world.judge.said(YOU, text, world.telegram.say(YOU, text))
    await asyncio.sleep(2)


async def tap(world: World, action: str, on: Message | None = None) -> None:
    message = on or last(world)
    data = next(data for _, data in message.buttons if data.startswith(f"{action}:"))
    world.judge.tapped(message, data)
    world.telegram.tap(message, data)
    await asyncio.sleep(2)


async def until(world: World, words: str) -> None:
    """Wait for them, at most a minute."""
    for _ in range(6000):
        if words in last(world).text:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{words} did not come")


async def to_breathe(world: World) -> None:
    """Into the second step, three seconds long."""
    await say(world, "/backpain")
    for action in ("none", "chair", "done"):
        await tap(world, action)
    await asyncio.sleep(3)
    assert "Breathe · 2 of 11" in last(world).text


def test_a_note_that_comes_after_it_hurts_is_gone_before_the_question_is_there() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.slow += [(0.1, 0.1), (6.0, 0.1)]  # the toast; the next note
        await tap(world, "done")
        await say(world, "it hurts")
        await until(world, "Three slow breaths")  # it was on its way already
        await until(world, "Ease out slowly")
        assert kind_of(last(world)) == "hurting"
        assert not any(m.seconds for m in world.telegram.of(YOU)), "no note is left to be heard"

    tell(story)


def test_a_tap_is_a_receipt_but_the_wire_is_not_free_before_the_answer() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.slow += [(0.1, 0.1), (0.1, 8.0)]  # the next note is there at once, and its answer comes late
        await tap(world, "done")
        shown = last(world)
        assert "Three slow breaths" in shown.text
        await tap(world, "pause")
        assert last(world) is shown, "one thing at a time is on the wire to a chat"
        await asyncio.sleep(6)
        assert kind_of(last(world)) == "paused"
        row = world.row(YOU)
        assert row is not None
        assert row.sending is None

    tell(story)


def test_it_hurts_once_more_is_a_new_question_and_the_old_one_is_dead() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        await tap(world, "hurts")
        first = last(world)
        assert kind_of(first) == "hurting"
        old = Message(first.id, YOU, first.text, first.buttons, first.at)
        await say(world, "it still hurts a lot")
        await say(world, "it hurts")
        assert kind_of(last(world)) == "signs"
        await tap(world, "twin", on=old)
        assert kind_of(last(world)) == "signs", "what was asked before hurting again is no answer now"

    tell(story)


def test_what_may_have_come_as_a_note_comes_once_more_at_most_as_text() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        toast, lost, probe = (0.1, 0.1), (0.1, math.inf), (0.1, 0.1)
        world.telegram.slow += [toast, lost, probe, lost]
        world.notes += [True, False]
        await tap(world, "done")
        await asyncio.sleep(40)
        copies = [m for m in world.telegram.of(YOU) if "Three slow breaths" in m.text]
        assert [m.seconds is None for m in copies] == [False, True]

    tell(story)

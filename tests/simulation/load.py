"""Many people at once: an outage of half an hour, and everybody's step at the same moment. In virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace

from bot.chat.turns import due_of
from bot.guide.chat import Playing
from tests.simulation.world import World

RATE = 25.0
SOMEBODY = 1


@dataclass(frozen=True)
class Arrivals:
    """What came to whom, and when (seconds from the moment that counts), in order."""

    of: Counter[int]
    texts: frozenset[str]
    times: tuple[float, ...]

    def __str__(self) -> str:
        """The figures."""
        return (
            f"{len(self.times):,} messages to {len(self.of):,} people, {min(self.of.values())} to"
            f" {max(self.of.values())} each, after {self.times[0]:.1f} to {self.times[-1]:.1f} s,"
            f" at most {self.most_in_a_second} in a second"
        )

    @property
    def most_in_a_second(self) -> int:
        """The worst burst."""
        return max(sum(start <= time < start + 1 for time in self.times) for start in self.times)


async def in_a_step(world: World, people: int) -> None:
    """Lead one person into the second step, and let all others be where they are; nobody's clock differs."""
    await world.somebody(SOMEBODY)
    world.telegram.say(SOMEBODY, "/backpain")
    for action in ("none", "chair", "done"):
        await asyncio.sleep(5)
        last = world.telegram.of(SOMEBODY)[-1]
        world.telegram.tap(last, next(data for _, data in last.buttons if data.startswith(f"{action}:")))
    await asyncio.sleep(5)
    row = world.row(SOMEBODY)
    assert row is not None
    assert isinstance(row.chat.state, Playing)
    assert world.process is not None
    async with world.process.store.transaction() as tx:
        for chat in range(SOMEBODY + 1, SOMEBODY + people):
            other = replace(row, id=chat, live=[], loaded=None)
            await tx.save(other, due_of(other))


def since(world: World, time: float) -> Arrivals:
    """All messages that came after this (loop) time."""
    came = sorted((m.at - time, m.chat, m.text) for chat in world.telegram.messages for m in world.telegram.of(chat))
    new = [(at, chat, text) for at, chat, text in came if at > 0]
    return Arrivals(Counter(chat for _, chat, _ in new), frozenset(t for *_, t in new), tuple(at for at, *_ in new))


def outage(people: int, minutes: float = 30) -> Arrivals:
    """Nothing gets through for so long, in everybody's step; what comes in the ten minutes after it."""
    world = World(0, people=0, faults=False)
    over = 0.0

    async def story() -> None:
        nonlocal over
        await in_a_step(world, people)
        world.telegram.outage = "refuse"
        await asyncio.sleep(minutes * 60)
        world.telegram.outage, over = "", world.loop.time()
        await asyncio.sleep(600)

    world.play(story())
    return since(world, over)


def all_at_once(people: int, seconds: float = 70) -> Arrivals:
    """Everybody's next step is due at the same moment, the one after it at about the same; what comes from then on."""
    world = World(0, people=0, faults=False)
    due = 0.0

    async def story() -> None:
        nonlocal due
        await in_a_step(world, people)
        row = world.row(SOMEBODY)
        assert row is not None
        at = due_of(row)
        assert at is not None
        due = world.loop.time() + at - world.clock.real()
        await asyncio.sleep(at - world.clock.real() + seconds)

    world.play(story())
    return since(world, due)

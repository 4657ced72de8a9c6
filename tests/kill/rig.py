"""Kills the bot again and again, among people who go on, and has it looked at. Touches a world (world.py).

After some kills it is left alone until it is quiet. Then every update must have been noted, what people see must be
what is stored, and old buttons must be dead (look.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from tests.kill.case import Case, Tally
from tests.kill.coroner import account
from tests.kill.look import Look
from tests.kill.people import ANYBODY, SPECIALISTS, Manner, live
from tests.kill.points import POINTS, at_random, chance_of
from tests.kill.victim import Order
from tests.kill.world import Life, World


class Rig:
    """One world under fire."""

    def __init__(self, world: World, seed: str, tell: Callable[[str], None] = print, patience: float = 3.0) -> None:
        """`patience`: seconds (real) for a point to be passed; then it is killed from outside."""
        self.case = Case(world, seed, tell)
        self._world, self._seed, self._patience = world, seed, patience
        self._chance = chance_of(seed)
        self._look = Look(self.case, self._chance)
        self._silence = asyncio.Event()

    @property
    def tally(self) -> Tally:
        """What was done so far, and what came of it."""
        return self.case.tally

    async def at_random(self, kills: int, before_quiet: int) -> None:
        """So many kills among people who do as they like; quiet after every `before_quiet`."""
        orders = at_random(self._chance, self.case.points)
        async with self._acting([ANYBODY] * len(self._world.people)):
            for number in range(1, kills + 1):
                await self.one(next(orders))
                if number % before_quiet == 0 or number == kills:
                    await self.quiet()

    async def at_each_point(self, points: Sequence[str] = POINTS) -> None:
        """At every point once, among people who pass them all; what was not passed in time is tried again."""
        async with self._acting(SPECIALISTS):
            for point in (*points,) * 6:
                if point not in self.tally.points:
                    await self._pass(point)
            await self.quiet()

    @asynccontextmanager
    async def _acting(self, manners: Sequence[Manner]) -> AsyncIterator[None]:
        """People act as long as this lasts."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(live(person, manner, chance_of(f"{self._seed} {person.number}"), self._silence))
                for person, manner in zip(self._world.people.values(), manners, strict=True)
            ]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()

    async def _pass(self, point: str) -> None:
        alone = point.startswith("show sendChatAction")  # a probe: before what was lost on its way is sent again
        if alone:
            await self.one(Order("show sendMessage answered"))
            self._silence.set()
        await self.one(Order(point))
        self._silence.clear()

    async def one(self, order: Order | float) -> Life:
        """One life and its end."""
        inside, within = (Order(), order) if isinstance(order, float) else (order, self._patience)
        life = await self._world.start(inside)
        died = await self._world.death(life, within)
        if not died:
            await self._world.kill(life)
        self.tally.kills["inside" if died else "outside"] += 1
        self.tally.points[life.passings[-1].point if life.passings else "start"] += 1
        if life.ended != -9:
            self.case.wrong(f"it ended by itself, with {life.ended}: {self._world.log.read_text()[-2000:]}")
        await account(self.case, life)
        return life

    async def quiet(self) -> None:
        """Leave it alone, look at it, stop it kindly and look again."""
        self._silence.set()
        life = await self._world.start(Order())
        await self._look.while_it_runs()
        await self._world.stop(life)
        await account(self.case, life)
        if life.ended != 0:
            self.case.wrong(f"it did not stop cleanly: {life.ended}")
        await self._look.when_it_has_stopped()
        self.tally.quiets += 1
        self.tally.acts = self._world.acts
        self.case.tell(f"{self._seed}: {self.tally.kills.total()} kills, {len(self.tally.violations)} violations")
        self._silence.clear()

"""`python3 easeback.py simulate`: many runs of the protocol in virtual time, each judged from outside.

One seed is one run, and the same again. Ends with 1 if anything was wrong.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Annotated

import structlog
import typer

from tests.simulation.load import all_at_once, outage
from tests.simulation.mutants import hunt_all
from tests.simulation.world import World, drift

HOURS, PEOPLE = 1.0, 2
BATCH = 10


def quiet() -> None:
    """In a process of the simulation's own: what fails here fails on purpose, and is not logged."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


def batch(first: int, seeds: int, hours: float, people: int) -> tuple[Counter[str], list[str]]:
    """Some runs: what happened, and what was wrong."""
    count, wrong = Counter[str](), list[str]()
    for seed in range(first, first + seeds):
        world = World(seed, hours, people).run()
        count += world.count
        wrong += [f"seed {seed} at {violation}" for violation in world.judge.violations]
    return count, wrong


def main(
    seeds: Annotated[int, typer.Option(help="How many runs.")] = 300,
    start: Annotated[int, typer.Option("--from", help="The first seed.")] = 0,
    minutes: Annotated[float, typer.Option(help="Go on with further seeds for so long (real minutes).")] = 0,
    hours: Annotated[float, typer.Option(help="How long people act in a run (virtual hours).")] = HOURS,
    people: Annotated[int, typer.Option(help="How many of them.")] = PEOPLE,
    jobs: Annotated[int, typer.Option(help="Runs side by side.")] = os.cpu_count() or 1,
    load: Annotated[bool, typer.Option("--load", help="Instead: 1,000 runs in an outage, 300 at once.")] = False,
    mutants: Annotated[bool, typer.Option("--mutants", help="Instead: break each rule; is it noticed?")] = False,
    only: Annotated[str, typer.Option(help="Of the mutants only those with this in their name.")] = "",
) -> None:
    """Simulate the protocol: crashes, lost answers, outages, double taps; a judge looks at what people saw."""
    if mutants:
        sys.exit(not hunt_all(only, jobs))
    if load:
        quiet()
        typer.echo(f"30 minutes without Telegram, 1,000 runs: {outage(1000)}")
        typer.echo(f"300 steps due at once: {all_at_once(300)}")
        return
    began, count, bad, done = time.monotonic(), Counter[str](), 0, 0
    with ProcessPoolExecutor(jobs, initializer=quiet) as pool:
        while done < seeds or time.monotonic() - began < minutes * 60:
            firsts = range(start + done, start + done + BATCH * jobs, BATCH)
            for more, wrong in pool.map(batch, firsts, *([same] * jobs for same in (BATCH, hours, people))):
                count += more
                bad += len(wrong)
                done += BATCH
                for line in wrong[:3]:
                    typer.echo(line[:400])
    late = max(drift(seed) for seed in range(3))
    figures = ", ".join(f"{number:,} {what}" for what, number in sorted(count.items()))
    typer.echo(f"{done:,} seeds from {start}, {(time.monotonic() - began) / 60:.1f} min; {figures}")
    typer.echo(f"{bad} violations; drift over a whole run {late:.2f} s")
    sys.exit(bool(bad) or late > 0.5)


if __name__ == "__main__":
    typer.run(main)

"""`python3 easeback.py kill`: kills the bot at random, often, and says what became of it. Reads arguments, prints."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests import notes
from tests.kill.case import Tally
from tests.kill.rig import Rig
from tests.kill.world import World

FLOW = (
    "open",
    "claim_bot",
    "come_back",
    "release",
    "start",
    "poll",
    "take",
    "reply",
    "tick",
    "claim",
    "show",
    "settle",
    "clean",
)


async def run(given: argparse.Namespace) -> list[Tally]:
    """Kill in several worlds side by side; what was seen."""
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)  # or the servers would stay
    folder = Path(tempfile.mkdtemp(prefix="easeback-kill-"))
    print(f"seed {given.seed}; {folder} is kept if something is wrong", flush=True)
    await notes.fill(folder / "notes")
    share = -(-given.kills // given.side_by_side)

    async def one(number: int) -> Tally:
        world = World(folder / str(number), folder / "notes", given.people, given.speed)
        async with world.running():
            rig = Rig(world, f"{given.seed}-{number}", lambda text: print(text, flush=True))
            await rig.at_random(share, given.before_quiet)
            return rig.tally

    tallies = await asyncio.gather(*(one(number) for number in range(1, given.side_by_side + 1)))
    if not any(tally.violations for tally in tallies):
        shutil.rmtree(folder)
    return tallies


def report(tallies: list[Tally], minutes: float) -> str:
    """The figures."""
    kills = sum((tally.kills for tally in tallies), Counter[str]())
    points = sum((tally.points for tally in tallies), Counter[str]())
    lines = [f"{sum(kills.values())} kills in {minutes:.1f} minutes: " + _counted(kills)]
    for flow in FLOW:
        at = Counter({p.removeprefix(f"{flow} "): n for p, n in points.items() if p.split()[0] == flow})
        if at:
            lines.append(f"  {sum(at.values()):5} {flow}: {_counted(at)}")
    other = Counter({p: n for p, n in points.items() if p.split()[0] not in FLOW})
    if other:
        lines.append(f"  {sum(other.values()):5} otherwise: {_counted(other)}")
    lines.append(f"{_sum(tallies, 'between')} kills between send and settle, with {_sum(tallies, 'lost')} messages")
    lines.append(f"{_sum(tallies, 'duplicates')} duplicates")
    lines.append(f"{_sum(tallies, 'messages')} messages, {_sum(tallies, 'acts')} acts of people")
    lines.append(f"{_sum(tallies, 'given_up')} screens given up in doubt, {_sum(tallies, 'quiets')} looks at rest")
    lines.append(f"{sum(len(tally.violations) for tally in tallies)} violations")
    return "\n".join(lines)


def _sum(tallies: list[Tally], name: str) -> int:
    return sum(getattr(tally, name) for tally in tallies)


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())


def main() -> None:
    """Read the arguments and run; exit code 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="python3 easeback.py kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="in all (100)")
    parser.add_argument("--seed", default=str(int(time.time())), help="of chance; a new one if not given")
    parser.add_argument("--side-by-side", type=int, default=1, help="bots, each with its own server and people (1)")
    parser.add_argument("--people", type=int, default=6, help="who talk with each bot (6)")
    parser.add_argument("--speed", type=float, default=60.0, help="of time (60)")
    parser.add_argument("--before-quiet", type=int, default=25, help="kills before it is left alone and looked at (25)")
    given = parser.parse_args()
    began = time.monotonic()
    tallies = asyncio.run(run(given))
    print(report(tallies, (time.monotonic() - began) / 60))
    sys.exit(any(tally.violations for tally in tallies))


if __name__ == "__main__":
    main()

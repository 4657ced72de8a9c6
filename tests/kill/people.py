"""People who do everything, restlessly, also while the bot is dead. Touches their person; chance is seeded."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.kill.world import Person, buttons


def _gladly(text: str) -> dict[str, float]:
    """Weights from a text."""
    return {action: float(weight) for action, weight in re.findall(r"(\S+) ([\d.]+)", text)}


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody is."""

    gladly: Mapping[str, float]
    """How gladly each button is tapped; one that is not named, hardly."""
    words: tuple[str, ...]
    speaks: float
    """The share of words."""
    old: float
    """The share of taps on buttons tapped before."""
    waits: tuple[float, ...]
    """Seconds (real) at most between two acts. Two acts a second for ever are a flood (bot/chat/flood.py)."""


ANYBODY = Manner(
    gladly=_gladly(
        """none 12  same 10  chair 10  rest 2  done 10  resume 8  twin 4  return 8  yes 8  change 1  unsure 0.5  now 0.3
        see 0.5  notnow 0.5  notyet 1  keep 2  erase 2  over 2  hurts 2  pause 2  again 2  more 2  less 2  back 3
        skip 3  plus 2  end 0.7  pace-mine 0.5  pace-timed 6  leave 3  sharp 1  noscore 2  menu 4  score 0.2
        mat 5  lying 8  stand 8  go 4  breathing 3  sessions 2  leave-out 2  tick 1  keep-out 4  today 4  imagine 0.5
        resting 0.5  further 9  breath-calm 1  breath-easier 1  breath-own 1"""
    ),
    words=(
        *("/backpain", "done", "/again", "/back", "/skip", "/pause", "/resume", "stop", "4", "it hurts", "hello there"),
        *("/backpain", "done", "/again", "/back", "/skip", "/start", "/forget", "/sessions"),
    ),
    speaks=0.2,
    old=0.1,
    waits=(0.05, 0.2, 0.5, 1.0, 2.5, 4.0),
)
GOING = "none 9  same 9  chair 9  resume 9  twin 9  return 9  keep 9  over 1  yes 9  pace-timed 9"
QUICK = (0.2, 0.8, 1.6)
SPECIALISTS = (
    Manner(_gladly(f"{GOING} done 3  hurts 5  pause 2  end 1  noscore 9  score 0.2"), ("/backpain",), 0.05, 0.1, QUICK),
    Manner(
        _gladly(f"{GOING} done 3  more 3  less 3  back 2  again 2  score 1"), ("/backpain", "/stop"), 0.05, 0.1, QUICK
    ),
    Manner(_gladly("erase 9  menu 1"), ("/forget", "/forget", "/start"), 0.3, 0.0, QUICK),
    Manner(_gladly("unsure 9  return 9  none 1  end 9  notnow 1"), ("/backpain",), 0.2, 0.0, QUICK),
    Manner(_gladly(f"{GOING} done 1"), ("/backpain",), 0.1, 0.0, (1.5, 2.5)),
)
"""People who pass, all together, every point soon."""


UNHEARD, GIVES_UP = 3, 4.0
"""Acts without a sign from the bot after which people wait for one, and how long (seconds, real)."""


async def live(person: Person, manner: Manner, chance: random.Random, rest: asyncio.Event) -> None:
    """Do something, wait, do something else; be silent while `rest` is set."""
    tapped: list[tuple[int, str]] = []
    while True:
        await asyncio.sleep(chance.choice(manner.waits) * chance.random())
        if rest.is_set():
            continue
        if person.unheard >= UNHEARD:
            if time.monotonic() < person.acted + GIVES_UP:
                continue
            person.unheard = 0
        message = next((m for m in reversed(person.messages.values()) if buttons(m)), None)
        what = chance.random()
        if what < manner.old and tapped:
            await person.tap(*chance.choice(tapped))
        elif what < manner.old + manner.speaks or message is None:
            await person.say(chance.choice(manner.words if message else ("/backpain",)))
        else:
            tapped.append((message["message_id"], _button(chance, message, manner)))
            for _ in range(2 if chance.random() < manner.old else 1):  # some tap twice
                await person.tap(*tapped[-1])


def _button(chance: random.Random, message: dict[str, Any], manner: Manner) -> str:
    offered = list(buttons(message))
    weights = [manner.gladly.get(re.split(r"[:.]", data)[0], 0.01) for data in offered]
    return chance.choices(offered, weights)[0]

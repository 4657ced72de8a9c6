"""What is known about one world, and what was wrong there. Touches nothing but the world it looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.app import read_content
from tests.kill.judge import Did, Event, Judge
from tests.kill.world import ROOT, Person, World, text

CONTENT, WORDS = read_content(ROOT / "content")
AROUND = 16
"""Events of a person's log that are shown with a violation."""


@dataclass
class Tally:
    """What was done, and what came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    """By how it was killed."""
    points: Counter[str] = field(default_factory=Counter)
    """By the last point that was passed."""
    between: int = 0
    """Kills after which a message had been accepted and was not settled."""
    lost: int = 0
    """Messages that had been accepted and not settled when it was killed."""
    quiets: int = 0
    messages: int = 0
    acts: int = 0
    duplicates: int = 0
    given_up: int = 0
    violations: list[str] = field(default_factory=list)


class Case:
    """One world, and what is known of it."""

    def __init__(self, world: World, seed: str, tell: Callable[[str], None]) -> None:
        self.world, self.seed, self.tell, self.tally = world, seed, tell, Tally()
        self.judge = Judge(CONTENT, WORDS["en"])
        self.points: Counter[str] = Counter()
        """Every point that was ever passed, in the order of the first time, and how often at most in one life."""
        self.doubts: Counter[tuple[int, int]] = Counter()
        """By chat and rev: deaths between the claim of a screen and its settle."""
        self.settled: set[int] = set()
        """Messages of screens that the bot has written down."""
        self.answered: set[int] = set()
        """Messages that it was told of, or that were found to be lost with one that died before it was."""

    def screens_of(self, chat: int) -> list[dict[str, Any]]:
        """The messages of a chat that are screens, as they are now."""
        known = self.world.people[chat].having("")
        return [m for m in known if self.judge.kind(text(m)) not in ("reply", "forgotten")]

    def wrong(self, why: str, person: Person | None = None, index: int | None = None) -> None:
        """Note a violation, and tell it with what was seen around it: up to event `index`, else up to now."""
        lines = [f"{why} — seed {self.seed}, folder {self.world.folder}"]
        if person is not None:
            end = len(person.log) if index is None else min(index + 3, len(person.log))
            around = range(max(0, end - AROUND), end)
            lines += [f"    {person.number} {i} {_line(person.log[i])}" for i in around]
        self.tally.violations.append(why)
        self.tell("\n".join(lines))


def _line(event: Event) -> str:
    if isinstance(event, Did):
        return f"did {event.kind} {event.what} {event.message or ''}"
    step = event.words.rpartition("\n")[2] if " min left" in event.words else event.words
    return f"{'saw' if event.by_bot else 'wrote'} {event.kind} {event.message or ''} {step[:60]!r} {event.buttons[:1]}"

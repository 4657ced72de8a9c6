"""What a person could read in the files: which words ask for what, where they are led, how long they take.

The judge knows a step by its name and its first lines, as they stand in the chat. Touches nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import product

from bot.guide.content import BREATHING, NO_COST, Content, Position, Step, Tag, at
from bot.guide.marks import sided
from bot.guide.plan import CAUTION, QUIET
from bot.guide.words import Words

Known = tuple[str, str]
"""Name and first lines of a step."""
EASIER = 0.7
"""What an easier breath (in 3, out 4) leaves of a calm one (in 4, out 6)."""


class Book:
    """All of it, by what is read."""

    def __init__(self, content: Content, words: Words) -> None:
        self.quiet = escape(words("quiet-show"))
        self.asks: dict[Known, frozenset[str]] = {}
        """What a step asks of a body, or says to who can: who leaves one of these out reads other words."""
        self.moves: set[Known] = set()
        """Movements: they have a twin, or change the position."""
        self.cautions: dict[Known, str] = {}
        """What must have been read before a step comes the first time."""
        self.resting: set[str] = {self.quiet}
        """First lines that may come under a hold: what is led in *rest*, and in breathing."""
        self.breathing: set[str] = {self.quiet}
        """First lines that may come after a sign of "now"."""
        self._seconds: dict[str, float] = {self.quiet: QUIET}
        self._sides = (words("side-left"), words("side-right"))
        told = {step.id: step.caution for session in content.sessions.values() for step in session.steps}
        for session in content.sessions.values():
            for step, position in product(session.steps, Position):
                caution = escape(told[step.cautioned_by] or "") if step.cautioned_by else escape(step.caution or "")
                if position not in step.positions:
                    continue
                self._led(step, position, caution)
                lines = {first for first, _ in self._texts(step, position)} | {caution}
                self.resting |= lines if session.id == BREATHING or position is Position.REST else set()
                self.breathing |= lines if session.id == BREATHING else set()
            for step in session.steps:
                twin = content.twins[step.twin or "stay"]
                for line in filter(None, (twin.rest, twin.imagine)):
                    self.resting.add(escape(line))
                    self._least(escape(line), self._shortest(step, ""))
        stay = content.twins["stay"]
        self.breathing |= {escape(line) for line in (stay.rest, stay.imagine) if line}
        self.moves -= {known for known in self.moves if known[1] in self.resting}

    def seconds(self, first: str) -> float:
        """How long a step takes at least that begins with these lines."""
        return self._seconds.get(first, CAUTION)

    def _led(self, step: Step, position: Position, caution: str) -> None:
        for first, asked in self._texts(step, position):
            known = (escape(step.name), first)
            self.asks[known] = self.asks.get(known, asked) & asked
            if step.twin or step.change or step.moves:
                self.moves.add(known)
            if caution:
                self.cautions[known] = caution
            self._least(first, self._shortest(step, position))

    @staticmethod
    def _shortest(step: Step, position: str) -> float:
        """Seconds, for who breathes easier."""
        seconds = at(step.seconds, position) or min(step.seconds.values())
        return seconds * (EASIER if Tag.PACE in step.tags else 1.0)

    def _texts(self, step: Step, position: Position) -> Iterator[tuple[str, frozenset[str]]]:
        """Each way to tell a step in a position, and what it asks: what it has no other words for, or has them for."""
        others = [tag for tag in step.show.without if step.show.copes(tag, position)]
        tags = frozenset(str(tag) for tag in step.tags if tag not in NO_COST)
        ways = [(step.show.at(position), tags | set(others))]
        ways += [(step.show.at(position, frozenset({tag})), tags - set(others)) for tag in others]
        for show, asked in ways:
            for first, second in (self._sides, self._sides[::-1]):
                if show:
                    yield escape(sided(show, first, second)).split("\n\n")[0], frozenset(map(str, asked))

    def _least(self, first: str, length: float) -> None:
        self._seconds[first] = min(length, self._seconds.get(first, length))

"""A session made concrete, as it is stored with its run. Pure; lengths are in seconds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.guide.content import Position
from bot.guide.marks import Script

A_THIRD = 3
"""Where more than one of so many steps falls out, another position is offered (content.md, section 3)."""
DOTS = 7

Form = Literal["led", "rest", "imagine", "caution", "quiet"]
Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Telling:
    """One way to tell a step: what is read, what is heard, and the key of the note (None: no voice)."""

    show: str
    script: Script
    speed: float
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step as this run leads it. `told` is what is shown now; `rest` and `imagine` are its twins of equal length."""

    id: str
    name: str
    form: Form
    told: Telling
    rest: Telling
    imagine: Telling | None = None
    side: Side | None = None
    """The side that comes first; None where it has none."""
    advance: Literal["timed", "tap"] = "timed"
    change: bool = False
    movement: bool = True
    """As its author wrote it, it moves; where that was not noted yet, it is taken to."""
    pose: str | None = None
    tags: tuple[str, ...] = ()
    caution_id: str | None = None
    """Whose caution is told here: with it, that one has been met."""

    @property
    def length(self) -> float:
        """Seconds of its own time."""
        return self.told.script.length

    @property
    def counts(self) -> bool:
        """True for what "5 of 11" counts."""
        return self.form not in ("caution", "quiet")

    @property
    def moves(self) -> bool:
        """True if a movement is asked for here: a change of position is one, a counted breath is none."""
        return self.form == "led" and self.movement

    @property
    def left_out_as(self) -> str:
        """What stays out when this step is left out: its pose, or itself where it is still or changes the position."""
        return self.pose if self.pose and self.movement and not self.change else self.root

    @property
    def root(self) -> str:
        """The id of the step that it is, or belongs to."""
        return self.id.removesuffix("-caution").removesuffix("-quiet")


@dataclass(frozen=True, slots=True)
class More:
    """A continuation that is offered: its session, the minutes that it takes, and its position."""

    session: str
    name: str
    minutes: int
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run consists of."""

    session: str
    name: str
    position: str
    steps: tuple[PlannedStep, ...]
    ends: Literal["score", "silence"] = "score"
    more: More | None = None
    """What may still be put before the last step; None: nothing is offered (any more)."""

    def place(self, index: int) -> tuple[int, int]:
        """(n, of): the place of a step among those that count; a quiet one has the place of the step before it."""
        n = sum(s.counts for s in self.steps[: index + 1])
        return n + (self.steps[index].form == "caution"), sum(s.counts for s in self.steps)

    def dots(self, index: int) -> str:
        """The place as seven dots: ceil(7 n / of) of them full (product.md)."""
        n, of = self.place(index)
        full = math.ceil(DOTS * n / of) if of else 0
        return "●" * full + "○" * (DOTS - full)

    def is_quiet(self, index: int) -> bool:
        """True if there is such a step, and it is more quiet seconds."""
        return index < len(self.steps) and self.steps[index].form == "quiet"

    def seconds_left(self, index: int) -> float:
        """Seconds from the beginning of a step to the end of the plan."""
        return sum(s.length for s in self.steps[index:])

    def notes(self) -> Iterator[Telling]:
        """Every note that this run may play, in the order of need: the steps first, then the twins."""
        yield from (s.told for s in self.steps)
        yield from (s.rest for s in self.steps)

    @property
    def moves(self) -> bool:
        """True if it asks for a movement anywhere."""
        return any(step.moves for step in self.steps)

    @property
    def share(self) -> tuple[int, int]:
        """(fallen out, of): how many of the steps that count are only rested through or imagined."""
        counted = [step for step in self.steps if step.counts]
        return sum(step.form != "led" for step in counted), len(counted)

    @property
    def lost(self) -> float:
        """The part of it that falls out, 0 to 1."""
        out, of = self.share
        return out / of if of else 0.0

    @property
    def much_falls_out(self) -> bool:
        """True if another position had better be offered: more than a third is not led."""
        out, of = self.share
        return self.position != Position.REST and A_THIRD * out > of

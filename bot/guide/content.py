"""What a session is: sessions, steps, twins and the safety notice, as the files have them. Pure; touches nothing.

The values say what may stand in a file; reading.py makes them of its text. All lengths are in seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, StringConstraints, model_validator
from pydantic.dataclasses import dataclass

from bot.guide.safety import Numbers, Safety
from bot.guide.source import STRICT, Line, Path

Value = TypeVar("Value")


class Tag(StrEnum):
    """What a step asks of a body (content.md, section 6)."""

    FLEX = "FLEX"
    EXT = "EXT"
    ROT = "ROT"
    SIDE = "SIDE"
    NECK = "NECK"
    ARM = "ARM"
    KNEEL = "KNEEL"
    FLOOR = "FLOOR"
    STAND = "STAND"
    SUPINE = "SUPINE"
    HEADLOW = "HEADLOW"
    HIPX = "HIPX"
    HIPF = "HIPF"
    NERVE = "NERVE"
    TENSE = "TENSE"
    PACE = "PACE"


class Position(StrEnum):
    """How a person takes a session."""

    CHAIR = "chair"
    MAT = "mat"
    REST = "rest"
    STAND = "stand"
    LYING = "lying"


ANY = "any"
"""The key of what holds for every position without a key of its own."""


def at(values: Mapping[Any, Value], position: str) -> Value | None:
    """What holds in a position: its own value, else the one for any."""
    return values.get(position, values.get(ANY))


def _as_any(value: Any) -> Any:
    """One value stands for all positions."""
    return value if isinstance(value, Mapping) else {ANY: value}


CLASSIC, BREATHING, LIGHTER = "classic", "breathing", "two"
"""Ids of the sessions that the guide itself speaks of: /backpain, what is open under a hold, what is for bad days."""
NO_COST = frozenset({Tag.PACE, Tag.STAND})
"""Tags that cost no step where they are left out: the same step is led sitting, or without counting."""
NEEDS: Mapping[Position, Tag] = {Position.MAT: Tag.FLOOR, Position.STAND: Tag.STAND}
"""What a position itself asks of a body: who leaves that out is not offered it."""

TICKS: Mapping[str, frozenset[Tag]] = {
    "bones": frozenset({Tag.FLEX, Tag.ROT, Tag.HEADLOW}),
    "canal": frozenset({Tag.EXT}),
    "hip": frozenset({Tag.HIPX, Tag.HIPF, Tag.ROT, Tag.FLOOR}),
    "pregnant": frozenset({Tag.SUPINE, Tag.ROT}),
    "leg": frozenset({Tag.FLEX, Tag.ROT, Tag.NERVE}),
    "shoulder": frozenset({Tag.ARM, Tag.NECK}),
    "floor": frozenset({Tag.KNEEL, Tag.FLOOR}),
    "unsteady": frozenset({Tag.STAND}),
    "dizzy": frozenset({Tag.HEADLOW, Tag.NECK, Tag.TENSE, Tag.STAND}),
}
"""What a person may tick on "Some movements aren't for me", and what that leaves out (content.md, section 6)."""

ID = r"[a-z0-9]+(-[a-z0-9]+)*"
Where = Literal["any", "chair", "mat", "rest", "stand", "lying"]
Id = Annotated[str, StringConstraints(pattern=f"^{ID}$")]
Seconds = Annotated[float, Field(gt=0)]
ByPosition = Annotated[Mapping[Where, Seconds], BeforeValidator(_as_any)]
Poses = Annotated[Mapping[Where, Id], BeforeValidator(_as_any)]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Text:
    """Words by position and by what is left out. In a file one text stands for all positions."""

    any: Line | None = None
    chair: Line | None = None
    mat: Line | None = None
    rest: Line | None = None
    stand: Line | None = None
    lying: Line | None = None
    without: Mapping[Tag, Text] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _one_text(cls, value: Any) -> Any:
        return {ANY: value} if isinstance(value, str) else value

    def at(self, position: str, left_out: frozenset[str] = frozenset()) -> str | None:
        """The words in a position; the first tag in the file's order that is left out chooses its own."""
        for tag, text in self.without.items():
            if tag in left_out and (found := text.at(position, left_out)) is not None:
                return found
        own: str | None = getattr(self, Position(position))
        return own if own is not None else self.any

    def copes(self, tag: str, position: str) -> bool:
        """True if it has words in a position for who leaves that out."""
        other = self.without.get(Tag(tag))
        return other is not None and other.at(position) is not None

    def all(self) -> Iterator[tuple[Path, str]]:
        """Every text in it, with the keys that lead to it."""
        for where in (ANY, *Position):
            if (text := getattr(self, where)) is not None:
                yield (str(where),), text
        for tag, other in self.without.items():
            for path, text in other.all():
                yield ("without", str(tag), *path), text


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Step:
    """One step as its author wrote it."""

    id: Id
    name: Line
    source: tuple[str, ...] = ()
    region: Line
    positions: tuple[Position, ...] = ()
    """In which it is led; where none are named, the session's."""
    advance: Literal["timed", "tap"] = "timed"
    change: bool = False
    """It is a change of position."""
    pose: Poses | None = None
    tags: tuple[Tag, ...] = ()
    twin: Id | None = None
    sides: bool = False
    """Written once, led on both: what stands behind `(sides)` in `say` is told for each."""
    rest: bool = True
    """False: in *rest* it falls out, though it has a twin."""
    caution: Line | None = None
    """Told before the movement the first time: a text, or the id of the step that has it."""
    seconds: ByPosition
    """What intro and marks add up to, at normal pace: the author's own sum, proved by the check."""
    intro: ByPosition
    show: Text
    say: Text

    @property
    def cautioned_by(self) -> str | None:
        """The id of the step whose caution holds here too; None if there is a text of its own, or none."""
        return self.caution if self.caution and re.fullmatch(ID, self.caution) else None

    @property
    def moves(self) -> bool:
        """True if it asks for a movement: whatever has a twin does, with or without a tag."""
        return bool(self.change or self.twin or set(self.tags) - {Tag.PACE})

    def falls_out(self, position: str, left_out: frozenset[str]) -> bool:
        """True if it asks for what is left out, and has no words for who leaves that out."""
        asked = {str(tag) for tag in self.tags if tag not in NO_COST} & left_out
        return not all(self.show.copes(tag, position) and self.say.copes(tag, position) for tag in asked)

    def heard(self, position: str, left_out: frozenset[str] = frozenset()) -> str:
        """What is said in a position, as it stands in the file; reading.py lets no step through without it."""
        say = self.say.at(position, left_out)
        assert say is not None
        return say

    def led_as(self, position: str) -> str:
        """The position whose words and seconds it has: where it is not led, those its twin takes the length of."""
        return position if position in self.positions else self.positions[0]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Twin:
    """The versions of a step without movement; they last as long as the step."""

    id: str = ""
    """The key that it stands under in its file."""
    rest: Line
    imagine: Line | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Session:
    """One session, as its file has it."""

    id: Id
    name: Line
    command: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")] | None = None
    summary: Line
    ends: Literal["score", "silence"] = "score"
    """`silence`: it ends by itself and nothing is asked or said, as at night."""
    continues: Id | None = None
    """The session whose last rest it may follow: it is not listed by itself."""
    positions: Annotated[tuple[Position, ...], Field(min_length=1)]
    length: Mapping[Position, Annotated[str, StringConstraints(pattern=r"^\d{1,2}:\d\d$")]]
    """Minutes and seconds in each position, the set-up included: the author's own sum, proved by the check."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    def in_position(self, position: str) -> tuple[Step, ...]:
        """Its steps in a position. In *rest* a step that is not led there is rested through by its twin."""
        resting = position == Position.REST
        return tuple(s for s in self.steps if position in s.positions or (resting and s.twin and s.rest))

    @property
    def shortest(self) -> int:
        """Seconds of its shortest position."""
        return min(int(m) * 60 + int(s) for m, s in (length.split(":") for length in self.length.values()))

    @property
    def moves(self) -> bool:
        """True if it asks for a movement anywhere: then the notice comes first."""
        return any(step.moves for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that can be led, as one value."""

    sessions: Mapping[str, Session]
    twins: Mapping[str, Twin]
    safety: Safety
    numbers: Numbers
    poses: Mapping[str, str]
    """Every pose, with the sentence that says what its picture shows."""
    withdrawn: frozenset[str] = frozenset()
    """Ids of steps that are skipped, also in runs that have begun."""
    languages: Mapping[str, Content] = Field(default_factory=dict)
    """The same in other languages, those alone that are complete and up to date (translation.py)."""

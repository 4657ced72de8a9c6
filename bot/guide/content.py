"""What a session is: sessions, steps, twins and the safety notice, as the files have them. Pure; touches nothing.

The values say what may stand in a file; reading.py makes them of its text. All lengths are in seconds.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.dataclasses import dataclass

from bot.guide.source import Path

STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
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


ID = r"[a-z0-9]+(-[a-z0-9]+)*"
Where = Literal["any", "chair", "mat", "rest", "stand", "lying"]
Id = Annotated[str, StringConstraints(pattern=f"^{ID}$")]
Line = Annotated[str, StringConstraints(min_length=1)]
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
    """Written once, led on both sides."""
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
    positions: Annotated[tuple[Position, ...], Field(min_length=1)]
    length: Mapping[Position, Annotated[str, StringConstraints(pattern=r"^\d{1,2}:\d\d$")]]
    """Minutes and seconds in each position, the set-up included: the author's own sum, proved by the check."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    def in_position(self, position: str) -> tuple[Step, ...]:
        """Its steps in a position. In *rest* a step that is not led there is rested through by its twin."""
        return tuple(s for s in self.steps if position in s.positions or (position == Position.REST and s.twin))


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Number:
    """Where to turn, in one place of the world."""

    emergency: Line
    talk: Line


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Numbers:
    """Numbers by place. (By country: later, each with the official page that says so.)"""

    unknown: Number


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Review:
    """Who stands for the texts of the gates, and for which texts: their hash."""

    reviewer: Line | None
    date: dt.date
    version: Line
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Safety:
    """The notice and what belongs to it; `**so**` is bold. Plain text: the screens compose it."""

    version: Line
    source: tuple[str, ...] = ()
    opening: Line
    before: Line
    now: Annotated[tuple[Line, ...], Field(min_length=1)]
    see_first: Annotated[tuple[Line, ...], Field(min_length=1)]
    small: Line
    reviewed: Line
    """Follows `small` when a clinician stands for the text; {reviewer} and {date} are filled in."""
    unreviewed: Line
    crisis: Line
    """The one fixed reply; {emergency} and {talk} are filled in."""
    crisis_words: Annotated[tuple[Line, ...], Field(min_length=1)]
    emergency: str = ""
    talk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that can be led, as one value."""

    sessions: Mapping[str, Session]
    twins: Mapping[str, Twin]
    safety: Safety
    poses: Mapping[str, str]
    """Every pose, with the sentence that says what its picture shows."""
    withdrawn: frozenset[str] = frozenset()
    """Ids of steps that are skipped, also in runs that have begun."""

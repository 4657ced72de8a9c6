"""The person: what is known and allowed, and outlives a run. Pure; touches nothing. Times are aware UTC datetimes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from bot.guide.content import CLASSIC, TICKS

LEFT_OUT_VERSION = "1"
"""Of the words by which what is left out is kept (`leave-out-ask`, `set-out-which`)."""
CONSENT_VERSION = "2"
"""Of the words by which scores, leave-outs and practice days are kept (`keep-ask`)."""
PRIVACY, PRIVACY_DATE = "1", "2026-11-30"
"""Of what /privacy says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the person chose. Changes in a session take hold at the next step; voice at the next session."""

    pace: Literal["slower", "normal", "faster"] = "normal"
    timed: bool = True
    voice: bool = True
    pictures: bool = True
    sounds: bool = True
    """Steps in text sound."""
    days: int = 4
    """Days a week on which they would like to practise."""
    look_back: bool = False
    """The first reminder of a week offers a look back at the one that ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Movement is not offered: until a time has passed and the person was seen, or (None) until somebody agreed."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A text that the person said yes (or no) to: its version and when."""

    version: str
    at: datetime
    yes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What outlives a run (content.md, section 8)."""

    language: str = "en"
    zone: str | None = None
    settings: Settings = Settings()
    positions: Mapping[str, str] = field(default_factory=dict)
    """The position chosen last, by session."""
    hold: Hold | None = None
    acknowledged: Dated | None = None
    consent: Dated | None = None
    cautions: frozenset[str] = frozenset()
    """Ids of the cautions that were shown."""
    pictures: Mapping[str, int] = field(default_factory=dict)
    """How often (0 to 2) each step's picture was shown."""
    left_out_tags: frozenset[str] = frozenset()
    """What is kept for next time, by a consent of its own: `left_out_kept`, the version of its text and when."""
    left_out_kept: Dated | None = None
    breath: Literal["calm", "easier", "own"] = "calm"
    """Counted as written, in 3 and out 4, or uncounted. It tells about a body, and so it is no plain setting."""
    imagine: bool = False
    """What is left out is seen in the mind instead of rested through."""
    left_out_poses: frozenset[str] = frozenset()
    voice_forbidden_until: datetime | None = None
    inactive_since: datetime | None = None
    """They blocked the bot or are gone: nothing is sent until they write."""

    @property
    def keeps(self) -> bool:
        """True under a consent: what the person did may outlive a run."""
        return self.consent is not None and self.consent.yes


def tags_of(ticks: Iterable[str]) -> frozenset[str]:
    """What ticked boxes leave out."""
    return frozenset(str(tag) for tick in ticks for tag in TICKS[tick])


def ticked(tags: Set[str]) -> frozenset[str]:
    """The boxes of which all that they stand for is left out, but none that is only a part of another one."""
    whole = [tick for tick in TICKS if TICKS[tick] <= tags]
    return frozenset(tick for tick in whole if not any(TICKS[tick] < TICKS[other] for other in whole))


def leaving_out(person: Person, ticks: Iterable[str], now: datetime) -> Person:
    """These boxes kept for next time: as tags, with the date of the consent. Each position is asked for anew."""
    tags = tags_of(ticks)
    kept = Dated(version=LEFT_OUT_VERSION, at=now) if tags else None
    return replace(person, left_out_tags=tags, left_out_kept=kept, positions={})


def carried(old: Person, known: Person) -> Person:
    """Somebody out of a backup, with what is known since and must not be undone by it: a hold, what is left out, and
    that nothing may be kept any more."""
    tags = old.left_out_tags | known.left_out_tags
    taken_back = old.keeps and not known.keeps  # in /privacy, or with all that was known of them
    return replace(
        old,
        hold=known.hold or old.hold,
        left_out_tags=tags,
        left_out_kept=known.left_out_kept or old.left_out_kept,
        positions=old.positions if tags == old.left_out_tags else {},
        consent=known.consent if taken_back else old.consent,
        left_out_poses=frozenset() if taken_back else old.left_out_poses | known.left_out_poses,
    )


_PERSON = TypeAdapter(Person)


def dump_person(person: Person) -> dict[str, Any]:
    """The person as plain JSON values, by field."""
    values: dict[str, Any] = _PERSON.dump_python(person, mode="json")
    return values


def load_person(values: Mapping[str, Any]) -> Person:
    """The person from plain values. A hold that can't be read counts as held; what else can't be read is as new."""
    if (
        position := values.get("position")
    ) and "positions" not in values:  # as it was stored when there was one session
        values = {**values, "positions": {CLASSIC: position}}
    try:
        return _PERSON.validate_python(dict(values), strict=False)
    except ValidationError as error:
        bad = {str(problem["loc"][0]) for problem in error.errors() if problem["loc"]}
        person = _PERSON.validate_python({k: v for k, v in values.items() if k not in bad}, strict=False)
        return replace(person, hold=Hold()) if "hold" in bad else person

"""The texts of the gates as the files have them: the notice, the numbers to call, who stands for them. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator
from pydantic.dataclasses import dataclass

from bot.guide.source import STRICT, Line


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Page:
    """An official page that says a number, and the date that is printed on it."""

    address: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+\.[^\s/]+/?\S*$")]
    seen: dt.date


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Number:
    """Where to turn, in one place of the world. `talk` left out: the words for everywhere."""

    emergency: Line
    talk: Line | None = None
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Numbers:
    """Numbers by country (ISO 3166, two letters), each with the official page that says so."""

    unknown: Number
    countries: Mapping[Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")], Number] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _proved(self) -> Numbers:
        for country, number in self.countries.items():
            if not number.pages:
                raise ValueError(
                    f"{country} names no page. Write: `pages:`, official ones with the date printed on them"
                )
        return self

    def of(self, country: str) -> Number:
        """Where to turn in a country."""
        own = self.countries.get(country, self.unknown)
        return own if own.talk else replace(own, talk=self.unknown.talk)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Review:
    """Who stands for the texts of the gates, and for which texts: their hash."""

    reviewer: Line | None
    date: dt.date
    version: Line
    hash: str
    languages: Mapping[Annotated[str, StringConstraints(pattern="^[a-z]{2}$")], Review] = Field(default_factory=dict)
    """Who stands for them in other languages: each translation is read and signed for itself."""

    def of(self, language: str) -> Review | None:
        """The review of the texts in a language, if anybody has read those."""
        return self if language == "en" else self.languages.get(language)

    def day(self, language: str) -> str:
        """Its date, as it is shown."""
        return f"{self.date.day} {self.date:%B %Y}" if language == "en" else f"{self.date:%Y-%m-%d}"


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

"""What the shell knows at this moment, frozen: the content, the words, the voices and which notes are made. Pure."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from bot.guide.content import Content
from bot.guide.plan import Spoken
from bot.guide.safety import Number
from bot.guide.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Handed to `update` and `screen`; made anew by the shell whenever one of its parts changes."""

    content: Content
    words: Mapping[str, Words]
    """Interface words by language; "en" is always there."""
    voices: Mapping[str, str]
    """Engine, version, voice and mix by language, as they go into a note's key. A language without one runs on text."""
    ready: Container[str]
    """Keys of the notes that are made."""
    work: float
    """Seconds of work per second of finished note."""
    late_after: float
    """Seconds (virtual) after which a step is too late to be sent: 120 real seconds times the clock's speed."""
    twice_within: float
    """Seconds (virtual) within which the same tap again is a double tap: 1.5 real seconds times the clock's speed."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """Country by time zone."""
    cities: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By language: the name of each time zone's city."""
    usual_zones: Mapping[str, str] = field(default_factory=dict)
    """By language: where most of those who speak it live."""

    operator: str = ""
    """Who runs this bot; empty in the local chat."""
    contact: str = ""

    def content_in(self, language: str) -> Content:
        """The content in a language; one that is not led gets English."""
        return self.content.languages.get(language, self.content)

    def voice_in(self, language: str) -> str | None:
        """The voice that speaks what a language gets; None: it runs on text."""
        return self.voices.get(language if language in self.words else "en")

    def number(self, zone: str | None, language: str = "en") -> Number:
        """Where to turn for who lives in a zone; unknown (or no zone): the row for everybody, in their language."""
        return self.content_in(language).numbers.of(self.zones.get(zone or "", ""))

    def cities_in(self, language: str) -> Mapping[str, str]:
        """The name of each time zone's city in a language."""
        return self.cities.get(language) or self.cities.get("en", {})

    def spoken_in(self, language: str) -> Spoken:
        """What a plan says in a language beside a session's own words."""
        words = self.words_in(language)
        return Spoken(*(words(name) for name in ("side-left", "side-right", "side-swap", "breath-own", "twin-again")))

    def words_in(self, language: str) -> Words:
        """The words of a language; an unknown language gets English."""
        return self.words.get(language) or self.words["en"]

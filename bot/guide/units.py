"""What there is to translate: all that sessions, steps and twins say, with the hash that a translation keeps. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic.dataclasses import dataclass

from bot.guide.content import Content, Text
from bot.guide.source import STRICT, Line, Path
from bot.guide.words import Entry

Section = Literal["sessions", "steps", "twins", "numbers"]
ONE = {"sessions": "session", "steps": "step", "twins": "twin", "numbers": "number"}
GATES = ("opening", "before", "now", "see_first", "small", "reviewed", "unreviewed", "crisis")
"""What of the notice is translated. Crisis words are a language's own, and the English ones are looked for as well."""


FIELDS = ("name", "summary", "show", "say", "caution", "rest", "imagine", "emergency", "talk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What is translated as one: a session's name and summary, a step's or a twin's words, the words for no number."""

    section: Section
    id: str
    texts: Mapping[Path, str]
    """By the keys that lead to them."""

    @property
    def of(self) -> str:
        """The hash of its texts."""
        return digest([[*map(str, path), text] for path, text in self.texts.items()])


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Told:
    """The same in the other language; what is empty is still to be translated."""

    of: str
    name: Line | None = None
    summary: Line | None = None
    show: Text | None = None
    say: Text | None = None
    caution: Line | None = None
    rest: Line | None = None
    imagine: Line | None = None
    emergency: Line | None = None
    talk: Line | None = None

    def texts(self) -> dict[Path, str]:
        """What is translated, by the keys that lead to it."""
        return dict(_flat(self, FIELDS))


def digest(what: object) -> str:
    """Changes when a text changes."""
    return hashlib.sha256(json.dumps(what, ensure_ascii=False).encode()).hexdigest()[:8]


def units(content: Content) -> Iterator[Unit]:
    """All that the sessions and twins say, and what is said where no number is known; numbers themselves are shared."""
    for session in content.sessions.values():
        yield Unit(section="sessions", id=session.id, texts=dict(_flat(session, ("name", "summary"))))
    for session in content.sessions.values():
        for step in session.steps:
            keys = ("name", "show", "say") if step.cautioned_by else ("name", "show", "say", "caution")
            yield Unit(section="steps", id=step.id, texts=dict(_flat(step, keys)))
    for twin in content.twins.values():
        yield Unit(section="twins", id=twin.id, texts=dict(_flat(twin, ("rest", "imagine"))))
    unknown = content.numbers.unknown
    yield Unit(section="numbers", id="unknown", texts=dict(_flat(unknown, ("emergency", "talk"))))


def hashes(words: Mapping[str, Entry], notice: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The hashes of the interface's words and of the notice in English, as a translation keeps them."""
    return {
        "words": {name: digest(entry.source) for name, entry in words.items()},
        "safety": {key: digest(notice[key]) for key in GATES},
    }


def languages(files: Mapping[str, str]) -> list[str]:
    """The languages beside English that any file of the folder is for."""
    found = (re.fullmatch(r"(?:words|safety|translations)/([a-z]{2})\.(?:ftl|yaml)", name) for name in files)
    return sorted({name[1] for name in found if name} - {"en"})


def _flat(told: object, keys: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    for key in keys:
        text = getattr(told, key)
        if isinstance(text, Text):
            yield from (((key, *path), words) for path, words in text.all())
        elif text is not None:
            yield (key,), text

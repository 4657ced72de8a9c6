"""English and another language side by side, text by text, also while the other one is not whole. Pure.

What is missing, what was made from other English words than stand there now, and what reads the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.guide import reading
from bot.guide.reading import Folder
from bot.guide.source import Source
from bot.guide.translation import Translation, named, told_in
from bot.guide.units import GATES, Unit, hashes, units
from bot.guide.words import Entry, entries

TWINS, WORDS, SAFETY = "twins", "words", "safety"
"""The parts beside the sessions, whose parts have their ids."""
PARTS = {TWINS: "Without movement, and where no number is known", WORDS: "Buttons and messages", SAFETY: "The notice"}
NOTHING = Translation(sessions={}, steps={}, twins={}, numbers={}, words={}, safety={})
Mark = Literal["", "missing", "stale", "identical"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One text in both languages. `file` and `line`: where the other one is, or is to be, written."""

    place: str
    english: str
    other: str
    mark: Mark
    file: str
    line: int
    instead: str = ""
    """Of a stale one: what to write when it says the same again."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is looked at as one: a session, or one of the parts beside them."""

    id: str
    name: str
    pairs: tuple[Pair, ...]

    def count(self, mark: Mark) -> int:
        """How many texts in it are so marked."""
        return sum(pair.mark == mark for pair in self.pairs)


def parts(files: Mapping[str, str], language: str) -> tuple[Part, ...]:
    """All texts by part. Raises BadContent where one of the languages can't be read."""
    folder = Folder(files)
    content, notice = reading.parse_folder(folder), folder.source("safety/en.yaml").data
    english = entries(files["words/en.ftl"])
    now = hashes(english, notice)
    if f"translations/{language}.yaml" in files:
        source, told = told_in(folder, language)
    else:
        source, told = Source("{}", f"translations/{language}.yaml"), NOTHING
    names = {**{session.id: session.name for session in content.sessions.values()}, **PARTS}
    found: dict[str, list[Pair]] = {part: [] for part in names}
    owner = {step.id: session.id for session in content.sessions.values() for step in session.steps}
    for unit in units(content):
        part = {"sessions": unit.id, "steps": owner.get(unit.id, "")}.get(unit.section, TWINS)
        found[part] += _unit(unit, source, told)
    found[WORDS] = [*_words(files, language, english, now["words"], told.words)]
    found[SAFETY] = [*_safety(folder, language, notice, now["safety"], told.safety)]
    return tuple(Part(id_, names[id_], tuple(told)) for id_, told in found.items())


def _unit(unit: Unit, source: Source, told: Translation) -> Iterator[Pair]:
    one = getattr(told, unit.section).get(unit.id)
    given = one.texts() if one else {}
    stale = one is not None and one.of != unit.of
    for path, text in unit.texts.items():
        other = given.get(path, "")
        yield Pair(
            place=f"{unit.id}, {named(path).strip('`')}",
            english=text,
            other=other,
            mark=_mark(text, other, stale=stale),
            file=source.file,
            line=source.line((unit.section, unit.id, *path)),
            instead=f'`of: "{unit.of}"`' if stale and other else "",
        )


def _words(
    files: Mapping[str, str],
    language: str,
    english: Mapping[str, Entry],
    now: Mapping[str, str],
    was: Mapping[str, str],
) -> Iterator[Pair]:
    file = f"words/{language}.ftl"
    text = files.get(file, "")
    own = entries(text, file)
    for name, entry in english.items():
        other = own.get(name)
        waits = re.search(rf"^# {re.escape(name)} =", text, re.MULTILINE)
        line = other.line if other else text.count("\n", 0, waits.start()) + 1 if waits else 1
        stale = other is not None and was.get(name) != now[name]
        yield Pair(
            place=name,
            english=entry.source,
            other=other.source if other else "",
            mark=_mark(entry.source, other.source if other else "", stale=stale),
            file=file,
            line=line,
            instead=f'`{name}: "{now[name]}"` under `words:` in translations/{language}.yaml' if stale else "",
        )


def _safety(
    folder: Folder, language: str, notice: Mapping[str, Any], now: Mapping[str, str], was: Mapping[str, str]
) -> Iterator[Pair]:
    file = f"safety/{language}.yaml"
    source = folder.source(file) if file in folder.files else Source("{}", file)
    own: Mapping[str, Any] = source.data or {}
    for key in GATES:
        english, other = _flat(notice[key]), _flat(own.get(key))
        stale = bool(other) and was.get(key) != now[key]
        yield Pair(
            place=key,
            english=english,
            other=other,
            mark=_mark(english, other, stale=stale),
            file=file,
            line=source.line((key,)),
            instead=f'`{key}: "{now[key]}"` under `safety:` in translations/{language}.yaml' if stale else "",
        )


def _flat(said: object) -> str:
    """A text, or a list of them as lines."""
    if isinstance(said, list):
        return "\n".join(f"• {item}" for item in said if item is not None)
    return "" if said is None else str(said)


def _mark(english: str, other: str, *, stale: bool) -> Mark:
    if not other.strip():
        return "missing"
    if stale:
        return "stale"
    words = re.sub(r"\{[^{}]*\}", "", english)  # what is filled in is no word
    return "identical" if other.split() == english.split() and re.search(r"[^\W\d_]", words) else ""

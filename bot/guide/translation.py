"""A second language: the words of a content folder once more, by session, step and twin. Text in, values out. Pure.

Beside each translated text stands a hash of the text that it was made from, so that a changed source is seen. A
language is led when it is whole and up to date; until then who speaks it gets English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from bot.guide import plain, timing
from bot.guide.content import Content, Id, Session, Step, Twin
from bot.guide.reading import KEYS, Folder, parse_review, parse_safety, signature, unled
from bot.guide.safety import Number, Safety
from bot.guide.source import STRICT, BadContent, Path, Problem, Source, near
from bot.guide.units import ONE, Told, Unit, hashes, languages, units
from bot.guide.words import entries, words_amiss

KNOWN = sorted({*KEYS, "of", "words", "safety", *ONE})
ById = Annotated[Mapping[Id, Told], Field(default_factory=dict)]
Hashes = Annotated[Mapping[str, str], Field(default_factory=dict)]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Translation:
    """A file of translations. `words` and `safety`: the hash of each English text that the other two files are of."""

    sessions: ById
    steps: ById
    twins: ById
    numbers: ById
    words: Hashes
    safety: Hashes


_TRANSLATION = TypeAdapter(Translation)


class Placed(Source):
    """The file of a translation, asked for a place by the paths of a session's own file."""

    def __init__(self, source: Source, session: Session) -> None:
        self.file, self.data, self._tree, self._session = source.file, source.data, source._tree, session

    def line(self, path: Path) -> int:
        match path:
            case ("steps", int() as number, *further):
                return super().line(("steps", self._session.steps[number].id, *further))
        return super().line(("sessions", self._session.id))

    def step(self, path: Path) -> str:
        match path:
            case ("steps", int() as number, *_):
                return self._session.steps[number].id
        return ""


# ── from its files ────────────────────────────────────────────────────────────────────────────────────────────────────
def told_in(folder: Folder, language: str) -> tuple[Source, Translation]:
    """What a file of translations has so far, and the file. Raises BadContent."""
    source = folder.source(f"translations/{language}.yaml")
    return source, source.build(_TRANSLATION, KNOWN, unfinished=True)


def translated(folder: Folder, content: Content, language: str) -> Content:
    """The content in another language. Raises BadContent with all that is missing, out of date, or can't be led."""
    (source, told), problems = told_in(folder, language), list[Problem]()
    all_units = list(units(content))
    problems += _strangers(told, all_units, source)
    for unit in all_units:
        problems += _behind(unit, getattr(told, unit.section).get(unit.id), source)
    try:
        problems += _words_behind(folder, language, told, source)
        safety = _safety(folder, content, language, told, source)
    except BadContent as error:
        raise BadContent((*problems, *error.problems)) from None
    if not all(_whole(unit, getattr(told, unit.section).get(unit.id)) for unit in all_units):
        raise BadContent(tuple(problems))
    sessions = {session.id: _session(session, told) for session in content.sessions.values()}
    for session in sessions.values():
        placed = Placed(source, session)
        problems += tuple(unled(session, placed)) or [
            replace(problem, instead="marks that take as long as the English ones")
            for problem in timing.sums(session, placed)
            if problem.step
        ]
    if problems:
        raise BadContent(tuple(problems))
    twins = {
        name: Twin(id=name, rest=told.twins[name].rest or "", imagine=told.twins[name].imagine)
        for name in content.twins
    }
    somewhere = told.numbers["unknown"]
    unknown = Number(emergency=somewhere.emergency or "", talk=somewhere.talk)
    numbers = replace(content.numbers, unknown=unknown)
    return replace(content, sessions=sessions, twins=twins, safety=safety, numbers=numbers, languages={})


def in_all_languages(files: Mapping[str, str], content: Content) -> tuple[Content, tuple[Problem, ...]]:
    """The content with every language that can be led, and what keeps the others from it."""
    folder, led, problems = Folder(files), dict[str, Content](), list[Problem]()
    for language in languages(files):
        try:
            led[language] = translated(folder, content, language)
        except BadContent as error:
            problems += error.problems
    return replace(content, languages=led), tuple(problems)


def _session(session: Session, told: Translation) -> Session:
    own = told.sessions[session.id]
    steps = tuple(_step(step, told.steps[step.id]) for step in session.steps)
    return replace(session, name=own.name or "", summary=own.summary or "", steps=steps)


def _step(step: Step, told: Told) -> Step:
    caution = step.caution if step.cautioned_by else told.caution
    assert told.name, "nothing is missing"
    assert told.show, "nothing is missing"
    assert told.say, "nothing is missing"
    return replace(step, name=told.name, show=told.show, say=told.say, caution=caution)


def _safety(folder: Folder, content: Content, language: str, told: Translation, source: Source) -> Safety:
    """The notice in that language. Raises BadContent."""
    safety, file = parse_safety(folder, language), folder.source(f"safety/{language}.yaml")
    english, problems = content.safety, list[Problem]()
    if safety.version != english.version:
        what = f"this is the notice {safety.version}, in English it is {english.version}"
        problems.append(file.problem(("version",), what, f'`version: "{english.version}"`, when it says the same'))
    for key in ("now", "see_first"):
        count, of = len(getattr(safety, key)), len(getattr(english, key))
        if count != of:
            problems.append(file.problem((key,), f"{count} signs, in English there are {of}", "each of them, in order"))
    for name in ("{emergency}", "{talk}"):
        if name not in safety.crisis:
            problems.append(file.problem(("crisis",), f"it does not say where to turn: {name}", f"{name} in it"))
    if problems:
        raise BadContent(tuple(problems))
    return replace(safety, source=english.source, crisis_words=(*english.crisis_words, *safety.crisis_words))


# ── what is amiss ─────────────────────────────────────────────────────────────────────────────────────────────────────
def amiss(folder: Folder, content: Content) -> Iterator[Problem]:
    """All that is wrong with the languages of a folder: what keeps them from being led, and what is too long."""
    for language in languages(folder.files):
        try:
            yield from _too_long(folder, translated(folder, content, language), language)
        except BadContent as error:
            yield from error.problems
            continue
        review, now = parse_review(folder).of(language), signature(folder, language)
        if review and review.hash != now:
            what = f"the words at the gates in {language} have changed since they were signed"
            instead = f'`hash: "{now}"`, and `reviewer: null` until they are read again'
            yield folder.source("safety/review.yaml").problem(("languages", language, "hash"), what, instead)


def _strangers(told: Translation, all_units: list[Unit], source: Source) -> Iterator[Problem]:
    """What belongs to nothing."""
    for section, one in ONE.items():
        known = [unit.id for unit in all_units if unit.section == section]
        for id_ in getattr(told, section).keys() - set(known):
            yield Problem(source.file, source.line((section, id_)), id_, f"there is no {one} “{id_}”", near(id_, known))


def _whole(unit: Unit, told: Told | None) -> bool:
    """True if all of it is translated."""
    return told is not None and unit.texts.keys() <= told.texts().keys()


def _behind(unit: Unit, told: Told | None, source: Source) -> Iterator[Problem]:
    """What of a unit is missing, too much, or older than its source."""
    here: Path = (unit.section, unit.id)

    def problem(path: Path, what: str, instead: str) -> Problem:
        return Problem(source.file, source.line((*here, *path)), unit.id, what, instead)

    if told is None:
        yield problem(
            (), f"this {ONE[unit.section]} is missing", f'`{unit.id}:` under `{unit.section}:`, `of: "{unit.of}"` in it'
        )
        return
    given = told.texts()
    for path, text in unit.texts.items():
        if path not in given:
            yield problem(path, f"{named(path)} is missing", f"in {named(path)} what “{_short(text)}” says")
    for path in given.keys() - unit.texts.keys():
        yield problem(path, f"{named(path)} stands for nothing in English", "no such key here")
    if told.of != unit.of:
        what = f"it was made from other words than {unit.id} has now"
        yield problem(("of",), what, f'`of: "{unit.of}"`, when it says the same as they do')


def _words_behind(folder: Folder, language: str, told: Translation, source: Source) -> Iterator[Problem]:
    """The interface's words and the notice: what is missing, and what is older than its source."""
    file = f"words/{language}.ftl"
    if file not in folder.files:
        yield Problem(file, 1, "", "this file is missing", f"it as words/en.ftl is, in {language}")
        return
    english, words = entries(folder.files["words/en.ftl"]), entries(folder.files[file], file)
    yield from words_amiss(words, english, file)
    for section, now in hashes(english, folder.source("safety/en.yaml").data).items():
        was: Mapping[str, str] = getattr(told, section)
        for name, of in now.items():
            if was.get(name) != of and (section == "safety" or name in words):
                what = (
                    "it is not told what it is of"
                    if name not in was
                    else "it was made from other words than it has now"
                )
                instead = (
                    f'`{name}: "{of}"`, when {file if section == "words" else f"safety/{language}.yaml"} says the same'
                )
                yield Problem(source.file, source.line((section, name)), name, what, instead)


def _too_long(folder: Folder, content: Content, language: str) -> Iterator[Problem]:
    """What would not be read in a session, or not be taken by Telegram."""
    source = folder.source(f"translations/{language}.yaml")
    for unit in units(content):
        for path, text in unit.texts.items():
            count = len(plain.words(text))
            if path[0] in ("show", "caution", "rest", "imagine") and count > plain.SHOWN:
                line = source.line((unit.section, unit.id, *path))
                what = f"{count} words are too many to read in a session"
                yield Problem(source.file, line, unit.id, what, f"{plain.SHOWN} at most")
    file = f"words/{language}.ftl"
    for name, entry in entries(folder.files[file], file).items():
        for text in entry.readings:
            if len(text) > (most := plain.room(name)):
                what = f"{len(text)} characters are too many for Telegram"
                yield Problem(file, entry.line, name, what, f"{most} at most")


def named(path: Path) -> str:
    """The keys of a text, as they are told."""
    return "`" + ": ".join(str(key) for key in path if key != "any") + "`"


def _short(text: str) -> str:
    """The beginning of a text."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:60].rsplit(" ", 1)[0] + " …"

"""Content files as values: text in, `Content` out, or every problem with file, line and what to write instead. Pure.

Whatever gets through can be led: every reference leads somewhere, every step has words in each of its positions, every
text can be paced. Whether it is well said is for bot/check.py to ask.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import TypeVar

from pydantic import TypeAdapter

from bot.guide import marks
from bot.guide.content import BREATHING, CLASSIC, LIGHTER, Content, Id, Session, Step, Text, Twin, at
from bot.guide.safety import Number, Numbers, Page, Review, Safety
from bot.guide.source import BadContent, Line, Path, Problem, Source, near
from bot.guide.words import gates

Value = TypeVar("Value")
KEYS = sorted(
    {f.name for kind in (Text, Step, Twin, Session, Safety, Number, Numbers, Page, Review) for f in fields(kind)}
)
_SESSION, _SAFETY = TypeAdapter(Session), TypeAdapter(Safety)
_NUMBERS, _REVIEW = TypeAdapter(Numbers), TypeAdapter(Review)
_TWINS: TypeAdapter[Mapping[str, Twin]] = TypeAdapter(Mapping[Id, Twin])
_POSES: TypeAdapter[Mapping[str, str]] = TypeAdapter(Mapping[Id, Line])
_WITHDRAWN: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[Id, ...])


class Folder:
    """The texts of a content folder, each file read as YAML once, when it is asked for."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self._read: dict[str, Source] = {}

    def source(self, name: str) -> Source:
        """A file as YAML. Raises BadContent if it is missing or no YAML."""
        if name not in self.files:
            raise BadContent((Problem(name, 1, "", "this file is missing", "it as in Easeback's own content"),))
        if name not in self._read:
            self._read[name] = Source(self.files[name], name)
        return self._read[name]

    def sessions(self) -> list[str]:
        """The names of the session files."""
        return [name for name in sorted(self.files) if re.fullmatch(r"sessions/[^/]+\.yaml", name)]


def parse(files: Mapping[str, str]) -> Content:
    """All content from its files (path in the folder → text). Raises BadContent with every problem of every file."""
    return parse_folder(Folder(files))


def parse_folder(folder: Folder) -> Content:
    """The same, for who goes on to ask the folder for its lines. Raises BadContent."""
    problems: list[Problem] = []

    def attempt(read: Callable[[], Value]) -> Value | None:
        try:
            return read()
        except BadContent as error:
            problems.extend(error.problems)
            return None

    names = folder.sessions()
    if not names:
        problems.append(Problem("sessions", 1, "", "there is no session", "a file such as sessions/classic.yaml"))
    read = [(name, attempt(lambda: parse_session(folder.source(name)))) for name in names]  # noqa: B023
    sessions = [(session, folder.source(name)) for name, session in read if session]
    twins = attempt(lambda: parse_twins(folder.source("twins.yaml")))
    poses = attempt(lambda: folder.source("poses/names.yaml").build(_POSES, KEYS))
    withdrawn = attempt(lambda: folder.source("withdrawn.yaml").build(_WITHDRAWN, KEYS))
    safety = attempt(lambda: parse_safety(folder))
    numbers = attempt(lambda: folder.source("safety/numbers.yaml").build(_NUMBERS, KEYS))
    if len(sessions) == len(names) and twins is not None and poses is not None:
        problems.extend(_unmatched(sessions, twins, poses))
    if problems or twins is None or poses is None or withdrawn is None or safety is None or numbers is None:
        raise BadContent(tuple(sorted(problems, key=lambda problem: (problem.file, problem.line))))
    by_id = {session.id: session for session, _ in sessions}
    return Content(
        sessions=by_id, twins=twins, safety=safety, numbers=numbers, poses=poses, withdrawn=frozenset(withdrawn)
    )


# ── file by file ──────────────────────────────────────────────────────────────────────────────────────────────────────
def parse_session(source: Source) -> Session:
    """A session. Raises BadContent."""
    session = source.build(_SESSION, KEYS)
    steps = tuple(replace(s, positions=s.positions or session.positions) for s in session.steps)
    session = replace(session, steps=steps)
    if problems := tuple(unled(session, source)):
        raise BadContent(problems)
    return session


def parse_twins(source: Source) -> Mapping[str, Twin]:
    """The twins by id. Raises BadContent."""
    told = source.build(_TWINS, KEYS)
    return {name: Twin(id=name, rest=twin.rest, imagine=twin.imagine) for name, twin in told.items()}


def parse_safety(folder: Folder, language: str = "en") -> Safety:
    """The notice in a language, with what is known of its review filled in. Raises BadContent."""
    source = folder.source(f"safety/{language}.yaml")
    safety = source.build(_SAFETY, KEYS)
    review = parse_review(folder).of(language)
    reviewer, day = (review.reviewer or "", review.day(language)) if review else ("", "")
    reviewed = _filled(source, "reviewed", safety.reviewed, reviewer=reviewer, date=day)
    signed = review is not None and review.reviewer is not None and review.hash == signature(folder, language)
    _filled(source, "crisis", safety.crisis, emergency="", talk="")
    return replace(safety, small=f"{safety.small} {reviewed if signed else safety.unreviewed}")


def parse_review(folder: Folder) -> Review:
    """Who stands for the texts. Raises BadContent."""
    return folder.source("safety/review.yaml").build(_REVIEW, KEYS)


def signature(folder: Folder, language: str = "en") -> str:
    """The hash that a reviewer signs: of the notice and of the interface's words at the gates, not of their layout."""
    words = f"words/{language}.ftl"
    texts = [folder.source(f"safety/{language}.yaml").data, gates(folder.files.get(words, ""), words)]
    return hashlib.sha256(json.dumps(texts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def _filled(source: Source, key: str, text: str, **values: str) -> str:
    """The text with its braces filled in. Raises BadContent for what nobody knows."""
    try:
        return text.format(**values)
    except (AttributeError, KeyError, IndexError, ValueError):
        known = " and ".join(f"{{{name}}}" for name in values)
        raise BadContent((source.problem((key,), "there is something else in braces", f"only {known}"),)) from None


# ── can it be led? ────────────────────────────────────────────────────────────────────────────────────────────────────
def unled(session: Session, source: Source) -> Iterator[Problem]:
    """What would stop a run within one session."""
    for position in session.positions:
        if position not in session.length:
            yield source.problem(("length",), f"the length in {position} is missing", f'`{position}: "8:00"`')
        if not session.in_position(position):
            instead = f"`positions` without {position}, or steps for it"
            yield source.problem(("positions",), f"no step is led in {position}", instead)
    for number, step in enumerate(session.steps):
        here: Path = ("steps", number)
        if number == 0 and session.continues is None:
            for position in session.positions:
                if position not in step.positions:
                    what = f"the first step is not led in {position}"
                    yield source.problem(
                        (*here, "positions"), what, f"`{position}` as well: nobody begins with nothing"
                    )
        for position in step.positions:
            if position not in session.positions:
                instead = f"one of {', '.join(session.positions)}"
                yield source.problem((*here, "positions"), f"the session has no {position}", instead)
            for key in ("show", "say", "intro", "seconds"):
                part = getattr(step, key)
                if (part.at(position) if isinstance(part, Text) else at(part, position)) is None:
                    what = f"`{key}` says nothing for {position}"
                    yield source.problem((*here, key), what, f"`{position}: …` under it")
        for key in ("show", "say"):
            for path, text in getattr(step, key).all():
                yield from _unfilled(step, text, (*here, key, *path), source)
        for path, text in step.say.all():
            if marks.SIDES in text and not step.sides:
                continue
            try:
                marks.parse(marks.both_sides(text, "left", "right", "Swap.") if step.sides else text, 1)
            except marks.BadMarks as error:
                what, _, instead = str(error).partition(": ")
                yield source.problem((*here, "say", *path), what, instead)


def _unfilled(step: Step, text: str, path: Path, source: Source) -> Iterator[Problem]:
    """What belongs to both sides, where there is one; and braces that nobody fills in."""
    for brace in re.findall(r"\{[^}]*\}?", text):
        if not step.sides:
            yield source.problem(path, f"“{brace}” is filled in only where both sides are led", "`sides: true` as well")
        elif brace not in ("{side}", "{other}"):
            yield source.problem(path, f"“{brace}” is not filled in", "{side} or {other}")
    if marks.SIDES in text and not step.sides:
        yield source.problem(path, "“(sides)” stands here, and the step is led once", "`sides: true` as well")


def _unmatched(
    sessions: list[tuple[Session, Source]], twins: Mapping[str, Twin], poses: Mapping[str, str]
) -> Iterator[Problem]:
    """References that lead nowhere, and names that are taken."""
    taken: dict[str, str] = {}
    told = {s.id for session, _ in sessions for s in session.steps if s.caution and not s.cautioned_by}
    by_id = {session.id: session for session, _ in sessions}
    for needed in (CLASSIC, BREATHING, LIGHTER):
        if needed not in by_id:
            what = "there is a session that the bot itself leads to, and it is missing"
            yield Problem("sessions", 1, "", what, f"`id: {needed}` in one of them")
    if "stay" not in twins:
        yield Problem("twins.yaml", 1, "stay", "the twin “stay” is missing", "`stay:`, for steps that have no twin")
    for session, source in sessions:
        for key, name in (("id", f"the session {session.id}"), ("command", f"the command {session.command}")):
            if getattr(session, key) and (other := taken.setdefault(name, source.file)) != source.file:
                yield source.problem((key,), f"{name} is taken by {other}", "another one")
        if session.continues and session.continues not in by_id:
            yield source.problem(
                ("continues",), f"there is no session “{session.continues}”", near(session.continues, by_id)
            )
        elif session.continues and session.moves and not by_id[session.continues].moves:
            what = f"“{session.continues}” has no movement, so nobody reads the notice before it; this one has"
            yield source.problem(("continues",), what, "a session with movement")
        for number, step in enumerate(session.steps):
            here: Path = ("steps", number)
            place = f"{source.file}, step {number + 1}"
            if (other := taken.setdefault(step.id, place)) != place:
                yield source.problem(
                    (*here, "id"), f"“{step.id}” is taken by {other}", f"another id, as in {step.id}-2"
                )
            if session.id == BREATHING and step.moves:
                what = f"nothing may move in “{BREATHING}”: it is led without the notice, and where movement is held"
                yield source.problem((*here, "id"), what, "a step without `twin`, `change` and tags but PACE")
            if step.twin and step.twin not in twins:
                yield source.problem((*here, "twin"), f"there is no twin “{step.twin}”", near(step.twin, twins))
            for pose in sorted(set((step.pose or {}).values()) - set(poses)):
                yield source.problem((*here, "pose"), f"there is no pose “{pose}”", near(pose, poses))
            if (by := step.cautioned_by) and by not in told:
                yield source.problem((*here, "caution"), f"no step “{by}” has a caution of its own", near(by, told))

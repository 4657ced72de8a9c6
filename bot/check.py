"""Is the content well said? Reads a content folder and prints what is amiss as file, line and what to write instead.

The one outside thing it touches is that folder; `check` itself is pure. `parse` (bot/guide/reading.py) proves that the
content can be led; here it is asked whether it is plain, short, whole, in time, and nobody else's.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.guide import covering, marks, plain, reading, timing, translation
from bot.guide.content import Content, Session, Tag
from bot.guide.plain import SHOWN
from bot.guide.reading import Folder
from bot.guide.source import BadContent, Problem, Source
from bot.guide.timing import Measure
from bot.guide.words import WORD, Entry, entries, words_amiss

OWN = Path(__file__).resolve().parent.parent / "content"
"""Easeback's own content: an author's folder is held against its words and its lists of what not to say."""
NAMES = (
    r"sessions/[^/]+\.yaml|twins\.yaml|withdrawn\.yaml|safety/([a-z]{2}|numbers|review)\.yaml|poses/names\.yaml"
    r"|words/[a-z]{2}\.ftl|translations/(?!en)[a-z]{2}\.yaml"
)
LISTS = ("check/never.txt", "check/runs.txt")
KINDS = (".yaml", ".yml", ".ftl", ".txt")
GRADE = 4.0
"""School years that a screen may ask for (content.md)."""
SCREEN = 8
"""Words from which a text has a reading grade: below, one long word decides it."""
ROWS = {"classic": 17}
"""How many rows the source of a session has (content.md, section 1): classic-00 to classic-16."""


# ── the shell: a folder in, lines out ─────────────────────────────────────────────────────────────────────────────────
def read(folder: Path) -> dict[str, str]:
    """The texts of a content folder: path in the folder → text. Links that lead out are refused. Raises BadContent."""
    if not folder.is_dir():
        what = f"there is no folder {folder}"
        raise BadContent((Problem(str(folder), 1, "", what, "the path of a content folder, as EASEBACK_CONTENT"),))
    root, files = folder.resolve(), {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.resolve().is_relative_to(root):
            raise BadContent((Problem(name, 1, "", "this link leads out of the folder", "the file itself"),))
        if path.suffix in KINDS and path.is_file():
            try:
                files[name] = path.read_text("utf-8")
            except UnicodeDecodeError:
                raise BadContent((Problem(name, 1, "", "this is no UTF-8 text", "it anew as UTF-8"),)) from None
    return files


def unsaid(files: Mapping[str, str]) -> list[Problem]:
    """The messages that the bot asks for and these files have not: without them it can't speak at all."""
    return [*words_amiss(entries(files.get("words/en.ftl", "")), entries(read(OWN)["words/en.ftl"]))]


def main(folder: Path, seconds: Measure | None = None) -> int:
    """Print every problem, one a line; 1 if there is any. `seconds`: how long words take; None: as heard."""
    try:
        own = read(OWN)
        files = {**{name: own[name] for name in LISTS}, **read(folder)}
        seconds = functools.cache(seconds or _voice())
        problems = check(files, seconds, entries(own["words/en.ftl"]))
        if not problems:
            problems, told = every_plan(Folder(files), seconds)
    except BadContent as error:
        print(error)
        return 1
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} to mend in {folder}.")
        return 1
    print("\n".join(told))
    return 0


def every_plan(folder: Folder, seconds: Measure) -> tuple[list[Problem], list[str]]:
    """What is amiss in any plan that a person can get, and what there is to tell about each session."""
    content, count = reading.parse_folder(folder), 0
    problems: list[Problem] = []
    told: list[str] = []
    for source in map(folder.source, folder.sessions()):
        session = content.sessions[source.data["id"]]
        cases = tuple(covering.cases(session, content))
        count += len(cases)
        problems += covering.too_short(cases, session, source, seconds)
        lengths = ", ".join(f"{position} {length}" for position, length in session.length.items())
        told.append(f"{session.name}: {lengths}. All is well.")
        if much := "; ".join(covering.much_falls_out(cases)):
            told.append(f"  More than a third falls out, and another position is offered: {much}.")
    told.append(f"{count} plans: each session, position and pace; each tick, pair of ticks and tag left out.")
    return problems, told


def _voice() -> Measure:
    """The voice that people hear. Its model is loaded only here: the bot's own process stays light."""
    from bot.media.voice.engine import Hibari  # noqa: PLC0415
    from bot.media.voice.note import seconds  # noqa: PLC0415

    return functools.partial(seconds, Hibari())


# ── the check ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def check(
    files: Mapping[str, str], seconds: Measure | None = None, needed: Mapping[str, Entry] | None = None
) -> list[Problem]:
    """Every problem of the content, in the order of files and lines.

    `seconds`: how long words take (None: it is not asked). `needed`: the messages that the bot has use for.
    """
    folder, problems = Folder(files), [*_files(files)]
    try:
        words = entries(files.get("words/en.ftl", ""))
        content = reading.parse_folder(folder)
    except BadContent as error:
        return sorted([*problems, *error.problems], key=_place)
    sessions = [(content.sessions[source.data["id"]], source) for source in map(folder.source, folder.sessions())]
    problems += _texts(_said(content, words, sessions, folder), files)
    problems += _gates(content, folder)
    problems += [*words_amiss(words, needed or {}), *translation.amiss(folder, content)]
    for session, source in sessions:
        problems += [*timing.sums(session, source), *_rows(session, content, source), *_twinless(session, source)]
    if seconds:
        problems += timing.twins(content.twins, folder.source("twins.yaml"), seconds)
        for session, source in sessions:
            problems += timing.speech(session, source, seconds)
            problems += timing.cautions(session, source, seconds)
    return sorted(dict.fromkeys(problems), key=_place)


def _place(problem: Problem) -> tuple[str, int]:
    return problem.file, problem.line


def _files(files: Mapping[str, str]) -> Iterator[Problem]:
    """A file under a wrong name would be silently left out."""
    for name in files:
        if not re.fullmatch(NAMES, name) and name not in LISTS:
            instead = (
                re.sub(r"\.yml$", ".yaml", name) if name.endswith(".yml") else "it under a name that the content has"
            )
            yield Problem(name, 1, "", "nothing reads this file", instead)
    for name in (*LISTS, "words/en.ftl"):
        if name not in files:
            yield Problem(name, 1, "", "this file is missing", "it as in Easeback's own content")


@dataclass(frozen=True, slots=True)
class Said:
    """One text that a person meets, and where its author wrote it."""

    file: str
    line: int
    step: str
    text: str
    words: int | None = None
    """As many as it may have."""
    characters: int = 4096
    graded: bool = True


def _said(
    content: Content,
    words: Mapping[str, Entry],
    sessions: list[tuple[Session, Source]],
    folder: Folder,
) -> Iterator[Said]:
    for session, source in sessions:
        yield Said(source.file, source.line(("name",)), "", session.name)
        yield Said(source.file, source.line(("summary",)), "", session.summary)
        for n, step in enumerate(session.steps):
            yield Said(source.file, source.line(("steps", n, "name")), step.id, step.name)
            for path, text in step.show.all():
                yield Said(source.file, source.line(("steps", n, "show", *path)), step.id, text, words=SHOWN)
            for path, text in step.say.all():
                heard = " ".join(marks.MARK.sub(" ", text.replace(marks.SIDES, " ")).split())
                yield Said(source.file, source.line(("steps", n, "say", *path)), step.id, heard)
            if step.caution and not step.cautioned_by:
                yield Said(source.file, source.line(("steps", n, "caution")), step.id, step.caution, words=SHOWN)
    twins, poses, source = (folder.source(f"{name}.yaml") for name in ("twins", "poses/names", "safety/en"))
    for twin in content.twins.values():
        for key, told in (("rest", twin.rest), ("imagine", twin.imagine)):
            if told:
                yield Said("twins.yaml", twins.line((twin.id, key)), twin.id, told, words=SHOWN)
    for pose, alt in content.poses.items():
        yield Said("poses/names.yaml", poses.line((pose,)), pose, alt, words=SHOWN, graded=False)
    for name, entry in words.items():
        most = plain.room(name)
        for text in entry.readings:
            yield Said("words/en.ftl", entry.line, name, text, characters=most, graded=not name.startswith(WORD))
    safety = content.safety
    for key in ("opening", "before", "small", "crisis"):
        yield Said(source.file, source.line((key,)), "", getattr(safety, key), graded=key == "crisis")
    for key in ("now", "see_first"):
        for n, text in enumerate(getattr(safety, key)):
            yield Said(source.file, source.line((key, n)), "", text, graded=False)


def _texts(texts: Iterator[Said], files: Mapping[str, str]) -> Iterator[Problem]:
    """Plain, short, kind, and nobody else's."""
    nevers = plain.never(files.get("check/never.txt", ""))
    seed = frozenset(files.get("check/runs.txt", "").split())
    for said in texts:
        count, found = len(plain.words(said.text)), []
        if said.words and count > said.words:
            found.append((f"{count} words are too many to read in a session", f"{said.words} at most"))
        if len(said.text) > said.characters:
            found.append((f"{len(said.text)} characters are too many for Telegram", f"{said.characters} at most"))
        if said.graded and count >= SCREEN:
            found += _grade((said.text,))
        found += [(f"“{hit}” is never said", never.instead) for never in nevers if (hit := never.found_in(said.text))]
        found += [
            (f"“{run}” stands in the published script", "it in your own words")
            for run, known_by in plain.runs(said.text)
            if known_by in seed
        ]
        yield from (Problem(said.file, said.line, said.step, what, instead) for what, instead in found)


def _grade(screen: tuple[str, ...]) -> list[tuple[str, str]]:
    """What is too hard about a screen, if it is."""
    grade = plain.grade(screen)
    if grade <= GRADE:
        return []
    long = sorted({word for text in screen for word in plain.words(text) if plain.syllables(word) > 2})
    instead = "shorter sentences" + (f", and shorter words than {', '.join(long)}" if long else "")
    return [(f"this asks for {grade:.1f} years of school, {GRADE:.0f} are the most", instead)]


def _gates(content: Content, folder: Folder) -> Iterator[Problem]:
    """The notice is one screen; and a signature is for the words that were read, and for no others."""
    safety, source = content.safety, folder.source("safety/review.yaml")
    review, now = reading.parse_review(folder), reading.signature(folder)
    for what, instead in _grade((safety.opening, safety.before, *safety.now, *safety.see_first, safety.small)):
        yield Problem("safety/en.yaml", 1, "", what, instead)
    if review.version != safety.version:
        what = f"this is a review of version {review.version}, the notice is {safety.version}"
        yield source.problem(
            ("version",), what, f'`version: "{safety.version}"`, and `reviewer: null` until it is read again'
        )
    if review.hash != now:
        what = "the words at the gates have changed; if they say something else, raise `version` in safety/en.yaml"
        yield source.problem(("hash",), what, f'`hash: "{now}"`, and `reviewer: null` until they are read again')


def _rows(session: Session, content: Content, source: Source) -> Iterator[Problem]:
    """In each position no row of the source is lost, and the order is its own. The notice carries what comes first."""
    wanted = [f"{session.id}-{row:02}" for row in range(ROWS.get(session.id, 0))]
    for n, step in enumerate(session.steps):
        for row in sorted(set(step.source) - set(wanted)):
            instead = f"one of {wanted[0]} to {wanted[-1]}" if wanted else "no `source`"
            yield source.problem(("steps", n, "source"), f"there is no row “{row}”", instead)
    number = {step.id: n for n, step in enumerate(session.steps)}
    for position in session.positions if wanted else ():
        carried = list(content.safety.source)
        for step in session.in_position(position):
            for row in step.source:
                if carried and row < carried[-1]:
                    instead = "the steps in the order of their rows"
                    yield source.problem(
                        ("steps", number[step.id], "source"), f"{row} comes after {carried[-1]}", instead
                    )
                carried.append(row)
        for row in wanted:
            if row not in carried:
                what = f"no step in {position} carries {row}"
                yield source.problem(("steps",), what, f"`source: [{row}]` at the step that leads it")


def _twinless(session: Session, source: Source) -> Iterator[Problem]:
    """Who leaves a movement out gets its twin."""
    for n, step in enumerate(session.steps):
        if set(step.tags) - {Tag.PACE} and not step.twin:
            what = f"it asks for {', '.join(step.tags)} and has no twin"
            yield source.problem(("steps", n), what, "`twin:`, for who leaves that out")

"""Is the content well said? Reads a content folder and prints what is amiss as file, line and what to write instead.

The one outside thing it touches is that folder; `check` itself is pure. `parse` (bot/guide/reading.py) proves that the
content can be led; here it is asked whether it can be understood, followed in time and said at all.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.guide import marks, plain, reading
from bot.guide.content import Content, Session, Step, Tag, at
from bot.guide.plan import SLOW, SPEED
from bot.guide.source import BadContent, Problem, Source
from bot.guide.words import WORD, Entry, entries

OWN = Path(__file__).resolve().parent.parent / "content"
"""Easeback's own content: an author's folder is held against its words and its lists of what not to say."""
KINDS = (".yaml", ".ftl", ".txt")
SHOWN, GRADE, LONGEST = 25, 4.0, 90.0
"""Words that a caption may have, school years that a screen may ask for, seconds that a note may last (content.md)."""
SCREEN = 8
"""Words from which a text has a reading grade: below, one long word decides it."""
ROWS = {"classic": 17}
"""How many rows the source of a session has (content.md, section 1): rows classic-00 to classic-16."""
BEFORE_MOVING, IN_BREATH, IN_QUIET, TWIN_INTRO = 2.0, 1.5, 2.0, 8.0
"""Seconds between an intro's words and the movement; of speech in one breath, in a hold or quiet; a twin's intro."""
LIMITS = {
    "command-": 60,
    "bot-description": 512,
    "bot-short-description": 120,
    "toast-": 200,
    "late-tap": 200,
    "": 4096,
}
"""Characters that Telegram takes (a command's description: as many as its menu shows)."""

Measure = Callable[[str, float], float]
"""Seconds that words take at a speed of the voice."""


# ── the shell: a folder in, lines out ─────────────────────────────────────────────────────────────────────────────────
def read(folder: Path) -> dict[str, str]:
    """The texts of a content folder: path in the folder → text. Links that lead out are refused. Raises BadContent."""
    if not folder.is_dir():
        what = f"there is no folder {folder}"
        raise BadContent((Problem(str(folder), 1, "", what, "the path of a content folder into EASEBACK_CONTENT"),))
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


def parsed(files: Mapping[str, str]) -> Content:
    """The content of the files. Raises BadContent with every problem that would stop a run."""
    return reading.parse(files)


def main(folder: Path, seconds: Measure | None = None) -> int:
    """Print every problem, one a line; 1 if there is one. Without `seconds` it says that speech was not measured."""
    try:
        own = read(OWN)
        given = read(folder)
        lists = {name: text for name, text in own.items() if name.startswith("check/")}
        problems = check({**lists, **given}, seconds, entries(own["words/en.ftl"]))
    except BadContent as error:
        problems = list(error.problems)
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} to mend in {folder}.")
        return 1
    for session in parsed(given).sessions.values():
        lengths = ", ".join(f"{position} {length}" for position, length in session.length.items())
        print(f"{session.name}: {lengths}. All is well.")
    if seconds is None:
        print("How long the words take was not measured: no voice is installed.", file=sys.stderr)
    return 0


# ── the check ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def check(
    files: Mapping[str, str], seconds: Measure | None = None, needed: Mapping[str, Entry] | None = None
) -> list[Problem]:
    """Every problem of the content, in the order of files and lines. `needed`: the messages that the bot asks for."""
    try:
        words = entries(files.get("words/en.ftl", ""))
        content = parsed(files)
    except BadContent as error:
        return list(error.problems)
    sources = {name: Source(text, name) for name, text in files.items() if name.endswith(".yaml")}
    sessions = [
        (reading.parse_session(files[name], name), source)
        for name, source in sources.items()
        if name.startswith("sessions/")
    ]
    problems = [
        *_texts(_said(content, words, sessions, sources), files),
        *_review(content, files, sources["safety/review.yaml"]),
        *_words(words, needed or {}),
    ]
    for session, source in sessions:
        problems += [*_sums(session, source), *_rows(session, content, source), *_steps(session, source)]
        if seconds:
            problems += _speech(session, content, source, sources["twins.yaml"], seconds)
    return sorted(set(problems), key=lambda problem: (problem.file, problem.line))


@dataclass(frozen=True, slots=True)
class Said:
    """One text that a person meets, and where its author wrote it. `words`, `characters`: as many as it may have."""

    file: str
    line: int
    step: str
    text: tuple[str, ...]
    """Its sentences, an item of a list each; most texts are one string."""
    words: int | None = None
    characters: int = 4096
    graded: bool = True


def _said(
    content: Content,
    words: Mapping[str, Entry],
    sessions: list[tuple[Session, Source]],
    sources: Mapping[str, Source],
) -> Iterator[Said]:
    for session, source in sessions:
        yield Said(source.file, source.line(("summary",)), "", (session.summary,))
        for n, step in enumerate(session.steps):
            place = (source.file, source.line(("steps", n)), step.id)
            for path, text in step.show.all():
                yield Said(source.file, source.line(("steps", n, "show", *path)), step.id, (text,), words=SHOWN)
            for path, text in step.say.all():
                heard = tuple(mark.words for mark in marks.parse(text, 1) if mark.words)
                yield Said(source.file, source.line(("steps", n, "say", *path)), step.id, (" ".join(heard),))
            if step.caution and not step.cautioned_by:
                yield Said(source.file, source.line(("steps", n, "caution")), step.id, (step.caution,), words=SHOWN)
            yield Said(*place, (step.name,))
    for twin in content.twins.values():
        for key, line in (("rest", twin.rest), ("imagine", twin.imagine)):
            if line:
                yield Said("twins.yaml", sources["twins.yaml"].line((twin.id, key)), twin.id, (line,), words=SHOWN)
    for pose, alt in content.poses.items():
        yield Said("poses/names.yaml", sources["poses/names.yaml"].line((pose,)), pose, (alt,), SHOWN, graded=False)
    for name, entry in words.items():
        most = next(limit for start, limit in LIMITS.items() if name.startswith(start))
        for text in entry.readings:
            yield Said("words/en.ftl", entry.line, name, (text,), characters=most, graded=not name.startswith(WORD))
    safety, source = content.safety, sources["safety/en.yaml"]
    notice = (safety.opening, safety.before, *safety.now, *safety.see_first, safety.small)
    yield Said(source.file, source.line(("opening",)), "notice", notice)
    yield Said(source.file, source.line(("crisis",)), "crisis", (safety.crisis,), characters=1024)


def _texts(texts: Iterable[Said], files: Mapping[str, str]) -> Iterator[Problem]:
    """Plain, short, kind, and nobody else's."""
    nevers = plain.never(files.get("check/never.txt", ""))
    seed = {line for line in files.get("check/runs.txt", "").splitlines() if not line.startswith("#")}
    for said in texts:
        whole = " ".join(said.text)
        count = len(plain.words(whole))
        found: list[tuple[str, str]] = []
        if said.words and count > said.words:
            found.append((f"{count} words are too many to read in a session", f"{said.words} at most"))
        if len(whole) > said.characters:
            found.append((f"{len(whole)} characters are too many for Telegram", f"{said.characters} at most"))
        if said.graded and count >= SCREEN and (grade := plain.grade(said.text)) > GRADE:
            long = ", ".join(sorted({w for w in plain.words(whole) if plain.syllables(w) > 2}))
            instead = "shorter sentences" + (f", and shorter words than {long}" if long else "")
            found.append((f"this asks for {grade:.1f} years of school, {GRADE:.0f} are the most", instead))
        found += [(f"“{hit}” is never said", never.instead) for never in nevers if (hit := never.found_in(whole))]
        found += [
            (f"“{run}” stands in the published script", "it in your own words")
            for run, h in plain.runs(whole)
            if h in seed
        ]
        yield from (Problem(said.file, said.line, said.step, *one) for one in found)


def _review(content: Content, files: Mapping[str, str], source: Source) -> Iterator[Problem]:
    """A signature is for the words that were read, and for no others."""
    review, now = reading.parse_review(files), reading.signature(files)
    if review.version != content.safety.version:
        what = f"this is a review of version {review.version}, the notice is {content.safety.version}"
        yield source.problem(
            ("version",), what, f'`version: "{content.safety.version}"`, and `reviewer: null` until it is read again'
        )
    if review.hash != now:
        what = (
            "the words at the gates have changed since; if they say something else, raise `version` in safety/en.yaml"
        )
        yield source.problem(("hash",), what, f'`hash: "{now}"`, and `reviewer: null` until they are read again')


def _words(words: Mapping[str, Entry], needed: Mapping[str, Entry]) -> Iterator[Problem]:
    """Every message that the bot asks for is there, and asks for nothing that the bot does not give."""
    for name in sorted(needed.keys() - words.keys()):
        yield Problem("words/en.ftl", 1, "", f"the message “{name}” is missing", f"`{name} = {needed[name].source}`")
    for name in sorted(needed.keys() & words.keys()):
        for extra in sorted(words[name].variables - needed[name].variables):
            known = ", ".join(f"{{${known}}}" for known in sorted(needed[name].variables)) or "words alone"
            yield Problem("words/en.ftl", words[name].line, name, f"“{extra}” is not known here", known)


def _rows(session: Session, content: Content, source: Source) -> Iterator[Problem]:
    """No row of the source is lost, and the order is its own. What the notice carries comes before the first step."""
    wanted = [f"{session.id}-{row:02}" for row in range(ROWS.get(session.id, 0))]
    carried = list(content.safety.source) if wanted else []
    for n, step in enumerate(session.steps):
        for row in step.source:
            if row not in wanted:
                yield source.problem(
                    ("steps", n, "source"),
                    f"there is no row “{row}”",
                    f"one of {wanted[0]} to {wanted[-1]}" if wanted else "no `source`",
                )
            elif carried and row < carried[-1]:
                yield source.problem(
                    ("steps", n, "source"), f"{row} comes after {carried[-1]}", "the steps in the order of their rows"
                )
            carried.append(row)
    for row in sorted(set(wanted) - set(carried)):
        yield source.problem(("steps",), f"no step carries {row}", f"`source: [{row}]` at the step that leads it")


def _steps(session: Session, source: Source) -> Iterator[Problem]:
    for n, step in enumerate(session.steps):
        if set(step.tags) - {Tag.PACE} and not step.twin:
            yield source.problem(
                ("steps", n), f"it asks for {', '.join(step.tags)} and has no twin", "`twin:`, for who leaves that out"
            )


def _sums(session: Session, source: Source) -> Iterator[Problem]:
    """The author's own sums, and the longest note."""
    for position in session.positions:
        whole = 0.0
        for n, step in enumerate(session.steps):
            if step not in session.in_position(position):
                continue
            length, stated = _length(step, position), at(step.seconds, step.led_as(position)) or 0
            whole += length
            if length != stated:
                yield source.problem(
                    ("steps", n, "seconds"),
                    f"intro and marks add up to {length:g}, not {stated:g}",
                    f"`seconds: {length:g}`",
                )
            if length > LONGEST:
                yield source.problem(
                    ("steps", n, "seconds"),
                    f"a note of {length:g} s is too long",
                    f"{LONGEST:g} s at most, or two steps",
                )
        minutes = f"{int(whole) // 60}:{int(whole) % 60:02}"
        if session.length[position] != minutes:
            yield source.problem(
                ("length", position),
                f"the steps in {position} add up to {minutes}, not {session.length[position]}",
                f'`{position}: "{minutes}"`',
            )


def _length(step: Step, position: str) -> float:
    return marks.script(_marks(step, position)).length


def _marks(step: Step, position: str) -> tuple[marks.Mark, ...]:
    led = step.led_as(position)
    return marks.parse(step.say.at(led) or "", at(step.intro, led) or 0)


def _speech(session: Session, content: Content, source: Source, twins: Source, seconds: Measure) -> Iterator[Problem]:
    """The words fit into their time, as the voice says them: nobody is asked to move while still being told how."""
    number = {step.id: n for n, step in enumerate(session.steps)}
    for position in session.positions:
        led = session.in_position(position)
        for i, step in enumerate(led):
            speed = SLOW if 3 * i >= 2 * len(led) else SPEED
            if twin := content.twins[step.twin] if step.twin else content.twins["stay"]:
                for key, words in (("rest", twin.rest), ("imagine", twin.imagine)):
                    room = TWIN_INTRO - BEFORE_MOVING if key == "rest" else TWIN_INTRO
                    if words and (takes := seconds(words, speed)) > room:
                        yield twins.problem(
                            (twin.id, key), f"the words take {takes:.1f} s, {room:g} are there", "fewer words"
                        )
            if position not in step.positions:
                continue
            for mark in _marks(step, position):
                if not mark.words:
                    continue
                takes = seconds(mark.words, speed)
                room, instead = _room(mark, takes)
                if takes > room:
                    here = source.problem(
                        ("steps", number[step.id], "intro" if mark.kind == "intro" else "say"), "", ""
                    )
                    what = f"“{mark.words}” takes {takes:.1f} s, {room:g} are there ({position})"
                    yield replace(here, what=what, instead=instead)


def _room(mark: marks.Mark, takes: float) -> tuple[float, str]:
    """The seconds of speech that a mark can carry, and what to write for words that take longer."""
    match mark.kind:
        case "intro":
            return mark.seconds - BEFORE_MOVING, f"`intro: {math.ceil(takes + BEFORE_MOVING)}`, or fewer words"
        case "in" | "out":
            return IN_BREATH, "fewer words, or some of them in a pause before, as in “Easy breath in. (in 4)”"
        case "hold" | "quiet" | "breaths":
            return IN_QUIET, f"fewer words, or a pause of their own, as in “… ({math.ceil(takes + 1)})”"
    return mark.seconds, f"({math.ceil(takes + 0.5)}) after them, or fewer words"

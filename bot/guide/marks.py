"""Marks in the words: one `say` text becomes phrases at exact seconds of a note. Pure; touches nothing.

A text is words and marks: `(n)`, `(hold n)`, `(in n)`, `(out n)`, `(quiet n)`, `(breaths n)`. One rule: words before a
mark start with it and lie inside its seconds; the words up to the first mark are the intro, whose seconds are given
beside the text. All times are in seconds from the note's beginning.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace

KINDS = ("wait", "hold", "in", "out", "quiet", "breaths")
MARK = re.compile(r"\(\s*(?:(hold|in|out|quiet|breaths)\s+)?(\d+(?:\.\d+)?)\s*\)")
SIDES = "(sides)"
BREATH = {"in": 4.0, "out": 6.0}
"""Seconds of one calm breath at normal pace (content.md, section 2: in 4, out 6)."""
EASIER = {"in": 3 / 4, "out": 4 / 6}
"""What an easier breath (in 3, out 4) takes of them."""


class BadMarks(ValueError):
    """The text can't be paced; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Words, and the seconds that begin with them."""

    words: str
    kind: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words to be spoken `at` seconds into a note; they must be over within `room` seconds."""

    at: float
    room: float
    text: str


@dataclass(frozen=True, slots=True)
class Script:
    """A note to be: exactly `length` seconds, with these phrases in it; all between them is quiet."""

    length: float
    phrases: tuple[Phrase, ...]

    def and_then(self, words: str, seconds: float) -> Script:
        """The same with so many seconds more, which begin with these words."""
        return Script(round(self.length + seconds, 3), (*self.phrases, Phrase(self.length, seconds, words)))

    def key(self, voice: str, speed: float) -> str:
        """Name of the finished note: the same key is the same sound. `voice` names engine, version, voice and mix."""
        what = [voice, speed, self.length, [[p.at, p.room, p.text] for p in self.phrases]]
        return hashlib.sha256(json.dumps(what, ensure_ascii=False).encode()).hexdigest()[:32]


def with_breath(marks: tuple[Mark, ...], breath: str, own: str) -> tuple[Mark, ...]:
    """The counted breaths as a person has chosen: `calm` as written, `easier` (in 3, out 4), or their `own`, uncounted.

    `own`: the words that are said instead of the cues.
    """
    if breath == "easier":
        return tuple(replace(m, seconds=m.seconds * EASIER.get(m.kind, 1.0)) for m in marks)
    if breath != "own":
        return marks
    uncounted: list[Mark] = []
    for mark in marks:
        if mark.kind not in BREATH:
            uncounted.append(mark)
        elif uncounted and uncounted[-1].kind == "free":
            uncounted[-1] = replace(uncounted[-1], seconds=uncounted[-1].seconds + mark.seconds)
        else:
            uncounted.append(Mark(own, "free", mark.seconds))
    return tuple(uncounted)


def parse(say: str, intro: float) -> tuple[Mark, ...]:
    """The marks of a text in order, the intro first. Raises BadMarks with what to write instead."""
    marks: list[Mark] = []
    end = 0
    for found in MARK.finditer(say):
        kind, seconds = found.group(1) or "wait", float(found.group(2))
        words = " ".join(say[end : found.start()].split())
        if not marks:
            marks.append(Mark(words, "intro", float(intro)))
            words = ""
        if kind == "breaths":
            seconds *= BREATH["in"] + BREATH["out"]
        marks.append(Mark(words, kind, seconds))
        end = found.end()
    rest = " ".join(say[end:].split())
    if not marks:
        raise BadMarks("no mark in the text: say how long it lasts, as in “Rest. (quiet 20)”")
    if rest:
        raise BadMarks(f"words after the last mark have no time: write a mark after “{rest}”, as in “{rest} (5)”")
    if stray := re.search(r"[()]", " ".join(m.words for m in marks)):
        raise BadMarks(
            f"“{stray.group()}” belongs to no mark: they are (5), (hold 5), (in 4), (out 6), (quiet 20), (breaths 3)"
        )
    return tuple(marks)


def both_sides(say: str, first: str, second: str, swap: str) -> str:
    """A text written once, as it is led on both sides: what stands behind `(sides)` comes twice, `swap` between.

    `{side}` is the side that a round is for, `{other}` the other one. Raises BadMarks.
    """
    head, mark, body = say.partition(SIDES)
    if not mark or SIDES in body:
        raise BadMarks("it is led on both sides: (sides) once, where the part for each side begins")
    return f"{head} {sided(body, first, second)} {swap} {sided(body, second, first)}"


def sided(text: str, side: str, other: str) -> str:
    """A text with its sides filled in."""
    return text.replace("{side}", side).replace("{other}", other)


def script(marks: tuple[Mark, ...], pace: float = 1.0) -> Script:
    """Lay the marks out on a note. `pace` multiplies every mark; words take no less time, so an intro only grows."""
    at, phrases = 0.0, []
    for mark in marks:
        seconds = round(mark.seconds * (max(1.0, pace) if mark.kind == "intro" else pace), 3)
        if mark.words:
            phrases.append(Phrase(round(at, 3), seconds, mark.words))
        at += seconds
    return Script(round(at, 3), tuple(phrases))

"""Does a session fit into its time? Its sums, and its words as a voice says them. Pure; the voice is a parameter.

Nobody is asked to move while still being told how, and no word is cut. All lengths are in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from bot.guide import marks
from bot.guide.content import Session, Step, Twin, at
from bot.guide.plan import CAUTION, IMAGINE_INTRO, PACES, SLOW, SPEED, TWIN_INTRO, Spoken
from bot.guide.source import Problem, Source

LONGEST = 90.0
"""Seconds that a note may last at normal pace."""
BEFORE_MOVING = 2.0
"""Seconds from the end of an intro's words to what comes next; a twin's as well."""
IN_BREATH, IN_QUIET = 1.5, 2.0
"""Seconds of speech that a breath, and a hold or a quiet, can carry (voice.md)."""

Measure = Callable[[str, float], float]
"""Seconds that words take at a speed of the voice."""


def sums(session: Session, source: Source) -> Iterator[Problem]:
    """The author's own sums, and the longest note."""
    number = {step.id: n for n, step in enumerate(session.steps)}
    for position in session.positions:
        whole = 0.0
        for step in session.in_position(position):
            here = ("steps", number[step.id], "seconds")
            length, stated = marks.script(_marks(step, position)).length, at(step.seconds, step.led_as(position))
            whole += length
            for tag in step.say.without if position in step.positions else ():
                text = step.heard(position, frozenset({tag}))
                if (differs := marks.script(_parsed(step, position, text, "left", "right")).length) != length:
                    what = f"without {tag} the words in {position} take {differs:g} s, with it {length:g}"
                    yield source.problem(
                        (*here[:2], "say", "without", str(tag)), what, f"marks that add up to {length:g} here as well"
                    )
            if length != stated:
                what = f"intro and marks add up to {length:g}, not {stated:g}"
                yield source.problem(here, what, f"`seconds: {length:g}`")
            if length > LONGEST:
                yield source.problem(here, f"a note of {length:g} s is too long", f"two steps of {LONGEST:g} s at most")
        minutes = f"{int(whole) // 60}:{int(whole) % 60:02}"
        if session.length[position] != minutes:
            what = f"the steps in {position} add up to {minutes}, not {session.length[position]}"
            yield source.problem(("length", position), what, f'`{position}: "{minutes}"`')


def speech(session: Session, source: Source, seconds: Measure) -> Iterator[Problem]:
    """The words of a session, each phrase against the seconds that it has: in each position, for whatever is left out,
    whichever side comes first, at each pace."""
    number = {step.id: n for n, step in enumerate(session.steps)}
    for position in session.positions:
        steps = session.in_position(position)
        for i, step in enumerate(steps):
            if position not in step.positions:
                continue
            speed = SLOW if 3 * i >= 2 * len(steps) else SPEED
            for mark in dict.fromkeys(mark for told in _variants(step, position) for mark in told):
                if not mark.words:
                    continue
                takes, (pace, room) = seconds(mark.words, speed), _room(mark)
                if takes > room:
                    what = (
                        f"“{mark.words}” takes {takes:.2f} s in {position}, {room:.2f} are there at the {pace} pace:"
                        f" {takes - room:.2f} too few"
                    )
                    key = "intro" if mark.kind == "intro" else "say"
                    yield source.problem(("steps", number[step.id], key), what, _instead(mark, takes))


def cautions(session: Session, source: Source, seconds: Measure) -> Iterator[Problem]:
    """What is told before a movement, at whichever speed it takes longer."""
    room = CAUTION - BEFORE_MOVING
    for n, step in enumerate(session.steps):
        if step.caution and not step.cautioned_by:
            takes = max(seconds(step.caution, speed) for speed in (SPEED, SLOW))
            if takes > room:
                what = f"“{step.caution}” takes {takes:.2f} s, {room:g} are there"
                yield source.problem(("steps", n, "caution"), what, "fewer words")


def twins(twins: Mapping[str, Twin], source: Source, seconds: Measure) -> Iterator[Problem]:
    """The twins' words, at whichever speed they take longer."""
    for twin in twins.values():
        for key, words, intro in (("rest", twin.rest, TWIN_INTRO), ("imagine", twin.imagine, IMAGINE_INTRO)):
            room = intro - BEFORE_MOVING
            if words and (takes := max(seconds(words, speed) for speed in (SPEED, SLOW))) > room:
                what = f"“{words}” takes {takes:.2f} s, {room:g} are there"
                yield source.problem((twin.id, key), what, "fewer words")


def _variants(step: Step, position: str) -> Iterator[tuple[marks.Mark, ...]]:
    """All that a step may sound like in a position."""
    said = {step.heard(position, frozenset({tag})) for tag in step.say.without}
    if len(step.say.without) > 1:
        said.add(step.heard(position, frozenset(step.say.without)))
    for text in sorted({step.heard(position), *said}):
        yield _parsed(step, position, text, "left", "right")
        if step.sides:
            yield _parsed(step, position, text, "right", "left")


def _marks(step: Step, position: str) -> tuple[marks.Mark, ...]:
    led = step.led_as(position)
    return _parsed(step, led, step.heard(led), "left", "right")


def _parsed(step: Step, position: str, say: str, first: str, second: str) -> tuple[marks.Mark, ...]:
    intro = at(step.intro, position)
    assert intro is not None  # reading.py lets no step through without it
    return marks.parse(marks.both_sides(say, first, second, Spoken().swap) if step.sides else say, intro)


def _room(mark: marks.Mark) -> tuple[str, float]:
    """The pace at which a mark can carry least speech, and the seconds of it. An intro never shrinks."""
    match mark.kind:
        case "intro":
            return "normal", mark.seconds - BEFORE_MOVING
        case "in" | "out":
            return "normal", IN_BREATH
        case "hold" | "quiet" | "breaths":
            return "normal", IN_QUIET
    name = min(PACES, key=lambda pace: PACES[pace])
    return name, mark.seconds * PACES[name]


def _instead(mark: marks.Mark, takes: float) -> str:
    match mark.kind:
        case "intro":
            return f"`intro: {math.ceil(takes + BEFORE_MOVING)}`, or fewer words"
        case "in" | "out":
            return "fewer words: what to do belongs into a pause before the breath"
        case "hold" | "quiet" | "breaths":
            return f"fewer words, or a pause of {math.ceil(takes + 1)} s for them, before it"
    return f"({math.ceil(takes / min(PACES.values()))}) after them, or fewer words"

"""Every plan that a person can get: each session, position and pace, and all that may be left out. Pure.

The check makes them all: each step that is told must fit its time, whatever was ticked. Lengths are in seconds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.guide.content import TICKS, Content, Session, Tag
from bot.guide.person import Person, Settings
from bot.guide.plan import PACES, Options, plan
from bot.guide.planned import Plan
from bot.guide.source import Problem, Source
from bot.guide.timing import Measure


@dataclass(frozen=True, slots=True)
class Case:
    """One of them: what was ticked (or the one tag that is left out), the pace, and what comes of it."""

    left_out: str
    pace: str
    plan: Plan


def leave_outs() -> dict[str, frozenset[str]]:
    """All that is looked at: nothing, each tick, each pair of ticks, each tag."""
    found: dict[str, frozenset[str]] = {"": frozenset()}
    for tick, tags in TICKS.items():
        found[tick] = frozenset(str(tag) for tag in tags)
    for one, other in itertools.combinations(TICKS, 2):
        found[f"{one} and {other}"] = found[one] | found[other]
    for tag in Tag:
        found[str(tag)] = frozenset({str(tag)})
    return found


def cases(session: Session, content: Content) -> Iterator[Case]:
    """Every plan of a session, as for somebody who meets each caution; the sides take turns."""
    turn = itertools.cycle(("left", "right"))
    for position, (left_out, tags) in itertools.product(session.positions, leave_outs().items()):
        options = Options(content=content, position=position, voice=None, left_out=tags)
        for pace in PACES:
            options = replace(options, first=next(turn))  # type: ignore[arg-type]
            somebody = Person(settings=Settings(pace=pace))  # type: ignore[arg-type]
            yield Case(left_out, pace, plan(session, somebody, options))


def too_short(cases: Iterable[Case], session: Session, source: Source, seconds: Measure) -> Iterator[Problem]:
    """Which step is too short at which pace, and by how much: each phrase as it is spoken, against its room."""
    number = {step.id: n for n, step in enumerate(session.steps)}
    told = set()
    for case in cases:
        for step in case.plan.steps:
            for phrase in step.told.script.phrases:
                key = (step.root, phrase.text, phrase.room, step.told.speed)
                if key in told:
                    continue
                told.add(key)
                if (takes := seconds(phrase.text, step.told.speed)) > phrase.room:
                    left_out = f" without {case.left_out}" if case.left_out else ""
                    what = (
                        f"at the {case.pace} pace, in {case.plan.position}{left_out}, “{phrase.text}” takes"
                        f" {takes:.2f} s, {phrase.room:.2f} are there: {takes - phrase.room:.2f} too few"
                    )
                    yield source.problem(("steps", number[step.root], "say"), what, "fewer words, or more seconds")


def much_falls_out(cases: Iterable[Case]) -> Iterator[str]:
    """Where more than a third falls out, in words: for who reads the check."""
    for case in cases:
        if case.left_out in TICKS and case.pace == "normal" and case.plan.much_falls_out:
            out, of = case.plan.share
            yield f"{case.left_out} in {case.plan.position}: {out} of {of}"


@dataclass(frozen=True, slots=True)
class Falls:
    """What who leaves something out is not led: so many of the steps that count. `much`: another way is offered."""

    left_out: str
    position: str
    out: int
    of: int
    much: bool


def lengths(session: Session, content: Content) -> dict[str, dict[str, float]]:
    """Seconds by position and pace, for somebody who has met each caution."""
    met = frozenset(step.id for one in content.sessions.values() for step in one.steps)
    return {
        str(position): {
            pace: plan(
                session,
                Person(settings=Settings(pace=pace), cautions=met),  # type: ignore[arg-type]
                Options(content=content, position=position, voice=None),
            ).seconds_left(0)
            for pace in PACES
        }
        for position in session.positions
    }


def falls(session: Session, content: Content) -> Iterator[Falls]:
    """What falls out of a session, for each tick and each tag."""
    looked_at = {name: tags for name, tags in leave_outs().items() if name in TICKS or name in set(Tag)}
    for position in session.positions:
        options = Options(content=content, position=position, voice=None)
        anyway = plan(session, Person(), options).share[0]
        for left_out, tags in looked_at.items():
            made = plan(session, Person(), replace(options, left_out=tags))
            out, of = made.share
            if out > anyway:
                yield Falls(left_out, str(position), out, of, made.much_falls_out)

"""A session made concrete for one run: its steps, words, lengths and media keys, written down once. Pure.

The plan is stored when the run begins, so content updates, settings and "5 of 11" all have one answer. Lengths are in
seconds. Planning anew (leave out, rest through, more quiet) uses what is written in the plan, not the files.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.guide.content import Content, Session, Step, at
from bot.guide.marks import Mark, Script, parse, script
from bot.guide.person import Person

PACES: Mapping[str, float] = {"slower": 1.25, "normal": 1.0, "faster": 0.85}
"""What each pace multiplies every mark by (voice.md)."""
SPEED, SLOW = 0.65, 0.60
"""Speed of the voice, and of the last third of a session: falling slightly deepens rest (voice.md)."""
QUIET = 30.0
"""Seconds of one "+30 s"."""
TWIN_INTRO = 8.0
"""Seconds in which a twin's words are spoken; then it is quiet to the step's end (content.md, section 5)."""
DOTS = 7

Form = Literal["led", "rest", "imagine", "caution", "quiet"]


@dataclass(frozen=True, slots=True)
class Telling:
    """One way to tell a step: what is read, what is heard, and the key of the note (None: no voice)."""

    show: str
    script: Script
    speed: float
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step as this run leads it. `told` is what is shown now; `rest` and `imagine` are its twins of equal length."""

    id: str
    name: str
    form: Form
    told: Telling
    rest: Telling
    imagine: Telling | None = None
    side: Literal["left", "right"] | None = None
    advance: Literal["timed", "tap"] = "timed"
    change: bool = False
    pose: str | None = None
    tags: tuple[str, ...] = ()
    caution: str | None = None
    """What to heed the first time, shown with the step; None once the person has met it."""
    caution_id: str | None = None

    @property
    def length(self) -> float:
        """Seconds of its own time."""
        return self.told.script.length

    @property
    def counts(self) -> bool:
        """True for what "5 of 11" counts."""
        return self.form not in ("caution", "quiet")

    @property
    def left_out_as(self) -> str:
        """What stays out when this step is left out: its pose, or itself where it asks for no movement."""
        moves = any(tag != "PACE" for tag in self.tags)
        return self.pose if self.pose and moves else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run consists of."""

    session: str
    name: str
    position: str
    steps: tuple[PlannedStep, ...]

    def place(self, index: int) -> tuple[int, int]:
        """(n, of): the place of a step among those that count; a quiet one has the place of the step before it."""
        return sum(s.counts for s in self.steps[: index + 1]), sum(s.counts for s in self.steps)

    def dots(self, index: int) -> str:
        """The place as seven dots: ceil(7 n / of) of them full (product.md)."""
        n, of = self.place(index)
        full = math.ceil(DOTS * n / of) if of else 0
        return "●" * full + "○" * (DOTS - full)

    def seconds_left(self, index: int) -> float:
        """Seconds from the beginning of a step to the end of the plan."""
        return sum(s.length for s in self.steps[index:])

    def notes(self) -> Iterator[Telling]:
        """Every note that this run may play, in the order of need: the steps first, then the twins."""
        yield from (s.told for s in self.steps)
        yield from (s.rest for s in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a plan needs beside session and person."""

    content: Content
    position: str
    voice: str | None
    """Engine, version, voice and mix, as they go into a note's key; None: no voice."""


def plan(session: Session, person: Person, options: Options) -> Plan:
    """Make a session concrete. In *rest* every movement is its rest twin, and what has neither falls out."""
    pace, position = PACES[person.settings.pace], options.position
    met = set(person.cautions)
    chosen = [step for step in session.in_position(position) if step.id not in options.content.withdrawn]
    steps = []
    for i, step in enumerate(chosen):
        led = position in step.positions
        told, rest = _tellings(step, options, pace, SLOW if 3 * i >= 2 * len(chosen) else SPEED)
        caution_id, caution = _caution(step, options.content) if led else (None, None)
        if caution_id in met:
            caution_id = caution = None
        elif caution_id:
            met.add(caution_id)
        steps.append(
            PlannedStep(
                id=step.id,
                name=step.name,
                form="led" if led else "rest",
                told=told if led else rest,
                rest=rest,
                advance=step.advance,
                change=step.change,
                pose=at(step.pose, step.led_as(position)) if step.pose else None,
                tags=tuple(str(tag) for tag in step.tags),
                caution=caution,
                caution_id=caution_id,
            )
        )
    return Plan(session=session.id, name=session.name, position=position, steps=tuple(steps))


def _tellings(step: Step, options: Options, pace: float, speed: float) -> tuple[Telling, Telling]:
    """The step as it is led, and its rest twin of the same length (`stay` where it has none)."""
    position = step.led_as(options.position)
    show, say, intro = step.show.at(position), step.say.at(position), at(step.intro, position)
    # reading.py lets no step through without words in each of its positions
    assert show is not None
    assert say is not None
    assert intro is not None
    told = _telling(show, parse(say, intro), pace, speed, options.voice)
    words = options.content.twins[step.twin or "stay"].rest
    length = told.script.length
    quiet = (Mark(words, "intro", min(TWIN_INTRO, length)), Mark("", "quiet", max(0.0, length - TWIN_INTRO)))
    return told, _telling(words, quiet, 1.0, speed, options.voice)


def _caution(step: Step, content: Content) -> tuple[str, str] | tuple[None, None]:
    """Whose caution it is, and its words; several steps may share one."""
    owner = step.cautioned_by
    if owner is None:
        return (step.id, step.caution) if step.caution else (None, None)
    text = next((s.caution for session in content.sessions.values() for s in session.steps if s.id == owner), None)
    assert text, "reading.py lets no caution through that nobody has"
    return owner, text


# ── planning anew ─────────────────────────────────────────────────────────────────────────────────────────────────────
def rest_through(plan: Plan, index: int) -> Plan:
    """The step as its rest twin: the same length, no movement."""
    return _with(plan, index, _rested(plan.steps[index]))


def leave_out(plan: Plan, index: int) -> Plan:
    """Every step of the same pose becomes its rest twin, also those that Back would lead to."""
    out = plan.steps[index].left_out_as
    return replace(plan, steps=tuple(_rested(s) if s.left_out_as == out else s for s in plan.steps))


def more_quiet(plan: Plan, index: int, name: str, show: str, voice: str | None) -> Plan:
    """Thirty quiet seconds after a step, as a step of their own; what hurts in them is that step's movement."""
    before, told = plan.steps[index], quiet(show, voice)
    step = PlannedStep(
        id=f"{before.id}-quiet", name=name, form="quiet", told=told, rest=told, pose=before.pose, tags=before.tags
    )
    return replace(plan, steps=(*plan.steps[: index + 1], step, *plan.steps[index + 1 :]))


def quiet(show: str, voice: str | None) -> Telling:
    """Thirty seconds with no words."""
    silence = Script(QUIET, ())
    return Telling(show, silence, SPEED, silence.key(voice, SPEED) if voice else None)


def _rested(step: PlannedStep) -> PlannedStep:
    if step.form == "quiet":
        return step
    return replace(step, form="rest", told=step.rest, caution=None, caution_id=None)


def _with(plan: Plan, index: int, step: PlannedStep) -> Plan:
    return replace(plan, steps=(*plan.steps[:index], step, *plan.steps[index + 1 :]))


# ── is every note ready? ──────────────────────────────────────────────────────────────────────────────────────────────
def in_time(plan: Plan, ready: Container[str], work: float) -> bool:
    """True if the first two notes are ready and the rest will be before their time.

    `work`: seconds of work per second of finished note. The set-up may be over at once, so it gives no time.
    """
    timeline = [step.told for step in plan.steps]
    if any(note.key not in ready for note in timeline[:2]):
        return False
    begins = worked = 0.0
    for step, note in zip(plan.steps, timeline, strict=True):
        if note.key not in ready:
            worked += work * note.script.length
            if worked > begins:
                return False
        begins += 0.0 if step.advance == "tap" else note.script.length
    return True


def _telling(show: str, marks: tuple[Mark, ...], pace: float, speed: float, voice: str | None) -> Telling:
    made = script(marks, pace)
    return Telling(show, made, speed, made.key(voice, speed) if voice else None)


def usual_notes(content: Content, somebody: Person, voice: str, quiet_show: str) -> Iterator[Telling]:
    """The notes that runs of such a person may play, in the order of need: what is to be made ahead."""
    made = [
        plan(session, somebody, Options(content=content, position=position, voice=voice))
        for session in content.sessions.values()
        for position in session.positions
    ]
    for one in made:
        yield from (step.told for step in one.steps)
    for one in made:
        yield from (step.rest for step in one.steps)
    yield quiet(quiet_show, voice)

"""A session made concrete for one run: its steps, words, lengths and media keys, written down once. Pure.

The plan is stored when the run begins, so content updates, settings and "5 of 11" all have one answer. Lengths are in
seconds. Planning anew (replan.py) uses what is written in the plan, not the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.guide.content import NEEDS, Content, Position, Session, Step, Tag, at
from bot.guide.marks import Mark, both_sides, parse, script, sided, with_breath
from bot.guide.person import Person
from bot.guide.planned import Plan, PlannedStep, Side, Telling

PACES: Mapping[str, float] = {"slower": 1.25, "normal": 1.0, "faster": 0.85}
"""What each pace multiplies every mark by (voice.md)."""
SPEED, SLOW = 0.65, 0.60
"""Speed of the voice, and of the last third of a session: falling slightly deepens rest (voice.md)."""
QUIET = 30.0
"""Seconds of one "+30 s"."""
CAUTION = 8.0
"""Seconds in which a caution is told (content.md, section 3)."""
TWIN_INTRO, IMAGINE_INTRO, IMAGINE_EACH = 8.0, 10.0, 20.0
"""Seconds in which a twin's words are spoken, then it is quiet; what is imagined is called up again each 20 s
(content.md, section 5)."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a plan says in the person's language beside the session's own words."""

    left: str = "left"
    right: str = "right"
    swap: str = "Swap."
    own: str = "At your own pace."
    """Instead of the cues, for who breathes uncounted."""
    again: str = "See it again."
    """Calls up what is imagined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a plan needs beside session and person."""

    content: Content
    position: str
    voice: str | None
    """Engine, version, voice and mix, as they go into a note's key; None: no voice."""
    left_out: frozenset[str] = frozenset()
    """Tags that this run leaves out."""
    poses: frozenset[str] = frozenset()
    """Poses (or steps without one) that it leaves out."""
    spoken: Spoken = field(default_factory=Spoken)
    first: Side = "left"
    """The side that comes first today."""


def first_side(day: int) -> Side:
    """Which side comes first: it changes by day. `day`: days since any beginning."""
    return "left" if day % 2 == 0 else "right"


def ways(session: Session, left_out: frozenset[str]) -> tuple[Position, ...]:
    """The positions in which a session is offered to who leaves that out."""
    return tuple(p for p in session.positions if NEEDS.get(p) not in left_out)


def plan(session: Session, person: Person, options: Options) -> Plan:
    """Make a session concrete. In *rest* every movement is its twin, and what has neither falls out."""
    position, met = options.position, set(person.cautions)
    chosen = [step for step in session.in_position(position) if step.id not in options.content.withdrawn]
    out = _out(chosen, options)
    steps: list[PlannedStep] = []
    for i, step in enumerate(chosen):
        speed = SLOW if 3 * i >= 2 * len(chosen) else SPEED
        planned = _planned(step, person, options, speed, led=position in step.positions and step.id not in out)
        owner, caution = _caution(step, options.content)
        if caution and owner not in met and planned.form == "led":
            met.add(owner)
            steps += _told(planned, owner, caution, options, speed)
        else:
            steps.append(planned)
    return Plan(session=session.id, name=session.name, position=position, steps=tuple(steps), ends=session.ends)


def _out(steps: list[Step], options: Options) -> set[str]:
    """The ids of the steps that fall out. A change of position falls out with the last of what it leads to."""
    position = options.position
    out = {s.id for s in steps if s.falls_out(position, options.left_out) or _pose(s, position) in options.poses}
    reached = False
    for step in reversed(steps):
        if step.change:
            if not reached:
                out.add(step.id)
            reached = False
        elif position in step.positions and step.moves and step.id not in out:
            reached = True
    return out


def _pose(step: Step, position: str) -> str:
    """What is left out when this step is."""
    pose = at(step.pose, step.led_as(position)) if step.pose else None
    return pose if pose and step.moves and not step.change else step.id


def _planned(step: Step, person: Person, options: Options, speed: float, *, led: bool) -> PlannedStep:
    breath = person.breath if Tag.PACE in step.tags else "calm"
    told, rest, imagine = _tellings(step, options, PACES[person.settings.pace], speed, breath)
    seen = imagine if person.imagine else None
    return PlannedStep(
        id=step.id,
        name=step.name,
        form="led" if led else "imagine" if seen else "rest",
        told=told if led else seen or rest,
        rest=rest,
        imagine=imagine,
        side=options.first if step.sides else None,
        advance=step.advance,
        change=step.change,
        movement=step.moves,
        pose=at(step.pose, step.led_as(options.position)) if step.pose else None,
        tags=tuple(str(tag) for tag in step.tags),
    )


def _tellings(
    step: Step, options: Options, pace: float, speed: float, breath: str
) -> tuple[Telling, Telling, Telling | None]:
    """The step as it is led, and its twins of the same length (`stay` where it has none)."""
    position, spoken = step.led_as(options.position), options.spoken
    show, say = (text.at(position, options.left_out) for text in (step.show, step.say))
    intro = at(step.intro, position)
    # reading.py lets no step through without words in each of its positions
    assert show is not None
    assert say is not None
    assert intro is not None
    if step.sides:
        first, second = (spoken.left, spoken.right) if options.first == "left" else (spoken.right, spoken.left)
        show, say = sided(show, first, second), both_sides(say, first, second, spoken.swap)
    told = telling(show, with_breath(parse(say, intro), breath, spoken.own), pace, speed, options.voice)
    twin = options.content.twins[step.twin or "stay"]
    rest, length = None, told.script.length
    quiet = (Mark(twin.rest, "intro", min(TWIN_INTRO, length)), Mark("", "quiet", max(0.0, length - TWIN_INTRO)))
    rest = telling(twin.rest, quiet, 1.0, speed, options.voice)
    if twin.imagine is None:
        return told, rest, None
    seen = _imagined(twin.imagine, spoken.again, length)
    return told, rest, telling(twin.imagine, seen, 1.0, speed, options.voice)


def _imagined(words: str, again: str, length: float) -> tuple[Mark, ...]:
    """The words, then quiet with a cue each twenty seconds; none where too little time is left for it."""
    marks, left = [Mark(words, "intro", min(IMAGINE_INTRO, length))], max(0.0, length - IMAGINE_INTRO)
    while left > 0:
        seconds = left if left < 1.5 * IMAGINE_EACH else IMAGINE_EACH
        marks.append(Mark(again if len(marks) > 1 else "", "quiet", seconds))
        left -= seconds
    return tuple(marks)


def _told(step: PlannedStep, owner: str, caution: str, options: Options, speed: float) -> list[PlannedStep]:
    """A step with its caution before it, as a note of its own; a set-up, which waits anyway, has it at its own end."""
    if step.advance == "tap":
        script = step.told.script.and_then(caution, CAUTION)
        key = script.key(options.voice, speed) if options.voice else None
        told = Telling(f"{step.told.show}\n\n{caution}", script, speed, key)
        return [replace(step, told=told, caution_id=owner)]
    told = telling(caution, (Mark(caution, "intro", CAUTION),), 1.0, speed, options.voice)
    before = PlannedStep(
        id=f"{step.id}-caution",
        name=step.name,
        form="caution",
        told=told,
        rest=told,
        movement=step.movement,
        pose=step.pose,
        tags=step.tags,
        caution_id=owner,
    )
    return [before, step]


def _caution(step: Step, content: Content) -> tuple[str, str | None]:
    """Whose caution it is, and its words; several steps may share one."""
    owner = step.cautioned_by
    if owner is None:
        return step.id, step.caution
    text = next((s.caution for session in content.sessions.values() for s in session.steps if s.id == owner), None)
    assert text, "reading.py lets no caution through that nobody has"
    return owner, text


def telling(show: str, marks: tuple[Mark, ...], pace: float, speed: float, voice: str | None) -> Telling:
    """Words with their marks as they are told. `pace` multiplies the marks, `speed` is the voice's."""
    made = script(marks, pace)
    return Telling(show, made, speed, made.key(voice, speed) if voice else None)

"""What must be so, whatever happens; each claim is the sentence that a breach says. Pure.

The judge knows the bot's promises, and what a person was shown and did. It remembers that by itself (`Known`), so a bot
that forgets a hold is caught by one who does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.guide.chat import (
    AnyState,
    Chat,
    Choosing,
    Forgetting,
    Held,
    Hurting,
    LeavingOut,
    Notice,
    Playing,
    Running,
    Scoring,
    Signs,
    Unsure,
    Weighing,
    dump_plan,
    dump_state,
    load,
)
from bot.guide.content import TICKS, Step
from bot.guide.events import Coded, Do, Event, Menu, Tick
from bot.guide.library import Library
from bot.guide.outcome import Outcome, Say
from bot.guide.person import dump_person, load_person
from bot.guide.planned import Plan, PlannedStep
from bot.guide.player import is_ahead, wake_at
from tests.proof.field import Update

UNACKNOWLEDGED = "a movement before the notice was acknowledged"
HELD = "a movement under a hold"
LEFT_OUT = "what was left out is led"
HURT = "a step goes on, and the question about pain was not answered"
HURTS_FAR = "“It hurts” is not one event away"
STOP_FAR = "“stop” is not one event away"
NO_RUN = "a state of a run without its run, or a run without a state of it"
OUT_OF_RANGE = "a step that the plan does not have"
UNREADABLE = "the stored form gives another chat"
NEVER_ENDS = "time alone does not end it"
EARLY = "a tick that came early changes something"
NOT_REFUSED = "what does not fit changes something"
ERASED = "erased, and nobody said yes to it"
STANDS_STILL = "a tick that was due changes nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the judge remembers of what a person did."""

    acknowledged: bool = False
    held: bool = False
    hurting: bool = False
    """It hurt, and no answer leads on yet."""
    kept: frozenset[str] = frozenset()
    """Tags to leave out next time."""
    today: frozenset[str] | None = None
    """Tags to leave out in the session that is being chosen."""
    tags: frozenset[str] = frozenset()
    """Tags that the present run leaves out."""
    out: frozenset[str] = frozenset()
    """Poses (or steps) that were left out on the way."""
    still: str = ""
    """The step that was heard when a box was ticked: it goes on, and is not led again."""
    coded: bool = False
    """The run was begun by a printed code."""


def learned(known: Known, before: Chat, event: Event, after: Chat, now: datetime) -> Known:
    """What the judge knows after an event."""
    if isinstance(event, Do):
        known = _answered(known, before, event.action, now)
    if isinstance(event, Menu):
        known = _ticked(known, before, event.path, now)
    elif known.still and not _goes_on(before, event, after):
        known = replace(known, still="")
    if not isinstance(after.state, Choosing | Weighing | LeavingOut) and not _begins(before, after):
        known = replace(known, today=None) if known.today is not None else known
    if _begins(before, after):
        tags = known.kept if known.today is None else known.today
        code = event.code if isinstance(event, Coded) else getattr(before.state, "code", None)
        if code is not None:
            tags = known.kept | _tags(code.boxes)
        known = replace(known, tags=tags, out=frozenset(), today=None, hurting=False, still="", coded=code is not None)
    elif after.run is None and (known.tags or known.out or known.hurting):
        known = replace(known, tags=frozenset(), out=frozenset(), hurting=False, still="", coded=False)
    return known


def _ticked(known: Known, before: Chat, path: str, now: datetime) -> Known:
    """A box in /settings: kept for next time, and what is new is left out in the run as well, from its next step on."""
    tick = path.rpartition(".")[2]
    kept = _tags(frozenset(name for name in TICKS if _tags(frozenset({name})) <= known.kept) ^ {tick})
    if before.run is None or not kept - known.kept:
        return replace(known, kept=kept)
    state, steps = before.state, before.run.plan.steps
    still = known.still
    if isinstance(state, Playing) and state.step < len(steps):
        still = steps[_heard(state, now)].id
    return replace(known, kept=kept, tags=known.tags | (kept - known.kept), still=still)


def _heard(state: Playing, now: datetime) -> int:
    """The step that the buttons mean: the shown one, or the one that is heard while that one comes by itself."""
    begun = state.cut or (state.ends is not None and now >= state.after)
    return state.step if begun else state.heard


def _goes_on(before: Chat, event: Event, after: Chat) -> bool:
    """True if the same step is heard on: nothing was sent anew but its buttons."""
    was, now = before.state, after.state
    if not isinstance(was, Playing) or not isinstance(now, Playing) or before.run is None or after.run is None:
        return False
    same = before.run.plan.steps[was.step].id == after.run.plan.steps[now.step].id
    return same and not (isinstance(event, Do) and event.action in ("again", "back"))


def _begins(before: Chat, after: Chat) -> bool:
    return after.run is not None and (before.run is None or before.run.id != after.run.id)


def _answered(known: Known, before: Chat, action: str, now: datetime) -> Known:
    match before.state, action:
        case Notice(), "none" | "same" | "change":
            return replace(known, acknowledged=True)
        case Unsure(), "now" | "see":
            return replace(known, held=True)
        case Held(why="seen" | "agreed"), "yes":
            return replace(known, held=False, acknowledged=False)
        case LeavingOut(ticks=ticks), "keep-out":
            return replace(known, kept=_tags(ticks), today=None)
        case LeavingOut(ticks=ticks), "today":
            return replace(known, today=_tags(ticks))
        case state, "hurts" if at_a_step(state):
            return replace(known, hurting=True)
        case Hurting(step=step), "leave" if before.run:
            return replace(known, hurting=False, out=known.out | {before.run.plan.steps[step].left_out_as})
        case Playing(more=True) as playing, "leave" if before.run:
            step = before.run.plan.steps[_heard(playing, now)]
            return replace(known, out=known.out | {step.left_out_as}) if step.moves else known
        case Hurting(), "twin":
            return replace(known, hurting=False)
    return known


def _tags(ticks: frozenset[str]) -> frozenset[str]:
    return frozenset(str(tag) for tick in ticks for tag in TICKS[tick])


# ── of what an event did ──────────────────────────────────────────────────────────────────────────────────────────────
def breaches(before: Chat, event: Event, outcome: Outcome, known: Known, library: Library) -> Iterator[str]:
    """What is wrong with what an event did. `known`: what the judge knows after it."""
    after, said = outcome
    if after is None:
        if not (isinstance(event, Do) and event.action == "erase" and isinstance(before.state, Forgetting)):
            yield ERASED
        return
    if isinstance(said, Say) and said.words in ("no-fit", "nothing-running") and after.state != before.state:
        yield NOT_REFUSED
    if isinstance(event, Do) and event.action == "hurts":
        yield from _hurts(before, outcome)
    if isinstance(event, Do) and event.action in ("stop", "end") and isinstance(after.state, Running):
        yield STOP_FAR
    yield from _whole(after)
    if after.run is None:
        return
    plan, state = after.run.plan, after.state
    if (before.run is None or before.run.plan is not plan) and any(
        _left_out(s, plan, known, library) for s in plan.steps if s.id != known.still
    ):
        yield LEFT_OUT
    if isinstance(state, Playing) and 0 <= state.step < len(plan.steps):
        step = plan.steps[state.step]
        if step.moves and not known.acknowledged:
            yield UNACKNOWLEDGED
        if step.moves and known.held:
            yield HELD
        if step.id != known.still and _left_out(step, plan, known, library):
            yield LEFT_OUT
        if known.hurting:
            yield HURT


def _hurts(before: Chat, outcome: Outcome) -> Iterator[str]:
    """In a step it is asked about at once; elsewhere the answer says where to turn."""
    assert outcome.chat is not None
    after = outcome.chat.state
    asked = isinstance(after, Hurting | Signs) and after.waits
    if isinstance(after, Playing) or not (asked if at_a_step(before.state) else outcome.say):
        yield HURTS_FAR


def at_a_step(state: AnyState) -> bool:
    """True if a run is at one of its steps, also where another question stands before it."""
    match state:
        case Unsure(back=Signs()) | Forgetting(step=int()):
            return True
    return isinstance(state, Running)


def _whole(chat: Chat) -> Iterator[str]:
    """A run has a state of a run, and the other way round; its step is one of the plan's."""
    state = chat.state
    match state:
        case Scoring() | Forgetting(scoring=str()):
            of_a_run = True
        case _:
            of_a_run = at_a_step(state)
    if of_a_run != (chat.run is not None):
        yield NO_RUN
    if chat.run is None:
        return
    at = state.back if isinstance(state, Unsure) else state
    steps = (getattr(at, "step", None), getattr(at, "heard", None))
    if any(step is not None and not 0 <= step < len(chat.run.plan.steps) for step in steps):
        yield OUT_OF_RANGE


def _left_out(step: PlannedStep, plan: Plan, known: Known, library: Library) -> bool:
    """True if a step is led though the person left it out, and it has no other words for who does."""
    if step.form != "led":
        return False
    if step.left_out_as in known.out:
        return True
    if not known.tags.intersection(step.tags):
        return False
    written = written_as(step, library)
    return written is None or written.falls_out(plan.position, known.tags)


def written_as(step: PlannedStep, library: Library) -> Step | None:
    """The step as its author wrote it."""
    written = (one for session in library.content.sessions.values() for one in session.steps if one.id == step.root)
    return next(written, None)


# ── of a chat by itself ───────────────────────────────────────────────────────────────────────────────────────────────
def defects(chat: Chat, now: datetime, library: Library, update: Update) -> Iterator[str]:
    """What is wrong with a chat that was met for the first time."""
    person = load_person(dump_person(chat.person))
    if load(person, dump_state(chat), dump_plan(chat), now) != chat:
        yield UNREADABLE
    due = wake_at(chat.state)
    early = due is not None and now < due and not is_ahead(chat.state, now)
    if early and update(chat, Tick(), now, library).chat != chat:
        yield EARLY

"""When two situations are the same to the proof: ids, moments and what nothing reads are left away. Pure.

What is left away and read by some event after all is not lost: `variants` has each of its values, and every event is
tried on each. So the walk does at least what the bot can do, and sometimes more.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from datetime import datetime

from bot.guide.chat import (
    Chat,
    Choosing,
    Forgetting,
    Held,
    Hurting,
    LeavingOut,
    Notice,
    Paused,
    PauseReason,
    Playing,
    Run,
    Scoring,
    Signs,
    Unsure,
    Weighing,
)
from bot.guide.person import Hold
from bot.guide.planned import Plan
from bot.guide.player import NOTICE_FOR
from tests.proof.claims import Known


def variants(chat: Chat, now: datetime) -> Iterator[Chat]:
    """The chat with what `key` leaves away: as in a run that has just begun, and as in one that has seen much.

    No event reads two of these values, so two chats are enough; a pause by words of crisis is a third.
    """
    run, state = chat.run, chat.state
    if run is None:
        yield chat
        return
    fresh = replace(chat, run=replace(run, hurts=0, practised=0.0, before=None, voice=True))
    worn = replace(chat, run=replace(run, hurts=1, practised=60.0, before=9, voice=False, notes=()))
    settings = chat.person.settings
    fresh = replace(fresh, person=replace(chat.person, settings=replace(settings, timed=True)))
    worn = replace(worn, person=replace(chat.person, settings=replace(settings, timed=False)))
    match state:
        case Playing(ends=None):
            yield replace(fresh, state=replace(state, more=True, seen=None, lost=None))
            yield replace(worn, state=replace(state, more=False, lost=state.lost or now))
        case Playing():
            yield replace(fresh, state=replace(state, more=True, seen=None, lost=None))
            yield replace(worn, state=replace(state, more=False, seen=state.seen or now, lost=None))
        case Paused(hurt=hurt):
            yield replace(fresh, state=replace(state, why="you", seen=None, lost=None))
            again: PauseReason = "restart" if hurt == "no" else "you"
            yield replace(worn, state=replace(state, why=again, seen=state.seen or now, lost=None))
            yield replace(fresh, state=replace(state, why="crisis", seen=state.seen or now, lost=None))
        case _:
            yield replace(fresh, state=replace(state, seen=None, lost=None))
            yield replace(worn, state=replace(state, seen=state.seen or now, lost=None))


def key(chat: Chat, known: Known, now: datetime, *, reach: int) -> Hashable:
    """What a situation is to the proof. `reach`: so many steps on each side of the shown one are looked at.

    What was left out further away is hidden from no claim: they look at all of a plan whenever it changes.
    """
    person, run = chat.person, chat.run
    acknowledged = (person.acknowledged is not None, known.acknowledged)
    if run is None:
        fresh = person.acknowledged is not None and now < person.acknowledged.at + NOTICE_FOR
        held = (_hold(person.hold, now), known.held)
        kept = (person.left_out_tags, known.kept, known.today, tuple(sorted(person.positions.items())))
        return (*held, *acknowledged, fresh, kept, _before_a_run(chat))
    plan = (run.plan.session, run.plan.position, run.plan.more is not None)
    # What moves nowhere is the same to who acknowledged and who did not; whether a day is over is asked only at a gate.
    hold = None if person.hold is None else person.hold.until is None
    common = (hold, known.held, known.hurting, *(acknowledged if run.plan.moves else ()))
    boxes = (run.ticked, known.still, person.left_out_tags if run.ticked or known.coded else None, known.kept)
    out = (run.left_out, known.tags, bool(run.poses), bool(known.out), boxes)
    return (*common, plan, out, _in_a_run(chat, run, now, reach=reach))


def _hold(hold: Hold | None, now: datetime) -> str:
    match hold:
        case None:
            return "none"
        case Hold(until=datetime() as until):
            return "runs" if now < until else "is over"
    return "see"


def _before_a_run(chat: Chat) -> Hashable:
    state = chat.state
    match state:
        case Notice(session=session, full=full, code=code):
            return state.kind, session, full, state.waits, code
        case Unsure(back=Notice(session=session, full=full, code=code)):
            return state.kind, session, full, code
        case Held(why=why, session=session, code=code):
            return state.kind, why, session, code
        case Choosing(session=session, left_out=today):
            return state.kind, session, today
        case LeavingOut(session=session, ticks=ticks, imagine=imagine):
            return state.kind, session, ticks, imagine
        case Weighing(session=session, left_out=today, figures=figures):
            return state.kind, session, today, figures
    return state.kind


def _in_a_run(chat: Chat, run: Run, now: datetime, *, reach: int) -> Hashable:
    state, plan = chat.state, run.plan
    match state:
        case Playing(step=step, heard=heard):
            begun = state.ends is not None and now >= state.after
            ahead = None if begun else (_step(plan, heard), heard - step, state.cut)
            return state.kind, _place(plan, step, reach), state.ends is None, ahead, state.timed
        case Paused(step=step, heard=heard, hurt=hurt):
            return state.kind, _place(plan, step, reach), _step(plan, heard), hurt
        case Hurting(step=step, asked=asked):
            return state.kind, _place(plan, step, reach), asked
        case Signs(step=step) | Unsure(back=Signs(step=step)):
            return state.kind, _place(plan, step, reach)
        case Scoring(why=why):
            return state.kind, why
        case Forgetting(step=None, scoring=scoring):
            return state.kind, scoring
        case Forgetting(step=int() as step, heard=heard, hurt=hurt):
            return state.kind, _place(plan, step, reach), _step(plan, heard), hurt
    return state.kind


def _step(plan: Plan, index: int | None) -> Hashable:
    if index is None or not 0 <= index < len(plan.steps):
        return index
    return plan.steps[index].id, plan.steps[index].form


def _place(plan: Plan, index: int, reach: int) -> Hashable:
    """A step with the ones around it, and whether it is the last."""
    around = range(index - reach, index + reach + 1)
    return tuple(_step(plan, i) for i in around if 0 <= i < len(plan.steps)), index + 1 == len(plan.steps)

"""Every transition lives in this file: `update` says what happens, `wake_at` when time itself is the next event. Pure.

What does not fit changes nothing and says so. "It hurts" and "stop" fit everywhere. A screen is left only by its own
button, a global command, or time counted from its confirmed delivery. Times are aware UTC datetimes, lengths seconds.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from bot.guide.ahead import in_time
from bot.guide.chat import (
    AnyState,
    Browsing,
    Chat,
    Choosing,
    EndReason,
    Forgetting,
    Held,
    Hurt,
    Hurting,
    Idle,
    LeavingOut,
    Notice,
    Paused,
    PauseReason,
    Playing,
    Run,
    Running,
    Scoring,
    Sent,
    Signs,
    Summary,
    Unsure,
    Weighing,
)
from bot.guide.code import Code
from bot.guide.content import BREATHING, CLASSIC, TICKS, Content, Position, Session
from bot.guide.events import Coded, Crisis, Delivered, Do, Event, GaveUp, Gone, Menu, NoVoice, Spoke, Tick
from bot.guide.kept import AT_HAND, KeptRun
from bot.guide.library import Library
from bot.guide.menus import menu
from bot.guide.outcome import Outcome, Say
from bot.guide.person import CONSENT_VERSION, Dated, Hold, Person, leaving_out, tags_of, ticked
from bot.guide.plan import Options, first_side, plan, ways
from bot.guide.planned import More, Plan
from bot.guide.reminders import passed_over, practised
from bot.guide.replan import go_further, leave_out, leave_tags, more_quiet, rest_through, told_anew

Pace = Literal["slower", "normal", "faster"]
LEAD = 5.0
"""Seconds before a note's end at which the next one is sent, so that it plays by itself."""
SETTLE_FOR = timedelta(minutes=5)
ALONE_FOR = timedelta(minutes=30)
PAUSED_FOR = timedelta(hours=24)
LOST_FOR = timedelta(minutes=5)
KEPT_FOR = timedelta(hours=24)
"""How long a last line may wait for a network before it would be out of place."""
HELD_FOR = timedelta(hours=24)
NOTICE_FOR = timedelta(days=30)
NO_VOICE_FOR = timedelta(days=7)
HEARD_FOR = timedelta(minutes=2)
"""A note may be played later than it was sent: so long after its time it may still be heard, and must fall silent."""
SET_BACK = timedelta(seconds=5)
"""A clock that is put back by less makes one step so much longer, and nobody notices."""
MANY_HURTS = 2
"""From this "It hurts" of a run on, the signs of the notice come again."""
MUCH = 8
"""From this score at the start on, breathing is offered first."""
COUNTS_FROM = 60.0
"""Seconds of practice from which a run without a score counts as a day of practice."""


# ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────────────
def update(chat: Chat, event: Event, now: datetime, library: Library) -> Outcome:
    """The whole of it. `now` is the event's own time: for a Tick the time when it was due."""
    if isinstance(event, Tick):
        return Outcome(_tick(chat, now, library))
    chat = _with_the_clock(chat, now)
    match event:
        case Delivered() | GaveUp() | NoVoice() | Gone():
            return Outcome(_told_by_delivery(chat, event, now))
    if chat.person.inactive_since:
        chat = replace(chat, person=replace(chat.person, inactive_since=None))
    match event:
        case Crisis():
            return Outcome(_crisis(chat, now))
        case Spoke():
            return _redraw(chat, now, library)
        case Menu():
            return _beside(chat, event, now, library)
        case Coded(code, id):
            return _coded(chat, code, id, now, library)
        case Do():
            return _do(chat, event, now, library)


def wake_at(state: AnyState) -> datetime | None:
    """When time itself is the next event; None: never. Patience is counted from delivery, or from the call for it."""
    match state:
        case Playing(due=datetime() as due):
            return due
        case Playing(lost=datetime() as lost):
            return lost + LOST_FOR
        case Playing():
            return state.late_at
        case Summary(waits=False):
            return (state.settled or state.at) + ALONE_FOR  # what it offers has its time, and it holds scores
        case Idle() | Summary():
            return state.at + KEPT_FOR if state.waits else None
        case Paused():
            return (state.settled or state.at) + PAUSED_FOR
        case _:
            return (state.settled or state.at) + ALONE_FOR


def restored(chat: Chat, now: datetime) -> Chat:
    """A chat out of a backup: what its person saw and did since is not known, so nothing goes on by itself."""
    return _set_aside(chat, now, "restored")


def same_screen(before: AnyState, after: AnyState) -> bool:
    """True if only the buttons of a step, or the boxes, are shown anew, in place: the old ones still act."""
    match before, after:
        case LeavingOut(), LeavingOut(on=int()):
            return True
        case Playing(step=one), Playing(step=other, on=int()):
            return one == other
    return False


def lead(run: Run, step: int) -> float:
    """How many seconds before the end of a step's note the next is sent: none in text, none before the last line."""
    if not run.voice or step + 1 >= len(run.plan.steps):
        return 0.0
    return min(LEAD, run.plan.steps[step].length / 2)


# ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def is_ahead(state: AnyState, now: datetime) -> bool:
    """True for a step of a time that has not come yet: the clock was put back, and time itself would be as much late.

    A Tick is due then. All other states wait for a person, and may wait longer.
    """
    return isinstance(state, Playing) and now < state.at - SET_BACK


def _with_the_clock(chat: Chat, now: datetime) -> Chat:
    """If the clock was put back behind a step, its times come along: it is as if it had come just now."""
    match chat:
        case Chat(state=Playing() as playing, run=Run() as run) if is_ahead(playing, now):
            back = now - (playing.settled or playing.at)
            notes = tuple(Sent(note.message, note.begins + back, note.ends + back) for note in run.notes)
            state = replace(
                playing,
                at=playing.at + back,
                seen=playing.seen and playing.seen + back,
                lost=playing.lost and playing.lost + back,
                after=min(playing.after + back, now),
                late_at=playing.late_at + back,
                ends=playing.ends and playing.ends + back,
                due=playing.due and playing.due + back,
            )
            return replace(chat, run=replace(run, notes=notes), state=state)
    return chat


def _tick(chat: Chat, now: datetime, library: Library) -> Chat:
    due = wake_at(chat.state)
    # Told of its own time, however late, it is not ahead: a change of its buttons may have come before the Tick.
    if isinstance(chat.state, Playing) and is_ahead(chat.state, now) and (due is None or now < due):
        playing, chat = chat.state, _with_the_clock(chat, now)
        if playing.settled and not _by_time(chat, playing):
            return chat  # it waits for a tap
        # How long it was heard, or waited for, nobody can say.
        return _pause(chat, now, "late", step=playing.step)
    if due is None or now < due:
        return chat
    match chat.state:
        case Playing(ends=datetime() as ends, step=step) as playing if _by_time(chat, playing):
            return _play(_leave(chat, ends), step + 1, now, library, heard=step, after=ends, cut=False)
        case Playing(ends=datetime(), step=step):
            return _pause(chat, now, "idle", step=step)
        case Playing(lost=datetime(), step=step):
            return _pause(chat, now, "lost", step=step)
        case Playing(step=step):
            return _pause(chat, now, "late", step=step)
        case Forgetting(step=int()):
            return _pause(chat, now, "kept")
        case _:
            return _close(chat, now)


def _by_time(chat: Chat, playing: Playing) -> bool:
    return playing.timed and _run(chat).plan.steps[playing.step].advance == "timed"


# ── what delivery says ────────────────────────────────────────────────────────────────────────────────────────────────
def _told_by_delivery(chat: Chat, event: Delivered | GaveUp | NoVoice | Gone, now: datetime) -> Chat:
    match event, chat.state:
        case Delivered(message), Playing() as playing:
            return _shown(chat, playing, message, now)
        case Delivered(message), state:
            return replace(_silenced(chat), state=replace(state, seen=now, lost=None, there=message or state.there))
        case GaveUp(), state:
            return replace(chat, state=replace(state, lost=now))
        case NoVoice(forbidden), state if chat.run is not None:
            until = now + NO_VOICE_FOR if forbidden else chat.person.voice_forbidden_until
            person = replace(chat.person, voice_forbidden_until=until)
            return replace(chat, person=person, run=replace(chat.run, voice=False), state=replace(state, seen=None))
        case Gone(), _:
            return _set_aside(replace(chat, person=replace(chat.person, inactive_since=now)), now, "away")
    return chat


def _set_aside(chat: Chat, now: datetime, why: PauseReason) -> Chat:
    """A run waits, all else is closed; nothing is sent until the person does something, which shows where we are."""
    if _waits_at(chat, now) is None:
        return replace(_ended(chat, now), state=Idle(at=now, lost=now))
    chat = _pause(chat, now, why)
    return replace(chat, state=replace(chat.state, lost=now, silence=()))


def _silenced(chat: Chat) -> Chat:
    """The notes that had to go with this screen are gone."""
    if chat.run is None or not chat.state.silence:
        return chat
    notes = tuple(note for note in chat.run.notes if note.message not in chat.state.silence)
    return replace(chat, run=replace(chat.run, notes=notes))


def _shown(chat: Chat, playing: Playing, message: int | None, now: datetime) -> Chat:
    """The step is in the chat: here its clock starts, unless it runs already and only the buttons were shown anew."""
    run = _run(_silenced(chat))
    step = run.plan.steps[playing.step]
    begins = max(playing.after, now)
    ends = playing.ends or begins + timedelta(seconds=step.length)
    if _by_time(chat, playing):
        due = ends - timedelta(seconds=lead(run, playing.step))
    else:
        due = now + (SETTLE_FOR if step.advance == "tap" else ALONE_FOR)
    notes = tuple(note for note in run.notes if note.ends + HEARD_FOR > now)
    if run.voice and message is not None and message != playing.on:
        notes = (*notes, Sent(message, begins, begins + timedelta(seconds=step.length)))
    person = chat.person
    if step.caution_id:
        person = replace(person, cautions=person.cautions | {step.caution_id})
    state = replace(playing, seen=now, lost=None, ends=ends, due=due, there=message or playing.there)
    return replace(chat, person=person, run=replace(run, notes=notes), state=state)


# ── what a person does ────────────────────────────────────────────────────────────────────────────────────────────────
def _do(chat: Chat, do: Do, now: datetime, library: Library) -> Outcome:
    state = chat.state
    match do.action, state:
        # anywhere
        case "forget", _:
            return _to(_leave(chat, now), now, _forgetting(chat, now))
        case "erase", Forgetting():
            return Outcome(None)
        case "keep", Forgetting(step=int()):
            return Outcome(_pause(chat, now, "kept", on=do.on))
        case "keep", Forgetting(scoring="done" | "ended" as why):
            return _to(chat, now, Scoring(at=now, why=why, on=do.on))
        case "keep", Forgetting():
            return _to(chat, now, Idle(at=now, words="kept", on=do.on))
        case "hurts", _ if _waits_at(chat, now) is not None:
            return Outcome(_hurts(chat, now, library))
        case "hurts", _:
            number = library.number(chat.person.zone, chat.person.language)
            return Outcome(chat, Say("hurts-outside", {"number": number.emergency}))
        case "stop" | "end", _ if _waits_at(chat, now) is not None:
            return Outcome(_finish(_leave(chat, now), now, "ended"))
        case "stop" | "end", Browsing() | Notice() | Held() | Choosing() | LeavingOut() | Weighing():
            return _to(chat, now, Idle(at=now, words="stopped", on=do.on))
        case "stop" | "end", Unsure() | Scoring() | Forgetting():
            return _to(chat, now, Idle(at=now, words="stopped", on=do.on))
        case "start", _:
            return _redraw(chat, now, library) if chat.run else Outcome(chat, Say("start"))
        case "backpain" | "sessions", Hurting() | Signs() | Forgetting() | Unsure(back=Signs()):
            return _redraw(chat, now, library)
        case "backpain" | "sessions", Paused(hurt="choices" | "signs"):
            return Outcome(_resume(chat, state, state.step, now, library))
        case "sessions", Paused(why="restart", seen=datetime()):
            return _to(chat, now, Browsing(at=now))
        case "backpain" | "sessions", Playing() | Paused():
            return Outcome(_pause(chat, now, "restart"))
        case "backpain", Notice(session="classic", seen=None, lost=None):
            return Outcome(chat)
        case "backpain", _:
            return _to(chat, now, _gate(chat.person, CLASSIC, now, library))
        case "sessions", _:
            return _to(chat, now, Browsing(at=now))
        # before a run
        case action, Browsing() | Summary() if (session := _named(chat, action, library)) is not None:
            return Outcome(_enter(chat, session, do.id, now, library))
        case "rest", Summary():
            return Outcome(_rest(chat, CLASSIC, do.id, now, library))
        case "none", Notice(code=Code() as code):
            return Outcome(_as_prescribed(_acknowledge(chat, state, now), code, do.id, now, library))
        case "none", Notice(session=asked):
            return _to(_acknowledge(chat, state, now), now, Choosing(at=now, session=asked))
        case "change", Notice(full=False, session=asked):
            return _to(_acknowledge(chat, state, now), now, Choosing(at=now, session=asked))
        case "same", Notice(full=False, session=asked) if position := usual_way(chat.person, asked, library):
            return Outcome(_begin(_acknowledge(chat, state, now), asked, position, do.id, now, library))
        case "unsure", Notice() | Signs():
            return _to(chat, now, Unsure(at=now, back=state, on=do.on))
        case "notnow", Notice() | Held():
            return _to(chat, now, Idle(at=now, words="not-now", on=do.on))
        case "return", Unsure(back=back):
            return _to(chat, now, replace(back, at=now, seen=None, lost=None, on=do.on))
        case "now", Unsure():
            return _to(_hold(chat, now, now + HELD_FOR), now, Idle(at=now, words="held-now", on=do.on))
        case "see", Unsure():
            return _to(_hold(chat, now, None), now, Held(at=now, why="see", on=do.on))
        case "yes", Held(why="seen" | "agreed"):
            # Until the full notice is answered nothing counts as acknowledged.
            chat = replace(chat, person=replace(chat.person, hold=None, acknowledged=None))
            return _to(chat, now, _gate(chat.person, state.session, now, library, state.code))
        case "notyet", Held(why="seen"):
            return _to(_hold(chat, now, now + HELD_FOR), now, Idle(at=now, words="held-still", on=do.on))
        case "notyet", Held(why="agreed"):
            return _to(chat, now, Idle(at=now, words="held-still", on=do.on))
        case "rest", Held(resting=True, session=asked):
            return Outcome(_rest(chat, asked, do.id, now, library))
        case "breathing", Held():
            return Outcome(_enter(chat, _content(chat, library).sessions[BREATHING], do.id, now, library))
        case position, Choosing() if position in offered(chat.person, state.session, state.left_out, library):
            return Outcome(_chosen(chat, state, position, do.id, now, library))
        case "leave-out", Choosing(session=asked, left_out=today):
            return _to(chat, now, _boxes(chat.person, asked, today, now, do.on))
        case position, Weighing(session=asked, left_out=today) if position in [row[0] for row in state.figures]:
            return Outcome(_decided(chat, asked, position, today, do.id, now, library))
        case "return", Weighing(session=asked, left_out=today):
            return _to(chat, now, Choosing(at=now, session=asked, left_out=today, on=do.on))
        case action, LeavingOut():
            return _in_the_boxes(chat, state, action, do.on, now, library)
        # in a step
        case _, Playing():
            return _in_step(chat, state, do, now, library)
        # paused
        case "pause", Paused(seen=None):
            return _redraw(chat, now, library)
        case "resume" | "again", Paused(step=step):
            return Outcome(_resume(chat, state, step, now, library))
        case "back", Paused(step=step):
            return Outcome(_resume(chat, state, _before(chat, step), now, library))
        case "skip", Paused(step=step, heard=heard):
            # What never came is not skipped: it is what comes after the one that was heard.
            return Outcome(_resume(chat, state, _behind(chat, step if heard is None else heard), now, library))
        case "over", Paused():
            session = _session(chat, _run(chat).plan.session, library)
            return Outcome(_enter(_screen(chat, now, Idle(at=now)), session, do.id, now, library))
        # it hurts
        case "twin", Hurting(step=step):
            made, here = rest_through(_run(chat).plan, step)
            return Outcome(_play(_planned(chat, made), here, now, library, heard=here))
        case "leave", Hurting(step=step):
            return _left_out(chat, step, now, library)
        case "sharp", Hurting(step=step):
            return _to(chat, now, Signs(at=now, step=step, on=do.on))
        case "none", Signs(step=step):
            return _to(chat, now, Hurting(at=now, step=step, asked=True, on=do.on))
        # after a run
        case ("keep-yes" | "keep-no") as answer, Summary(run=KeptRun()):
            return Outcome(_consented(chat, state, now, do.on, yes=answer == "keep-yes"))
        case action, Scoring() if (score := _score(action)) is not None:
            return Outcome(_summed(chat, score, now, do.on))
        case "noscore", Scoring():
            return Outcome(_summed(chat, None, now, do.on))
    return Outcome(chat, Say("no-fit" if chat.run else "nothing-running"))


def _in_step(chat: Chat, playing: Playing, do: Do, now: datetime, library: Library) -> Outcome:
    """The buttons of a step. While the next one is shown and has not begun, they speak of the one being heard."""
    here, begun = _here(playing, now), _begun(playing, now)
    left = _leave(chat, now)
    step = _run(chat).plan.steps[playing.step]
    match do.action:
        case "done" if begun and step.advance == "timed" and _twice(_since(playing), now, library):
            return Outcome(chat)  # the tap that brought it once more, or one meant for the step that has just ended
        case "done" if begun:
            return Outcome(_play(left, playing.step + 1, now, library, heard=playing.step))
        case "done":
            return Outcome(replace(chat, state=_begins_now(chat, playing, now)))
        case "again":
            return Outcome(_play(left, here, now, library, heard=here, silence=_unbegun(chat, now)))
        case "back":
            return Outcome(_play(left, _before(chat, here), now, library, heard=here, silence=_unbegun(chat, now)))
        case "skip":
            return Outcome(_play(left, _behind(chat, here), now, library, heard=here, silence=_ahead(chat, now)))
        case "pause":
            return Outcome(_pause(chat, now, "you"))
        case "further" if further(chat, playing) is not None:
            return _further(chat, playing, do.on, here, now, library)
        case "breathing" if offers_breathing(chat, playing):
            return Outcome(_breathing_first(chat, do.id, now, library))
        case ("breath-calm" | "breath-easier" | "breath-own") as breath if playing.more and "PACE" in step.tags:
            return _breathe(chat, playing, do.on, breath, now, library)
        case "leave" if playing.more and _run(chat).plan.steps[here].moves:
            return _left_out(left, here, now, library, silence=_ahead(chat, now))
        case "plus" if _by_time(chat, playing) and (playing.more or step.change):
            return _plus(chat, playing, do.on, here, now, library)
        case ("pace-mine" | "pace-timed") as pace:
            settings = replace(chat.person.settings, timed=pace == "pace-timed")
            chat = replace(chat, person=replace(chat.person, settings=settings))
            return Outcome(_buttons(chat, playing, do.on, now, more=False), Say(pace))
        case "more" | "less" if do.on is not None:
            return Outcome(_buttons(chat, playing, do.on, now, more=do.action == "more"))
        case action if (score := _score(action)) is not None and step.advance == "tap":
            chat = replace(chat, run=replace(_run(chat), before=score))
            return Outcome(_buttons(chat, playing, do.on, now, more=False))
    return Outcome(chat, Say("no-fit"))


def _buttons(chat: Chat, playing: Playing, on: int | None, now: datetime, *, more: bool) -> Chat:
    """The same step with other buttons, in place; its clock runs on."""
    on = on or playing.there
    if on is None:
        return replace(chat, state=playing)
    return replace(chat, state=replace(playing, at=now, seen=None, lost=None, on=on, silence=(), more=more))


def _begins_now(chat: Chat, playing: Playing, now: datetime) -> Playing:
    """Done before the shown step's own start starts it; nothing is sent."""
    if playing.ends is None:
        return playing
    run = _run(chat)
    ends = now + timedelta(seconds=run.plan.steps[playing.step].length)
    due = ends - timedelta(seconds=lead(run, playing.step)) if _by_time(chat, playing) else playing.due
    return replace(playing, after=now, ends=ends, due=due)


def _plus(chat: Chat, playing: Playing, on: int | None, here: int, now: datetime, library: Library) -> Outcome:
    """Thirty quiet seconds after the step being heard; a double tap counts once."""
    if _run(chat).plan.is_quiet(here + 1) and _twice(playing.at, now, library):
        return Outcome(chat)
    words = library.words_in(chat.person.language)
    run = _run(chat)
    voice = library.voice_in(chat.person.language) if run.voice else None
    chat = _planned(chat, more_quiet(run.plan, here, words("quiet-name"), words("quiet-show"), voice))
    if here != playing.step:
        # The next step is shown and has not begun: its note goes, the quiet comes first, in the same chain.
        silence = _unbegun(chat, now)
        chat = _play(chat, here + 1, now, library, heard=here, after=playing.after, cut=False, silence=silence)
        return Outcome(chat, Say("toast-plus"))
    if playing.ends is not None:
        playing = replace(playing, due=playing.ends - timedelta(seconds=lead(_run(chat), playing.step)))
    return Outcome(_buttons(chat, playing, on, now, more=False), Say("toast-plus"))


def further(chat: Chat, playing: Playing) -> More | None:
    """The continuation, while it is offered: on the last rest and on what closes the session."""
    made = _run(chat).plan
    last_two = [i for i, step in enumerate(made.steps) if step.counts][-2:]
    return made.more if last_two and playing.step >= last_two[0] else None


def offers_breathing(chat: Chat, playing: Playing) -> bool:
    """True on a set-up at which a high score was given."""
    run = _run(chat)
    tap = run.plan.steps[playing.step].advance == "tap"
    return tap and (run.before or 0) >= MUCH and run.plan.session != BREATHING


def _breathing_first(chat: Chat, id: str, now: datetime, library: Library) -> Chat:  # noqa: A002
    """Breathing instead of the session that was begun; the score stays with it."""
    before, silence = _run(chat).before, _ahead(chat, now)
    chat = _enter(_screen(chat, now, Idle(at=now)), _content(chat, library).sessions[BREATHING], id, now, library)
    return replace(chat, run=replace(_run(chat), before=before), state=replace(chat.state, silence=silence))


def _further(chat: Chat, playing: Playing, on: int | None, here: int, now: datetime, library: Library) -> Outcome:
    """The continuation before the last step: after the one being heard, or at once if the last one has begun."""
    run, more = _run(chat), further(chat, playing)
    session = _content(chat, library).sessions.get(more.session) if more else None
    if more is None or session is None:
        return Outcome(chat, Say("no-fit"))
    options = replace(
        _options(chat.person, more.position, run.left_out, now, library), poses=chat.person.left_out_poses | run.poses
    )
    last = len(run.plan.steps) - 1
    made = go_further(run.plan, plan(session, _paced(chat.person, run.pace), options))
    longer = _planned(chat, made)
    if here == last:
        left = _planned(_leave(chat, now), made)
        return Outcome(_play(left, last, now, library, heard=last, silence=_ahead(chat, now)))
    if playing.step == last:  # it is shown and has not begun: its note goes, and the chain goes on
        silence = _unbegun(chat, now)
        return Outcome(
            _play(longer, last, now, library, heard=here, after=playing.after, cut=playing.cut, silence=silence)
        )
    return Outcome(
        _buttons(longer, playing, on, now, more=False),
        Say("toast-further", {"name": more.name, "minutes": more.minutes}),
    )


def _breathe(chat: Chat, playing: Playing, on: int | None, breath: str, now: datetime, library: Library) -> Outcome:
    """Counted otherwise from the next step on; kept as a setting."""
    kept = breath.removeprefix("breath-")
    chat = replace(chat, person=replace(chat.person, breath=kept))  # type: ignore[arg-type]
    chat = _told_anew(chat, playing.step, now, library)
    return Outcome(_buttons(chat, playing, on, now, more=False), Say(breath))


def _told_anew(chat: Chat, step: int, now: datetime, library: Library) -> Chat:
    """The steps behind this one as the person wants them now."""
    person, run = _paced(chat.person, _run(chat).pace), _run(chat)
    options = _options(person, run.plan.position, run.left_out, now, library)
    sessions = [s for s in _content(chat, library).sessions.values() if run.plan.session in (s.id, s.continues)]
    told = {step.id: step for s in sessions for step in plan(s, person, options).steps}
    return _planned(chat, told_anew(run.plan, step, told))


def _beside(chat: Chat, event: Menu, now: datetime, library: Library) -> Outcome:
    """A page beside the session. What it changes about how steps are told takes hold at the next one."""
    was = chat.person
    chat, shown = menu(chat, event, now, library)
    waits = _waits_at(chat, now)
    if waits is None:
        return Outcome(chat, shown)
    here, playing = waits[0], chat.state if isinstance(chat.state, Playing) else None
    changed = (was.settings.pace, was.breath) != (chat.person.settings.pace, chat.person.breath)
    if changed and was.language == chat.person.language:
        if was.settings.pace != chat.person.settings.pace:  # what they choose now goes before what was prescribed
            chat = replace(chat, run=replace(_run(chat), pace=None))
        # What waits is sent anew when it goes on.
        chat = _told_anew(chat, playing.step if playing else here - 1, now, library)
    if new := chat.person.left_out_tags - was.left_out_tags:
        run = _run(chat)
        made = leave_tags(run.plan, here, new, too=playing is None)
        chat = replace(chat, run=replace(run, left_out=run.left_out | new, ticked=run.ticked | new, plan=made))
        if playing and made.steps[playing.step] != run.plan.steps[playing.step]:
            # The next step is shown and has not begun: its note goes, and its twin comes in the same chain.
            silence = _unbegun(chat, now)
            chat = _play(
                chat, playing.step, now, library, heard=here, after=playing.after, cut=playing.cut, silence=silence
            )
    return Outcome(chat, shown)


def _left_out(chat: Chat, step: int, now: datetime, library: Library, silence: tuple[int, ...] = ()) -> Outcome:
    """A movement, and all of its pose, is rested through from now on, under a consent next time as well; on with the
    next step."""
    run, kept = _run(chat), chat.person.keeps
    made, here = leave_out(run.plan, step)
    out = run.plan.steps[step].left_out_as
    if kept:
        chat = replace(chat, person=replace(chat.person, left_out_poses=chat.person.left_out_poses | {out}))
    chat = replace(chat, run=replace(run, plan=made, poses=run.poses | {out}))
    chat = _play(chat, here + 1, now, library, heard=here, silence=silence)
    return Outcome(chat, Say("toast-leave-kept" if kept else "toast-leave"))


def _hurts(chat: Chat, now: datetime, library: Library) -> Chat:
    """Always a new screen, also while hurting, and instead of another question; a double tap counts once.

    What has not begun can't be what hurts.
    """
    state, silence = chat.state, _ahead(chat, now)
    if isinstance(state, Hurting | Signs) and _twice(state.at, now, library):
        return replace(chat, state=replace(state, at=now, seen=None, lost=None, on=None, silence=silence))
    here, hurt = _waits_at(chat, now) or (0, "no")
    heard = _heard(state, now)
    step = here if heard is None else heard
    chat = _leave(chat, now)
    run = replace(_run(chat), hurts=_run(chat).hurts + 1)
    signs = run.hurts >= MANY_HURTS or hurt == "signs"
    new = Signs(at=now, step=step, silence=silence) if signs else Hurting(at=now, step=step, silence=silence)
    return replace(chat, run=run, state=new)


def _redraw(chat: Chat, now: datetime, library: Library) -> Outcome:
    """Any word shows the screen again, in case the chat was cleared; a step is shown from its beginning."""
    match chat.state:
        case Idle() | Summary():
            return Outcome(chat, Say("idle"))
        case Playing() as playing:
            step, heard = _here(playing, now), _heard(playing, now)
            chat, heard = _leave(chat, now), step if heard is None else heard
            return Outcome(_play(chat, step, now, library, heard=heard, silence=_ahead(chat, now)))
        case Paused(why="crisis"):
            return Outcome(_pause(chat, now, "you"))
        case state:
            return _to(chat, now, replace(state, at=now, seen=None, lost=None, on=None))


def _crisis(chat: Chat, now: datetime) -> Chat:
    """One fixed, kind answer, and no session under it: a run pauses in silence, and no reminder comes today."""
    chat = replace(chat, reminder=chat.reminder and passed_over(chat.reminder, now))
    if _waits_at(chat, now) is not None:
        return _pause(chat, now, "crisis")
    return _screen(chat, now, Idle(at=now, words="crisis"))


# ── before a run ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _coded(chat: Chat, code: Code | None, id: str, now: datetime, library: Library) -> Outcome:  # noqa: A002
    """A printed code stands where choosing a session stands: the hold and the notice come first, as ever."""
    session = _content(chat, library).sessions.get(code.session) if code else None
    if code is None or session is None or session.continues or code.position not in session.positions:
        return Outcome(chat, Say("code-unknown"))
    if chat.run is not None or isinstance(chat.state, Forgetting):
        return Outcome(chat, Say("code-in-run"))
    if session.moves:
        return _to(chat, now, _gate(chat.person, session.id, now, library, code))
    return Outcome(_as_prescribed(_screen(chat, now, Idle(at=now)), code, id, now, library))


def _as_prescribed(chat: Chat, code: Code, id: str, now: datetime, library: Library) -> Chat:  # noqa: A002
    """Begin as the code says, for this run only: what the person leaves out stays out, and nothing is remembered."""
    left_out = chat.person.left_out_tags | tags_of(code.boxes)
    if code.position not in offered(chat.person, code.session, left_out, library):
        return _screen(chat, now, Choosing(at=now, session=code.session, left_out=left_out))
    return _begin(chat, code.session, code.position, id, now, library, left_out=left_out, pace=code.pace)


def _gate(person: Person, session: str, now: datetime, library: Library, code: Code | None = None) -> Notice | Held:
    """What stands before every session with movement: a hold first, then the notice, in full or short."""
    match person.hold:
        case Hold(until=None):
            return Held(at=now, why="agreed", session=session, code=code)
        case Hold(until=datetime() as until):
            return Held(at=now, why="wait" if now < until else "seen", session=session, code=code)
    known, version = person.acknowledged, library.content_in(person.language).safety.version
    fresh = known and known.version == version and now < known.at + NOTICE_FOR
    return Notice(at=now, full=not fresh, version=version, session=session, code=code)


def _enter(chat: Chat, session: Session, id: str, now: datetime, library: Library) -> Chat:  # noqa: A002
    """The way into a session: by its gate, or at once where nothing moves."""
    if session.moves:
        return _screen(chat, now, _gate(chat.person, session.id, now, library))
    position = usual_way(chat.person, session.id, library) or session.positions[0]
    return _begin(chat, session.id, position, id, now, library)


def _rest(chat: Chat, session: str, id: str, now: datetime, library: Library) -> Chat:  # noqa: A002
    """A session without any movement: it needs no notice, but a hold for "now" keeps it shut."""
    held = chat.person.hold and chat.person.hold.until
    if held or Position.REST not in _session(chat, session, library).positions:
        return _screen(chat, now, _gate(chat.person, session, now, library))
    return _begin(chat, session, Position.REST, id, now, library)


def _named(chat: Chat, action: str, library: Library) -> Session | None:
    """The session that a button of the list leads to."""
    head, _, name = action.partition(".")
    return _content(chat, library).sessions.get(name) if head == "go" else None


def offered(person: Person, session: str, today: frozenset[str] | None, library: Library) -> tuple[Position, ...]:
    """The positions in which a session is offered. `today`: what is left out only today; None: what is kept.

    One that was taken out of the content meanwhile is the classic, here as in `_session`.
    """
    known = library.content.sessions.get(session, library.content.sessions[CLASSIC])
    return ways(known, person.left_out_tags if today is None else today)


def usual_way(person: Person, session: str, library: Library) -> str | None:
    """The position that the person chose last, if it is offered (still)."""
    last = person.positions.get(session)
    return last if last in offered(person, session, None, library) else None


def _chosen(
    chat: Chat,
    choosing: Choosing,
    position: str,
    id: str,  # noqa: A002
    now: datetime,
    library: Library,
) -> Chat:
    """A position was chosen. Where much falls out in it and less elsewhere, that is said first."""
    asked, today = choosing.session, choosing.left_out
    left_out = chat.person.left_out_tags if today is None else today
    plans = [
        plan(_content(chat, library).sessions[asked], chat.person, _options(chat.person, way, left_out, now, library))
        for way in offered(chat.person, asked, today, library)
    ]
    chosen = next(made for made in plans if made.position == position)
    # The chosen one first, then what keeps more; *rest* is no loss to who chooses it.
    others = [made for made in plans if made is not chosen and (made.position == "rest" or made.lost < chosen.lost)]
    if not chosen.much_falls_out or not others:
        return _decided(chat, asked, position, today, id, now, library)
    figures = tuple((made.position, *made.share) for made in (chosen, *others))
    return _screen(chat, now, Weighing(at=now, session=asked, left_out=today, figures=figures))


def _decided(
    chat: Chat,
    session: str,
    position: str,
    today: frozenset[str] | None,
    id: str,  # noqa: A002
    now: datetime,
    library: Library,
) -> Chat:
    """Begin; the position is remembered, unless something is left out only today."""
    if today is None:
        positions = {**chat.person.positions, session: position}
        chat = replace(chat, person=replace(chat.person, positions=positions))
    return _begin(chat, session, position, id, now, library, left_out=today)


def _boxes(person: Person, session: str, today: frozenset[str] | None, now: datetime, on: int | None) -> LeavingOut:
    """The boxes, ticked where all that they stand for is left out."""
    tags = person.left_out_tags if today is None else today
    return LeavingOut(at=now, session=session, ticks=ticked(tags), imagine=person.imagine, today=today, on=on)


def _in_the_boxes(
    chat: Chat, boxes: LeavingOut, action: str, on: int | None, now: datetime, library: Library
) -> Outcome:
    """A box ticked or not, in place; or all of them kept, or for today."""
    head, _, name = action.partition(".")
    anew = replace(boxes, at=now, seen=None, lost=None, on=on or boxes.there)
    choosing = Choosing(at=now, session=boxes.session, on=on)
    person = replace(chat.person, imagine=boxes.imagine)
    match head:
        case "tick" if name == boxes.last and _twice(boxes.at, now, library):
            return Outcome(chat)
        case "tick" if name in TICKS:
            return Outcome(replace(chat, state=replace(anew, ticks=boxes.ticks ^ {name}, last=name)))
        case "imagine" | "resting":
            return Outcome(replace(chat, state=replace(anew, imagine=head == "imagine")))
        case "keep-out":
            return _to(replace(chat, person=leaving_out(person, boxes.ticks, now)), now, choosing)
        case "today":
            # What is new today was never weighed against the way of last time: that one is asked for again.
            positions = {asked: way for asked, way in person.positions.items() if asked != boxes.session}
            chat = replace(chat, person=replace(person, positions=positions))
            return _to(chat, now, replace(choosing, left_out=tags_of(boxes.ticks)))
        case "return":
            return _to(chat, now, replace(choosing, left_out=boxes.today))
    return Outcome(chat, Say("no-fit"))


def _acknowledge(chat: Chat, notice: Notice, now: datetime) -> Chat:
    """The notice was read: its version and date. The short form doesn't put off the next full one."""
    if not notice.full:
        return chat
    return replace(chat, person=replace(chat.person, acknowledged=Dated(version=notice.version, at=now)))


def _hold(chat: Chat, now: datetime, until: datetime | None) -> Chat:
    """Movement is held; a day that runs already is never cut short. Which sign was meant is kept nowhere."""
    held = chat.person.hold
    if until is None and held and held.until and now < held.until:
        until = held.until
    return replace(chat, person=replace(chat.person, hold=Hold(until=until)))


def _options(person: Person, position: str, left_out: frozenset[str], now: datetime, library: Library) -> Options:
    """What a plan needs today."""
    return Options(
        content=library.content_in(person.language),
        position=position,
        voice=library.voice_in(person.language),
        left_out=left_out,
        poses=person.left_out_poses,
        spoken=library.spoken_in(person.language),
        first=first_side(now.toordinal()),
    )


def _begin(
    chat: Chat,
    session: str,
    position: str,
    id: str,  # noqa: A002
    now: datetime,
    library: Library,
    *,
    left_out: frozenset[str] | None = None,
    pace: Pace | None = None,
) -> Chat:
    """Write the plan down and show its first step, in voice if the notes will be there in time."""
    person = _paced(chat.person, pace)
    left_out = person.left_out_tags if left_out is None else left_out
    options = _options(person, position, left_out, now, library)
    made = plan(_session(chat, session, library), person, options)
    made = replace(made, more=_more(made, person, options))
    allowed = person.settings.voice and not (person.voice_forbidden_until and now < person.voice_forbidden_until)
    voice = allowed and options.voice is not None and in_time(made, library.ready, library.work)
    run = Run(id=id, plan=made, voice=voice, left_out=left_out, pace=pace)
    reminder = chat.reminder and practised(chat.reminder, now)
    return _play(replace(chat, run=run, reminder=reminder), 0, now, library, heard=0)


def _paced(person: Person, pace: Pace | None) -> Person:
    """The person with the pace of a run that has one of its own."""
    return person if pace is None else replace(person, settings=replace(person.settings, pace=pace))


def _more(made: Plan, person: Person, options: Options) -> More | None:
    """The continuation that may be offered: in the run's position, or resting where more than a third falls out."""
    for session in options.content.sessions.values():
        if session.continues != made.session or made.position not in session.positions:
            continue
        further = plan(session, person, options)
        if further.much_falls_out:
            further = plan(session, person, replace(options, position=Position.REST))
        if further.steps:
            return More(session.id, session.name, max(1, round(further.seconds_left(0) / 60)), further.position)
    return None


def _session(chat: Chat, session: str, library: Library) -> Session:
    """A session by its id; one that is no longer there is begun as the classic."""
    sessions = _content(chat, library).sessions
    return sessions.get(session, sessions[CLASSIC])


# ── during a run ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _run(chat: Chat) -> Run:
    assert chat.run is not None, "a state of a run without its run"
    return chat.run


def _play(
    chat: Chat,
    step: int,
    now: datetime,
    library: Library,
    *,
    heard: int,
    after: datetime | None = None,
    cut: bool = True,
    silence: tuple[int, ...] = (),
) -> Chat:
    """Show a step, past those that were withdrawn meanwhile; behind the last one the run is over."""
    run = _run(chat)
    if chat.person.hold and not _open(chat.person.hold, run.plan):
        return _screen(chat, now, _gate(chat.person, run.plan.session, now, library))
    if run.ticked:  # the one that was heard when a box was ticked is not led again
        chat = _planned(chat, leave_tags(run.plan, step, run.ticked, too=True))
    steps = _run(chat).plan.steps
    while step < len(steps) and steps[step].root in library.content.withdrawn:
        step += 1
    if step >= len(steps):
        return _finish(chat, now, "done", silence)
    timed = chat.person.settings.timed
    late_at = now + timedelta(seconds=library.late_after)
    cut = cut or not timed
    state = Playing(
        at=now, step=step, heard=heard, after=after or now, late_at=late_at, timed=timed, cut=cut, silence=silence
    )
    return replace(chat, state=state)


def _content(chat: Chat, library: Library) -> Content:
    """What can be led, in the person's language."""
    return library.content_in(chat.person.language)


def _open(hold: Hold, made: Plan) -> bool:
    """True if a plan may be led under a hold: nothing moves in it, and after a sign of "now" it is breathing alone."""
    return not made.moves and (hold.until is None or made.session == BREATHING)


def cut_if_late(chat: Chat, now: datetime) -> Chat:
    """A step that goes out after the note before it ended does not play by itself any more: it must be tapped."""
    match chat.state:
        case Playing(seen=None, ends=None, cut=False) as playing if now >= playing.after:
            return replace(chat, state=replace(playing, cut=True))
    return chat


def _begun(playing: Playing, now: datetime) -> bool:
    return playing.ends is not None and now >= playing.after


def _here(playing: Playing, now: datetime) -> int:
    """The step that the buttons speak of: the shown one, or the one being heard while that one comes by itself."""
    return playing.step if _begun(playing, now) or playing.cut else playing.heard


def _heard(state: AnyState, now: datetime) -> int | None:
    """The step before, where the one of this state has not begun: it alone can be what hurts."""
    match state:
        case Playing(heard=heard) if not _begun(state, now):
            return heard
        case Paused(heard=heard) | Forgetting(heard=heard):
            return heard
    return None


def _since(playing: Playing) -> datetime:
    """Since when the step can be meant by a tap."""
    return max(playing.after, playing.seen or playing.after)


def _twice(first: datetime, now: datetime, library: Library) -> bool:
    """True for the second of two taps that were meant as one. A tap that was itself the receipt is the first."""
    return first < now < first + timedelta(seconds=library.twice_within)


def _waits_at(chat: Chat, now: datetime) -> tuple[int, Hurt] | None:
    """Where the run is, and whether it hurts there; None if no run is at a step."""
    match chat.state:
        case Playing() as playing:
            return _here(playing, now), "no"
        case Paused(step=step, hurt=hurt) | Forgetting(step=int() as step, hurt=hurt):
            return step, hurt
        case Hurting(step=step):
            return step, "choices"
        case Signs(step=step) | Unsure(back=Signs(step=step)):
            return step, "signs"
    return None


def _forgetting(chat: Chat, now: datetime) -> Forgetting:
    """The question, and what it interrupts."""
    if isinstance(chat.state, Scoring):
        return Forgetting(at=now, scoring=chat.state.why)
    if isinstance(chat.state, Forgetting):
        return replace(chat.state, at=now, seen=None, lost=None, on=None)
    step, hurt = _waits_at(chat, now) or (None, "no")
    return Forgetting(at=now, step=step, heard=_heard(chat.state, now), hurt=hurt)


def _pause(chat: Chat, now: datetime, why: PauseReason, *, on: int | None = None, step: int | None = None) -> Chat:
    """The run waits where it is (or at `step`), in silence; a question about pain stays open."""
    here, hurt = _waits_at(chat, now) or (0, "no")
    # All of them: where time made a leap, what is over by the clock may still be heard.
    notes = chat.run.notes if chat.run else ()
    state = Paused(
        at=now,
        step=here if step is None else step,
        heard=_heard(chat.state, now),
        why=why,
        hurt=hurt,
        on=on,
        silence=tuple(note.message for note in notes),
    )
    return replace(_leave(chat, now), state=state)


def _resume(chat: Chat, paused: Paused, step: int, now: datetime, library: Library) -> Chat:
    """Go on; where it hurt, with the question first."""
    match paused.hurt:
        case "choices":
            return replace(chat, state=Hurting(at=now, step=paused.step))
        case "signs":
            return replace(chat, state=Signs(at=now, step=paused.step))
    heard = paused.step if paused.heard is None else paused.heard
    return _play(chat, step, now, library, heard=heard)


def _before(chat: Chat, step: int) -> int:
    """The step before, past quiet ones."""
    steps = _run(chat).plan.steps
    return next((i for i in range(step - 1, -1, -1) if steps[i].counts), 0)


def _behind(chat: Chat, step: int) -> int:
    """The step after, past quiet ones, its caution first; behind the last one the run is over."""
    steps = _run(chat).plan.steps
    return next((i for i in range(step + 1, len(steps)) if steps[i].form != "quiet"), len(steps))


def _leave(chat: Chat, now: datetime) -> Chat:
    """Add what was practised of the step being left: its own time so far, at most its length."""
    match chat:
        case Chat(run=Run() as run, state=Playing(ends=datetime() as ends, step=step)):
            planned = run.plan.steps[step]
            spent = (now - ends).total_seconds() + planned.length
            if planned.advance == "timed" and planned.form != "caution" and spent > 0:
                return replace(chat, run=replace(run, practised=run.practised + min(spent, planned.length)))
    return chat


def _ahead(chat: Chat, now: datetime) -> tuple[int, ...]:
    """What must fall silent: the notes whose end lies ahead or not far behind, and the latest in any case."""
    if chat.run is None or not chat.run.notes:
        return ()
    *before, latest = chat.run.notes
    return (*(note.message for note in before if note.ends + HEARD_FOR > now), latest.message)


def _unbegun(chat: Chat, now: datetime) -> tuple[int, ...]:
    """The notes that would play by themselves though the person went elsewhere."""
    return tuple(note.message for note in _run(chat).notes if note.begins > now)


def _planned(chat: Chat, made: Plan) -> Chat:
    return replace(chat, run=replace(_run(chat), plan=made))


# ── after a run ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _finish(chat: Chat, now: datetime, why: EndReason, silence: tuple[int, ...] | None = None) -> Chat:
    """The last line, with pain after as an offer; a run that led nothing ends without a question."""
    silence = _ahead(chat, now) if silence is None else silence
    if why == "done" and _run(chat).plan.ends == "silence":
        return replace(_ended(chat, now), state=Idle(at=now, seen=None if silence else now, silence=silence))
    if _run(chat).plan.ends == "silence" or not _run(chat).practised:
        return replace(_ended(chat, now), state=Idle(at=now, words="stopped", silence=silence))
    return replace(chat, state=Scoring(at=now, why=why, silence=silence))


def _summed(chat: Chat, after: int | None, now: datetime, on: int | None) -> Chat:
    """What the run was. Who was never asked whether it may be kept is asked."""
    kept = _as_kept(chat, now, after)
    asked = chat.person.consent is not None
    state = Summary(at=now, minutes=kept.minutes, before=kept.before, after=after, run=None if asked else kept, on=on)
    return replace(_keep(replace(chat, run=None), kept, now), state=state)


def _as_kept(chat: Chat, now: datetime, after: int | None = None) -> KeptRun:
    """What a consent lets outlive the run. It ended when it was last gone on with, not when it was given up."""
    run = _run(chat)
    return KeptRun(
        id=run.id,
        at=now if isinstance(chat.state, Playing) else min(now, chat.state.at),
        session=run.plan.session,
        position=run.plan.position,
        minutes=max(1, round(run.practised / 60)),
        before=run.before,
        after=after,
        hurts=run.hurts,
        left_out=sum(step.counts and step.form in ("rest", "imagine") for step in run.plan.steps),
    )


def _keep(chat: Chat, run: KeptRun, now: datetime) -> Chat:
    """Under a consent: this run beside those that are at hand."""
    if not chat.person.keeps:
        return chat
    return replace(chat, kept=(*(old for old in chat.kept if old.at > now - AT_HAND), run))


def _consented(chat: Chat, summary: Summary, now: datetime, on: int | None, *, yes: bool) -> Chat:
    """The answer, with its date and the version of the words; a yes keeps the run that has just ended."""
    chat = replace(chat, person=replace(chat.person, consent=Dated(version=CONSENT_VERSION, at=now, yes=yes)))
    state = replace(summary, at=now, seen=None, lost=None, on=on, run=None, first=chat.reminder is None)
    return replace(_keep(chat, summary.run, now) if summary.run else chat, state=state)


def _close(chat: Chat, now: datetime) -> Chat:
    """Closed in silence: nothing is shown, old buttons go."""
    return replace(_ended(chat, now), state=Idle(at=now, seen=now))


def _ended(chat: Chat, now: datetime) -> Chat:
    """No run any more. What was practised counts, however it ended: asleep at the end, or stopped half-way."""
    if chat.run and chat.run.practised >= COUNTS_FROM:
        chat = _keep(chat, _as_kept(chat, now), now)
    return replace(chat, run=None)


def _score(action: str) -> int | None:
    head, _, tail = action.partition(".")
    return int(tail) if head == "score" and tail.isdecimal() and int(tail) <= 10 else None


def _to(chat: Chat, now: datetime, state: AnyState) -> Outcome:
    return Outcome(_screen(chat, now, state))


def _screen(chat: Chat, now: datetime, state: AnyState) -> Chat:
    """Another screen: what is still to be heard falls silent with it, and a run that it doesn't belong to is over."""
    silence = _ahead(chat, now)
    return replace(chat if _of_a_run(state) else _ended(chat, now), state=replace(state, silence=silence))


def _of_a_run(state: AnyState) -> bool:
    match state:
        case Forgetting(step=None, scoring=None):
            return False
        case Forgetting() | Unsure(back=Signs()) | Scoring():
            return True
    return isinstance(state, Running)

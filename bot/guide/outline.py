"""A session's outline: what is led now, step by step, or what could be. For authors and the curious. Pure.

It is in plain English and for nobody with back pain: what they see is drawn in screens.py. Lengths are in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.guide.chat import AnyState, Chat, Forgetting, Held, Hurting, Paused, Playing, Run, Scoring, Signs, Unsure
from bot.guide.content import CLASSIC, Content
from bot.guide.planned import Telling

Where = Literal["done", "now", "ahead"]

STATES = {
    "idle": ("nothing runs", "Write /backpain for the classic, or /sessions for all of them."),
    "browsing": ("choosing a session", "Tap one of the sessions."),
    "notice": ("the safety notice", "Tap “None of these” to go on, “Yes or not sure” to be careful, or “Not now”."),
    "unsure": ("yes or not sure: which list?", "Say whether it is a sign for help now, or for seeing someone first."),
    "held": ("movement is held", "Breathing stays open; nothing that moves is led."),
    "choosing": ("choosing a position", "Tap a position; or say which movements are not for you."),
    "leaving-out": ("ticking what is left out", "Tick what fits, then keep it for next time or only for today."),
    "weighing": ("much would fall out", "Choose the position in which more of it is led."),
    "playing": ("a step is led", "Done moves on; It hurts, Pause, Again, Skip and End are open as well."),
    "paused": ("paused", "Go on, or end. After 24 hours it ends by itself."),
    "hurting": ("it hurts: what now?", "Rest through it, leave it out, say that it is sharp, or end."),
    "signs": ("it hurts: the signs once more", "Tap “None of these” to go on, “Yes or not sure”, or end."),
    "scoring": ("it is over: pain after?", "Give a score, or none."),
    "summary": ("it is over: the summary", "Write /backpain or /sessions to begin again."),
    "forgetting": ("erase all? asked once", "Erase all, or keep it."),
}
"""Each state in plain words, and what the person may do next."""
PAUSES = {
    "late": "paused: the bot was away too long",
    "lost": "paused: a screen may not have come",
    "idle": "paused: nobody tapped for a while",
    "away": "paused: the bot was blocked",
    "crisis": "paused: words of crisis were said",
    "restart": "paused: go on, or start over?",
    "kept": "paused: it was not to be erased after all",
    "unread": "paused: what was stored could not be read",
    "restored": "paused: the data are from a backup",
}


@dataclass(frozen=True, slots=True)
class Words:
    """One way to tell a step: what is read, and what is said at which second."""

    shown: str
    said: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A step in the outline. `n`: its place among those that count; None for a caution and a quiet one."""

    id: str
    n: int | None
    name: str
    form: str
    side: str | None
    length: float
    taps: bool
    """It waits for Done, whatever its length."""
    where: Where
    told: Words
    rest: Words
    imagine: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """The run."""

    session: str
    position: str
    pace: str
    timed: bool
    voice: bool
    before: int | None
    hurts: int
    left_out: tuple[str, ...]
    of: int
    """How many steps count."""
    ends: datetime | None
    """When the present step will be over; None: it is not known yet, or the clock waits."""
    after: float
    """Seconds of what comes after the present step."""
    steps: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A session that could be begun. `length`: of its shortest position."""

    id: str
    name: str
    summary: str
    length: int
    positions: tuple[str, ...]
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What goes on in a chat. `state`: in plain words; `next`: what the person may do."""

    state: str
    next: str
    led: Led | None
    sessions: tuple[Offered, ...]


def outline(chat: Chat | None, content: Content, now: datetime) -> Outline:
    """The outline of a chat; None: nobody has written yet. `content`: in the person's language."""
    if chat is None:
        return Outline(state="nobody has written yet", next="Press Start.", led=None, sessions=tuple(_offered(content)))
    state, after = STATES[chat.state.kind]
    match chat.state:
        case Paused(why=why):
            state = PAUSES.get(why, state)
        case Held(why=why):
            state = "movement is held: was the person seen?" if why in ("seen", "agreed") else state
        case Playing(seen=None):
            state = "a step is on its way"
    return Outline(state=state, next=after, led=_led(chat, now), sessions=tuple(_offered(content)))


def _led(chat: Chat, now: datetime) -> Led | None:
    run, state = chat.run, chat.state
    if run is None:
        return None
    here, ends, steps = step_of(state, run), None, run.plan.steps
    match state:
        case Playing(heard=heard, after=after) if heard < here and now < after:
            here, ends = heard, after  # the next one is shown already, and this one is still heard
        case Playing():
            ends = state.ends
    settings = chat.person.settings
    return Led(
        session=run.plan.name,
        position=run.plan.position,
        pace=settings.pace,
        timed=settings.timed,
        voice=run.voice,
        before=run.before,
        hurts=run.hurts,
        left_out=tuple(sorted(run.left_out | run.poses)),
        of=sum(step.counts for step in steps),
        ends=ends,
        after=run.plan.seconds_left(here + 1),
        steps=tuple(_line(run, index, here) for index in range(len(steps))),
    )


def step_of(state: AnyState, run: Run) -> int:
    """The index of the step where a run is; behind the last one if it is over."""
    match state:
        case Playing(step=step) | Paused(step=step) | Hurting(step=step) | Signs(step=step):
            return step
        case Unsure(back=Signs(step=step)) | Forgetting(step=int() as step):
            return step
        case Scoring() | Forgetting():
            return len(run.plan.steps)
    return 0


def _line(run: Run, index: int, here: int) -> Line:
    step = run.plan.steps[index]
    return Line(
        id=step.id,
        n=run.plan.place(index)[0] if step.counts else None,
        name=step.name,
        form=step.form,
        side=step.side,
        length=step.length,
        taps=step.advance == "tap",
        where="done" if index < here else "now" if index == here else "ahead",
        told=_words(step.told),
        rest=_words(step.rest),
        imagine=_words(step.imagine) if step.imagine else None,
    )


def _words(told: Telling) -> Words:
    return Words(told.show, tuple((phrase.at, phrase.text) for phrase in told.script.phrases))


def _offered(content: Content) -> Iterable[Offered]:
    """Those that can be asked for: the classic first, then by length."""
    listed = (session for session in content.sessions.values() if session.continues is None)
    for session in sorted(listed, key=lambda session: (session.id != CLASSIC, session.shortest)):
        yield Offered(
            id=session.id,
            name=session.name,
            summary=session.summary,
            length=session.shortest,
            positions=tuple(map(str, session.positions)),
            steps=len(session.steps),
        )

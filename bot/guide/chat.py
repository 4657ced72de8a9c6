"""What a chat is: one frozen value of person, run and state. Pure; touches nothing.

Times are aware UTC datetimes. A state holds just what its situation needs; what must be shown for it is neither `seen`
nor `lost` yet. `dump` and `load` turn values into JSON with a version and back: fields may be added with a default.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from bot.guide.code import Code
from bot.guide.content import CLASSIC
from bot.guide.kept import UP_MUCH, KeptRun
from bot.guide.person import Person
from bot.guide.planned import Plan
from bot.guide.reminders import Reminder

VERSION = 1
"""Version of the stored form; raise it when a stored value can't be read by its defaults."""


# ── the run: one time through ─────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Sent:
    """A voice note in the chat: its message, and when it begins and ends if it is played in the chain."""

    message: int
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One time through a plan. It is gone when its last question is answered or times out."""

    id: str
    plan: Plan
    voice: bool
    before: int | None = None
    """Pain now, 0 to 10, at the start; None: not given."""
    practised: float = 0.0
    """Seconds spent in steps that are over (set-up and cautions do not count)."""
    hurts: int = 0
    pace: Literal["slower", "normal", "faster"] | None = None
    """Of this run alone, by a printed code; None: as the person has set it."""
    left_out: frozenset[str] = frozenset()
    """Tags that this run leaves out, kept or only today."""
    ticked: frozenset[str] = frozenset()
    """Those of them that were ticked in /settings while it ran."""
    poses: frozenset[str] = frozenset()
    """Poses (or steps without one) that were left out on the way."""
    notes: tuple[Sent, ...] = ()
    """Voice notes that are not over: what must fall silent when the person stops."""


PauseReason = Literal["you", "late", "lost", "idle", "away", "crisis", "restart", "kept", "unread", "restored"]
EndReason = Literal["done", "ended"]
Hurt = Literal["no", "choices", "signs"]
"""Whether it hurts where a run waits, and which question about it is still open."""


# ── states: one per situation ─────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What every situation has."""

    at: datetime
    """When the event happened that called for this screen."""
    seen: datetime | None = None
    """When its delivery was confirmed."""
    lost: datetime | None = None
    """When delivery gave up, in doubt. Neither seen nor lost: it must still be shown."""
    on: int | None = None
    """The message to edit in place; None: the screen is sent anew."""
    there: int | None = None
    """The message that shows it: what a word changes is changed there, and older words don't answer it."""
    silence: tuple[int, ...] = ()
    """Messages (voice notes) to delete as part of this screen."""

    @property
    def waits(self) -> bool:
        """True while the screen must still be shown."""
        return self.seen is None and self.lost is None

    @property
    def settled(self) -> datetime | None:
        """When patience begins: what must still be seen is never timed out."""
        return self.seen or self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle(State):
    """Nothing is going on. `words` names a last line that is still to be shown; empty: the chat shows nothing new."""

    kind: Literal["idle"] = "idle"
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(State):
    """The safety notice, in full or short."""

    kind: Literal["notice"] = "notice"
    session: str = CLASSIC
    """The one that it stands before."""
    full: bool = True
    version: str = ""
    """Of the text that is shown: the one that is acknowledged."""
    code: Code | None = None
    """What was prescribed by a printed code, for the run that begins behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(State):
    """Movement is held. `why`: `see` (told just now), `wait` (a day is not over), `seen` or `agreed` (the question)."""

    kind: Literal["held"] = "held"
    why: Literal["see", "wait", "seen", "agreed"]
    session: str = CLASSIC
    """The one that was asked for."""
    code: Code | None = None

    @property
    def resting(self) -> bool:
        """True if sessions in *rest* are open. After a sign of "Get help now" only breathing is (content.md, 7)."""
        return self.why in ("see", "agreed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing(State):
    """The position is asked."""

    kind: Literal["choosing"] = "choosing"
    session: str = CLASSIC
    left_out: frozenset[str] | None = None
    """What is left out only today; None: what is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingOut(State):
    """ "Some movements aren't for me": boxes to tick. The ticks are gone with this screen; only tags are ever kept."""

    kind: Literal["leaving-out"] = "leaving-out"
    session: str
    ticks: frozenset[str]
    imagine: bool
    last: str = ""
    """The box that was tapped last: a double tap counts once."""
    today: frozenset[str] | None = None
    """What was left out only today before they were opened: Back leaves it so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing(State):
    """Much falls out in the chosen position: how it is in each, as (position, steps that fall out, of)."""

    kind: Literal["weighing"] = "weighing"
    session: str
    left_out: frozenset[str] | None
    figures: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsing(State):
    """All sessions, to choose one."""

    kind: Literal["browsing"] = "browsing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing(State):
    """A step is shown. Its own time begins at `after` or at its delivery, whichever is later."""

    kind: Literal["playing"] = "playing"
    step: int
    heard: int
    """The step that was heard when this one was called for: the one that hurts while this one has not begun."""
    after: datetime
    """When the note before it will have ended."""
    late_at: datetime
    """Not delivered by then: too late, it pauses."""
    timed: bool = True
    cut: bool = False
    """The chain of voice notes was cut before this one: it must be tapped."""
    more: bool = False
    """The second page of buttons is open."""
    ends: datetime | None = None
    """When its own time will be over; None until it was delivered."""
    due: datetime | None = None
    """When time itself moves on: the lead before `ends`, or the end of patience where a tap is awaited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(State):
    """A run waits at a step. `why` chooses the words: `restart`, a second /backpain; `kept`, a /forget not meant."""

    kind: Literal["paused"] = "paused"
    step: int
    heard: int | None = None
    """The step before, where this one never came: the one that hurts, if it hurts now."""
    why: PauseReason = "you"
    hurt: Hurt = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hurting(State):
    """It hurts: what now? `step` is the one that was heard."""

    kind: Literal["hurting"] = "hurting"
    step: int
    asked: bool = False
    """The signs were asked, and none of them fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs(State):
    """It hurts sharply, or again: the signs of the notice once more, before anything goes on."""

    kind: Literal["signs"] = "signs"
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure(State):
    """ "Yes or not sure": which of the two lists? `back` is where the question came from."""

    kind: Literal["unsure"] = "unsure"
    back: Annotated[Notice | Signs, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring(State):
    """The run is over; pain after is offered. `why`: `done` or `ended`."""

    kind: Literal["scoring"] = "scoring"
    why: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(State):
    """What the run was, in words and figures. Nothing is asked."""

    kind: Literal["summary"] = "summary"
    minutes: int
    before: int | None
    after: int | None
    run: KeptRun | None = None
    """What may be kept of it: it is asked, and gone with this screen."""
    first: bool = False
    """The first of which something was to be kept or not: a reminder is offered, once."""

    @property
    def went_up(self) -> bool:
        """True if pain after is well above pain before: it is answered with care, and something lighter is offered."""
        return self.before is not None and self.after is not None and self.after - self.before >= UP_MUCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting(State):
    """/forget, asked once. `step`: where a run waits meanwhile; `scoring`: its last question was open."""

    kind: Literal["forgetting"] = "forgetting"
    step: int | None = None
    heard: int | None = None
    """The step before, where that one never came."""
    hurt: Hurt = "no"
    scoring: EndReason | None = None


AnyState = (
    Idle
    | Browsing
    | Notice
    | Unsure
    | Held
    | Choosing
    | LeavingOut
    | Weighing
    | Playing
    | Paused
    | Hurting
    | Signs
    | Scoring
    | Summary
    | Forgetting
)
Running = Playing | Paused | Hurting | Signs
"""States in which a run is at a step."""


# ── the chat ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """One private chat, whole."""

    person: Person
    run: Run | None
    state: AnyState
    reminder: Reminder | None = None
    """What they asked to be reminded of; it is kept in a row of its own."""
    kept: tuple[KeptRun, ...] = ()
    """Under a consent, the runs of the last 30 days; the oldest first."""
    unkept: frozenset[str] = frozenset()
    """Ids of runs that their person wants erased, of whatever age; never stored."""

    @classmethod
    def new(cls, language: str, now: datetime) -> Chat:
        """The chat of somebody who wrote for the first time: nothing is known, nothing is shown."""
        return cls(person=Person(language=language), run=None, state=Idle(at=now, seen=now))


# ── the stored form ───────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The state and the run without its plan: what changes with every event. The plan is kept apart."""

    version: int
    state: Annotated[AnyState, Field(discriminator="kind")]
    run: dict[str, Any] | None


_STORED, _PLAN, _RUN = TypeAdapter(Stored), TypeAdapter(Plan), TypeAdapter(Run)


def dump_state(chat: Chat) -> bytes:
    """State and run (without its plan) as JSON."""
    run = None if chat.run is None else _RUN.dump_python(chat.run, mode="json", exclude={"plan"})
    return _STORED.dump_json(Stored(version=VERSION, state=chat.state, run=run))


def dump_plan(chat: Chat) -> bytes | None:
    """The plan of the run as JSON; None without a run."""
    return None if chat.run is None else _PLAN.dump_json(chat.run.plan)


def load(person: Person, state: bytes, plan: bytes | None, now: datetime, reminder: Reminder | None = None) -> Chat:
    """The chat from its stored form. What can't be read becomes Paused at its step, or Idle where no run is left."""
    return replace(_load(person, state, plan, now), reminder=reminder)


def _load(person: Person, state: bytes, plan: bytes | None, now: datetime) -> Chat:
    closed = Idle(at=now, seen=now)
    try:
        stored = _STORED.validate_json(state)
        if stored.version != VERSION:
            return _salvage(person, state, plan, now)
        if stored.run is None or plan is None:
            return Chat(person=person, run=None, state=stored.state if _without_run(stored.state) else closed)
        run = _RUN.validate_python({**stored.run, "plan": _PLAN.validate_json(plan)})
        return Chat(person=person, run=run, state=stored.state)
    except ValidationError:
        return _salvage(person, state, plan, now)


def _without_run(state: AnyState) -> bool:
    """True if a state makes sense without a run."""
    match state:
        case Playing() | Paused() | Hurting() | Signs() | Scoring() | Forgetting(step=int()) | Unsure(back=Signs()):
            return False
    return True


def _salvage(person: Person, state: bytes, plan: bytes | None, now: datetime) -> Chat:
    try:
        raw = TypeAdapter(dict[str, Any]).validate_json(state)
        run = _RUN.validate_python({**raw["run"], "plan": _PLAN.validate_json(plan or b"")})
        step = min(max(int(raw["state"].get("step") or 0), 0), len(run.plan.steps) - 1)
        return Chat(person=person, run=run, state=Paused(at=now, step=step, why="unread"))
    except (ValidationError, TypeError, ValueError, KeyError, AttributeError):
        return Chat(person=person, run=None, state=Idle(at=now, seen=now))

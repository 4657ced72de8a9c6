"""Walks every situation of a field that can be reached, breadth first, and asks the judge about each. Pure.

A situation is a chat at a moment, and what the judge knows. Of those that are the same (`alike.key`) one is followed.
"""

from __future__ import annotations

import gc
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bot.guide.chat import AnyState, Chat, Idle, Summary
from bot.guide.events import Do, Event, GaveUp, Tick
from bot.guide.library import Library
from bot.guide.player import update, wake_at
from tests.guide.walk import MORNING
from tests.proof.alike import key, variants
from tests.proof.claims import NEVER_ENDS, STANDS_STILL, STOP_FAR, Known, breaches, defects, learned
from tests.proof.field import Field, Update
from tests.proof.moments import SENT, SOON, Moment, delivered, moments, next_message, shown_at

LONGEST = 300
"""Ticks and screens after which a path that goes on by time alone is held to be endless."""
EXAMPLES = 3
"""Ways that are kept for each claim that is broken."""

Seen = Callable[[Chat, Moment, Chat | None], None]


class Way(NamedTuple):
    """The events that led somewhere, the last one first."""

    before: Way | None
    name: str

    def __str__(self) -> str:
        names: list[str] = []
        one: Way | None = self
        while one is not None:
            names.append(one.name)
            one = one.before
        return " → ".join(reversed(names))


class Situation(NamedTuple):
    """A chat at a moment, what the judge knows, and how it came to that."""

    chat: Chat
    known: Known
    now: datetime
    way: Way


@dataclass
class Walked:
    """What a walk met."""

    where: Field
    states: int = 0
    """Situations that were followed."""
    judged: int = 0
    """Situations that were met, also those that lead out of the field."""
    transitions: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def breach(self, claim: str, way: Way) -> None:
        """Note what is wrong, and how it came to that."""
        self.wrong[claim] += 1
        ways = self.examples.setdefault(claim, [])
        if len(ways) < EXAMPLES:
            ways.append(str(way))


def explore(
    library: Library,
    where: Field,
    *,
    update: Update = update,
    seen: Seen | None = None,
    most: int | None = None,
    begun: bool = False,
    until: str | None = None,
) -> Walked:
    """Walk a field. `update` is what is proved; `seen` is told each transition; `most` bounds the situations.

    `begun`: from where the session has begun. `until`: no further than the first breach of this claim.
    """
    walk = _Walk(library, where, update, seen, until)
    first = Situation(where.begins(library), Known(), MORNING, Way(None, "new"))
    collects = gc.isenabled()
    gc.disable()  # what is made is kept; looking through it again and again takes most of the time
    try:
        walk.meet(walk.go(first, where.way(library)) if begun else first)
        while walk.ahead and (most is None or walk.result.states < most):
            walk.follow(walk.ahead.popleft())
    except _Enough:
        pass
    finally:
        if collects:
            gc.enable()
    return walk.result


class _Enough(Exception):
    """What was looked for is found."""


class _Walk:
    def __init__(self, library: Library, where: Field, update: Update, seen: Seen | None, until: str | None) -> None:
        self.library, self.field, self.update, self.seen = library, where, update, seen
        self.met: set[Hashable] = set()
        self.ends: set[Hashable] = set()
        """Situations from which time alone is known to lead to an end."""
        self.ahead: deque[Situation] = deque()
        self.result, self.until = Walked(where), until

    def breach(self, claim: str, way: Way) -> None:
        self.result.breach(claim, way)
        if claim == self.until:
            raise _Enough

    def key(self, chat: Chat, known: Known, now: datetime) -> Hashable:
        return key(chat, known, now, reach=self.field.reach)

    def go(self, here: Situation, way: Iterable[str]) -> Situation:
        """Tap one button after another, each screen being there."""
        for action in way:
            event, now = Do(action, on=next_message(here.chat), id="a"), here.now + SOON
            after = self.update(here.chat, event, now, self.library).chat
            assert after is not None, "somebody is there"
            known = learned(here.known, here.chat, event, after, now)
            here = Situation(shown_at(after, now), known, now, Way(here.way, action))
        return here

    def meet(self, there: Situation) -> None:
        """Judge a situation that is new, and keep it to be followed if it belongs here."""
        this = self.key(there.chat, there.known, there.now)
        if this in self.met:
            return
        self.met.add(this)
        self.result.judged += 1
        for claim in defects(there.chat, there.now, self.library, self.update):
            self.breach(claim, there.way)
        if self.field.holds(there.chat):
            self.ahead.append(there)
            for reported in (True, False, None):
                self.let_end(there, reported)

    def follow(self, here: Situation) -> None:
        """All that may happen in a situation."""
        self.result.states += 1
        for chat in variants(here.chat, here.now):
            stop = False
            for moment in moments(chat, here.now, self.library, self.field):
                self.result.transitions += 1
                stop = stop or moment.name == "stop"
                self.happen(here, chat, moment)
            if not stop:
                self.breach(STOP_FAR, here.way)

    def happen(self, here: Situation, chat: Chat, moment: Moment) -> None:
        """One event in one situation."""
        way = Way(here.way, moment.name)
        if moment.event is None:
            self.meet(Situation(chat, here.known, moment.at, way))
            return
        outcome = self.update(chat, moment.event, moment.at, self.library)
        after = outcome.chat
        known = here.known if after is None else learned(here.known, chat, moment.event, after, moment.at)
        for claim in breaches(chat, moment.event, outcome, known, self.library):
            self.breach(claim, way)
        if self.seen is not None:
            self.seen(chat, moment, after)
        if after is not None:
            self.meet(Situation(after, known, moment.at, way))

    def let_end(self, there: Situation, reported: bool | None) -> None:
        """Time alone: each screen is delivered, or given up, or (None) nothing is ever heard of it."""
        chat, now, passed = there.chat, there.now, set[Hashable]()
        for _ in range(LONGEST):
            this = (reported, self.key(chat, there.known, now), chat.state.settled is None)
            if this in self.ends or _over(chat.state, chat):
                self.ends |= passed
                return
            passed.add(this)
            event: Event
            if chat.state.waits and reported is not None:
                now += SENT
                event = delivered(chat) if reported else GaveUp()
            elif (due := wake_at(chat.state)) is not None:
                event, now = Tick(), max(now, due)
            else:
                break
            after = self.update(chat, event, now, self.library).chat
            if after is None or (isinstance(event, Tick) and after.state == chat.state):
                self.breach(STANDS_STILL, there.way)
                return
            chat = after
        self.breach(NEVER_ENDS, there.way)


def _over(state: AnyState, chat: Chat) -> bool:
    """Nothing goes on, and nothing is still to be shown."""
    return isinstance(state, Idle | Summary) and chat.run is None and not state.waits

"""What may happen in a situation: buttons, words, time, what delivery says, a clock that is set. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.guide.chat import Chat, Playing
from bot.guide.code import Code
from bot.guide.events import ACTS, Coded, Crisis, Delivered, Do, Event, GaveUp, Gone, Menu, NoVoice, Spoke, Tick
from bot.guide.library import Library
from bot.guide.person import Hold
from bot.guide.player import NOTICE_FOR, wake_at
from bot.guide.screens import screen
from tests.proof.field import Field, words_that_act

SOON, AT_ONCE, SENT = timedelta(seconds=1.6), timedelta(seconds=0.5), timedelta(seconds=0.1)
"""Until a tap; until one that was meant as one with the tap before it; until a screen is in the chat."""
BACK = timedelta(hours=-1)
DOUBLED = ("done", "hurts")
"""What somebody may tap twice and mean once."""
TYPED = sorted({*ACTS, *words_that_act(), "score.9"})


class Moment(NamedTuple):
    """An event, and when it comes. No event: time passes, and the person and the clock do nothing."""

    event: Event | None
    at: datetime

    @property
    def name(self) -> str:
        """In a word, for the way to a breach and for the diagram."""
        match self.event:
            case None:
                return "time"
            case Do(action=action):
                return action
            case Menu(path=path):
                return path
        return type(self.event).__name__


def moments(chat: Chat, now: datetime, library: Library, where: Field) -> Iterator[Moment]:
    """All that may happen next. The buttons are those of the screen."""
    state, soon = chat.state, now + SOON
    id = "b" if chat.run and chat.run.id == "a" else "a"  # noqa: A001 - the field's name
    shown = [str(b.action) for part in screen(chat, library) for row in part.buttons for b in row]
    for action in shown:
        yield Moment(Do(action, on=state.there or next_message(chat), id=id), soon)
    for action in TYPED:
        if action not in shown:
            yield Moment(Do(action, id=id), soon)
    yield Moment(Spoke(), soon)
    yield Moment(Crisis(), soon)
    yield Moment(Gone(), soon)
    if where.beside:
        yield from (Moment(Menu(f"settings.out.tick.{tick}"), soon) for tick in sorted(where.ticks))
        yield Moment(Coded(Code(session=where.session, position=where.position, boxes=where.ticks), id), soon)
    if state.waits:
        yield from (Moment(event, now + SENT) for event in (delivered(chat), GaveUp()))
        if chat.run is not None:
            yield from (Moment(NoVoice(forbidden), now + SENT) for forbidden in (True, False))
    due = wake_at(state)
    if due is not None:
        yield Moment(Tick(), due)
    if chat.run is not None:
        yield from (Moment(Do(action, id=id), now + AT_ONCE) for action in DOUBLED)
    if isinstance(state, Playing):
        yield from (Moment(Do(action, id=id), now + BACK) for action in (*DOUBLED, "pause", "skip"))
        yield Moment(Tick(), now + BACK)
        if state.waits:
            yield Moment(delivered(chat), now + BACK)
        if state.ends is not None and now < state.after:
            yield Moment(None, state.after + SENT)
    yield from _later(chat, now)


def _later(chat: Chat, now: datetime) -> Iterator[Moment]:
    """A day on, and a month, where it makes a difference."""
    match chat.person.hold:
        case Hold(until=datetime() as until) if now < until:
            yield Moment(None, until + SOON)
    known = chat.person.acknowledged
    if chat.run is None and known and now < known.at + NOTICE_FOR:
        yield Moment(None, known.at + NOTICE_FOR)


def delivered(chat: Chat) -> Delivered:
    """The screen is in the chat: on the tapped message, or on a new one."""
    return Delivered(chat.state.on or next_message(chat))


def next_message(chat: Chat) -> int:
    """The number of a new message."""
    notes = [note.message for note in chat.run.notes] if chat.run else []
    return 1 + max([100, chat.state.there or 0, chat.state.on or 0, *notes, *chat.state.silence])


def shown_at(chat: Chat, now: datetime) -> Chat:
    """The chat as it is when its screen was seen."""
    return chat if chat.state.settled else replace(chat, state=replace(chat.state, seen=now))

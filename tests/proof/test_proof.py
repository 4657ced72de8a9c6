"""The proof's short form, and that it can fail. The long one is `python3 easeback.py diagram --prove`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from bot.guide.chat import Chat, Choosing, Hurting, Paused, Playing, Unsure
from bot.guide.events import Do, Event, Tick
from bot.guide.library import Library
from bot.guide.outcome import Outcome
from bot.guide.person import Dated
from bot.guide.player import update
from tests.proof.claims import (
    EARLY,
    ERASED,
    HELD,
    HURT,
    HURTS_FAR,
    LEFT_OUT,
    NEVER_ENDS,
    NO_RUN,
    NOT_REFUSED,
    OUT_OF_RANGE,
    STANDS_STILL,
    STOP_FAR,
    UNACKNOWLEDGED,
    UNREADABLE,
)
from tests.proof.diagram import PAGE, drawn
from tests.proof.explore import explore
from tests.proof.field import Field, fields, real

Break = Callable[[Chat, Event, Chat], Chat]

SHORT = 60
"""Situations of a field that the suite follows; the long form follows all."""
TWO = Field(session="two", position="chair", met=True)
BOXES = {"classic": "shoulder", "desk": "leg", "morning": "leg", "evening": "pregnant", "two": "bones"}
"""The box that the suite ticks in each session."""


def test_two_minutes_are_proved_whole() -> None:
    walked = explore(real(), TWO)
    assert walked.examples == {}
    assert walked.states > 2_000, "so much can be reached"


def test_boxes_ticked_beside_and_a_printed_code_are_proved_in_two_minutes() -> None:
    where = replace(TWO, ticks=frozenset({"shoulder"}), beside=True)
    walked = explore(real(), where, most=4_000)
    assert walked.examples == {}


@pytest.mark.parametrize("session", [s.id for s in real().content.sessions.values() if not s.continues])
def test_every_session_is_walked_some_way(session: str) -> None:
    for where in fields(real(), session):
        if not where.ticks or BOXES.get(session) in where.ticks:
            assert explore(real(), where, most=SHORT, begun=True).examples == {}, where


def test_the_page_of_states_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == drawn(), "type: python3 easeback.py diagram"


# ── it can fail ───────────────────────────────────────────────────────────────────────────────────────────────────────
def forgets_the_hold(chat: Chat, event: Event, after: Chat) -> Chat:
    return replace(after, person=replace(after.person, hold=None))


def forgets_the_notice(chat: Chat, event: Event, after: Chat) -> Chat:
    match event:
        case Do(action="go.two"):
            known = Dated(version="", at=after.state.at)
            person = replace(after.person, acknowledged=known)
            return replace(after, person=person, state=Choosing(at=after.state.at, session="two"))
    return after


def forgets_what_is_left_out(chat: Chat, event: Event, after: Chat) -> Chat:
    match chat, event:
        case Chat(run=run, state=Hurting()), Do(action="leave") if run is not None and after.run is not None:
            return replace(after, run=replace(after.run, plan=run.plan))
    return after


def goes_on_though_it_hurts(chat: Chat, event: Event, after: Chat) -> Chat:
    match chat.state, event:
        case Hurting(step=step), Tick():
            state = Playing(at=after.state.at, step=step, heard=step, after=after.state.at, late_at=after.state.at)
            return replace(chat, state=state)
    return after


def does_not_hear_that_it_hurts(chat: Chat, event: Event, after: Chat) -> Chat:
    return chat if isinstance(event, Do) and event.action == "hurts" else after


def does_not_stop(chat: Chat, event: Event, after: Chat) -> Chat:
    return chat if isinstance(event, Do) and event.action == "stop" else after


def waits_for_ever(chat: Chat, event: Event, after: Chat) -> Chat:
    match chat.state, event:
        case Paused(), Tick():
            return replace(chat, state=replace(chat.state, at=after.state.at, seen=None, lost=None))
    return after


def sleeps(chat: Chat, event: Event, after: Chat) -> Chat:
    return chat if isinstance(event, Tick) and isinstance(chat.state, Unsure) else after


def keeps_the_run(chat: Chat, event: Event, after: Chat) -> Chat:
    return replace(after, run=after.run or chat.run)


def counts_wrongly(chat: Chat, event: Event, after: Chat) -> Chat:
    match after.state:
        case Paused(step=step):
            return replace(after, state=replace(after.state, step=step + 99))
    return after


def counts_what_is_no_number(chat: Chat, event: Event, after: Chat) -> Chat:
    return replace(after, run=after.run and replace(after.run, practised=float("nan")))


def refuses_and_acts(chat: Chat, event: Event, after: Chat) -> Chat:
    return replace(chat, state=Paused(at=chat.state.at, step=0)) if event == Do("resume", id="b") else after


BROKEN: Mapping[Break, str] = {
    forgets_the_hold: HELD,
    forgets_the_notice: UNACKNOWLEDGED,
    forgets_what_is_left_out: LEFT_OUT,
    goes_on_though_it_hurts: HURT,
    does_not_hear_that_it_hurts: HURTS_FAR,
    does_not_stop: STOP_FAR,
    waits_for_ever: NEVER_ENDS,
    sleeps: STANDS_STILL,
    keeps_the_run: NO_RUN,
    counts_wrongly: OUT_OF_RANGE,
    counts_what_is_no_number: UNREADABLE,
    refuses_and_acts: NOT_REFUSED,
}
"""Mistakes that somebody could make, and the claim that each breaks."""


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__)
def test_a_player_that_breaks_a_promise_is_caught(broken: Break) -> None:
    def breaks(chat: Chat, event: Event, now: datetime, library: Library) -> Outcome:
        outcome = update(chat, event, now, library)
        return outcome if outcome.chat is None else outcome._replace(chat=broken(chat, event, outcome.chat))

    assert BROKEN[broken] in explore(real(), TWO, update=breaks, most=1_000, until=BROKEN[broken]).wrong


@pytest.mark.parametrize("way", ["keep-out", "today"])
def test_a_player_that_forgets_what_was_ticked_is_caught(way: str) -> None:
    def forgets(chat: Chat, event: Event, now: datetime, library: Library) -> Outcome:
        outcome = update(chat, event, now, library)
        after = outcome.chat
        if after is None or not isinstance(event, Do) or event.action != way or not isinstance(after.state, Choosing):
            return outcome
        person = replace(after.person, left_out_tags=frozenset())
        return Outcome(replace(after, person=person, state=replace(after.state, left_out=None)))

    ticked = replace(TWO, ticks=frozenset({"bones"}))
    assert LEFT_OUT in explore(real(), ticked, update=forgets, most=1_000, until=LEFT_OUT).wrong


def test_a_player_that_acts_too_early_is_caught() -> None:
    def early(chat: Chat, event: Event, now: datetime, library: Library) -> Outcome:
        late = now.replace(year=now.year + 1) if isinstance(event, Tick) else now
        return update(chat, event, late, library)

    assert EARLY in explore(real(), TWO, update=early, most=50).wrong


def test_a_player_that_erases_unasked_is_caught() -> None:
    def erases(chat: Chat, event: Event, now: datetime, library: Library) -> Outcome:
        return Outcome(None) if event == Do("forget", id="a") else update(chat, event, now, library)

    assert ERASED in explore(real(), TWO, update=erases, most=50).wrong

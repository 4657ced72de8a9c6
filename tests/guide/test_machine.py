"""The player as a total function: any event in any state that can be reached, and what must hold whatever happens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.guide.chat import (
    Chat,
    Held,
    Hurting,
    Idle,
    Paused,
    Playing,
    Running,
    Signs,
    Summary,
    dump_plan,
    dump_state,
    load,
)
from bot.guide.events import Crisis, Delivered, Do, Event, GaveUp, Gone, NoVoice, Spoke, Tick
from bot.guide.library import Library
from bot.guide.player import LEAD, SET_BACK, restored, update, wake_at
from bot.guide.screens import screen
from tests.guide.walk import MORNING, Walk
from tests.proof.claims import at_a_step

HOUR = 3600.0
TAPS = st.integers(0, 20)
WORDS = st.sampled_from(
    [
        "backpain",
        "done",
        "next",
        "pause",
        "resume",
        "again",
        "back",
        "skip",
        "stop",
        "hurts",
        "forget",
        "start",
        "none",
        "same",
        "change",
        "unsure",
        "now",
        "see",
        "return",
        "rest",
        "chair",
        "yes",
        "notyet",
        "notnow",
        "twin",
        "leave",
        "sharp",
        "end",
        "over",
        "keep",
        "more",
        "less",
        "plus",
        "pace-mine",
        "score.9",
        "noscore",
    ]
)
STEPS = st.one_of(
    TAPS,
    TAPS,
    TAPS,
    st.sampled_from([Spoke(), Crisis(), Tick(), Delivered(7), GaveUp(), NoVoice(), Gone()]),
    WORDS,
    st.none(),
    st.sampled_from([1.0, 7.0, 31.0, 200.0, 2000.0, 100_000.0, -3.0, -30.0, -HOUR]),
)
"""Taps, events, words, and seconds by which the clock goes on, or is put back."""
MOVES = {"FLEX", "EXT", "ROT", "SIDE", "NECK", "ARM"}


def moves(chat: Chat) -> bool:
    """A movement is shown, or on its way."""
    if chat.run is None or not isinstance(chat.state, Playing):
        return False
    step = chat.run.plan.steps[chat.state.step]
    return step.form == "led" and bool(MOVES & set(step.tags))


class Judge:
    """Looks at every change from outside."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.acknowledged = walk, False

    def do(self, event: Event) -> None:
        walk = self.walk
        before = walk.chat
        assert before is not None
        shown = screen(before, walk.library)
        buttons = {b.action for part in shown for row in part.buttons for b in row}
        walk.event(event)
        after = walk.chat
        if after is None:
            assert event == Do("erase", on=getattr(event, "on", None), id=getattr(event, "id", ""))
            walk.chat = Chat.new("en", walk.now)
            return
        screen(after, walk.library)
        if isinstance(event, Do) and event.action in ("none", "same", "change") and event.action in buttons:
            self.acknowledged = True
        if moves(after):
            assert after.person.acknowledged, "no movement before the notice was acknowledged"
            assert self.acknowledged
            assert after.person.hold is None, "no movement under a hold"
        if isinstance(after.state, Running):
            assert after.run is not None
            assert 0 <= after.state.step < len(after.run.plan.steps)
        if isinstance(event, Do) and event.action == "hurts" and isinstance(before.state, Running):
            assert after.state is not before.state
            assert not isinstance(after.state, Playing)
        if isinstance(before.state, Hurting | Signs) and moves(after):
            assert isinstance(event, Do), "after a stored “it hurts” only an answer leads on"
            assert event.action == "leave"
        if isinstance(before.state, Paused) and before.state.hurt != "no":
            assert not isinstance(after.state, Playing)
        plan = dump_plan(after)
        assert load(after.person, dump_state(after), plan, walk.now) == after


def pass_time(walk: Walk, seconds: float) -> None:
    """The clock goes on; or it is put back, which nobody has noticed yet."""
    if seconds >= 0:
        walk.wait(seconds)
    else:
        walk.set_back(-seconds)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(STEPS, min_size=20, max_size=80))
def test_whatever_happens_the_rules_hold(library: Library, moments: list[object]) -> None:
    walk = Walk(library)
    judge = Judge(walk)
    judge.do(Do("backpain"))
    for moment in moments:
        assert walk.chat is not None
        walk.deliver()
        match moment:
            case int(n):
                if buttons := walk.buttons:
                    judge.do(Do(buttons[n % len(buttons)], on=walk.message, id=f"run-{n}"))
            case float(seconds):
                pass_time(walk, seconds)
            case str(word):
                judge.do(Do(word, id="run-w"))
            case None:
                walk.chat = restored(walk.chat, walk.now)
                assert not walk.chat.state.waits
                assert not isinstance(walk.state, Playing)
            case event:
                judge.do(event)  # type: ignore[arg-type]
    assert walk.chat is not None
    walk.deliver()
    walk.wait(7 * 86400)
    assert isinstance(walk.state, Idle | Summary), "everything ends"
    assert walk.chat.run is None


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(STEPS, min_size=10, max_size=60))
def test_it_hurts_and_stop_are_one_event_away_everywhere(library: Library, moments: list[object]) -> None:
    walk = Walk(library).word("backpain")
    for moment in moments:
        match moment:
            case int(n):
                if buttons := walk.buttons:
                    walk.event(Do(buttons[n % len(buttons)], on=walk.message, id="run")).deliver()
            case float(seconds):
                pass_time(walk, seconds)
            case _:
                continue
        if walk.chat is None:
            return
        hurts = update(walk.chat, Do("hurts"), walk.now, library)
        stopped = update(walk.chat, Do("stop"), walk.now, library)
        assert hurts.chat is not None
        assert stopped.chat is not None
        if at_a_step(walk.chat.state):
            assert isinstance(hurts.chat.state, Hurting | Signs)
        else:
            assert hurts.say is not None or isinstance(walk.chat.state, Held)
        assert not isinstance(stopped.chat.state, Running)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(STEPS, min_size=10, max_size=60))
def test_however_the_clock_is_put_back_time_leads_on_within_a_steps_own_length(
    library: Library, moments: list[object]
) -> None:
    walk = Walk(library).to_settle().tap("done")
    for moment in moments:
        match moment:
            case int(n) if buttons := walk.buttons:
                walk.event(Do(buttons[n % len(buttons)], on=walk.message, id="run"))
            case float(seconds):
                pass_time(walk, seconds)
            case _:
                continue
        if walk.chat is None:
            return
        walk.deliver().look()
        chat = walk.chat
        if isinstance(chat.state, Playing) and chat.run is not None:
            step, due = chat.run.plan.steps[chat.state.step], wake_at(chat.state)
            if step.advance == "timed" and chat.state.timed:
                assert due is not None
                assert (due - walk.now).total_seconds() <= step.length + LEAD + SET_BACK.total_seconds()


@pytest.mark.parametrize("steps", range(11))
def test_a_tick_never_asks_for_another_at_the_same_moment(library: Library, steps: int) -> None:
    walk = Walk(library).to_settle()
    for _ in range(steps):
        walk.wait(2).tap("done")
    assert walk.chat is not None
    now, told = MORNING + timedelta(days=2), 0
    chat = walk.chat
    while (due := wake_at(chat.state)) is not None and due <= now:
        told += 1
        after = update(chat, Tick(), due, library).chat
        assert after is not None
        assert after.state is not chat.state
        chat = after
        assert told < 5, "a burst"

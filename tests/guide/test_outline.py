"""The outline of a session says where it is, in plain words, whatever the situation."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from bot.guide.chat import AnyState, PauseReason
from bot.guide.events import Crisis
from bot.guide.library import Library
from bot.guide.outline import PAUSES, STATES, Led, Outline, outline
from tests.guide.walk import Walk


def seen(walk: Walk) -> Outline:
    return outline(walk.chat, walk.library.content, walk.now)


def led(walk: Walk) -> Led:
    found = seen(walk).led
    assert found is not None
    return found


def now(walk: Walk) -> list[str]:
    return [step.id for step in led(walk).steps if step.where == "now"]


def test_every_state_and_every_pause_has_plain_words() -> None:
    assert set(STATES) == {state.__dataclass_fields__["kind"].default for state in get_args(AnyState)}
    assert set(PAUSES) == set(get_args(PauseReason)) - {"you"}


def test_where_nobody_has_written_the_sessions_are_there(library: Library, walk: Walk) -> None:
    found = outline(None, library.content, walk.now)
    assert found.led is None
    assert found.state == "nobody has written yet"
    assert found.sessions[0].id == "classic"
    assert "hips" not in {session.id for session in found.sessions}, "it only continues another"


def test_before_a_run_it_says_what_is_asked(walk: Walk) -> None:
    walk.word("backpain")
    assert seen(walk).state == "the safety notice"
    walk.tap("none")
    assert seen(walk).state == "choosing a position"
    assert seen(walk).led is None


def test_the_present_step_goes_through_the_list(walk: Walk) -> None:
    walk.to_settle()
    assert now(walk) == ["settle"]
    first = led(walk)
    assert (first.session, first.position, first.pace, first.voice) == ("The classic", "chair", "normal", True)
    assert (first.of, first.steps[0].n, first.steps[0].taps) == (11, 1, True)
    walk.tap("done")
    assert now(walk) == ["breathe"]
    assert [step.where for step in led(walk).steps][:3] == ["done", "now", "ahead"]


def test_time_left_is_to_the_end_of_this_step_and_all_after_it(walk: Walk) -> None:
    walk.to_settle().tap("done")
    found = led(walk)
    assert found.ends == walk.now + timedelta(seconds=found.steps[1].length)
    assert found.after == sum(step.length for step in found.steps[2:])
    walk.wait(7)
    assert led(walk).ends == found.ends


def test_the_next_step_is_shown_early_and_the_one_before_it_is_still_the_present_one(walk: Walk) -> None:
    walk.to_settle().tap("done")
    ends = led(walk).ends
    walk.wait(led(walk).steps[1].length - 3)
    assert walk.step == "three-breaths"
    assert now(walk) == ["breathe"]
    assert led(walk).ends == ends
    walk.wait(3)
    assert now(walk) == ["three-breaths"]


def test_a_pause_and_a_hurt_stay_at_their_step_and_the_clock_waits(walk: Walk) -> None:
    walk.to_settle().tap("done", "pause")
    assert seen(walk).state == "paused"
    assert now(walk) == ["breathe"]
    assert led(walk).ends is None
    walk.tap("resume", "hurts")
    assert seen(walk).state == "it hurts: what now?"
    assert led(walk).hurts == 1
    walk.event(Crisis()).deliver()
    assert seen(walk).state == "paused: words of crisis were said"


def test_what_is_over_has_no_present_step(walk: Walk) -> None:
    walk.to_settle().tap("done").wait(60).word("stop")
    assert seen(walk).state == "it is over: pain after?"
    assert now(walk) == []
    walk.word("score.3")
    assert seen(walk).led is None


def test_a_step_has_what_is_read_and_what_is_said_at_which_second(walk: Walk) -> None:
    walk.to_settle()
    step = led(walk).steps[1]
    assert step.told.shown
    assert step.told.said[0][0] == 0.0
    assert all(at < step.length and text for at, text in step.told.said)
    assert step.rest.shown != step.told.shown


def test_what_is_left_out_is_named_and_shown_in_its_form(walk: Walk) -> None:
    walk.to_position().tap("leave-out", "tick.shoulder", "today", "chair")
    found = led(walk)
    assert "ARM" in found.left_out
    assert {step.form for step in found.steps} == {"led", "rest"}

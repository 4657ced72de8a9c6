"""The pages of /settings, as a person taps through them, outside a session and in the middle of one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.guide.chat import Chat, Playing
from bot.guide.events import Menu
from bot.guide.library import Library
from bot.guide.outcome import Say
from bot.guide.planned import PlannedStep
from tests.guide.test_remind import labels, page, press
from tests.guide.walk import Walk


@pytest.fixture
def walk(library: Library) -> Walk:
    return Walk(library)


def chat_of(walk: Walk) -> Chat:
    assert walk.chat is not None
    return walk.chat


def steps(walk: Walk) -> tuple[PlannedStep, ...]:
    run = chat_of(walk).run
    assert run is not None
    return run.plan.steps


def led(walk: Walk, tag: str, behind: int) -> list[str]:
    """Ids of the steps behind one that are led with a movement of this kind."""
    return [step.id for step in steps(walk)[behind + 1 :] if step.form == "led" and tag in step.tags]


@pytest.mark.parametrize(
    ("way", "line"),
    [
        (("Pace", "Slower"), "Pace: slower"),
        (("At my pace",), "At your pace: each step waits for Done"),
        (("Text alone",), "Text alone, from the next session on"),
        (("Text alone", "In silence"), "Steps in text come in silence"),
        (("Breath", "Easier: 3 in, 4 out"), "Breath: in for 3, out for 4"),
        (("Days a week", "2"), "Days a week: 2"),
    ],
)
def test_what_is_tapped_is_set_and_said_on_the_same_page(walk: Walk, way: tuple[str, ...], line: str) -> None:
    shown = page(walk, "settings")
    for label in way:
        shown = press(walk, shown, label)
    assert f"• {line}" in shown.text.split("\n")


def test_the_boxes_are_ticked_in_place_and_kept_as_kinds_of_movement_with_a_date(walk: Walk) -> None:
    shown = press(walk, page(walk, "settings"), "What is left out")
    shown = press(walk, shown, "☐ Sore shoulder or neck")
    assert "☑ Sore shoulder or neck" in labels(shown)
    person = chat_of(walk).person
    assert person.left_out_tags == {"ARM", "NECK"}
    assert person.left_out_kept is not None
    assert person.left_out_kept.at == walk.now
    shown = press(walk, shown, "☑ Sore shoulder or neck")
    assert chat_of(walk).person.left_out_tags == frozenset()
    assert chat_of(walk).person.left_out_kept is None
    assert "• Some moves are left out" not in press(walk, shown, "Back").text


def test_a_new_tick_after_a_position_was_chosen_asks_for_the_position_again(walk: Walk) -> None:
    walk.to_settle().word("stop").wait(2000)
    assert chat_of(walk).person.positions
    press(walk, press(walk, page(walk, "settings"), "What is left out"), "☐ New hip")
    walk.word("backpain")
    assert "same" not in walk.buttons


def test_moves_left_out_by_name_are_taken_in_again(walk: Walk) -> None:
    walk.chat = replace(chat_of(walk), person=replace(chat_of(walk).person, left_out_poses=frozenset({"seated-reach"})))
    shown = press(walk, page(walk, "settings"), "What is left out")
    assert "One more move is out" in shown.text
    shown = press(walk, shown, "Take them in again")
    assert not chat_of(walk).person.left_out_poses
    assert "more move" not in shown.text


def test_a_box_ticked_in_a_session_takes_hold_at_the_next_step(walk: Walk) -> None:
    walk.to_step("reach")
    state = walk.state
    assert isinstance(state, Playing)
    assert led(walk, "ARM", state.step)
    shown = press(walk, page(walk, "settings"), "What is left out")
    press(walk, shown, "☐ Sore shoulder or neck")
    assert walk.state == state, "the step that is heard goes on"
    assert not led(walk, "ARM", state.step)
    assert not led(walk, "NECK", state.step)
    walk.wait(3600)
    assert chat_of(walk).run is None


def test_a_box_ticked_while_the_next_step_is_shown_and_has_not_begun_takes_hold_of_it(walk: Walk) -> None:
    walk.to_step("reach")
    heard = walk.state
    assert isinstance(heard, Playing)
    assert heard.due is not None
    walk.wait((heard.due - walk.now).total_seconds() + 1)
    shown = walk.state
    assert isinstance(shown, Playing)
    assert (walk.step, shown.step, shown.heard) == ("draw-back", heard.step + 1, heard.step)
    notes = chat_of(walk).run.notes  # type: ignore[union-attr]
    press(walk, press(walk, page(walk, "settings"), "What is left out"), "☐ Sore shoulder or neck")
    again = walk.state
    assert isinstance(again, Playing)
    assert (again.step, again.heard, again.after, again.cut) == (shown.step, shown.heard, shown.after, False)
    assert steps(walk)[again.step].form == "rest"
    assert again.silence == tuple(note.message for note in notes if note.begins > walk.now)


def test_a_box_ticked_while_paused_takes_hold_for_the_step_that_comes_again(walk: Walk) -> None:
    walk.to_step("reach").word("pause")
    press(walk, press(walk, page(walk, "settings"), "What is left out"), "☐ Sore shoulder or neck")
    walk.tap("resume")
    assert steps(walk)[chat_of(walk).state.step].form == "rest"  # type: ignore[union-attr]


def test_a_box_taken_away_in_a_session_leads_nothing_more_in_it(walk: Walk) -> None:
    press(walk, press(walk, page(walk, "settings"), "What is left out"), "☐ Sore shoulder or neck")
    walk.to_settle()
    press(walk, press(walk, page(walk, "settings"), "What is left out"), "☑ Sore shoulder or neck")
    assert not led(walk, "ARM", 0)


@pytest.mark.parametrize("way", [("again",), ("skip", "back"), ("pause", "resume")])
def test_again_does_not_lead_what_was_ticked_meanwhile(walk: Walk, way: tuple[str, ...]) -> None:
    walk.to_step("reach")
    press(walk, press(walk, page(walk, "settings"), "What is left out"), "☐ Sore shoulder or neck")
    walk.word(*way)
    assert walk.step == "reach"
    assert steps(walk)[chat_of(walk).state.step].form == "rest"  # type: ignore[union-attr]


def test_a_box_that_is_a_part_of_another_is_not_ticked_for_it(walk: Walk) -> None:
    shown = press(walk, page(walk, "settings"), "What is left out")
    shown = press(walk, shown, "☐ Dizzy, or high eye pressure")
    assert [label for label in labels(shown) if label.startswith("☑")] == ["☑ Dizzy, or high eye pressure"]
    walk.event(Menu("settings.out.tick.unsteady"))
    assert walk.said == Say("tick-in-another")
    shown = page(walk, "settings.out")
    shown = press(walk, shown, "☑ Dizzy, or high eye pressure")
    assert not chat_of(walk).person.left_out_tags


@pytest.mark.parametrize("kept", [True, False])
def test_a_move_is_left_out_from_a_steps_own_buttons_from_now_on_where_that_may_be_kept(walk: Walk, kept: bool) -> None:
    if kept:
        page(walk, "privacy.yes")
    walk.to_step("reach").tap("more", "leave")
    assert walk.said is None or walk.said == Say("toast-leave-kept" if kept else "toast-leave")
    assert walk.step == "draw-back"
    walk.word("back")
    assert steps(walk)[chat_of(walk).state.step].form == "rest"  # type: ignore[union-attr]
    walk.word("stop").tap("noscore")
    assert bool(chat_of(walk).person.left_out_poses) == kept
    walk.word("backpain").tap("same").tap("done")
    forms = {step.id: step.form for step in steps(walk)}
    assert (forms["reach"], forms["draw-back"]) == ("rest" if kept else "led", "led")
    page(walk, "privacy.no")
    assert not chat_of(walk).person.left_out_poses, "it was kept by that consent"

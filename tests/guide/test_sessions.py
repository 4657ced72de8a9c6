"""Every session, every position, every safeguard, as stories."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.guide.chat import Browsing, Choosing, Held, Idle, LeavingOut, Notice, Playing, Scoring, Summary, Weighing
from bot.guide.content import TICKS, Tag
from bot.guide.events import Do
from bot.guide.library import Library
from bot.guide.person import Dated, Hold
from bot.guide.plan import Options, Spoken, plan
from bot.guide.planned import Plan
from tests.guide.walk import Walk


def planned(walk: Walk) -> Plan:
    assert walk.chat is not None
    assert walk.chat.run is not None
    return walk.chat.run.plan


def forms(walk: Walk) -> dict[str, str]:
    return {step.id: step.form for step in planned(walk).steps}


def everywhere(library: Library) -> list[tuple[str, str]]:
    return [(s.id, str(p)) for s in library.content.sessions.values() if not s.continues for p in s.positions]


# ── every session ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_list_says_what_there_is_with_length_and_position(walk: Walk) -> None:
    walk.word("sessions")
    assert isinstance(walk.state, Browsing)
    assert walk.buttons[0] == "go.classic"
    assert set(walk.buttons) == {f"go.{name}" for name in ("classic", "two", "desk", "breathing", "morning", "evening")}
    assert "about 8 min · chair, mat, rest" in walk.text


def test_each_session_is_led_to_its_end_by_time_alone_in_each_position(library: Library) -> None:
    for session, position in everywhere(library):
        walk = Walk(library).to_session(session)
        if isinstance(walk.state, Choosing):
            walk.tap(position)
        for step in planned(walk).steps:
            if walk.step == step.id and step.advance == "tap":
                walk.tap("done")
        walk.wait(1200)
        shown = [c.run.plan.steps[c.state.step].id for _, c in walk.shown if c.run and isinstance(c.state, Playing)]
        assert len(shown) == len(set(shown)), (session, position)
        silent = session == "evening"
        assert isinstance(walk.state, Idle if silent else Scoring), (session, position, walk.state)


def test_the_night_ends_in_silence_and_is_never_scored(walk: Walk) -> None:
    walk.to_session("evening", "lying")
    assert not [action for action in walk.buttons if action.startswith("score")]
    sent = len(walk.shown)
    walk.tap("done").wait(1200)
    assert walk.state == Idle(at=walk.state.at, seen=walk.state.at)  # type: ignore[attr-defined]
    assert len([c for _, c in walk.shown[sent:] if not isinstance(c.state, Playing)]) == 0
    walk.to_session("evening", "lying").tap("done").wait(30).word("stop")
    assert isinstance(walk.state, Idle), "stopped early it asks nothing either"
    assert walk.state.words == "stopped"


def test_two_minutes_begin_at_once(walk: Walk) -> None:
    walk.to_session("two", "chair")
    assert walk.step == "two-breaths"
    walk.wait(125)
    assert isinstance(walk.state, Scoring)


def test_breathing_needs_no_notice_and_asks_for_no_position(walk: Walk) -> None:
    walk.word("sessions").tap("go.breathing")
    assert walk.step == "breath-settle"


def test_the_same_session_begins_again_with_one_tap_in_the_position_of_last_time(walk: Walk) -> None:
    walk.to_session("desk", "chair").word("stop").word("sessions").tap("go.desk", "same")
    assert walk.step == "desk-feet-down"
    walk.word("stop").word("sessions").tap("go.morning")
    assert "same" not in walk.buttons, "another session has no last time"


def test_start_over_begins_the_same_session_and_another_is_one_tap_away(walk: Walk) -> None:
    walk.to_session("desk", "chair").word("backpain").tap("over")
    assert isinstance(walk.state, Notice)
    assert walk.state.session == "desk"
    walk.tap("same").word("sessions").tap("sessions")
    assert isinstance(walk.state, Browsing)
    assert walk.chat is not None
    assert walk.chat.run is None


# ── sides ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_which_side_comes_first_changes_by_day_and_both_get_equal_time(walk: Walk) -> None:
    walk.to_session("desk", "chair")
    one = next(step for step in planned(walk).steps if step.id == "desk-turn")
    walk.word("stop").wait(86400).to_session("desk", "chair")
    other = next(step for step in planned(walk).steps if step.id == "desk-turn")
    assert {one.side, other.side} == {"left", "right"}
    said = [" ".join(phrase.text for phrase in step.told.script.phrases) for step in (one, other)]
    assert said[0] != said[1]
    for text, step in zip(said, (one, other), strict=True):
        assert "Swap." in text
        swap = next(i for i, p in enumerate(step.told.script.phrases) if p.text.startswith("Swap."))
        phrases = step.told.script.phrases
        first = phrases[swap].at - phrases[1].at
        assert step.length - phrases[swap].at == pytest.approx(first), "equal time"


# ── what is left out ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_boxes_are_ticked_in_place_and_only_the_tags_are_kept(walk: Walk) -> None:
    walk.to_position().tap("leave-out")
    walk.tap("tick.canal", "tick.shoulder", "tick.shoulder", "tick.leg")
    assert isinstance(walk.state, LeavingOut)
    assert walk.state.ticks == {"canal", "leg"}
    assert walk.state.on is not None
    walk.tap("keep-out")
    assert isinstance(walk.state, Choosing)
    assert walk.chat is not None
    assert walk.chat.person.left_out_tags == {"EXT", "FLEX", "ROT", "NERVE"}
    assert walk.chat.person.left_out_kept == Dated(version="1", at=walk.now)
    walk.tap("chair")
    assert forms(walk)["small-lift"] == "rest"
    assert forms(walk)["reach"] == "rest"
    assert forms(walk)["draw-back"] == "led", "it has words for who leaves rounding out"
    walk.word("stop").word("backpain").tap("same")
    assert forms(walk)["small-lift"] == "rest"


def test_only_today_is_forgotten_with_the_run_and_asks_for_the_position_anew(walk: Walk) -> None:
    walk.to_settle().word("stop").word("backpain").tap("change", "leave-out", "tick.shoulder", "today", "chair")
    assert forms(walk)["draw-back"] == "rest"
    assert walk.chat is not None
    assert not walk.chat.person.left_out_tags
    assert not walk.chat.person.left_out_kept
    walk.word("stop").word("backpain")
    assert "same" not in walk.buttons
    walk.tap("none", "chair")
    assert forms(walk)["draw-back"] == "led"


def test_boxes_that_are_opened_once_more_and_left_by_back_change_nothing(walk: Walk) -> None:
    walk.to_position().tap("leave-out", "tick.shoulder", "today", "leave-out", "tick.canal", "return", "chair")
    assert forms(walk)["draw-back"] == "rest"
    assert forms(walk)["small-lift"] == "led"


def test_what_is_left_out_can_be_seen_in_the_mind_instead(walk: Walk) -> None:
    walk.to_position().tap("leave-out", "tick.shoulder", "imagine", "keep-out", "chair")
    step = next(s for s in planned(walk).steps if s.id == "draw-back")
    assert step.form == "imagine"
    assert step.length == step.rest.script.length
    assert [p.at for p in step.told.script.phrases[1:]] == [30.0]
    assert "See it again." in [p.text for p in step.told.script.phrases]


def test_a_twin_lasts_exactly_as_long_as_its_step_everywhere(library: Library) -> None:
    every = frozenset(str(tag) for tag in Tag)
    for session in library.content.sessions.values():
        for position in session.positions:
            walk = Walk(library)
            assert walk.chat is not None
            for imagine in (False, True):
                person = replace(walk.chat.person, imagine=imagine)
                options = Options(content=library.content, position=position, voice=None)
                full = plan(session, person, options)
                out = plan(session, person, replace(options, left_out=every))
                assert [s.id for s in full.steps] == [s.id for s in out.steps]
                assert [s.length for s in full.steps] == [s.length for s in out.steps], session.id
                led = [s.id for s in out.steps if s.form == "led" and set(s.tags) - {"PACE"}]
                assert led in ([], ["desk-legs"]), "that one has words for who sits"


def test_a_change_of_position_whose_steps_all_fall_out_falls_out_too(walk: Walk) -> None:
    walk.to_position().tap("leave-out", "tick.shoulder", "today", "mat")
    assert forms(walk)["to-sit"] == "rest", "all that it leads to falls out"
    assert forms(walk)["sit-again"] == "led", "the small lift does not"
    walk.word("stop").to_position().tap("leave-out", "tick.shoulder", "tick.canal", "tick.leg", "today", "mat", "mat")
    assert forms(walk)["to-sit"] == forms(walk)["sit-again"] == "rest"
    assert "Next:" not in "".join(str(p) for p in walk.screen)


def test_who_cannot_get_to_the_floor_is_not_offered_the_mat(walk: Walk) -> None:
    walk.to_position().tap("leave-out", "tick.floor", "keep-out")
    assert [action for action in walk.buttons if action in ("chair", "mat", "rest")] == ["chair", "rest"]
    walk.word("stop").word("sessions").tap("go.morning").tap("change", "leave-out", "tick.unsteady", "keep-out")
    assert [action for action in walk.buttons if action in ("stand", "chair", "rest")] == ["chair", "rest"]


def test_where_much_falls_out_another_position_is_offered_with_the_figures(walk: Walk) -> None:
    walk.to_position().tap("leave-out", "tick.shoulder", "tick.canal", "tick.leg", "today", "mat")
    assert isinstance(walk.state, Weighing)
    assert walk.state.figures[0][0] == "mat"
    assert "On the mat: 6 of 12" in walk.text
    assert "In the chair: 4 of 11" in walk.text
    assert walk.buttons == ["mat", "chair", "rest", "return"]
    walk.tap("mat")
    assert walk.step == "settle", "the choice is theirs"


def test_no_single_tick_makes_the_classic_lose_more_than_a_third(library: Library) -> None:
    for tick, tags in TICKS.items():
        for position in ("chair", "mat"):
            walk = Walk(library)
            assert walk.chat is not None
            options = Options(
                content=library.content,
                position=position,
                voice=None,
                left_out=frozenset(str(tag) for tag in tags),
                spoken=Spoken(),
            )
            made = plan(library.content.sessions["classic"], walk.chat.person, options)
            assert not made.much_falls_out, (tick, position, made.share)


# ── cautions, changes ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_hurts_in_a_caution_is_the_movement_it_stands_before(library: Library) -> None:
    walk = Walk(library, new=True).to_step("reach-caution").tap("hurts", "twin")
    assert walk.step == "reach"
    assert forms(walk)["reach"] == "rest"
    walk = Walk(library, new=True).to_step("reach-caution").tap("hurts", "leave")
    assert walk.step == "reach"
    assert forms(walk)["reach"] == "rest"
    assert forms(walk)["reach-again"] == "rest"


def test_what_is_left_out_is_not_warned_of(library: Library) -> None:
    walk = Walk(library, new=True).to_step("reach").tap("hurts", "leave")
    assert "reach-caution" not in forms(walk)
    assert walk.step == "draw-back-caution", "the next one still is"


def test_a_skipped_step_does_not_skip_the_caution_of_the_next(library: Library) -> None:
    walk = Walk(library, new=True).to_step("to-the-back").tap("more", "skip")
    assert walk.step == "reach-caution"
    walk.tap("more", "back")
    assert walk.step == "to-the-back"


def test_the_caution_of_a_set_up_is_told_at_its_end(library: Library) -> None:
    walk = Walk(library, new=True).to_session("morning", "stand")
    assert walk.step == "morning-move"
    assert "Tell a doctor" in walk.text
    assert planned(walk).steps[0].length == 68


def test_a_set_up_that_is_rested_through_has_not_told_its_caution(library: Library) -> None:
    walk = Walk(library, new=True).word("sessions")
    walk.event(Do("go.breathing", on=walk.message, id="run")).word("hurts").tap("twin").word("stop")  # it never came
    walk.word("sessions").tap("go.breathing")
    assert "Lung or heart trouble?" in walk.text


def test_a_change_of_position_is_announced_one_step_before_and_can_be_made_longer(walk: Walk) -> None:
    walk.to_step("three-breaths", "mat")
    assert "Next: To sitting" in walk.text
    walk.wait(60)
    assert walk.step == "to-sit"
    assert "plus" in walk.buttons, "on its first page"
    assert planned(walk).steps[3].length == 40
    walk.tap("plus").wait(45)
    assert walk.step == "to-sit-quiet"


# ── holds and scores ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_after_a_sign_of_now_only_breathing_is_open(walk: Walk) -> None:
    walk.word("backpain").tap("unsure", "now").word("sessions").tap("go.morning")
    assert isinstance(walk.state, Held)
    assert walk.buttons == ["breathing", "notnow"]
    walk.tap("breathing")
    assert walk.step == "breath-settle"


def test_under_see_someone_first_every_session_is_open_in_rest(library: Library) -> None:
    for session in ("classic", "two", "desk", "morning", "evening"):
        walk = Walk(library).word("backpain").tap("unsure", "see", "notnow").word("sessions").tap(f"go.{session}")
        assert isinstance(walk.state, Held)
        walk.tap("rest")
        assert planned(walk).session == session
        assert not planned(walk).moves


def test_after_the_hold_the_session_that_was_asked_for_goes_on(walk: Walk) -> None:
    walk.word("backpain").tap("unsure", "see", "notnow").word("sessions").tap("go.desk", "yes")
    assert isinstance(walk.state, Notice)
    assert walk.state.session == "desk"


def test_a_high_score_offers_breathing_and_starts_nothing(walk: Walk) -> None:
    walk.to_settle().tap("score.8")
    assert walk.step == "settle"
    assert "That is a lot. Shall we begin with breathing?" in walk.text
    assert walk.buttons[:2] == ["breathing", "done"]
    walk.tap("score.7")
    assert "That is a lot" not in walk.text
    walk.tap("score.9", "breathing")
    assert walk.step == "breath-settle"
    assert walk.state.silence, "the note of the set-up falls silent"  # type: ignore[attr-defined]
    assert walk.chat is not None
    assert walk.chat.run is not None
    assert walk.chat.run.before == 9
    assert "That is a lot" not in walk.text, "asked once"


def test_up_by_two_at_the_end_the_kind_words_and_something_lighter(walk: Walk) -> None:
    walk.to_settle().tap("score.3", "done").wait(30).word("stop").tap("score.5")
    assert isinstance(walk.state, Summary)
    assert "That went up." in walk.text
    assert walk.buttons == ["go.two", "rest", "keep-yes", "keep-no"]
    walk.tap("rest")
    assert planned(walk).position == "rest"
    walk.tap("end").to_settle().tap("score.3", "done").wait(30).word("stop").tap("score.5", "go.two")
    assert isinstance(walk.state, Notice)


def test_the_offer_of_something_lighter_has_its_time(walk: Walk) -> None:
    walk.to_settle().tap("score.3", "done").wait(30).word("stop").tap("score.5").wait(1801)
    assert walk.state == Idle(at=walk.now - timedelta(seconds=1), seen=walk.now - timedelta(seconds=1))


def test_one_point_up_offers_nothing(walk: Walk) -> None:
    walk.to_settle().tap("score.3", "done").wait(30).word("stop").tap("score.4")
    assert walk.buttons == ["keep-yes", "keep-no"]


def test_the_number_is_that_of_the_persons_country(walk: Walk, library: Library) -> None:
    walk.library = replace(library, zones={"Europe/London": "GB"})
    assert walk.chat is not None
    walk.chat = replace(walk.chat, person=replace(walk.chat.person, zone="Europe/London"))
    walk.word("backpain").tap("unsure", "now")
    assert "Call 999" in walk.text
    walk.chat = replace(walk.chat, person=replace(walk.chat.person, zone=None, hold=None))
    walk.word("backpain").tap("unsure", "now")
    assert "the one that works where you are" in walk.text


# ── further ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("position", ["chair", "mat", "rest"])
def test_the_continuation_follows_the_last_rest(walk: Walk, position: str) -> None:
    walk.to_step("rest-low-back", position)
    assert "further" in walk.buttons
    length = len(planned(walk).steps)
    walk.tap("further")
    assert walk.step == "rest-low-back", "it is heard to its end"
    assert "further" not in walk.buttons
    made = planned(walk)
    assert len(made.steps) > length
    assert made.steps[-1].id == "come-back"
    walk.wait(900)
    assert isinstance(walk.state, Scoring)
    shown = [c.run.plan.steps[c.state.step].id for _, c in walk.shown if c.run and isinstance(c.state, Playing)]
    assert shown[-1] == "come-back"
    assert ("hip-rock" in shown) == (position != "mat")


def test_from_the_close_it_begins_at_once_and_its_note_falls_silent(walk: Walk) -> None:
    walk.to_step("come-back")
    note = walk.message
    walk.tap("further")
    assert walk.step == "hip-rock"
    assert note in walk.state.silence  # type: ignore[attr-defined]


def test_a_close_that_has_not_begun_gives_way_in_the_same_chain(walk: Walk) -> None:
    walk.to_step("rest-low-back")
    assert isinstance(walk.state, Playing)
    assert walk.state.ends is not None
    walk.wait((walk.state.ends - walk.now).total_seconds() - 2)
    assert walk.step == "come-back"
    note, ends = walk.message, walk.state.after
    walk.tap("further")
    assert walk.step == "hip-rock"
    assert isinstance(walk.state, Playing)
    assert note in walk.state.silence
    assert walk.state.after == ends
    assert not walk.state.cut


def test_where_more_than_a_third_falls_out_it_is_offered_resting(walk: Walk) -> None:
    walk.to_position().tap("leave-out", "tick.pregnant", "today", "mat")
    more = planned(walk).more
    assert more is not None
    assert more.position == "rest"
    while walk.step != "rest-low-back":
        walk.wait(3).tap("done")
    assert "resting" in "".join(b.text for part in walk.screen for row in part.buttons for b in row)
    walk.wait(3).tap("further")
    assert not any(s.moves for s in planned(walk).steps if s.id == "hip-crossover")


def test_what_was_left_out_on_the_way_stays_out_in_the_continuation(walk: Walk, library: Library) -> None:
    walk.to_step("rest-low-back")
    assert walk.chat is not None
    assert walk.chat.run is not None
    walk.chat = replace(walk.chat, run=replace(walk.chat.run, poses=frozenset({"slow-turn"})))
    walk.tap("further")
    assert forms(walk)["slow-turn"] == "rest"


# ── the breath ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_easier_breath_counts_from_the_next_step_on_and_is_kept(walk: Walk) -> None:
    walk.word("sessions").tap("go.breathing", "done").wait(40)
    while walk.step != "breath-ease-in":
        walk.wait(3).tap("done")
    before = planned(walk)
    walk.wait(3).tap("more", "breath-easier")
    after = planned(walk)
    here = [s.id for s in after.steps].index("breath-ease-in")
    assert after.steps[: here + 1] == before.steps[: here + 1]
    assert after.steps[here + 1].length < before.steps[here + 1].length
    assert walk.chat is not None
    assert walk.chat.person.breath == "easier"


def test_my_own_breath_is_not_counted(walk: Walk) -> None:
    walk.to_step("three-breaths").tap("more", "breath-own").word("stop").wait(60).word("backpain").tap("same")
    step = next(s for s in planned(walk).steps if s.id == "three-breaths")
    said = [phrase.text for phrase in step.told.script.phrases]
    assert "At your own pace." in said
    assert "Breathe in." not in said
    assert step.length == 42


# ── double taps ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_double_tap_on_a_box_or_on_more_quiet_counts_once(walk: Walk) -> None:
    walk.to_position().tap("leave-out", "tick.leg").wait(0.3).tap("tick.leg")
    assert isinstance(walk.state, LeavingOut)
    assert walk.state.ticks == {"leg"}
    walk.wait(2).tap("tick.leg")
    assert not walk.state.ticks, "later it is meant"
    walk.tap("return", "mat").wait(3).tap("done")
    while walk.step != "to-sit":
        walk.wait(3).tap("done")
    walk.wait(3).tap("plus").wait(0.3).tap("plus")
    assert [s.id for s in planned(walk).steps].count("to-sit-quiet") == 1
    walk.wait(3).tap("plus")
    assert [s.id for s in planned(walk).steps].count("to-sit-quiet") == 2


def test_a_movement_without_a_tag_is_one_all_the_same(library: Library) -> None:
    rolls = next(s for s in library.content.sessions["desk"].steps if s.id == "desk-rolls")
    assert not rolls.tags
    assert rolls.moves


# ── nothing goes round the gates ──────────────────────────────────────────────────────────────────────────────────────
def test_a_hold_that_appears_in_a_resting_run_keeps_it_open_unless_it_is_for_now(walk: Walk) -> None:
    walk.to_step("breathe", "rest")
    assert walk.chat is not None
    chat = walk.chat
    walk.chat = replace(chat, person=replace(chat.person, hold=Hold()))
    walk.tap("done")
    assert isinstance(walk.state, Playing)
    walk.chat = replace(walk.chat, person=replace(chat.person, hold=Hold(until=walk.now + timedelta(hours=1))))
    walk.wait(3).tap("done")
    assert isinstance(walk.state, Held)


def test_a_session_that_is_gone_from_the_content_is_begun_as_the_classic(walk: Walk, library: Library) -> None:
    walk.to_session("desk", "chair").word("backpain")
    sessions = {id: s for id, s in library.content.sessions.items() if id != "desk"}  # noqa: A001
    walk.library = replace(library, content=replace(library.content, sessions=sessions))
    walk.tap("over")
    assert isinstance(walk.state, Notice)
    assert walk.state.session == "classic"

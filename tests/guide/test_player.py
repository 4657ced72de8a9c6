"""What happens, as stories: first what is legal, then that illegal moves change nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.guide.chat import (
    Chat,
    Choosing,
    Forgetting,
    Held,
    Hurting,
    Idle,
    Notice,
    Paused,
    Playing,
    Scoring,
    Signs,
    Summary,
    Unsure,
)
from bot.guide.events import Crisis, Delivered, Do, GaveUp, Gone, NoVoice, Spoke, Tick
from bot.guide.library import Library
from bot.guide.person import Hold
from bot.guide.player import LEAD, cut_if_late, wake_at
from tests.guide.walk import Walk

CLASSIC = [
    "settle",
    "breathe",
    "three-breaths",
    "to-the-back",
    "reach",
    "draw-back",
    "reach-again",
    "let-go",
    "small-lift",
    "rest-low-back",
    "come-back",
]


# ── the way in ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_two_taps_from_backpain_to_the_first_step_the_first_time(walk: Walk) -> None:
    walk.word("backpain")
    assert isinstance(walk.state, Notice)
    assert walk.state.full
    walk.tap("none")
    assert isinstance(walk.state, Choosing)
    walk.tap("chair")
    assert walk.step == "settle"


def test_one_tap_the_next_time(walk: Walk) -> None:
    walk.to_settle().word("stop").wait(3600)
    walk.word("backpain")
    assert isinstance(walk.state, Notice)
    assert not walk.state.full
    walk.tap("same")
    assert walk.step == "settle"


def test_the_notice_comes_in_full_again_after_thirty_days(walk: Walk) -> None:
    walk.to_settle().word("stop").wait(30 * 86400)
    walk.word("backpain")
    assert isinstance(walk.state, Notice)
    assert walk.state.full


def test_daily_use_does_not_put_off_the_full_notice(walk: Walk) -> None:
    walk.to_settle().word("stop")
    full = []
    for day in range(1, 62):
        walk.wait(86400).word("backpain")
        assert isinstance(walk.state, Notice)
        if walk.state.full:
            full.append(day)
            walk.tap("none", "chair")
        else:
            walk.tap("same")
        walk.word("stop")
    assert full == [30, 60]


def test_the_notice_comes_in_full_again_when_its_text_has_changed(walk: Walk, library: Library) -> None:
    walk.to_settle().word("stop")
    content = replace(library.content, safety=replace(library.content.safety, version="next"))
    walk.library = replace(library, content=content)
    walk.word("backpain")
    assert isinstance(walk.state, Notice)
    assert walk.state.full


def test_the_acknowledgement_is_kept_with_the_version_of_the_text(walk: Walk, library: Library) -> None:
    walk.to_position()
    assert walk.chat is not None
    assert walk.chat.person.acknowledged is not None
    assert walk.chat.person.acknowledged.version == library.content.safety.version


def test_not_now_says_so_kindly_and_keeps_nothing(walk: Walk) -> None:
    walk.word("backpain").tap("notnow")
    assert isinstance(walk.state, Idle)
    assert walk.chat is not None
    assert walk.chat.person.acknowledged is None
    assert not walk.buttons


# ── holds ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_sign_of_now_holds_movement_for_a_day_and_then_asks(walk: Walk) -> None:
    walk.word("backpain").tap("unsure", "now")
    assert isinstance(walk.state, Idle)
    assert not walk.buttons
    walk.wait(3600).word("backpain")
    assert isinstance(walk.state, Held)
    assert walk.state.why == "wait"
    assert "yes" not in walk.buttons
    walk.wait(24 * 3600).word("backpain")
    assert isinstance(walk.state, Held)
    assert walk.state.why == "seen"
    walk.tap("yes")
    assert isinstance(walk.state, Notice)
    assert walk.state.full


def test_not_yet_holds_for_another_day(walk: Walk) -> None:
    walk.word("backpain").tap("unsure", "now").wait(25 * 3600).word("backpain").tap("notyet")
    walk.wait(23 * 3600).word("backpain")
    assert isinstance(walk.state, Held)
    assert walk.state.why == "wait"


def test_see_someone_first_holds_until_somebody_agreed(walk: Walk) -> None:
    walk.word("backpain").tap("unsure", "see")
    assert isinstance(walk.state, Held)
    walk.tap("notnow").wait(90 * 86400).word("backpain")
    assert isinstance(walk.state, Held)
    assert walk.state.why == "agreed"
    walk.tap("notyet").word("backpain").tap("yes")
    assert isinstance(walk.state, Notice)


def test_under_a_hold_the_classic_in_rest_is_open_and_nothing_moves(walk: Walk) -> None:
    walk.word("backpain").tap("unsure", "see", "rest")
    seen = [walk.step]
    while isinstance(walk.state, Playing):
        assert walk.chat is not None
        assert walk.chat.run is not None
        planned = walk.chat.run.plan.steps[walk.state.step]
        assert planned.form == "rest" or not planned.tags or planned.tags == ("PACE",)
        walk.wait(3).tap("done")
        if isinstance(walk.state, Playing):
            seen.append(walk.step)
    assert seen == CLASSIC
    assert walk.chat is not None
    assert not walk.chat.person.positions, "a hold does not change the remembered position"


def test_a_hold_that_appears_under_a_run_with_movement_ends_it(walk: Walk) -> None:
    walk.to_step("reach")
    assert walk.chat is not None
    walk.chat = replace(walk.chat, person=replace(walk.chat.person, hold=Hold()))
    walk.tap("done")
    assert isinstance(walk.state, Held)


def test_a_day_of_hold_is_not_cut_short_by_the_other_list(walk: Walk) -> None:
    walk.word("backpain").tap("unsure", "now").wait(60).word("backpain").tap("breathing")
    walk.wait(5).tap("done").wait(5).tap("hurts", "sharp", "unsure", "see")
    walk.word("backpain")
    assert isinstance(walk.state, Held)
    assert walk.state.why == "wait"


def test_after_yes_only_the_full_notice_opens_movement(walk: Walk) -> None:
    walk.to_settle().word("stop").word("backpain").tap("unsure", "see", "notnow").word("backpain").tap("yes", "notnow")
    walk.word("backpain")
    assert isinstance(walk.state, Notice)
    assert walk.state.full


def test_back_from_the_lists_returns_to_the_notice(walk: Walk) -> None:
    walk.word("backpain").tap("unsure")
    assert isinstance(walk.state, Unsure)
    walk.tap("return")
    assert isinstance(walk.state, Notice)


# ── the steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("position", ["chair", "rest"])
def test_the_whole_classic_by_done(walk: Walk, position: str) -> None:
    walk.to_settle(position)
    seen = []
    while isinstance(walk.state, Playing):
        seen.append(walk.step)
        walk.wait(3).tap("done")
    assert seen == CLASSIC
    assert isinstance(walk.state, Scoring)
    walk.tap("score.3")
    assert isinstance(walk.state, Summary)
    assert walk.chat is not None
    assert walk.chat.run is None


@pytest.mark.parametrize("position", ["chair", "rest"])
def test_the_whole_classic_by_time_alone(walk: Walk, position: str) -> None:
    walk.to_settle(position).tap("done").wait(600)
    steps = [c.run.plan.steps[c.state.step].id for _, c in walk.shown if isinstance(c.state, Playing) and c.run]
    assert steps == CLASSIC
    assert isinstance(walk.state, Scoring)


def test_the_set_up_waits_for_done_and_pauses_after_five_minutes(walk: Walk) -> None:
    walk.to_settle().wait(299)
    assert walk.step == "settle"
    walk.wait(2)
    assert isinstance(walk.state, Paused)
    walk.tap("resume")
    assert walk.step == "settle"


def test_with_voice_the_next_step_is_there_before_the_note_ends(walk: Walk) -> None:
    walk.to_settle().tap("done")
    assert isinstance(walk.state, Playing)
    ends = walk.state.ends
    assert ends is not None
    walk.wait((ends - walk.now).total_seconds() - LEAD + 0.1)
    assert walk.step == "three-breaths"
    assert walk.now < ends


def test_no_drift_over_a_whole_run_with_answers_of_300_milliseconds(library: Library) -> None:
    walk = Walk(library, latency=0.3).to_settle().tap("done")
    begun = walk.shown[-1][0]
    walk.wait(590)
    finished = next(at for at, chat in walk.shown if isinstance(chat.state, Scoring))
    assert walk.chat is not None
    run = next(chat.run for _, chat in walk.shown if chat.run)
    notes = sum(step.length for step in run.plan.steps[1:])
    assert abs((finished - begun).total_seconds() - notes) < 0.5


def test_in_text_the_next_step_comes_at_the_end_and_sounds(read: Walk) -> None:
    read.to_settle().tap("done")
    assert isinstance(read.state, Playing)
    ends = read.state.ends
    assert wake_at(read.state) == ends
    assert not read.screen[-1].silent


def test_while_the_next_step_has_not_begun_the_buttons_speak_of_the_one_being_heard(walk: Walk) -> None:
    walk.to_settle().tap("done")
    assert isinstance(walk.state, Playing)
    assert walk.state.ends is not None
    walk.wait((walk.state.ends - walk.now).total_seconds() - 2)
    assert walk.step == "three-breaths"
    state = walk.state
    again = Walk(walk.library, walk.now, chat=walk.chat, message=walk.message)
    assert again.tap("again").step == "breathe"
    paused = Walk(walk.library, walk.now, chat=walk.chat, message=walk.message).tap("pause")
    assert isinstance(paused.state, Paused)
    assert paused.state.step == 1
    hurts = Walk(walk.library, walk.now, chat=walk.chat, message=walk.message).tap("hurts")
    assert isinstance(hurts.state, Hurting)
    assert hurts.state.step == 1
    sent = len(walk.shown)
    walk.tap("done")
    assert len(walk.shown) == sent, "Done starts the shown step and sends nothing"
    assert isinstance(walk.state, Playing)
    assert walk.state.step == state.step
    assert walk.state.after == walk.now


def test_what_stops_silences_the_voice(walk: Walk) -> None:
    walk.to_step("reach")
    note = walk.message
    for action in ("pause", "skip", "hurts"):
        other = Walk(walk.library, walk.now, chat=walk.chat, message=walk.message).word(action)
        assert isinstance(other.chat, Chat)
        assert note in other.chat.state.silence, action
    for action in ("done", "again"):
        other = Walk(walk.library, walk.now, chat=walk.chat, message=walk.message).word(action)
        assert isinstance(other.chat, Chat)
        assert not other.chat.state.silence, action


def test_the_caption_asks_for_a_tap_only_where_the_chain_was_cut(walk: Walk) -> None:
    walk.to_settle().tap("done")
    assert isinstance(walk.state, Playing)
    assert walk.state.cut
    assert "Tap to listen" in walk.text
    assert walk.state.ends is not None
    walk.wait((walk.state.ends - walk.now).total_seconds() + 1)
    assert isinstance(walk.state, Playing)
    assert not walk.state.cut
    assert "Tap to listen" not in walk.text


def test_thirty_more_quiet_seconds_come_after_the_step_being_heard(walk: Walk) -> None:
    walk.to_step("breathe").tap("more", "plus")
    assert walk.step == "breathe"
    assert isinstance(walk.state, Playing)
    assert walk.state.ends is not None
    walk.wait((walk.state.ends - walk.now).total_seconds() + 1)
    assert walk.step == "breathe-quiet"
    assert walk.chat is not None
    assert walk.chat.run is not None
    assert walk.chat.run.plan.place(walk.state.step) == (2, 11)
    walk.wait(30)
    assert walk.step == "three-breaths"


def test_thirty_quiet_seconds_go_before_a_step_that_has_not_begun(walk: Walk) -> None:
    walk.to_settle().tap("done")
    assert isinstance(walk.state, Playing)
    assert walk.state.ends is not None
    walk.wait((walk.state.ends - walk.now).total_seconds() - 3)
    ends, unbegun = walk.state.after, walk.message
    assert walk.step == "three-breaths"
    walk.tap("more", "plus")
    assert walk.step == "breathe-quiet"
    assert isinstance(walk.state, Playing)
    assert walk.state.after == ends, "the chain goes on"
    assert unbegun in walk.state.silence


def test_back_skip_and_again(walk: Walk) -> None:
    walk.to_step("draw-back").tap("more", "back")
    assert walk.step == "reach"
    walk.wait(5).tap("again")
    assert walk.step == "reach"
    walk.wait(5).tap("more", "skip")
    assert walk.step == "draw-back"


def test_pause_keeps_the_place_and_resume_sends_the_step_anew(walk: Walk) -> None:
    walk.to_step("reach").tap("pause").wait(3600).tap("resume")
    assert walk.step == "reach"
    assert isinstance(walk.state, Playing)
    assert walk.state.ends is not None
    assert (walk.state.ends - walk.now).total_seconds() == pytest.approx(45, abs=5)


def test_a_pause_of_a_day_ends_the_run_in_silence(walk: Walk) -> None:
    walk.to_step("reach").tap("pause").wait(24 * 3600 + 1)
    assert walk.state == Idle(at=walk.chat.state.at, seen=walk.chat.state.seen)  # type: ignore[union-attr]
    assert walk.chat is not None
    assert walk.chat.run is None


def test_at_my_pace_nothing_moves_before_done(walk: Walk) -> None:
    walk.to_step("breathe").tap("more", "pace-mine")
    walk.wait(60)
    assert walk.step == "three-breaths", "the present step keeps its time; the setting takes hold at the next"
    walk.wait(1700)
    assert walk.step == "three-breaths"
    walk.wait(120)
    assert isinstance(walk.state, Paused)
    assert walk.state.why == "idle"
    walk.tap("resume").wait(10).tap("done")
    assert walk.step == "to-the-back"


def test_a_double_tap_on_done_before_the_next_has_begun_counts_once(walk: Walk) -> None:
    walk.to_settle().tap("done")
    assert isinstance(walk.state, Playing)
    assert walk.state.ends is not None
    walk.wait((walk.state.ends - walk.now).total_seconds() - 2)
    assert walk.step == "three-breaths"
    walk.tap("done").wait(0.3).tap("done")
    assert walk.step == "three-breaths"
    walk.wait(3).tap("done")
    assert walk.step == "to-the-back"


def test_a_step_that_goes_out_late_asks_to_be_tapped(walk: Walk) -> None:
    walk.to_step("breathe").now += timedelta(seconds=60)
    assert walk.chat is not None
    due = wake_at(walk.chat.state)
    assert due is not None
    walk.event(Tick(), due)
    assert walk.chat is not None
    walk.chat = cut_if_late(walk.chat, walk.now)
    assert "Tap to listen" in walk.text


def test_a_double_tap_on_done_skips_no_step(walk: Walk) -> None:
    walk.to_step("breathe").tap("done").wait(0.2).tap("done")
    assert walk.step == "three-breaths"


def test_a_tap_that_is_itself_the_receipt_counts(walk: Walk) -> None:
    walk.to_step("breathe").event(Do("done")).wait(20).event(Delivered(900)).event(Do("done", on=900))
    assert walk.step == "to-the-back"


def test_a_note_played_late_falls_silent_as_well(walk: Walk) -> None:
    walk.to_settle().wait(33)
    note = walk.message
    walk.word("hurts")
    assert note in walk.state.silence  # type: ignore[attr-defined]


def test_leaving_a_still_step_out_keeps_the_other_still_ones(walk: Walk) -> None:
    walk.to_step("to-the-back").tap("hurts", "leave")
    assert walk.chat is not None
    assert walk.chat.run is not None
    led = {s.id for s in walk.chat.run.plan.steps if s.form == "led"}
    assert {"let-go", "rest-low-back", "come-back"} <= led


def test_after_the_signs_were_asked_they_are_not_offered_again(walk: Walk) -> None:
    walk.to_step("reach").tap("hurts", "sharp", "none")
    assert walk.buttons == ["twin", "leave", "end"]


def test_the_more_page_runs_beside_the_clock(walk: Walk) -> None:
    walk.to_step("breathe")
    assert isinstance(walk.state, Playing)
    ends = walk.state.ends
    walk.tap("more")
    assert isinstance(walk.state, Playing)
    assert walk.state.ends == ends
    walk.tap("less")
    assert "pause" in walk.buttons


def test_a_late_step_pauses_with_one_question_and_nothing_else(walk: Walk) -> None:
    walk.to_step("reach")
    sent = len(walk.shown)
    walk.sleep(600)
    assert isinstance(walk.state, Paused)
    assert walk.state.why == "late"
    assert len(walk.shown) == sent + 1
    walk.tap("resume")
    assert walk.step == "draw-back"


def test_where_time_made_a_leap_every_note_of_the_last_minutes_falls_silent(walk: Walk) -> None:
    walk.to_step("reach")
    first = walk.message
    walk.tap("again").wait(3)
    again = walk.message
    walk.sleep(3600)
    assert isinstance(walk.state, Paused)
    assert {first, again} <= set(walk.shown[-1][1].state.silence), "by the clock both are over for long"


def test_a_step_that_is_a_little_late_comes(walk: Walk) -> None:
    walk.to_step("reach").sleep(100)
    assert walk.step == "draw-back"


# ── the clock is put back ─────────────────────────────────────────────────────────────────────────────────────────────
HOUR = 3600.0


def seconds_left(walk: Walk) -> float:
    assert walk.chat is not None
    due = wake_at(walk.chat.state)
    assert due is not None
    return (due - walk.now).total_seconds()


def test_put_back_in_a_note_it_pauses_with_one_question_and_goes_on_from_the_same_step(walk: Walk) -> None:
    walk.to_step("reach").wait(12)
    length = seconds_left(walk) + 15
    sent = len(walk.shown)
    walk.set_back(HOUR).look()
    assert isinstance(walk.state, Paused)
    assert walk.state.why == "late"
    assert len(walk.shown) == sent + 1
    assert walk.state.silence, "the note falls silent"
    walk.look().wait(60)
    assert len(walk.shown) == sent + 1
    walk.tap("resume")
    assert walk.step == "reach"
    assert seconds_left(walk) == pytest.approx(length, abs=0.1)


def test_put_back_before_a_step_is_delivered_it_pauses_too(walk: Walk) -> None:
    walk.to_step("reach").event(Do("done", on=walk.message)).set_back(HOUR).look()
    assert isinstance(walk.state, Paused)
    assert walk.tap("resume").step == "draw-back"


def test_who_taps_before_anybody_looked_at_the_clock_is_understood(walk: Walk) -> None:
    walk.to_step("reach").set_back(HOUR).tap("done")
    assert walk.step == "draw-back"
    assert seconds_left(walk) < 90
    walk.look()
    assert walk.step == "draw-back", "nothing is ahead any more"
    walk.wait(3).set_back(HOUR).tap("hurts")
    assert isinstance(walk.state, Hurting)
    assert walk.chat is not None
    assert walk.chat.run is not None
    assert walk.chat.run.plan.steps[walk.state.step].id == "draw-back", "it had begun: it is what hurts"


def test_put_back_while_a_step_is_on_the_wire_its_own_time_begins_with_its_delivery(walk: Walk) -> None:
    walk.to_step("reach").event(Do("done", on=walk.message)).set_back(HOUR).deliver()
    assert walk.step == "draw-back"
    assert 20 < seconds_left(walk) < 90


def test_put_back_where_a_person_leads_nothing_is_asked(walk: Walk) -> None:
    walk.to_settle().set_back(HOUR).look()
    assert walk.step == "settle"
    assert seconds_left(walk) <= 300
    walk.tap("done", "more", "pace-mine").wait(3).tap("done").wait(3).set_back(HOUR).look()
    assert walk.step == "three-breaths"
    assert walk.tap("done").step == "to-the-back"


def test_put_back_by_a_moment_nobody_notices(walk: Walk) -> None:
    walk.to_settle().tap("done").set_back(4).look()
    assert walk.step == "breathe"


@pytest.mark.parametrize("words", [["backpain"], ["backpain", "none"], ["backpain", "none", "chair", "pause"]])
def test_put_back_where_a_person_is_asked_it_goes_on_waiting(walk: Walk, words: list[str]) -> None:
    for word in words:
        walk.word(word)
    before = walk.chat
    assert walk.set_back(HOUR).look().chat is before


def test_the_first_time_a_caution_comes_before_the_movement_and_only_once(library: Library) -> None:
    walk = Walk(library, new=True).to_step("three-breaths-caution")
    assert "Dizzy?" in walk.text
    assert walk.screen[-1].seconds == 8
    assert "3 of 11" in walk.text
    walk.wait(9)
    assert walk.step == "three-breaths"
    assert "Dizzy?" not in walk.text
    walk.word("stop").wait(3600).word("backpain").tap("same")
    seen = []
    while isinstance(walk.state, Playing):
        seen.append(walk.step)
        walk.wait(3).tap("done")
    assert "three-breaths-caution" not in seen
    assert "reach-caution" in seen, "that one was never met"


# ── it hurts ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_it_hurts_begins_with_ease_out_slowly(walk: Walk) -> None:
    walk.to_step("reach").tap("hurts")
    assert walk.screen[-1].text.startswith("<b>Ease out slowly.</b>")


def test_rest_through_it_is_the_twin_at_its_full_length(walk: Walk) -> None:
    walk.to_step("reach")
    assert walk.chat is not None
    assert walk.chat.run is not None
    length = walk.chat.run.plan.steps[4].length
    walk.tap("hurts", "twin")
    assert walk.step == "reach"
    assert walk.chat.run is not None
    step = walk.chat.run.plan.steps[4]
    assert step.form == "rest"
    assert step.length == length


def test_leave_it_out_goes_on_and_the_pose_stays_out(walk: Walk) -> None:
    walk.to_step("reach").tap("hurts", "leave")
    assert walk.step == "draw-back"
    assert walk.chat is not None
    assert walk.chat.run is not None
    assert [s.form for s in walk.chat.run.plan.steps if s.id == "reach-again"] == ["rest"]


@pytest.mark.parametrize("answer", ["twin", "leave"])
def test_in_the_quiet_after_a_movement_it_hurts_means_that_movement(walk: Walk, answer: str) -> None:
    walk.to_step("reach").tap("more", "plus")
    assert isinstance(walk.state, Playing)
    assert walk.state.ends is not None
    walk.wait((walk.state.ends - walk.now).total_seconds() + 1)
    assert walk.step == "reach-quiet"
    walk.tap("hurts", answer)
    assert walk.chat is not None
    assert walk.chat.run is not None
    made = walk.chat.run.plan
    assert made.place(walk.state.step) == ((6, 11) if answer == "leave" else (5, 11)), "quiet is never counted"
    forms = [step.form for step in made.steps if step.pose == "seated-reach"]
    assert forms == (["rest", "quiet", "rest"] if answer == "leave" else ["led", "quiet", "led"])


def test_the_second_time_the_signs_come_again(walk: Walk) -> None:
    walk.to_step("reach").tap("hurts", "leave").wait(5).tap("hurts")
    assert isinstance(walk.state, Signs)
    walk.tap("unsure", "now")
    assert walk.chat is not None
    assert walk.chat.run is None
    assert walk.chat.person.hold is not None


def test_it_hurts_twice_is_a_new_screen_each_time(walk: Walk) -> None:
    walk.to_step("reach").word("hurts")
    first = walk.state
    walk.wait(2).word("hurts")
    assert walk.state is not first
    assert isinstance(walk.state, Signs)
    second = walk.state
    walk.wait(2).word("hurts")
    assert walk.state is not second


def test_a_double_tap_on_it_hurts_counts_once(walk: Walk) -> None:
    walk.to_step("reach").tap("hurts")
    first = walk.state
    walk.wait(0.3).word("hurts")
    assert walk.state is not first
    assert isinstance(walk.state, Hurting)


@pytest.mark.parametrize("way", ["forget", "crisis", "gone", "unsure"])
def test_the_question_about_pain_stays_open_whatever_comes_between(walk: Walk, way: str) -> None:
    walk.to_step("reach").tap("hurts").tap("sharp")
    match way:
        case "forget":
            walk.word("forget").tap("keep")
        case "crisis":
            walk.event(Crisis()).deliver().speak()
        case "gone":
            walk.event(Gone()).word("start")
        case "unsure":
            walk.tap("unsure").word("forget").tap("keep")
    assert isinstance(walk.state, Paused)
    walk.tap("resume")
    assert isinstance(walk.state, Signs), "the movement that hurt is not led again before the signs are answered"


def test_what_hurts_is_what_was_heard_also_while_the_next_is_on_its_way(walk: Walk) -> None:
    walk.to_step("reach").event(Spoke()).event(Do("hurts"))
    assert isinstance(walk.state, Hurting)
    assert walk.state.step == 4
    walk = Walk(walk.library).to_step("draw-back").tap("more").event(Do("back")).event(Do("hurts"))
    assert isinstance(walk.state, Hurting)
    assert walk.state.step == 5


@pytest.mark.parametrize("why", ["late", "you", "forget"])
def test_what_hurts_is_what_was_heard_also_when_the_next_never_came(walk: Walk, why: str) -> None:
    walk.to_step("reach").event(Do("done"))  # the step after it is called for, and nothing gets through
    if why == "late":
        walk.sleep(walk.library.late_after + 1)
    elif why == "forget":
        walk.word("forget").tap("keep")
    else:
        walk.word("pause")
    walk.word("backpain")
    assert isinstance(walk.state, Paused)
    never = walk.state.step
    walk.word("hurts").tap("leave")
    assert isinstance(walk.state, Playing)
    assert walk.state.step == never, "it is led now"
    assert walk.chat is not None
    assert walk.chat.run is not None
    assert [step.form for step in walk.chat.run.plan.steps[never - 1 : never + 1]] == ["rest", "led"]


def test_a_step_that_never_came_is_not_skipped(walk: Walk) -> None:
    walk.to_step("reach").event(Do("done")).sleep(walk.library.late_after + 1)
    assert isinstance(walk.state, Paused)
    never = walk.state.step
    walk.word("skip")
    assert isinstance(walk.state, Playing)
    assert walk.state.step == never


@pytest.mark.parametrize("shown_again", ["word", "resume"])
def test_a_step_that_never_came_twice_is_not_skipped_either(walk: Walk, shown_again: str) -> None:
    walk.to_step("reach").event(Do("done")).event(GaveUp())
    if shown_again == "word":
        walk.event(Spoke()).event(GaveUp())
    else:
        walk.wait(301).event(Do("resume")).event(GaveUp())
    walk.wait(301).word("skip")
    assert walk.step == "draw-back", "it is led now"


def test_a_pose_left_out_stays_out_for_back_as_well(walk: Walk) -> None:
    walk.to_step("reach").tap("hurts", "leave").wait(5).tap("more", "back")
    assert walk.chat is not None
    assert walk.chat.run is not None
    assert walk.step == "reach"
    assert walk.chat.run.plan.steps[4].form == "rest"


@pytest.mark.parametrize("word", ["backpain", "hello", "forget"])
def test_notes_fall_silent_even_if_the_screen_that_does_it_is_overtaken(walk: Walk, word: str) -> None:
    walk.to_step("reach")
    note = walk.message
    walk.event(Do("hurts"))
    walk.event(Spoke() if word == "hello" else Do(word))
    assert note in walk.state.silence  # type: ignore[attr-defined]


def test_hurting_left_alone_ends_in_silence(walk: Walk) -> None:
    walk.to_step("reach").tap("hurts").wait(1801)
    assert isinstance(walk.state, Idle)
    assert not walk.state.words


# ── words, crisis, forget ─────────────────────────────────────────────────────────────────────────────────────────────
def test_any_word_shows_the_screen_again(walk: Walk) -> None:
    walk.to_step("reach")
    sent = len(walk.shown)
    walk.speak()
    assert walk.step == "reach"
    assert len(walk.shown) == sent + 1


def test_backpain_during_a_session_asks_to_go_on_or_start_over(walk: Walk) -> None:
    walk.to_step("reach").word("backpain")
    assert walk.buttons == ["resume", "over", "sessions"]
    walk.tap("over")
    assert isinstance(walk.state, Notice)


def test_words_of_crisis_pause_in_silence_and_show_no_session(walk: Walk) -> None:
    walk.to_step("reach")
    note = walk.message
    walk.event(Crisis()).deliver()
    assert isinstance(walk.state, Paused)
    assert note in walk.state.silence
    assert not walk.buttons


@pytest.mark.parametrize("way", [("forget",), ("hurts", "sharp", "unsure")])
def test_it_hurts_in_the_midst_of_another_question_is_heard_and_asked_about(walk: Walk, way: tuple[str, ...]) -> None:
    walk.to_step("reach").word(*way[:1]).tap(*way[1:])
    before = walk.chat.run.hurts  # type: ignore[union-attr]
    walk.word("hurts")
    assert isinstance(walk.state, Hurting if before == 0 else Signs)
    assert walk.chat.run.hurts == before + 1  # type: ignore[union-attr]
    walk.word("backpain", "resume", "again", "done")
    assert isinstance(walk.state, Hurting | Signs), "nothing goes on before it is answered"


@pytest.mark.parametrize("late", [2, 7, 90])
def test_more_buttons_asked_for_after_a_steps_time_and_before_its_tick_leave_it_as_it_is(walk: Walk, late: int) -> None:
    walk.to_step("reach")
    assert isinstance(walk.state, Playing)
    assert walk.state.due is not None
    walk.now = walk.state.due + timedelta(seconds=late)  # as at a start, which hears what was tapped first
    walk.tap("more").wait(0)
    assert isinstance(walk.state, Playing)
    assert walk.step == "draw-back"


def test_forget_is_asked_once_and_then_everything_goes(walk: Walk) -> None:
    walk.to_step("reach").word("forget")
    assert isinstance(walk.state, Forgetting)
    assert walk.state.silence, "asking pauses a run, so its notes fall silent"
    walk.event(Do("erase"))
    assert walk.chat is None


def test_forget_not_meant_keeps_the_run(walk: Walk) -> None:
    walk.to_step("reach").word("forget").tap("keep")
    assert isinstance(walk.state, Paused)
    walk.tap("resume")
    assert walk.step == "reach"


# ── what delivery says ────────────────────────────────────────────────────────────────────────────────────────────────
def test_who_forbids_voice_gets_text_and_it_is_remembered_for_a_week(walk: Walk) -> None:
    walk.to_position().event(Do("chair"))
    walk.event(NoVoice()).deliver()
    assert walk.screen[-1].kind == "text"
    walk.word("stop").wait(3600).word("backpain").tap("same")
    assert walk.screen[-1].kind == "text"
    walk.word("stop").wait(7 * 86400).word("backpain").tap("same")
    assert walk.screen[-1].kind == "voice"


def test_who_blocked_us_is_left_alone_until_they_write(walk: Walk) -> None:
    walk.to_step("reach").event(Gone())
    assert walk.chat is not None
    assert not walk.chat.state.waits
    assert walk.chat.person.inactive_since == walk.now
    walk.wait(3600).word("start")
    assert walk.chat.person.inactive_since is None
    assert isinstance(walk.state, Paused)


def test_a_screen_given_up_is_quiet_and_then_pauses(walk: Walk) -> None:
    walk.to_position().event(Do("chair")).event(GaveUp())
    walk.wait(301)
    assert isinstance(walk.state, Paused)
    assert walk.state.why == "lost"


# ── what does not fit ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_does_not_fit_changes_nothing_and_says_so(walk: Walk) -> None:
    walk.to_step("reach")
    before = walk.chat
    for action in ("none", "same", "chair", "erase", "keep", "yes", "twin", "score.3", "resume", "nonsense"):
        walk.event(Do(action))
        assert walk.chat is before, action
        assert walk.said is not None, action


def test_an_early_tick_changes_nothing(walk: Walk) -> None:
    walk.to_step("reach")
    before = walk.chat
    walk.event(Tick(), walk.now + timedelta(seconds=1))
    assert walk.chat is before


def test_voice_is_chosen_only_if_it_will_be_there_in_time(library: Library) -> None:
    slow = replace(library, ready=frozenset(), work=0.05)
    assert Walk(slow).to_settle().screen[-1].kind == "text"


def test_scores_are_offered_and_never_required(walk: Walk) -> None:
    walk.to_settle().tap("score.4")
    assert walk.step == "settle"
    assert walk.chat is not None
    assert walk.chat.run is not None
    assert walk.chat.run.before == 4
    walk.tap("done").wait(10).word("stop")
    assert isinstance(walk.state, Scoring)
    walk.tap("noscore")
    assert isinstance(walk.state, Summary)


def test_a_score_that_is_typed_is_marked_where_the_step_is_shown(walk: Walk) -> None:
    shown = walk.to_settle().message
    walk.event(Do("score.7"))
    assert isinstance(walk.state, Playing)
    assert walk.state.waits
    assert walk.state.on == shown, "in place: the step is not told again"
    assert "✓7" in [b.text for part in walk.screen for row in part.buttons for b in row]
    walk.deliver().tap("done")
    assert walk.step == "breathe"


def test_a_run_that_led_nothing_ends_without_a_question(walk: Walk) -> None:
    walk.to_settle().tap("end")
    assert isinstance(walk.state, Idle)

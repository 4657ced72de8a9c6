"""What is kept of runs: asked once at the end of the first, counted however a run ends, undone in one tap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guide.chat import Chat, Idle, Paused, Summary
from bot.guide.events import Menu
from bot.guide.kept import KeptRun, days_this_week, found_easier, local_days, up_in_a_row
from bot.guide.library import Library
from bot.guide.person import CONSENT_VERSION, Dated
from tests.guide.walk import MORNING, Walk


@pytest.fixture
def walk(library: Library) -> Walk:
    return Walk(library)


def chat_of(walk: Walk) -> Chat:
    assert walk.chat is not None
    return walk.chat


def consenting(walk: Walk) -> Walk:
    """Somebody who said yes before."""
    person = replace(chat_of(walk).person, consent=Dated(version=CONSENT_VERSION, at=walk.now))
    walk.chat = replace(chat_of(walk), person=person)
    return walk


def ran(day: int, change: int | None, session: str = "classic") -> KeptRun:
    """A run on a day of this December, with points by which pain fell."""
    before, after = (5, 5 - change) if change is not None else (None, None)
    at = datetime(2026, 12, day, 9, tzinfo=UTC)
    return KeptRun(
        id=f"{session}-{day}", at=at, session=session, position="chair", minutes=8, before=before, after=after
    )


# ── asked ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_yes_keeps_the_run_that_has_just_ended_with_date_and_version_and_is_not_asked_again(walk: Walk) -> None:
    walk.to_settle().tap("score.4", "done").wait(30).word("stop").tap("score.2")
    assert "May I keep this" in walk.text
    assert not chat_of(walk).kept
    walk.tap("keep-yes")
    (kept,) = chat_of(walk).kept
    assert (kept.before, kept.after, kept.session, kept.position) == (4, 2, "classic", "chair")
    consent = chat_of(walk).person.consent
    assert consent is not None
    assert (consent.version, consent.at, consent.yes) == (CONSENT_VERSION, walk.now, True)
    walk.word("backpain").tap("same").tap("done").wait(30).word("stop").tap("score.2")
    assert "May I keep this" not in walk.text
    assert len(chat_of(walk).kept) == 2


def test_a_no_keeps_nothing_and_is_not_asked_again(walk: Walk) -> None:
    walk.to_settle().tap("score.4", "done").wait(30).word("stop").tap("score.2", "keep-no")
    assert not chat_of(walk).kept
    assert isinstance(walk.state, Summary)
    assert walk.state.run is None
    walk.word("backpain").tap("same").tap("done").wait(30).word("stop").tap("score.2")
    assert "May I keep this" not in walk.text
    assert not chat_of(walk).kept


def test_who_does_not_answer_is_asked_after_the_next_run_and_the_first_is_gone(walk: Walk) -> None:
    walk.to_settle().tap("done").wait(30).word("stop").tap("score.2").wait(1801)
    assert isinstance(walk.state, Idle)
    assert "run" not in str(walk.state)
    walk.word("backpain").tap("same").tap("done").wait(30).word("stop").tap("score.3", "keep-yes")
    (kept,) = chat_of(walk).kept
    assert kept.after == 3


def test_after_the_first_answer_a_reminder_is_offered_once(walk: Walk) -> None:
    walk.to_settle().tap("done").wait(30).word("stop").tap("noscore", "keep-no")
    assert walk.buttons == ["menu:remind"]
    walk.word("backpain").tap("same").tap("done").wait(30).word("stop").tap("noscore")
    assert walk.buttons == []


def test_a_yes_is_undone_in_one_tap_and_all_runs_are_gone(walk: Walk) -> None:
    consenting(walk).to_settle().tap("done").wait(90).word("stop").tap("score.2")
    assert len(chat_of(walk).kept) == 1
    walk.event(Menu("privacy.no"))
    assert not chat_of(walk).kept
    assert not chat_of(walk).person.keeps


# ── what counts as practice ───────────────────────────────────────────────────────────────────────────────────────────
def test_who_falls_asleep_before_the_score_has_practised(walk: Walk) -> None:
    consenting(walk).to_settle().tap("done").wait(3600)
    assert isinstance(walk.state, Idle)
    (kept,) = chat_of(walk).kept
    assert kept.after is None
    assert kept.minutes >= 7


def test_the_evening_that_ends_in_silence_counts(walk: Walk) -> None:
    consenting(walk).to_session("evening", "lying").tap("done").wait(3600)
    assert isinstance(walk.state, Idle)
    (kept,) = chat_of(walk).kept
    assert kept.session == "evening"


def test_given_up_while_paused_it_counts_for_the_day_of_the_pause(walk: Walk) -> None:
    consenting(walk).to_settle().tap("done").wait(120).word("pause")
    paused = walk.now
    assert isinstance(walk.state, Paused)
    walk.wait(25 * 3600)
    (kept,) = chat_of(walk).kept
    assert kept.at == paused


def test_a_few_seconds_without_a_score_are_no_practice(walk: Walk) -> None:
    consenting(walk).to_settle().tap("done").wait(20).word("stop").wait(1801)
    assert not chat_of(walk).kept


def test_a_session_begun_over_counts_once_for_each_time_through(walk: Walk) -> None:
    consenting(walk).to_settle().tap("done").wait(120).word("backpain").tap("over").tap("same").tap("done")
    walk.wait(120).word("stop").tap("score.1")
    assert [kept.after for kept in chat_of(walk).kept] == [None, 1]


def test_breathing_begun_over_counts_too(walk: Walk) -> None:
    consenting(walk).to_session("breathing").tap("done").wait(150).word("backpain").tap("over")
    assert [run.session for run in chat_of(walk).kept] == ["breathing"]


def test_without_a_consent_nothing_is_kept_however_it_ends(walk: Walk) -> None:
    walk.to_settle().tap("done").wait(3600)
    walk.word("backpain").tap("same").tap("done").wait(120).word("pause").wait(25 * 3600)
    assert not chat_of(walk).kept


def test_three_times_up_in_a_row_somebody_should_look_at_it(walk: Walk) -> None:
    consenting(walk)
    texts = []
    walk.to_settle().tap("score.3", "done").wait(30).word("stop").tap("score.5")
    for _ in range(2):
        texts.append(walk.text)
        walk.word("backpain").tap("same").tap("score.3", "done").wait(30).word("stop").tap("score.6")
    assert not any("doctor or physio" in text for text in texts)
    assert "It went up each of the last three times. Please let a doctor or physio look at this." in walk.text
    assert walk.buttons[:2] == ["go.two", "rest"]


def test_from_the_third_time_on_the_summary_has_a_small_chart(walk: Walk) -> None:
    consenting(walk).to_settle().tap("score.6", "done").wait(90).word("stop").tap("score.3")
    chart = "How the last times went"
    for before, after in ((5, 5), (4, 5), (5, 0)):
        assert (chart in walk.text) == (before == 5 and after == 0)
        walk.word("backpain").tap("same").tap(f"score.{before}", "done").wait(90).word("stop").tap(f"score.{after}")
    day = f"{chat_of(walk).kept[0].at:%a %-d %b}"
    figures = ("6 → 3 ●●●○○○", "5 → 5 ●●●●●", "4 → 5 ●●●●●", "5 → 0 ○○○○○")
    lines = "\n".join((f"{chart}, before → after:", *(f"{day}: {line}" for line in figures)))
    assert lines in walk.text
    for _ in range(3):
        walk.word("backpain").tap("same").tap("score.5", "done").wait(90).word("stop").tap("score.5")
    assert walk.text.count(" → ") == 6, "the heading and the last five"
    walk.word("backpain").tap("same").tap("score.3", "done").wait(90).word("stop").tap("score.6")
    assert chart not in walk.text, "when it went up, what to do stands alone"


# ── what it shows ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_week_counts_days_not_sessions_and_begins_on_monday() -> None:
    runs = [ran(6, 1), ran(7, 1), ran(7, 0, "two"), ran(9, None)]  # 6 December 2026 is a Sunday
    assert days_this_week(runs, datetime(2026, 12, 10, tzinfo=UTC), None) == 2


def test_a_day_is_the_persons_own() -> None:
    late = replace(ran(7, 1), at=datetime(2026, 12, 7, 23, 30, tzinfo=UTC))
    assert [day.day for day in local_days([late], "Pacific/Auckland")] == [8]
    assert [day.day for day in local_days([late], "America/New_York")] == [7]


def test_easier_is_said_only_where_enough_runs_say_so() -> None:
    runs = [ran(day, 2) for day in (1, 2)]
    assert found_easier(runs) == []
    assert found_easier([*runs, ran(3, None)]) == []
    assert found_easier([*runs, ran(3, 1)]) == [("classic", 3)]
    assert found_easier([ran(1, 1), ran(2, 0), ran(3, -1), ran(4, 1)]) == []


@given(st.lists(st.none() | st.integers(-5, 5), max_size=12))
def test_up_in_a_row_looks_at_the_last_three_with_both_scores_alone(changes: list[int | None]) -> None:
    runs = [ran(day + 1, change) for day, change in enumerate(changes)]
    scored = [change for change in changes if change is not None]
    assert up_in_a_row(reversed(runs)) == (len(scored) >= 3 and all(change <= -2 for change in scored[-3:]))


def test_what_is_older_than_five_weeks_is_not_at_hand(walk: Walk) -> None:
    consenting(walk)
    walk.chat = replace(chat_of(walk), kept=(replace(ran(1, 1), at=MORNING - timedelta(days=36)),))
    walk.to_settle().tap("done").wait(90).word("stop").tap("score.2")
    assert len(chat_of(walk).kept) == 1

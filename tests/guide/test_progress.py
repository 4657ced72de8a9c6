"""/progress: what the picture shows, the same in words, the look back; and that nobody is blamed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guide.chat import Chat
from bot.guide.events import Menu
from bot.guide.kept import KeptRun
from bot.guide.library import Library
from bot.guide.outcome import Page, Say
from bot.guide.person import CONSENT_VERSION, Dated
from bot.guide.progress import Chart, pains, recent
from bot.guide.remind import message
from bot.guide.reminders import Reminder
from tests.guide.test_remind import labels, page, press
from tests.guide.walk import Walk

NOW = datetime(2026, 12, 2, 18, tzinfo=UTC)
"""A Wednesday."""


def run(
    ago: int, before: int | None = None, after: int | None = None, session: str = "classic", **other: int
) -> KeptRun:
    """One that ended so many days ago, at noon."""
    at = NOW.replace(hour=12) - timedelta(days=ago)
    values = {"minutes": 8, **other}
    return KeptRun(
        id=f"{ago}-{session}", at=at, session=session, position="chair", before=before, after=after, **values
    )


@pytest.fixture
def walk(library: Library) -> Walk:
    walk = Walk(library, NOW)
    assert walk.chat is not None
    person = replace(walk.chat.person, consent=Dated(version=CONSENT_VERSION, at=NOW), zone="Europe/Berlin")
    walk.chat = replace(walk.chat, person=person)
    return walk


def having(walk: Walk, *runs: KeptRun) -> Page:
    """The page of somebody with these runs."""
    assert walk.chat is not None
    walk.chat = replace(walk.chat, kept=runs)
    return page(walk, "progress")


def chart(shown: Page) -> Chart:
    assert isinstance(shown.brings, Chart)
    return shown.brings


def test_the_picture_and_the_words_say_the_same(walk: Walk) -> None:
    shown = having(walk, run(9, 6, 3), run(2, 5, 4), run(1), run(0, 4, 5), run(0, 5, 2, "two", minutes=2))
    drawn = chart(shown)
    assert drawn.title == "3 of your 4 days this week"
    assert drawn.about == "In the last 30 days: 5 sessions, on 4 days"
    assert shown.text.startswith(f"<b>{drawn.title}</b>\n\n{drawn.about}")
    assert "4 sessions have both scores. Less pain after 3, the same after 0, more after 1." in shown.text
    assert [(pain.ago, pain.before, pain.after) for pain in drawn.pains] == [(9, 6, 3), (2, 5, 4), (0, 4, 2)]
    assert [day.minutes for day in drawn.days if day.today] == [10]
    assert press(walk, shown, "Day by day").text.count("pain ") == 4


def test_the_calendar_is_of_whole_weeks_and_days_to_come_are_not_drawn(walk: Walk) -> None:
    days = chart(having(walk, run(0))).days
    assert len(days) == 35
    assert [n for n, day in enumerate(days) if day.today] == [30], "a Wednesday in the last week"
    assert [day.minutes for day in days[31:]] == [None] * 4
    assert days[29].label == "Dec", "the first of a month has its name"


def test_the_calendar_has_all_its_five_weeks_and_the_line_of_pain_thirty_days(walk: Walk) -> None:
    walk.now = NOW + timedelta(days=4)  # a Sunday: the first Monday is 34 days ago
    shown = chart(having(walk, run(28, 6, 4), run(26, 5, 2), run(25, 5, 3)))
    assert [n for n, day in enumerate(shown.days) if day.minutes] == [2, 4, 5]
    assert [pain.ago for pain in shown.pains] == [29]


def test_a_late_evening_belongs_to_the_persons_own_day(walk: Walk) -> None:
    late = replace(run(1), at=datetime(2026, 12, 1, 23, 30, tzinfo=UTC))
    days = chart(having(walk, late)).days
    assert [n for n, day in enumerate(days) if day.minutes] == [30], "half past midnight in Berlin"


def test_easier_says_how_many_runs_and_only_where_they_say_so(walk: Walk) -> None:
    shown = having(walk, run(3, 5, 3), run(2, 5, 3))
    assert "easier" not in shown.text
    shown = having(walk, run(3, 5, 3), run(2, 5, 3), run(1, 4, 4), run(0, 4, 4, "two"))
    assert "Sessions you found easier\n• The classic (3 times)" in shown.text
    assert chart(shown).easier == ("The classic (3 times)",)


def test_a_session_that_is_no_more_breaks_nothing(walk: Walk) -> None:
    runs = tuple(run(n, 6, 3, "withdrawn-long-ago") for n in range(3))
    shown = having(walk, *runs)
    assert chart(shown).easier == ()
    assert "withdrawn-long-ago" in press(walk, shown, "Day by day").text


def test_a_week_that_has_no_day_yet_is_open_and_last_week_is_no_reproach(walk: Walk) -> None:
    shown = having(walk, run(20))
    assert chart(shown).title == "This week is still open"
    assert press(walk, shown, "Last week").text == "No session last week. That happens. Here when you like."


def test_last_week_is_from_monday_to_sunday(walk: Walk) -> None:
    shown = having(walk, run(10), run(9, 6, 5), run(3, 5, 5, minutes=2), run(2))
    text = press(walk, shown, "Last week").text
    assert "2 days of the 4 you had in mind, 10 min in all." in text
    assert "2 sessions have both scores. Less pain after 1, the same after 1, more after 0." in text


def test_who_said_no_gets_no_picture_but_the_question(walk: Walk) -> None:
    assert walk.chat is not None
    walk.chat = replace(walk.chat, person=replace(walk.chat.person, consent=None))
    shown = page(walk, "progress")
    assert shown.brings is None
    assert labels(shown) == ["Yes, keep it"]
    for path in ("progress.days", "progress.week"):
        assert page(walk, path).text == shown.text


def test_the_look_back_comes_with_the_first_reminder_of_a_week_if_wanted(walk: Walk, library: Library) -> None:
    assert walk.chat is not None

    def offered(chat: Chat, day: int) -> bool:
        shown = message(chat, datetime(2026, 12, day, 7, tzinfo=UTC), library, asks=False)
        assert "day" not in shown.text, "a locked screen learns nothing"
        return "Last week" in labels(shown)

    with_one = replace(walk.chat, reminder=Reminder(at=time(8), zone="Europe/Berlin", weekdays=frozenset({1, 3})))
    assert not offered(with_one, 8)
    walk.chat = with_one
    walk.event(Menu("progress.back.yes"))
    assert walk.said == Say("progress-back-yes")
    assert offered(walk.chat, 8), "a Tuesday"
    assert not offered(walk.chat, 10)


def test_without_a_reminder_the_look_back_says_what_it_needs(walk: Walk) -> None:
    shown = page(walk, "progress.back.yes")
    assert "You have no reminder yet." in shown.text
    assert labels(shown) == ["Daily reminder"]


runs_of_anybody = st.lists(
    st.builds(
        lambda ago, hour, before, after, n: replace(
            run(0), id=str(n), at=NOW - timedelta(days=ago, hours=hour), before=before, after=after
        ),
        st.integers(0, 40),
        st.integers(0, 23),
        st.none() | st.integers(0, 10),
        st.none() | st.integers(0, 10),
        st.integers(0, 10**6),
    ),
    max_size=60,
)


@given(runs_of_anybody, st.sampled_from(["Pacific/Kiritimati", "Pacific/Niue", "Europe/Berlin", None]))
def test_whatever_was_kept_the_picture_holds_it(runs: list[KeptRun], zone: str | None) -> None:
    chat = replace(Chat.new("en", NOW), kept=tuple(runs))
    shown = recent(chat, NOW)
    assert all(timedelta(0) <= NOW - each.at < timedelta(days=30) for each in shown)
    today = date(2026, 12, 3) if zone == "Pacific/Kiritimati" else date(2026, 12, 2)
    for pain in pains(shown, today, zone):
        assert 0 <= pain.ago <= 30
        assert 0 <= pain.before <= 10
        assert 0 <= pain.after <= 10

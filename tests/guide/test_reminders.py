"""When a reminder comes: once a local day, in every zone, through every change of its clocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guide.reminders import (
    ASK_AFTER,
    MOST_DAYS,
    SLOW,
    SLOW_FOR,
    Reminder,
    local_day,
    may_still_come,
    next_at,
    on_day,
    passed_over,
    practised,
    put_off,
    reminded,
)

BEGINS, YEARS = datetime(2026, 1, 1, tzinfo=UTC), 3
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ZONES = sorted(available_timezones())
BERLIN = Reminder(at=time(7, 30), zone="Europe/Berlin")


def at(text: str, zone: str = "UTC") -> datetime:
    """A local time as the moment it is."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# ── every zone, every change ──────────────────────────────────────────────────────────────────────────────────────────
@cache
def changes() -> dict[tuple[tuple[datetime, int, int], ...], str]:
    """The changes of three years (when, minutes of offset before and after) and a zone that has them."""
    found: dict[tuple[tuple[datetime, int, int], ...], str] = {}
    for name in ZONES:
        zone = ZoneInfo(name)
        found.setdefault(tuple(_changes(zone)), name)
    return found


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _changes(zone: ZoneInfo) -> Iterator[tuple[datetime, int, int]]:
    moment, ends = BEGINS, BEGINS + YEARS * 366 * DAY
    before = _offset(moment, zone)
    while moment < ends:
        moment += 7 * DAY  # nowhere do clocks change and change back so soon; in Morocco it takes five weeks
        if (after := _offset(moment, zone)) != before:
            low, high = moment - 7 * DAY, moment
            while high - low > MINUTE:
                middle = low + (high - low) // 2
                low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
            yield high.replace(second=0, microsecond=0), before, after
            before = after


def shown(change: datetime, zone: ZoneInfo) -> dict[tuple[date, int], datetime]:
    """What the clocks show in the days around a change, minute by minute, and when they show it first. The oracle."""
    seen: dict[tuple[date, int], datetime] = {}
    for n in range(-3 * 1440, 4 * 1440):
        moment = change + n * MINUTE
        wall = moment.astimezone(zone)
        seen.setdefault((wall.date(), wall.hour * 60 + wall.minute), moment)
    return seen


def test_in_every_zone_through_every_change_it_comes_when_the_clocks_first_show_its_time() -> None:
    cases = 0
    for around, name in changes().items():
        zone = ZoneInfo(name)
        for change, before, after in around:
            seen, gap = shown(change, zone), (after - before) // 60
            middle = change.astimezone(zone).date()
            for n in range(200):
                minute = (n * 7 + cases) % 1440  # other times of day at each change
                wanted = time(minute // 60, minute % 60)
                for day in (middle - DAY, middle, middle + DAY):
                    skipped = (minute + gap, minute - gap)
                    first = seen.get((day, minute)) or next(filter(None, (seen.get((day, m)) for m in skipped)), None)
                    assert on_day(day, wanted, name) == first, (name, day, wanted)
                    if first is not None:
                        reminder = Reminder(at=wanted, zone=name)
                        assert next_at(reminder, first - MINUTE) == first, (name, day, wanted)
                    cases += 1
    assert cases > 100_000


@pytest.mark.parametrize("zone", ZONES[:: len(ZONES) // 60])
def test_a_year_of_days_has_a_reminder_each(zone: str) -> None:
    reminder, moment, days = Reminder(at=time(2, 30), zone=zone), at("2027-01-01T00:00", zone), []
    for _ in range(365):
        due = next_at(reminder, moment)
        assert due is not None
        days.append(local_day(reminder, due))
        reminder, moment = reminded(replace(reminder, unanswered=0), due), due
    assert days == [date(2027, 1, 1) + n * DAY for n in range(365)]


def test_a_day_that_a_zone_skipped_has_none() -> None:
    apia = Reminder(at=time(8), zone="Pacific/Apia")
    assert on_day(date(2011, 12, 30), time(8), apia.zone) is None
    assert next_at(apia, at("2011-12-29T09:00", apia.zone)) == at("2011-12-31T08:00", apia.zone)


def test_what_a_gap_swallows_comes_behind_it_and_what_would_come_after_midnight_before_it() -> None:
    assert next_at(replace(BERLIN, at=time(2, 30)), at("2027-03-28T00:00", "Europe/Berlin")) == at("2027-03-28T01:30")
    greenland = Reminder(at=time(23, 15), zone="America/Scoresbysund")  # there the gap ends at midnight
    due = next_at(greenland, at("2027-03-27T12:00"))
    assert due is not None
    assert due.astimezone(ZoneInfo(greenland.zone)).isoformat() == "2027-03-27T22:15:00-02:00"


def test_an_hour_that_comes_twice_has_one_reminder() -> None:
    reminder = replace(BERLIN, at=time(2, 30))
    first = next_at(reminder, at("2026-10-25T00:00", "Europe/Berlin"))
    assert first == at("2026-10-25T00:30")
    assert next_at(reminded(reminder, first), first) == at("2026-10-26T02:30", "Europe/Berlin")


def test_the_29th_of_february_is_a_day_like_any() -> None:
    assert next_at(BERLIN, at("2028-02-28T12:00")) == at("2028-02-29T07:30", "Europe/Berlin")
    assert next_at(BERLIN, at("2028-02-29T12:00")) == at("2028-03-01T07:30", "Europe/Berlin")


def test_only_on_chosen_weekdays() -> None:
    reminder = replace(BERLIN, weekdays=frozenset({0, 3}))
    assert next_at(reminder, at("2026-12-01T12:00")) == at("2026-12-03T07:30", "Europe/Berlin")
    assert next_at(reminder, at("2026-12-03T12:00")) == at("2026-12-07T07:30", "Europe/Berlin")
    assert next_at(replace(BERLIN, weekdays=frozenset()), at("2026-12-03T12:00")) is None


def test_who_changes_the_zone_has_no_second_one_on_the_same_day() -> None:
    auckland = Reminder(at=time(7, 30), zone="Pacific/Auckland")
    due = at("2026-12-05T07:30", "Pacific/Auckland")
    landed = replace(reminded(auckland, due), zone="America/Los_Angeles")  # it is the 4th there
    assert next_at(landed, due) == at("2026-12-06T07:30", "America/Los_Angeles")
    east = replace(reminded(BERLIN, at("2026-12-05T06:30")), zone="Asia/Tokyo")
    assert next_at(east, at("2026-12-05T06:30")) == at("2026-12-06T07:30", "Asia/Tokyo")


# ── answered or not ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_who_practised_today_is_not_reminded_today() -> None:
    assert next_at(practised(BERLIN, at("2026-12-05T05:00")), at("2026-12-05T05:00")) == at("2026-12-06T06:30")


def test_once_more_only_where_it_was_put_off_and_never_after_midnight() -> None:
    now = at("2026-12-05T06:31")
    sent = reminded(BERLIN, now)
    later = put_off(sent, "ten", now)
    assert later is not None
    assert next_at(later, now) == now + timedelta(minutes=10)
    again = reminded(later, now + timedelta(minutes=10))
    assert next_at(again, now + timedelta(minutes=10)) == at("2026-12-06T06:30")
    assert again.unanswered == sent.unanswered == 1
    evening = put_off(sent, "evening", now)
    assert evening is not None
    assert next_at(evening, now) == at("2026-12-05T19:00", "Europe/Berlin")
    assert put_off(sent, "evening", at("2026-12-05T19:30", "Europe/Berlin")) is None
    assert put_off(sent, "hour", at("2026-12-05T23:30", "Europe/Berlin")) is None


def test_a_reminder_that_could_not_be_sent_comes_within_ninety_minutes_and_on_its_own_day() -> None:
    due = at("2026-12-05T06:30")
    assert may_still_come(BERLIN, due, due + timedelta(minutes=90))
    assert not may_still_come(BERLIN, due, due + timedelta(minutes=91))
    late = replace(BERLIN, at=time(23, 30))
    due = at("2026-12-05T23:30", "Europe/Berlin")
    assert may_still_come(late, due, due + timedelta(minutes=29))
    assert not may_still_come(late, due, due + timedelta(minutes=30))


def test_three_unanswered_ask_once_then_it_slows_and_then_keeps_still() -> None:
    reminder, moment, asked, days = BERLIN, at("2026-12-01T00:00"), [], []
    while (due := next_at(reminder, moment)) is not None:
        asked.append(reminder.asks)
        days.append(local_day(reminder, due))
        reminder, moment = reminded(reminder, due), due
    assert asked == [False] * ASK_AFTER + [True] + [False] * SLOW_FOR
    between = [(later - sooner).days for sooner, later in pairwise(days)]
    assert between == [1] * ASK_AFTER + [SLOW] * SLOW_FOR
    assert next_at(practised(reminder, moment), moment) is not None


# ── what always holds ─────────────────────────────────────────────────────────────────────────────────────────────────
moments = st.datetimes(datetime(2020, 1, 1), datetime(2037, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - it gets its zone here
reminders = st.builds(
    Reminder,
    at=st.times().map(lambda found: found.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES),
    weekdays=st.frozensets(st.integers(0, 6)),
    settled=st.none() | st.dates(date(2020, 1, 1), date(2037, 1, 1)),
    again=st.none() | moments,
    unanswered=st.integers(0, 9),
)


@given(reminders, moments)
def test_the_next_one_is_always_ahead_on_a_wanted_day_or_where_it_was_put_off(
    reminder: Reminder, now: datetime
) -> None:
    due = next_at(reminder, now)
    if due is None:
        return
    assert due > now
    if due == reminder.again:
        return
    day = local_day(reminder, due)
    assert day.weekday() in reminder.weekdays
    assert reminder.settled is None or day > reminder.settled
    assert day - local_day(reminder, now) < MOST_DAYS * DAY


@given(reminders, moments, st.data())
def test_whatever_happens_a_day_is_never_reminded_twice_unless_it_was_put_off(
    reminder: Reminder, now: datetime, data: st.DataObject
) -> None:
    reminder, days = replace(reminder, settled=None, again=None), []
    for _ in range(6):
        match data.draw(st.sampled_from(["time", "practise", "skip", "zone", "late"])):
            case "time" if (due := next_at(reminder, now)) is not None:
                days.append(local_day(reminder, due))
                reminder, now = reminded(reminder, due), due
            case "practise":
                reminder = practised(reminder, now)
            case "skip":
                reminder = passed_over(reminder, now)
            case "zone":
                reminder = replace(reminder, zone=data.draw(st.sampled_from(ZONES)))
            case "late":
                now += timedelta(hours=data.draw(st.integers(0, 60)))
    assert days == sorted(set(days))

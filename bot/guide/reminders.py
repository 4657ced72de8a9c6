"""When the next reminder is due: weekdays, zones, gaps, overlaps. Pure; reads the zones' tables, touches nothing else.

A local day has one reminder at most, and one more only where the person put it off. Instants are aware UTC datetimes,
days and hours local ones. What is sent, and when a day is over, is asked here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))
LATE_FOR = timedelta(minutes=90)
"""So much later than its time a reminder may still come (product: never after midnight, else that day is dropped)."""
ASK_AFTER = 3
"""Unanswered reminders after which it is asked once: another hour, fewer days, or no more?"""
SLOW_FOR = 3
"""Unanswered slow reminders after which it keeps still."""
SLOW = 7
"""Days between two slow reminders."""
MOST_DAYS = SLOW + 2 * 7 + 2
"""Days ahead in which the next reminder surely is: the slow pause, a chosen weekday, one that a zone skips."""

PutOff = Literal["ten", "hour", "evening"]
EVENING = time(19, 0)
WAITS = {"ten": timedelta(minutes=10), "hour": timedelta(hours=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What a person asked for, and how it went lately."""

    at: time
    """The local hour."""
    zone: str
    """IANA's name."""
    weekdays: frozenset[int] = EVERY_DAY
    """0 is Monday."""
    settled: date | None = None
    """The newest local day that is done with: reminded, practised, skipped or too late. None comes on it or before."""
    again: datetime | None = None
    """Put off to this moment of the settled day."""
    unanswered: int = 0
    """Reminders in a row after which nothing was practised."""

    @property
    def still(self) -> bool:
        """True if it comes no more until the person wants it."""
        return self.unanswered > ASK_AFTER + SLOW_FOR or not self.weekdays

    @property
    def slow(self) -> bool:
        """True if nobody answered for a while: it comes once a week."""
        return self.unanswered > ASK_AFTER

    @property
    def asks(self) -> bool:
        """True if the one that is sent next asks whether they are still wanted."""
        return self.unanswered == ASK_AFTER


def next_at(reminder: Reminder, after: datetime) -> datetime | None:
    """The first moment strictly after `after` at which a reminder is due; None: there is none."""
    put_off = reminder.again if reminder.again is not None and reminder.again > after else None
    if reminder.still:
        return put_off
    today = local_day(reminder, after)
    for day in (today + timedelta(days=n) for n in range(MOST_DAYS)):
        if not _wanted(reminder, day):
            continue
        due = on_day(day, reminder.at, reminder.zone)
        if due is not None and due > after:
            return due if put_off is None else min(due, put_off)
    return put_off


def _wanted(reminder: Reminder, day: date) -> bool:
    if day.weekday() not in reminder.weekdays:
        return False
    return reminder.settled is None or day >= reminder.settled + timedelta(days=SLOW if reminder.slow else 1)


def on_day(day: date, at: time, zone: str) -> datetime | None:
    """The moment when a zone's clocks show `at` on a day; None: the zone skips the whole day.

    Where they show it twice, the first. Where they skip it, it moves behind the gap by as much as it lay in it, as
    RFC 5545 has it (3.3.5, "DATE-TIME"); or, if the day would be over by then, as much before the gap.
    """
    wall = datetime.combine(day, at, ZoneInfo(zone))
    for meant in (wall, wall.replace(fold=1)):
        moment = meant.astimezone(UTC)
        if moment.astimezone(wall.tzinfo).date() == day:
            return moment
    return None


def local_day(reminder: Reminder, now: datetime) -> date:
    """The day it is where the person is."""
    return now.astimezone(ZoneInfo(reminder.zone)).date()


def may_still_come(reminder: Reminder, due: datetime, now: datetime) -> bool:
    """True if the one that was due may be sent now: not much later, and on its own local day."""
    return now - due <= LATE_FOR and local_day(reminder, due) == local_day(reminder, now)


# ── what becomes of it ────────────────────────────────────────────────────────────────────────────────────────────────
def reminded(reminder: Reminder, now: datetime) -> Reminder:
    """One was sent. The one that was put off is the same reminder once more."""
    counts = 0 if once_more(reminder, now) else 1
    return replace(reminder, settled=_latest(reminder, now), again=None, unanswered=reminder.unanswered + counts)


def once_more(reminder: Reminder, now: datetime) -> bool:
    """True if what is due was put off to this day: it is the same reminder once more."""
    return reminder.again is not None and local_day(reminder, reminder.again) == local_day(reminder, now)


def practised(reminder: Reminder, now: datetime) -> Reminder:
    """The person began a session, reminded or not: this day needs no reminder any more."""
    return replace(reminder, settled=_latest(reminder, now), again=None, unanswered=0)


def passed_over(reminder: Reminder, now: datetime) -> Reminder:
    """Not today: skipped by the person, or too late to be sent."""
    return replace(reminder, settled=_latest(reminder, now), again=None)


def put_off(reminder: Reminder, by: PutOff, now: datetime) -> Reminder | None:
    """Once more on the same local day; None: the day would be over, or the evening is nearer than an hour."""
    today = local_day(reminder, now)
    moment = now + WAITS[by] if by in WAITS else on_day(today, EVENING, reminder.zone)
    if moment is None or local_day(reminder, moment) != today or (by == "evening" and moment <= now + WAITS["hour"]):
        return None
    return replace(reminder, settled=_latest(reminder, now), again=moment)


def _latest(reminder: Reminder, now: datetime) -> date:
    """Today, or the day that is settled already: who flies west meets it once more."""
    today = local_day(reminder, now)
    return today if reminder.settled is None else max(today, reminder.settled)

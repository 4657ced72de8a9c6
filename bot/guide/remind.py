"""The pages of the reminder: when, on which days, where; and what is tapped on a reminder itself. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.guide.chat import Chat, Paused, Summary
from bot.guide.kept import local_days
from bot.guide.library import Library
from bot.guide.outcome import Page, Say
from bot.guide.parts import Button, Rows, w
from bot.guide.reminders import (
    EVERY_DAY,
    Reminder,
    local_day,
    may_still_come,
    next_at,
    once_more,
    passed_over,
    practised,
    put_off,
    reminded,
)
from bot.guide.words import Words

Sheet = tuple[Chat, Say | Page]
HOURS = ("6:30", "7:00", "8:00", "9:00", "10:30", "12:30", "15:00", "17:00", "18:30", "20:00", "21:00", "22:00")
CALLS = ("remind-0", "remind-1", "remind-2")
"""What a reminder says, in turn."""
DAYS = ("day-0", "day-1", "day-2", "day-3", "day-4", "day-5", "day-6")
"""Short names of the weekdays."""


def remind(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """When to come. The zone is known: it is asked first, once (menus.py)."""
    words = library.words_in(chat.person.language)
    verb, _, rest = path.partition(".")
    match verb:
        case "hours":
            return chat, _hours(words)
        case "time":
            return chat, Page(text=w(words, "ask-time"), ask=words("ask-time-field"))
        case "at" if (at := time_in(rest)) is not None:
            return _set(chat, at, now, words, library)
        case "again" if chat.reminder:
            chat = replace(chat, reminder=replace(chat.reminder, unanswered=0))
        case "day" if chat.reminder and rest.isdecimal() and int(rest) in EVERY_DAY:
            days = chat.reminder.weekdays ^ {int(rest)}
            if not days:
                return chat, Say("remind-one-day")
            chat = replace(chat, reminder=replace(chat.reminder, weekdays=days, unanswered=0))
        case "off":
            return replace(chat, reminder=None), Page(text=w(words, "remind-off"))
    return chat, _overview(chat, words, library) if chat.reminder else _hours(words)


def time_typed(chat: Chat, typed: str, now: datetime, library: Library) -> Sheet:
    """The reply to "At what time?"."""
    words = library.words_in(chat.person.language)
    at = time_in(typed)
    if at is None:
        return chat, Page(text=f"{w(words, 'time-unknown')}\n\n{w(words, 'ask-time')}", ask=words("ask-time-field"))
    return _set(chat, at, now, words, library)


def later(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """What is tapped on a reminder: once more today, or not today. One of another day is over.

    What was said takes the place of what was asked: nothing on it can be tapped twice.
    """
    words = library.words_in(chat.person.language)
    by, _, day = path.partition(".")
    reminder = chat.reminder
    if reminder is None or day != local_day(reminder, now).isoformat():
        return chat, Say("late-tap")
    if by == "not":
        return replace(chat, reminder=passed_over(reminder, now)), Page(text=w(words, "later-not"))
    if by not in ("ten", "hour", "evening"):
        return chat, Say("late-tap")
    put = put_off(reminder, by, now)  # type: ignore[arg-type]  # one of PutOff
    if put is None or put.again is None:
        return chat, Say("later-too-late")
    shown = shown_as(put.again.astimezone(ZoneInfo(reminder.zone)).time())
    return replace(chat, reminder=put), Page(text=w(words, "later-at", time=shown))


def message(chat: Chat, now: datetime, library: Library, *, asks: bool) -> Page:
    """The reminder itself. A locked screen learns nothing from it."""
    words = library.words_in(chat.person.language)
    assert chat.reminder is not None
    day = local_day(chat.reminder, now)
    if asks:
        rows = tuple((Button(words(f"button-{name}"), f"menu:remind.{verb}"),) for name, verb in ASKED)
        return Page(text=w(words, "remind-ask"), buttons=rows)
    paused = isinstance(chat.state, Paused)
    begin = Button(
        words("button-resume" if paused else "button-begin"), "menu:resume" if paused else "menu:backpain", "primary"
    )
    offers = (*(by for by in ("ten", "hour", "evening") if put_off(chat.reminder, by, now) is not None), "not")
    after = tuple(Button(words(f"button-later-{by}"), f"menu:later.{by}.{day.isoformat()}") for by in offers)
    if chat.person.settings.look_back and day.weekday() == min(chat.reminder.weekdays):
        after = (*after, Button(words("button-last-week"), "menu:progress.week"))
    text = "remind-paused" if paused else CALLS[day.toordinal() % len(CALLS)]
    return Page(text=w(words, text), buttons=((begin,), *(after[i : i + 2] for i in range(0, len(after), 2))))


ASKED = (("remind-hour", "hours"), ("remind-days", ""), ("remind-off", "off"))


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _hours(words: Words) -> Page:
    hours = tuple(Button(hour, f"menu:remind.at.{hour}") for hour in HOURS)
    rows = tuple(hours[i : i + 3] for i in range(0, len(hours), 3))  # four are too narrow for large type
    return Page(
        text=w(words, "remind-when"), buttons=(*rows, (Button(words("button-remind-time"), "menu:remind.time"),))
    )


def _overview(chat: Chat, words: Words, library: Library) -> Page:
    reminder = chat.reminder
    assert reminder is not None
    city = library.cities_in(chat.person.language).get(reminder.zone, reminder.zone)
    often = "remind-daily" if reminder.weekdays == EVERY_DAY else "remind-on"
    text = w(words, often, time=shown_as(reminder.at), city=city)
    seldom: Rows = ()
    if reminder.slow or reminder.still:
        text = f"{w(words, 'remind-still' if reminder.still else 'remind-slow')}\n\n{text}"
        seldom = ((Button(words("button-remind-again"), "menu:remind.again", "primary"),),)
    days = tuple(_day(n, reminder, words) for n in sorted(EVERY_DAY))
    rows: Rows = (
        *seldom,
        days[:4],
        days[4:],
        (Button(words("button-remind-hour"), "menu:remind.hours"), Button(words("button-remind-zone"), "menu:zone")),
        (Button(words("button-remind-off"), "menu:remind.off"),),
    )
    return Page(text=text, buttons=rows)


def _day(n: int, reminder: Reminder, words: Words) -> Button:
    name = words(DAYS[n])
    return Button(f"✓{name}" if n in reminder.weekdays else name, f"menu:remind.day.{n}")


def _set(chat: Chat, at: time, now: datetime, words: Words, library: Library) -> Sheet:
    assert chat.person.zone is not None
    known = chat.reminder
    if known is None:
        known = Reminder(at=at, zone=chat.person.zone)
        if isinstance(chat.state, Summary) or local_day(known, now) in local_days(chat.kept, known.zone):
            known = practised(known, now)  # it is asked for behind a session: tomorrow is meant
    chat = replace(chat, reminder=replace(known, at=at, unanswered=0, again=None))
    return chat, _overview(chat, words, library)


# ── what was typed ────────────────────────────────────────────────────────────────────────────────────────────────────
def time_in(text: str) -> time | None:
    """A time of day as people write it: 7:30, 7.30, 07 30, 19, 7 pm."""
    found = re.fullmatch(r"\s*(\d{1,2})(?:\s*[:.h ]\s*(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?\s*", text.casefold())
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "")[:1]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def shown_as(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"


# ── when its time has come ────────────────────────────────────────────────────────────────────────────────────────────
def reminder_due(chat: Chat, after: datetime) -> datetime | None:
    """When the next reminder is due; None for who asked for none, and for who is gone."""
    return next_at(chat.reminder, after) if chat.reminder and not chat.person.inactive_since else None


def ring(chat: Chat, due: datetime, now: datetime, library: Library) -> tuple[Chat, Page | None]:
    """The reminder that was due is sent, or that day is silently over: too late, or in a session already."""
    reminder = chat.reminder
    if reminder is None or chat.person.inactive_since:
        return chat, None
    if not may_still_come(reminder, due, now):
        return replace(chat, reminder=passed_over(reminder, due)), None
    if chat.run is not None and not isinstance(chat.state, Paused):
        return replace(chat, reminder=practised(reminder, now)), None
    page = message(chat, now, library, asks=reminder.asks and not once_more(reminder, now))
    return replace(chat, reminder=reminded(reminder, now)), page

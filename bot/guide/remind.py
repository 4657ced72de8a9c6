"""The pages of the reminder: when, on which days, where; and what is tapped on a reminder itself. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.guide.chat import Chat, Hurting, Paused, Playing, Scoring, Signs
from bot.guide.library import Library
from bot.guide.outcome import Page, Say
from bot.guide.parts import Button, Rows, w
from bot.guide.reminders import (
    EVERY_DAY,
    Reminder,
    local_day,
    may_still_come,
    next_at,
    passed_over,
    practised,
    put_off,
    reminded,
)
from bot.guide.words import Words

Sheet = tuple[Chat, Say | Page]
HOURS = ("7:00", "8:00", "9:00", "10:30", "12:30", "15:00", "17:00", "18:30", "20:00", "21:00", "22:00")
MOST_PLACES = 8
"""Places that are offered to choose from."""
NEAR = timedelta(minutes=20)
"""So much a typed time may differ from a zone's."""
ONLY = "only"
"""The zone is asked for by itself, not on the way to a reminder."""
CALLS = ("remind-0", "remind-1", "remind-2")
"""What a reminder says, in turn."""
DAYS = ("day-0", "day-1", "day-2", "day-3", "day-4", "day-5", "day-6")
"""Short names of the weekdays."""
PLACES = (
    *("Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver", "America/Chicago"),
    *("America/New_York", "America/Halifax", "America/Sao_Paulo", "Atlantic/Azores", "Europe/London", "Europe/Berlin"),
    *("Europe/Athens", "Africa/Lagos", "Africa/Johannesburg", "Europe/Istanbul", "Africa/Nairobi", "Asia/Dubai"),
    *(
        "Asia/Karachi",
        "Asia/Kolkata",
        "Asia/Dhaka",
        "Asia/Bangkok",
        "Asia/Shanghai",
        "Asia/Tokyo",
        "Australia/Adelaide",
    ),
    *("Australia/Sydney", "Pacific/Noumea", "Pacific/Auckland", "America/Bogota", "America/Mexico_City", "Asia/Tehran"),
    *("America/St_Johns", "Asia/Kathmandu", "Asia/Yangon", "Asia/Kabul", "Atlantic/Cape_Verde", "Pacific/Apia"),
)
"""A place for each hour of the world, for who knows no more than what the clock shows."""


def remind(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """When to come; the zone is asked first, once."""
    words = library.words_in(chat.person.language)
    verb, _, rest = path.partition(".")
    if chat.person.zone is None:
        return zone(chat, "", now, library)
    match verb:
        case "hours":
            return chat, _hours(words)
        case "time":
            return chat, Page(text=w(words, "ask-time"), ask=words("ask-time-field"))
        case "at" if (at := _time(rest)) is not None:
            return _set(chat, at, words, library)
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
    at = _time(typed)
    if chat.person.zone is None:
        return zone(chat, "", now, library)
    if at is None:
        return chat, Page(text=w(words, "ask-time"), ask=words("ask-time-field"))
    return _set(chat, at, words, library)


def zone(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """Where the person is: asked by what the clock shows there. On the way to a reminder, or (`only`) by itself."""
    words = library.words_in(chat.person.language)
    only = path == ONLY or path.startswith(f"{ONLY}.")
    verb, _, rest = (path.removeprefix(ONLY).removeprefix(".") if only else path).partition(".")
    to = f"menu:zone.{ONLY}" if only else "menu:zone"
    match verb:
        case "is" if rest in library.cities_in(chat.person.language):
            return _here(chat, rest, now, library, only=only)
        case "ask":
            return chat, _ask_zone(words, only=only)
        case "list":
            return chat, Page(text=w(words, "zone-which"), buttons=_places(chat, to, now, library))
    guess = chat.person.zone or library.usual_zones.get(chat.person.language, "Etc/UTC")
    text = w(words, "zone-is-it", time=_shown(now.astimezone(ZoneInfo(guess)).time()))
    yes = Button(words("button-zone-yes"), f"{to}.is.{guess}", "success")
    no = Button(words("button-zone-no"), f"{to}.ask")
    return chat, Page(text=text, buttons=((yes, no), (Button(words("button-zone-list"), f"{to}.list"),)))


def zone_typed(chat: Chat, typed: str, now: datetime, library: Library) -> Sheet:
    """The reply to "Which town?" on the way to a reminder."""
    return _zone_typed(chat, typed, now, library, only=False)


def zone_only_typed(chat: Chat, typed: str, now: datetime, library: Library) -> Sheet:
    """The reply to "Which town?" by itself."""
    return _zone_typed(chat, typed, now, library, only=True)


def _zone_typed(chat: Chat, typed: str, now: datetime, library: Library, *, only: bool) -> Sheet:
    """A town, or what the clock shows."""
    words, cities = library.words_in(chat.person.language), library.cities_in(chat.person.language)
    at = _time(typed)
    found = _with_time(at, now) if at is not None else _with_name(typed, cities)
    match found:
        case []:
            prompt = _ask_zone(words, only=only)
            return chat, replace(prompt, text=f"{w(words, 'zone-unknown')}\n\n{prompt.text}")
        case [one] if at is None:
            return _here(chat, one, now, library, only=only)
    to = f"menu:zone.{ONLY}" if only else "menu:zone"
    rows = tuple((Button(cities.get(name, name), f"{to}.is.{name}"),) for name in found[:MOST_PLACES])
    again = (Button(words("button-zone-other"), f"{to}.ask"),)
    return chat, Page(text=w(words, "zone-which"), buttons=(*rows, again))


def later(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """What is tapped on a reminder: once more today, or not today. One of another day is over."""
    by, _, day = path.partition(".")
    reminder = chat.reminder
    if reminder is None or day != local_day(reminder, now).isoformat():
        return chat, Say("late-tap")
    if by == "not":
        return replace(chat, reminder=passed_over(reminder, now)), Say("later-not")
    if by not in ("ten", "hour", "evening"):
        return chat, Say("late-tap")
    put = put_off(reminder, by, now)  # type: ignore[arg-type]  # one of PutOff
    if put is None or put.again is None:
        return chat, Say("later-too-late")
    shown = _shown(put.again.astimezone(ZoneInfo(reminder.zone)).time())
    return replace(chat, reminder=put), Say("later-at", {"time": shown})


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
    buttons = [Button(hour, f"menu:remind.at.{hour}") for hour in HOURS]
    buttons.append(Button(words("button-remind-time"), "menu:remind.time"))
    rows = tuple(tuple(buttons[i : i + 3]) for i in range(0, len(buttons), 3))
    return Page(text=w(words, "remind-when"), buttons=rows)


def _overview(chat: Chat, words: Words, library: Library) -> Page:
    reminder = chat.reminder
    assert reminder is not None
    city = library.cities_in(chat.person.language).get(reminder.zone, reminder.zone)
    often = "remind-daily" if reminder.weekdays == EVERY_DAY else "remind-on"
    days = tuple(_day(n, reminder, words) for n in sorted(EVERY_DAY))
    rows: Rows = (
        days[:4],
        days[4:],
        (Button(words("button-remind-hour"), "menu:remind.hours"), Button(words("button-remind-zone"), "menu:zone")),
        (Button(words("button-remind-off"), "menu:remind.off"),),
    )
    return Page(text=w(words, often, time=_shown(reminder.at), city=city), buttons=rows)


def _day(n: int, reminder: Reminder, words: Words) -> Button:
    name = words(DAYS[n])
    return Button(f"✓ {name}" if n in reminder.weekdays else name, f"menu:remind.day.{n}")


def _set(chat: Chat, at: time, words: Words, library: Library) -> Sheet:
    assert chat.person.zone is not None
    known = chat.reminder or Reminder(at=at, zone=chat.person.zone)
    chat = replace(chat, reminder=replace(known, at=at, unanswered=0, again=None))
    return chat, _overview(chat, words, library)


def _ask_zone(words: Words, *, only: bool) -> Page:
    """The prompt; by which of the two it is, its reply knows where it leads."""
    return Page(text=w(words, "ask-zone-only" if only else "ask-zone"), ask=words("ask-zone-field"))


def _places(chat: Chat, to: str, now: datetime, library: Library) -> Rows:
    """A place for each hour of the world with what the clock shows there, from west to east."""
    cities, there = library.cities_in(chat.person.language), {name: now.astimezone(ZoneInfo(name)) for name in PLACES}
    buttons = [
        Button(f"{cities.get(name, name)} · {_shown(there[name].time())}", f"{to}.is.{name}")
        for name in sorted(PLACES, key=lambda name: there[name].utcoffset() or NEAR)
    ]
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


def _here(chat: Chat, name: str, now: datetime, library: Library, *, only: bool = False) -> Sheet:
    """The zone is known; the reminder moves with its person."""
    reminder = chat.reminder and replace(chat.reminder, zone=name)
    chat = replace(chat, person=replace(chat.person, zone=name), reminder=reminder)
    if not only:
        return remind(chat, "", now, library)
    words, city = library.words_in(chat.person.language), library.cities_in(chat.person.language)[name]
    text = w(words, "zone-here", time=_shown(now.astimezone(ZoneInfo(name)).time()), city=city)
    return chat, Page(text=text, buttons=((Button(words("button-settings"), "menu:settings"),),))


# ── what was typed ────────────────────────────────────────────────────────────────────────────────────────────────────
def _time(text: str) -> time | None:
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


def _shown(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"


def _with_time(at: time, now: datetime) -> list[str]:
    """The places where the clock shows this time now."""

    def apart(name: str) -> timedelta:
        there = now.astimezone(ZoneInfo(name)).replace(tzinfo=None)
        ways = (abs(there - datetime.combine(there.date() + timedelta(days=n), at)) for n in (-1, 0, 1))
        return min(ways)

    return [name for name in PLACES if apart(name) <= NEAR]


def _with_name(typed: str, cities: Mapping[str, str]) -> list[str]:
    """The zones whose city is written like this, or else begins like this."""
    names = {zone: _plain(name) for zone, name in cities.items()}
    wanted = _plain(typed)
    if len(wanted) < 2:
        return []
    same = [zone for zone, name in names.items() if name == wanted]
    return same or [zone for zone, name in names.items() if name.startswith(wanted)]


def _plain(name: str) -> str:
    """Without accents, case, and what stands between words."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in apart if letter.isalnum())


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
    if isinstance(chat.state, Playing | Hurting | Signs | Scoring):
        return replace(chat, reminder=practised(reminder, now)), None
    page = message(chat, now, library, asks=reminder.asks and reminder.again is None)
    return replace(chat, reminder=reminded(reminder, now)), page

"""The pages that ask where a person is: by what the clock shows there, by a town, or from a list. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.guide.chat import Chat
from bot.guide.library import Library
from bot.guide.outcome import Page, Say
from bot.guide.parts import Button, Rows, w
from bot.guide.remind import remind, shown_as, time_in
from bot.guide.words import Words

Sheet = tuple[Chat, Say | Page]
MOST_PLACES = 8
"""Places that are offered to choose from."""
NEAR = timedelta(minutes=20)
"""So much a typed time may differ from a zone's."""
ONLY = "only"
"""The zone is asked for by itself, not on the way to a reminder."""
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
    text = w(words, "zone-is-it", time=shown_as(now.astimezone(ZoneInfo(guess)).time()))
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
    at = time_in(typed)
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


def _ask_zone(words: Words, *, only: bool) -> Page:
    """The prompt; by which of the two it is, its reply knows where it leads."""
    return Page(text=w(words, "ask-zone-only" if only else "ask-zone"), ask=words("ask-zone-field"))


def _places(chat: Chat, to: str, now: datetime, library: Library) -> Rows:
    """A place for each hour of the world with what the clock shows there, from west to east."""
    cities, there = library.cities_in(chat.person.language), {name: now.astimezone(ZoneInfo(name)) for name in PLACES}
    buttons = [
        Button(f"{cities.get(name, name)} · {shown_as(there[name].time())}", f"{to}.is.{name}")
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
    text = w(words, "zone-here", time=shown_as(now.astimezone(ZoneInfo(name)).time()), city=city)
    return chat, Page(text=text, buttons=((Button(words("button-settings"), "menu:settings"),),))


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

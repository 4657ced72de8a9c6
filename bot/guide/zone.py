"""The pages that ask where a person is: by what the clock shows there, by a town, or from a list. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from types import MappingProxyType
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
SAME, NEAR = timedelta(minutes=2), timedelta(minutes=20)
"""So much a typed time may differ from a zone's; and if it is nobody's by that."""
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
    *("Pacific/Pago_Pago", "America/Noronha", "Australia/Darwin", "Australia/Brisbane", "Pacific/Fiji"),
    "Pacific/Kiritimati",
)
"""A place for each full hour of the world, and where many live by another, in winter and summer."""
TOWNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Europe/Berlin": ("Munich", "Hamburg", "Cologne", "Frankfurt", "Stuttgart", "Dresden", "Leipzig"),
        "Europe/London": (
            "Manchester",
            "Birmingham",
            "Glasgow",
            "Edinburgh",
            "Liverpool",
            "Leeds",
            "Cardiff",
            "Belfast",
        ),
        "Europe/Paris": ("Lyon", "Marseille", "Toulouse", "Bordeaux", "Lille", "Nice"),
        "Europe/Madrid": ("Barcelona", "Valencia", "Seville", "Bilbao"),
        "Europe/Rome": ("Milan", "Naples", "Turin", "Florence", "Venice"),
        "Europe/Amsterdam": ("Rotterdam", "The Hague", "Utrecht"),
        "Europe/Brussels": ("Antwerp", "Ghent"),
        "Europe/Zurich": ("Geneva", "Basel", "Bern"),
        "Europe/Vienna": ("Graz", "Salzburg", "Innsbruck"),
        "Europe/Warsaw": ("Krakow", "Gdansk", "Wroclaw"),
        "Europe/Stockholm": ("Gothenburg", "Malmo"),
        "Europe/Oslo": ("Bergen", "Trondheim"),
        "Europe/Dublin": ("Cork", "Galway"),
        "Europe/Kyiv": ("Lviv", "Odesa", "Kharkiv"),
        "Europe/Moscow": ("Saint Petersburg", "Kazan"),
        "Europe/Istanbul": ("Ankara", "Izmir"),
        "America/New_York": ("Boston", "Philadelphia", "Washington", "Atlanta", "Miami", "Orlando", "Baltimore"),
        "America/Chicago": ("Houston", "Dallas", "Austin", "San Antonio", "Minneapolis", "New Orleans", "St. Louis"),
        "America/Los_Angeles": ("San Francisco", "San Diego", "Seattle", "Portland", "Las Vegas", "Sacramento"),
        "America/Denver": ("Salt Lake City", "Albuquerque"),
        "America/Toronto": ("Montreal", "Ottawa", "Quebec"),
        "America/Edmonton": ("Calgary",),
        "America/Sao_Paulo": ("Rio de Janeiro", "Brasilia", "Belo Horizonte"),
        "America/Bogota": ("Medellin", "Cali"),
        "America/Mexico_City": ("Guadalajara", "Puebla"),
        "Africa/Johannesburg": ("Cape Town", "Durban", "Pretoria"),
        "Africa/Lagos": ("Abuja", "Ibadan"),
        "Asia/Kolkata": ("Mumbai", "Delhi", "New Delhi", "Bangalore", "Bengaluru", "Chennai", "Hyderabad", "Pune"),
        "Asia/Karachi": ("Lahore", "Islamabad"),
        "Asia/Shanghai": ("Beijing", "Guangzhou", "Shenzhen", "Chengdu", "Wuhan"),
        "Asia/Tokyo": ("Osaka", "Kyoto", "Yokohama", "Nagoya", "Sapporo"),
        "Asia/Ho_Chi_Minh": ("Hanoi", "Da Nang"),
        "Asia/Jerusalem": ("Tel Aviv", "Haifa"),
        "Australia/Sydney": ("Canberra", "Newcastle"),
        "Pacific/Auckland": ("Wellington", "Christchurch"),
    }
)
"""Big towns that no zone is called by, as English has them: CLDR names one for each zone."""


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
    found = _with_time(at, now, cities) if at is not None else _with_name(typed, cities)
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


def _with_time(at: time, now: datetime, cities: Mapping[str, str]) -> list[str]:
    """The places where the clock shows this time now; if it is none of the usual ones, any."""

    def apart(name: str) -> timedelta:
        there = now.astimezone(ZoneInfo(name)).replace(tzinfo=None)
        ways = (abs(there - datetime.combine(there.date() + timedelta(days=n), at)) for n in (-1, 0, 1))
        return min(ways)

    ways = ((PLACES, SAME), (cities, SAME), (PLACES, NEAR))
    return next((found for names, by in ways if (found := [name for name in names if apart(name) <= by])), [])


def _with_name(typed: str, cities: Mapping[str, str]) -> list[str]:
    """The zones with a town that is written like this, or else begins like this; a country behind it says no more."""
    names = [(zone, _plain(name)) for zone, name in cities.items()]
    names += [(zone, _plain(name)) for zone, towns in TOWNS.items() if zone in cities for name in towns]
    wanted = _plain(typed.partition(",")[0])
    if len(wanted) < 2:
        return []
    same = [zone for zone, name in names if name == wanted]
    return list(dict.fromkeys(same or [zone for zone, name in names if name.startswith(wanted)]))


def _plain(name: str) -> str:
    """Without accents, case, and what stands between words."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in apart if letter.isalnum())

"""Time zones as people know them: the country of each, its city in a language. Touches the data that Babel brings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import get_timezone_location

COUNTRIES: Mapping[str, str] = MappingProxyType(dict(get_global("zone_territories")))
"""ISO 3166 by zone: where somebody most likely is, and so which number to call."""

NOWHERE = {"ZZ", "001"}
"""Of no country: such as Etc/GMT+3, which is three hours behind and not ahead; nobody lives by its name."""
USUAL = {
    "US": "America/New_York",
    "BR": "America/Sao_Paulo",
    "RU": "Europe/Moscow",
    "ES": "Europe/Madrid",
    "PT": "Europe/Lisbon",
    "CN": "Asia/Shanghai",
    "ID": "Asia/Jakarta",
    "UA": "Europe/Kyiv",
    "DE": "Europe/Berlin",
}
"""The zone with most people, in countries that have several."""


def cities_in(language: str) -> Mapping[str, str]:
    """The name of each zone's city in a language; English where CLDR does not know the language."""
    locale = _locale(language)
    found: dict[tuple[str, str], str] = {}
    for zone in sorted(COUNTRIES.keys() & available_timezones()):
        if "/" in zone and COUNTRIES[zone] not in NOWHERE:
            found.setdefault((COUNTRIES[zone], _city(zone, locale)), zone)
    return MappingProxyType({zone: city for (_, city), zone in found.items()})


def usual_zone(language: str) -> str:
    """The zone where most of those who speak a language live: a first guess, to be asked about."""
    likely = _locale(get_global("likely_subtags").get(language, language)).territory
    names = [zone for zone, country in COUNTRIES.items() if country == likely]
    return USUAL.get(likely or "", names[0] if names else "Etc/UTC")


def _city(zone: str, locale: Locale) -> str:
    try:
        return get_timezone_location(zone, locale=locale, return_city=True)
    except KeyError:  # CLDR knows the language, and has no names of places in it
        return get_timezone_location(zone, locale=Locale.parse("en"), return_city=True)


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")

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
        if "/" in zone:
            found.setdefault((COUNTRIES[zone], get_timezone_location(zone, locale=locale, return_city=True)), zone)
    return MappingProxyType({zone: city for (_, city), zone in found.items()})


def usual_zone(language: str) -> str:
    """The zone where most of those who speak a language live: a first guess, to be asked about."""
    likely = _locale(get_global("likely_subtags").get(language, language)).territory
    names = [zone for zone, country in COUNTRIES.items() if country == likely]
    return USUAL.get(likely or "", names[0] if names else "Etc/UTC")


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")

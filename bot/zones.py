"""The country of a time zone, as CLDR knows it. Touches the data that Babel brings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from babel.core import get_global

COUNTRIES: Mapping[str, str] = MappingProxyType(dict(get_global("zone_territories")))
"""ISO 3166 by zone: where somebody most likely is, and so which number to call."""

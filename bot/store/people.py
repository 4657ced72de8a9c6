"""The person as columns: what tells about their health sealed in one, the rest plain. Touches nothing."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from sqlalchemy import RowMapping

from bot.guide.person import Person, dump_person, load_person
from bot.store.secrets import Keys

PLAIN = (
    "language",
    "zone",
    "settings",
    "consent",
    "acknowledged",
    "voice_forbidden_until",
    "inactive_since",
)
"""Fields of a person that tell nothing about their health. All others are sealed, also those that are yet to come."""


def columns(person: Person, keys: Keys) -> dict[str, Any]:
    """The values of a row in `people`, without its key."""
    values = dump_person(person)
    plain = {name: values.pop(name) for name in PLAIN}
    return {**plain, "health": keys.seal(json.dumps(values, ensure_ascii=False).encode())}


def read(row: RowMapping, keys: Keys) -> Person:
    """The person of a row. One whose health can't be read counts as held: movement is not offered."""
    return load_person({**_health(row["health"], keys), **{name: row[name] for name in PLAIN}})


def careful(sealed: bytes, consent: Any, keys: Keys) -> Person:
    """As much of a person as a backup must not undo (person.py, `carried`), of columns that every schema has."""
    return load_person({**_health(sealed, keys), "consent": consent})


def _health(sealed: bytes, keys: Keys) -> dict[str, Any]:
    opened = keys.open_or_none(sealed)
    if opened is not None:
        with suppress(ValueError):
            health: dict[str, Any] = json.loads(opened)
            return health
    return {"hold": {"until": None}}

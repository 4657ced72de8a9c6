"""Which updates were handled, and which can't be. Touches the database."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, insert
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import parked, updates_seen

_FIRST_SIGHT = {
    "sqlite": sqlite.insert(updates_seen).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(updates_seen).on_conflict_do_nothing(),
}


def first_sight(connection: Connection, update: int, at: float) -> bool:
    """Note an update. False if it was handled before; who handles it at this moment is waited for."""
    return connection.execute(_FIRST_SIGHT[connection.dialect.name], {"id": update, "at": at}).rowcount == 1


def park(connection: Connection, update: int, error: str, at: float) -> None:
    """Note an update that can't be handled. `error`: kind and place, never what a person wrote."""
    connection.execute(insert(parked), {"id": secrets.token_hex(8), "update_id": update, "error": error, "at": at})

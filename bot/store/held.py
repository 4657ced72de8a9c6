"""All that is kept about one chat, opened and readable. Touches the database, to read alone.

It is made from the schema: every table either belongs to a chat or is named here, with a reason, as being about nobody.
So a new table can't be forgotten, nor a new column.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column as SchemaColumn
from sqlalchemy import Connection, Double, LargeBinary, RowMapping, select
from sqlalchemy import Table as SchemaTable

from bot.store.secrets import Keys, Unreadable
from bot.store.tables import chats, erased, metadata

ABOUT_NOBODY: Mapping[str, str] = {
    "updates_seen": "numbers of what came, so that nothing counts twice; not from whom, not what it was; for 3 days",
    "parked": "kind and place of mistakes; not from whom, and never what was written; for 30 days",
    "files": "which voice notes Telegram has already; whoever heard one, it is the same",
    "about": "about the database itself: whose it is, and whether the key fits",
}
"""Tables that know of no chat, each with what is in them instead."""
ITSELF = "its row is the chat itself"
HANGS = "it hangs on the chat's row, and goes with it"
HASHED = (
    "a keyed hash: a number made from the chat's own by the secret key, so nobody without the key can tell whose it is."
    " It only says that somebody left, so that no backup brings them back"
)
SHUT = "it can't be opened: damaged, or sealed with another key"


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `means`: its comment. `sealed`: encrypted at rest; here it is opened."""

    name: str
    means: str
    sealed: bool


@dataclass(frozen=True, slots=True)
class Table:
    """What a table has about the chat. `why`: how it belongs to it.

    A value is what JSON can hold, or an aware UTC datetime; sealed ones are the structure that was sealed.
    """

    name: str
    why: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]


def held(connection: Connection, keys: Keys, chat: int) -> tuple[Table, ...]:
    """Every row of every table that belongs to a chat; a table without one is there, empty."""
    return tuple(
        _read(connection, keys, chat, table) for table in metadata.sorted_tables if table.name not in ABOUT_NOBODY
    )


def belongs(table: SchemaTable) -> tuple[SchemaColumn[Any], str]:
    """By which column a table belongs to a chat, and how. Raises LookupError: nobody has said."""
    if table is chats:
        return chats.c.id, ITSELF
    if table is erased:
        return erased.c.hash, HASHED
    for column in table.columns:
        if any(key.column is chats.c.id for key in column.foreign_keys):
            return column, HANGS
    raise LookupError(f"{table.name}: nobody has said whether it is about a person (bot/store/held.py)")


def is_sealed(column: SchemaColumn[Any]) -> bool:
    """Whatever is no text and no number is sealed."""
    return isinstance(column.type, LargeBinary)


def _read(connection: Connection, keys: Keys, chat: int, table: SchemaTable) -> Table:
    column, why = belongs(table)
    theirs = column.in_(keys.marks(chat)) if column is erased.c.hash else column == chat
    rows = connection.execute(select(table).where(theirs).order_by(*table.primary_key)).mappings()
    return Table(
        table.name,
        why,
        tuple(Column(each.name, each.comment or "", is_sealed(each)) for each in table.columns),
        tuple({each.name: _value(row, each, keys) for each in table.columns} for row in rows),
    )


def _value(row: RowMapping, column: SchemaColumn[Any], keys: Keys) -> Any:
    value = row[column.name]
    if value is None:
        return None
    if is_sealed(column):
        return _opened(value, keys)
    if isinstance(column.type, Double) and "unix seconds" in (column.comment or ""):
        return datetime.fromtimestamp(value, UTC)
    return value


def _opened(sealed: bytes, keys: Keys) -> Any:
    """What was sealed is JSON, packed or not."""
    try:
        opened = keys.open(sealed)
        try:
            return json.loads(opened)
        except ValueError:
            return json.loads(zlib.decompress(opened))
    except (Unreadable, ValueError, zlib.error):
        return SHUT

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
WHAT: Mapping[str, str] = {
    "chats": "This chat: where a session stands, what is shown, and which messages have buttons.",
    "people": "What is known of you: language, zone, choices, what you agreed to, what is left out, what has to wait.",
    "reminders": "Your reminder: its hour, its days, when it comes next.",
    "runs": "The sessions you did, if you said that they may be kept. Each goes after 12 months.",
    "erased": "That you left once, and asked for all to be erased.",
}
"""What each table is, for the person whose rows are read."""
MEANS: Mapping[str, str] = {
    "people.chat": "Telegram's id of the private chat",
    "people.language": "the language of the words, by its code",
    "people.zone": "the time zone, for the hour of the reminder; empty: not known",
    "people.settings": "what was chosen in /settings",
    "people.consent": "whether scores and practice days may be kept: yes or no, to which text, when",
    "people.acknowledged": "that the safety notice was read: which text of it, when",
    "reminders.chat": "Telegram's id of the private chat",
    "reminders.unanswered": "how many reminders in a row were left without an answer",
    "runs.chat": "Telegram's id of the private chat",
}
"""What a column means that has no comment in the schema. A new column has one; a test asks for one or the other."""
ITSELF = "its row is the chat itself"
HANGS = "it hangs on the chat's row, and goes with it"
HASHED = (
    "a keyed hash: a number made from the chat's own by the secret key, so nobody without the key can tell whose it is."
    " It only says that somebody left, so that no backup brings them back"
)
SHUT = "it can't be opened: damaged, or sealed with another key"


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `means`: its comment, or what stands for it. `sealed`: encrypted at rest; here it is opened."""

    name: str
    means: str
    sealed: bool


@dataclass(frozen=True, slots=True)
class Table:
    """What a table has about the chat. `what`: what it is. `why`: how it belongs to the chat.

    A value is what JSON can hold, or an aware UTC datetime; sealed ones are the structure that was sealed.
    """

    name: str
    what: str
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


def means(column: SchemaColumn[Any]) -> str:
    """What a column is, in words; empty: nobody has said."""
    return column.comment or MEANS.get(f"{column.table.name}.{column.name}", "")


def is_sealed(column: SchemaColumn[Any]) -> bool:
    """Whatever is no text and no number is sealed."""
    return isinstance(column.type, LargeBinary)


def _read(connection: Connection, keys: Keys, chat: int, table: SchemaTable) -> Table:
    column, why = belongs(table)
    theirs = column.in_(keys.marks(chat)) if column is erased.c.hash else column == chat
    when = [each for each in table.columns if each.name == "at"]  # ids are random: rows come in the order of time
    rows = connection.execute(select(table).where(theirs).order_by(*when, *table.primary_key)).mappings()
    return Table(
        table.name,
        WHAT.get(table.name, ""),
        why,
        tuple(Column(each.name, means(each), is_sealed(each)) for each in table.columns),
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

"""Which notes Telegram has already: key → file_id. Touches the database."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.store.tables import files

_FIND = select(files.c.file_id).where(files.c.key == bindparam("of"))
_DROP = delete(files).where(files.c.key == bindparam("of"))


def file_id(connection: Connection, key: str) -> str | None:
    """Telegram's id of a note, if it was uploaded once."""
    found: str | None = connection.execute(_FIND, {"of": key}).scalar()
    return found


def keep_file_id(connection: Connection, key: str, file_id: str) -> None:
    """Note Telegram's id of a note, the newest alone."""
    drop_file_id(connection, key)
    connection.execute(insert(files), {"key": key, "file_id": file_id})


def drop_file_id(connection: Connection, key: str) -> None:
    """Telegram doesn't know it (any more): the bytes are to go up again."""
    connection.execute(_DROP, {"of": key})

"""Seals everything anew with the newest key. Touches the database.

The old key stays behind the new one until nothing needs it: who left is noted by a hash that only the key which made it
can make again, and a backup from before can be opened by no other. At every moment all keys that are needed are in the
file: stopped anywhere, the next run goes on where this one was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Table, select, update

from bot.store import facts
from bot.store.chats import open_store
from bot.store.database import Before
from bot.store.errors import KeyInSetting, NoKeyYet
from bot.store.held import is_sealed
from bot.store.secrets import Keys, Unreadable, add_key, find_keys, make_key
from bot.store.tables import metadata

BATCH = 200
"""Rows that are sealed in one transaction."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many values were sealed anew, and how many none of the keys opens: those stay as they are."""

    sealed: int
    unreadable: int


async def new_key(url: str | None, setting: str | None, folder: Path) -> tuple[Keys, Rotated]:
    """Bring a rotation that was stopped half way to its end, or begin one. The folder's lock must be held (lock.py).

    `setting`: the keys, if they are not in the file. Raises StoreError; KeyInSetting says what to set.
    """
    keys = find_keys(setting, folder)
    if keys.is_new:
        raise NoKeyYet
    done = await rotate(url, keys, folder)
    if done.sealed:
        return keys, done
    if setting:
        raise KeyInSetting(f"{make_key()},{setting}")
    keys = add_key(folder, datetime.now(UTC).date())
    return keys, await rotate(url, keys, folder)


async def rotate(url: str | None, keys: Keys, folder: Path, *, before: Before | None = None) -> Rotated:
    """Seal everything with the newest of the keys. The folder's lock must be held (lock.py).

    `before` is for tests (database.py). Raises StoreError.
    """
    store = await open_store(url, keys, folder, before=before, alone=True)
    sealed = unreadable = 0
    try:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if is_sealed(column)]
            after: Any = None
            while columns:
                async with store.transaction() as tx:
                    after, done, shut = await tx.call(_batch(table, columns, after, keys))
                sealed, unreadable = sealed + done, unreadable + shut
                if after is None:
                    break
        async with store.transaction() as tx:
            await tx.call(lambda connection: facts.seal_canary(connection, keys))
            tx.erases = True  # what was sealed with the old key is gone from the log, too
    finally:
        await store.close()
    return Rotated(sealed, unreadable)


def _batch(table: Table, columns: list[Column[Any]], after: Any, keys: Keys) -> Any:
    """The rows behind `after`. Gives the last one's key (None: there are no more), how many values were sealed
    anew, and how many can't be opened."""
    (key,) = table.primary_key

    def seal(connection: Connection) -> tuple[Any, int, int]:
        query = select(key, *columns).order_by(key).limit(BATCH)
        rows = connection.execute(query if after is None else query.where(key > after)).all()
        sealed = unreadable = 0
        for row in rows:
            values = {}
            for column, value in zip(columns, row[1:], strict=True):
                if value is None or keys.is_newest(value):
                    continue
                try:
                    values[column.name] = keys.seal_anew(value)
                except Unreadable:
                    unreadable += 1
            if values:
                connection.execute(update(table).where(key == row[0]).values(values))
            sealed += len(values)
        return (rows[-1][0] if len(rows) == BATCH else None), sealed, unreadable

    return seal

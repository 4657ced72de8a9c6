"""The present data, whose place a backup takes: a file, or what a server holds. Touches them.

They tell what they know better than any backup, are kept, and are replaced, whole or not at all.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.guide.person import Person
from bot.store import facts, left, people
from bot.store.backup import write
from bot.store.database import kind_of
from bot.store.errors import InMemory, Locked, NewerDatabase, NewerSchema, OtherBot
from bot.store.files import LOG, TAKEN, dated, fold, is_any, move, to_disk
from bot.store.kind import Kind, telling
from bot.store.left import Left
from bot.store.migrate import COPY, Schema, holds_something, revision
from bot.store.pour import to_server
from bot.store.secrets import Keys
from bot.store.sqlite import Sqlite
from bot.store.tables import people as people_table
from bot.store.tables import updates_seen
from bot.store.tidy import RESTORING

KEPT = f"{COPY}restore-"
"""The data from before a restore are called by the database's name, this, and the time; tidy.py ends them."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the present data know better than any backup: who left, how careful to be with whom, which updates came."""

    left: dict[str, Left] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    seen: dict[int, float] = field(default_factory=dict)


class Live(Protocol):
    """The present data."""

    @property
    def work(self) -> Path:
        """The folder beside them in which a backup is made ready."""
        ...

    async def known(self, keys: Keys, bot: int) -> Known | None:
        """What they know; None if they can't be read, or not with these keys. Raises OtherBot."""
        ...

    async def keep(self, now: float) -> Path | None:
        """Where they are kept from `now` on (real unix seconds); None: there are none."""
        ...

    async def replace(self, new: Path) -> None:
        """Put a database's one file in their place."""
        ...


class LiveFile:
    """A SQLite database, which need not be there, and need not be whole."""

    def __init__(self, kind: Sqlite, file: Path, schema: Schema) -> None:
        self._kind, self._file, self._schema = kind, file, schema
        self.work = file.with_name(file.name + RESTORING)

    async def known(self, keys: Keys, bot: int) -> Known | None:
        """What it knows. Raises NotOurs."""
        if not self._file.exists():
            return Known()
        engine = self._kind.reading(1)
        assert engine is not None, "a file"
        try:
            async with engine.connect() as connection:
                try:
                    there = await connection.run_sync(holds_something, self._schema, self._kind.place)
                except NewerSchema:
                    there = True  # after an update that went wrong the old version gets its backup back
                return await connection.run_sync(_known, keys, bot) if there else Known()
        except (DBAPIError, sqlite3.Error, OSError):
            return None
        finally:
            await engine.dispose()

    async def keep(self, now: float) -> Path | None:
        """Copy it: whole, or as it is, with its log if that can't be written into it."""
        if not self._file.exists():
            return None
        try:
            fold(self._file)
        except sqlite3.Error as error:
            if is_any(error, *TAKEN):
                raise Locked(self._file) from error
        kept = self._file.with_name(f"{self._file.name}{KEPT}{dated(now)}")
        for end in (LOG, ""):
            if (found := self._file.with_name(self._file.name + end)).exists():
                half = self.work / "kept"
                shutil.copyfile(found, half)
                half.chmod(0o600)
                to_disk(half)
                half.replace(kept.with_name(kept.name + end))
        return kept

    async def replace(self, new: Path) -> None:
        """One move."""
        move(new, self._file)


class LiveServer:
    """What a server holds, by the connection that has it alone."""

    def __init__(self, kind: Kind, copies: Path, connection: AsyncConnection, schema: Schema) -> None:
        """`kind`: to read it by other connections. `copies`: how the names of its copies begin."""
        self._kind, self._copies, self._connection, self._schema = kind, copies, connection, schema
        self.work = copies.with_name(copies.name + RESTORING)

    async def known(self, keys: Keys, bot: int) -> Known | None:
        """What it knows. Raises NotOurs, NewerDatabase."""
        with telling(self._kind):
            try:
                there = await self._connection.run_sync(holds_something, self._schema, self._kind.place)
                return await self._connection.run_sync(_known, keys, bot) if there else Known()
            except NewerSchema:
                raise NewerDatabase(self._kind.place) from None
            finally:
                await self._connection.rollback()

    async def keep(self, now: float) -> Path | None:
        """Write a backup of it."""
        with telling(self._kind):
            there = await self._connection.run_sync(revision)
            await self._connection.rollback()
        kept = self._copies.with_name(f"{self._copies.name}{KEPT}{dated(now)}")
        return (await write(self._kind, kept, now, self._schema)).file if there else None

    async def replace(self, new: Path) -> None:
        """One transaction."""
        with telling(self._kind):
            await to_server(new, self._connection, self._schema)
            await self._connection.commit()


@asynccontextmanager
async def present(url: str | None, folder: Path, schema: Schema, busy: float) -> AsyncIterator[Live]:
    """The present data, that nobody else may use meanwhile: a folder's lock (lock.py) or a server keeps others out.

    `url`, `busy`: as for `open_store`. Raises StoreError.
    """
    kind = kind_of(url, folder)
    if isinstance(kind, Sqlite):
        if kind.file is None:
            raise InMemory
        yield LiveFile(kind, kind.file, schema)
        return
    assert kind.copies is not None, "a server"
    engine = kind_of(url, folder, busy, alone=True).writing()
    try:
        with telling(kind):
            connection = await engine.connect()
        try:
            yield LiveServer(kind, kind.copies, connection, schema)
        finally:
            await connection.close()
    finally:
        await engine.dispose()


def _known(connection: Connection, keys: Keys, bot: int) -> Known | None:
    if (owner := facts.fact(connection, facts.BOT)) not in (None, str(bot)):
        raise OtherBot(owner)
    if not facts.opens(keys, facts.fact(connection, facts.CANARY) or ""):
        return None
    seen = {row.id: row.at for row in connection.execute(select(updates_seen))}
    rows = connection.execute(select(people_table.c.chat, people_table.c.health, people_table.c.consent))
    careful = {chat: people.careful(sealed, consent, keys) for chat, sealed, consent in rows}
    return Known(left.noted(connection), careful, seen)

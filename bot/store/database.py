"""Transactions, one at a time, that no cancellation tears; the same on SQLite and on PostgreSQL. Touches the database.

What each of the two does in its own way is in sqlite.py and postgres.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.errors import DatabaseTaken, Unreachable
from bot.store.kind import Kind, failing, telling
from bot.store.migrate import COPY, Schema, holds_something, revision, to_head
from bot.store.sqlite import Sqlite, empty_log

BUSY = 5.0
"""Seconds (real) to wait for another program that holds the database; a server may be silent for twice as long."""
NAME = "easeback.db"
"""Of the database in the data folder."""
READERS = 3
"""Connections for reading beside the one that writes; SQLite's have a thread each."""

T = TypeVar("T")
Before = Callable[[str], None]
"""Called with "begin", "statement", "commit", "committed" and "read", before each of them but after "committed": for
tests that crash or fail there, as the driver fails."""


class Call(Protocol):
    """Runs a function with the connection of the open transaction."""

    async def __call__(self, work: Callable[[Connection], T], /) -> T:
        """What `work` returns or raises."""
        ...


class Database:
    """One writer, some readers."""

    def __init__(
        self, kind: Kind, writing: AsyncEngine, writer: AsyncConnection, reading: AsyncEngine | None, before: Before
    ) -> None:
        """`writer`: the connection of `writing`."""
        self._kind, self._writing, self._writer, self._reading = kind, writing, writer, reading
        self._turn = asyncio.Lock()
        self._before = before
        self._fresh = False
        """Nothing was done in the open transaction yet."""

    @property
    def copies(self) -> Path | None:
        """How the copies made before a migration begin; None: there are none."""
        return self._kind.copies

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Call]:
        """A transaction: committed at the end, rolled back after any exception. What has begun is always brought to
        its end, also when the task is cancelled meanwhile. Raises StoreFailed, here and in the calls."""
        async with self._turn:
            try:
                with self._failing():
                    self._before("begin")
                    await _whole(self._begin())
                yield self._call
                with self._failing():
                    self._before("commit")
                    await _whole(self._writer.commit())
                    self._before("committed")
            except BaseException:
                with self._failing():
                    await _whole(self._roll_back())
                raise

    async def _begin(self) -> None:
        await self._writer.begin().start()
        self._fresh = True

    async def _roll_back(self) -> None:
        try:
            await self._writer.rollback()
        except Exception:
            await self._let_go()
            raise

    async def _let_go(self) -> None:
        """Whatever state the connection is in, nobody shall inherit it: the next transaction connects anew."""
        await self._writer.invalidate()
        await self._writer.rollback()

    async def _call(self, work: Callable[[Connection], T], /) -> T:
        with self._failing():
            self._before("statement")
            return await _whole(self._work(work))

    async def _work(self, work: Callable[[Connection], T]) -> T:
        try:
            return await self._writer.run_sync(work)
        except DBAPIError as error:
            if not (self._fresh and self._kind.lost(error)):
                raise
            # Lost while nobody used it: nothing is done yet, so it is begun again, and nobody notices.
            await self._let_go()
            await self._begin()
            return await self._writer.run_sync(work)
        finally:
            self._fresh = False

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Read what is committed, beside whoever writes. Raises StoreFailed."""
        with self._failing():
            self._before("read")
            return await _whole(self._read(work))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        if self._reading is None:  # there is but one connection, and it must not read what is half written
            async with self._turn:
                try:
                    return await self._writer.run_sync(work)
                finally:
                    await self._writer.rollback()
        try:
            async with self._reading.connect() as connection:
                return await connection.run_sync(work)
        except DBAPIError as error:
            if not self._kind.lost(error):
                raise
            async with self._reading.connect() as connection:  # the other old ones are gone with it
                return await connection.run_sync(work)

    def telling(self) -> AbstractContextManager[None]:
        """Turn its errors at the start into a StoreError."""
        return telling(self._kind)

    def _failing(self) -> AbstractContextManager[None]:
        return failing(self._kind)

    async def displaced(self) -> None:
        """Wait until another process has the database that this one had alone. Raises DatabaseTaken then."""
        await self._kind.taken.wait()
        raise DatabaseTaken(self._kind.place)

    async def empty_log(self) -> None:
        """Have SQLite's write-ahead log written into the database and emptied: it holds what was deleted since.

        Raises StoreFailed.
        """
        if isinstance(self._kind, Sqlite) and self._kind.file is not None:
            async with self._turn:
                await self.read(empty_log)

    async def close(self) -> None:
        """Let go of the database, after the transaction that is open."""
        async with self._turn:
            await _whole(self._close())

    async def _close(self) -> None:
        await self._writer.close()
        await self._writing.dispose()
        if self._reading is not None:
            await self._reading.dispose()


async def open_database(
    url: str | None, folder: Path, schema: Schema, busy: float, before: Before | None, *, alone: bool
) -> Database:
    """Open a database and bring it to the schema. `url`: None for SQLite in `folder`, which also takes the copies made
    before a migration, where the database is no file. `busy`: seconds (real) to wait for another program that holds it.
    `alone`: hold a database on a server against every other process that wants it alone (on a file the folder's lock
    does that, lock.py).

    Raises StoreError.
    """
    kind = kind_of(url, folder, busy, alone=alone)
    with telling(kind):
        writing = kind.writing()
        writer = await writing.connect()
        database = Database(kind, writing, writer, kind.reading(READERS), before or _nothing)
        try:
            await _migrate(kind, writer, schema)
        except BaseException:
            await database.close()
            raise
        return database


def kind_of(url: str | None, folder: Path, busy: float = BUSY, *, alone: bool = False) -> Kind:
    """SQLite or PostgreSQL, not opened yet; the arguments are those of `open_database`. Raises Unreachable."""
    try:
        address = make_url(url or URL.create("sqlite", database=str(folder / NAME)))
        if address.drivername in ("postgresql", "postgres", "postgresql+asyncpg"):
            # Not at the top: asyncpg takes 0.2 s to import, and most have no such server.
            from bot.store.postgres import Postgres  # noqa: PLC0415

            return Postgres(address, folder, busy, alone=alone)
        if address.get_backend_name() == "sqlite":
            return Sqlite(address, busy)
    except (ArgumentError, ValueError) as error:
        raise Unreachable("named by EASEBACK_DATABASE_URL", type(error).__name__) from error
    raise Unreachable("named by EASEBACK_DATABASE_URL", "neither SQLite nor PostgreSQL")


async def _migrate(kind: Kind, writer: AsyncConnection, schema: Schema) -> None:
    found = await writer.run_sync(revision)
    await writer.rollback()
    if found == schema.head:
        return
    async with kind.migrating(writer) as connection:
        if await connection.run_sync(holds_something, schema, kind.place) and kind.copies is not None:
            await kind.copy(kind.copies.with_name(f"{kind.copies.name}{COPY}{schema.head}"))
        await connection.run_sync(to_head, schema)
        await connection.commit()


def _nothing(_: str) -> None:
    pass


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end whatever happens to this task; if the task was cancelled meanwhile, that comes after.

    A statement cut off half way would cost the connection, and a leaked one holds the write lock.
    """
    task, cancelled = asyncio.ensure_future(work), None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # seen: the cancellation says enough
        raise cancelled
    return task.result()

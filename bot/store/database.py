"""Transactions with the write lock first, one at a time, that no cancellation tears. Touches the database.

SQLAlchemy with aiosqlite as it comes loses updates: a deferred BEGIN reads before it locks. So the driver begins
nothing by itself, and every transaction begins with BEGIN IMMEDIATE (PostgreSQL: the row is locked when it is read).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.store.errors import Corrupt, Full, Locked, ReadOnly, StoreFailed, Unreachable
from bot.store.lock import make_folder
from bot.store.migrate import Schema, revision, to_head

BUSY = 5.0
"""Seconds (real) to wait for another program that holds the database."""
READERS = 3
"""Connections for reading beside the one that writes; each has a thread."""

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
        self, engine: AsyncEngine, writer: AsyncConnection, place: str, file: Path | None, before: Before | None
    ) -> None:
        """`place`: where it is, as a person is told. `file`: of SQLite; None: in memory, or another database."""
        self._engine, self._writer, self._place, self.file = engine, writer, place, file
        self._reader = engine.execution_options(reads=True)
        self._one = engine.dialect.name == "sqlite" and file is None
        self._turn = asyncio.Lock()
        self._before = before or _nothing

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Call]:
        """A transaction: committed at the end, rolled back after any exception. What has begun is always brought to
        its end, also when the task is cancelled meanwhile. Raises StoreFailed, here and in the calls."""
        async with self._turn:
            try:
                with _failing(self._place):
                    self._before("begin")
                    await _whole(self._writer.begin().start())
                yield self._call
                with _failing(self._place):
                    self._before("commit")
                    await _whole(self._writer.commit())
                    self._before("committed")
            except BaseException:
                with _failing(self._place):
                    await _whole(self._roll_back())
                raise

    async def _roll_back(self) -> None:
        try:
            await self._writer.rollback()
        except Exception:
            # Whatever state it is in, nobody shall inherit it: the next transaction connects anew.
            await self._writer.invalidate()
            raise

    async def _call(self, work: Callable[[Connection], T], /) -> T:
        with _failing(self._place):
            self._before("statement")
            return await _whole(self._writer.run_sync(work))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Read what is committed, beside whoever writes. Raises StoreFailed."""
        with _failing(self._place):
            self._before("read")
            return await _whole(self._read(work))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        if self._one:  # in memory there is but one connection, and it must not read what is half written
            async with self._turn:
                result = await self._writer.run_sync(work)
                await self._writer.rollback()
                return result
        async with self._reader.connect() as connection:
            return await connection.run_sync(work)

    def telling(self) -> AbstractAsyncContextManager[None]:
        """Turn its errors at the start into a StoreError."""
        return _telling(self._place)

    async def empty_log(self) -> None:
        """Have SQLite's write-ahead log written into the database and emptied: it holds what was deleted since.

        Raises StoreFailed.
        """
        if self.file is not None:
            async with self._turn:
                await self.read(_checkpoint)

    async def close(self) -> None:
        """Let go of the database, after the transaction that is open."""
        async with self._turn:
            await _whole(self._writer.close())
            await _whole(self._engine.dispose())


async def open_database(url: str | URL, schema: Schema, busy: float, before: Before | None) -> Database:
    """Open a database and bring it to the schema. `busy`: seconds (real) to wait for another program that holds it.

    Raises StoreError.
    """
    place = "named by EASEBACK_DATABASE_URL"
    async with _telling(place):
        address = make_url(url)
    if address.drivername == "sqlite":
        address = address.set(drivername="sqlite+aiosqlite")
    file = _file(address)
    if file is not None:
        make_folder(file.parent)
    place = address.render_as_string(hide_password=True) if file is None else str(file)
    async with _telling(place):
        engine = _engine(address, file, busy)
        try:
            await _migrate(engine, schema, place, file)
            return Database(engine, await engine.connect(), place, file, before)
        except BaseException:
            await _whole(engine.dispose())
            raise


def _file(address: URL) -> Path | None:
    name = address.database
    return Path(name) if address.get_backend_name() == "sqlite" and name and name != ":memory:" else None


def _engine(address: URL, file: Path | None, busy: float) -> AsyncEngine:
    # Parameters never go into an error's text: they are somebody's.
    options: dict[str, Any] = {"hide_parameters": True}
    if file is not None:
        options |= {"pool_size": 1 + READERS, "max_overflow": 0, "pool_reset_on_return": None}
    engine = create_async_engine(address, **options)
    if engine.dialect.name == "sqlite":

        def prepare(connection: DBAPIConnection, _: object) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in (
                f"busy_timeout={busy * 1000:.0f}",
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
                "secure_delete=ON",
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        event.listen(engine.sync_engine, "connect", prepare)
        event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("migrates"):
        # A migration that makes a table anew drops the old one; that must not delete what hangs on it.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    if not options.get("reads"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _migrate(engine: AsyncEngine, schema: Schema, place: str, file: Path | None) -> None:
    async with engine.execution_options(reads=True).connect() as connection:
        if await connection.run_sync(revision) == schema.head:
            return
    async with engine.execution_options(migrates=True).connect() as connection:
        await connection.run_sync(to_head, schema, place, file)
        await connection.commit()
        if file is not None:
            await connection.invalidate()  # it knows no foreign keys


def _checkpoint(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()


SENTENCES: dict[str, type[StoreFailed]] = {
    "SQLITE_NOTADB": Corrupt,
    "SQLITE_CORRUPT": Corrupt,
    "SQLITE_READONLY": ReadOnly,
    "SQLITE_CANTOPEN": ReadOnly,
    "SQLITE_PERM": ReadOnly,
    "SQLITE_BUSY": Locked,
    "SQLITE_LOCKED": Locked,
    "SQLITE_FULL": Full,
}
"""What SQLite's result codes mean; the longer codes begin with these."""


OURS = (IntegrityError, DataError, ProgrammingError, NotSupportedError)
"""What a statement, or what is in it, is to blame for: asked again it fails again."""


@asynccontextmanager
async def _telling(place: str) -> AsyncIterator[None]:
    """At the start: whatever it is, the operator can do something about it."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError, ArgumentError, ModuleNotFoundError) as error:
        raise _named(error, place) or Unreachable(place, _kind(error)) from error


@contextmanager
def _failing(place: str) -> Iterator[None]:
    """Later: the same names for what is not the statement's fault."""
    try:
        yield
    except OURS:
        raise
    except (DBAPIError, NoConnection, sqlite3.Error, OSError) as error:
        raise _named(error, place) or StoreFailed(place, _kind(error)) from error


def _named(error: Exception, place: str) -> StoreFailed | None:
    name = getattr(_cause(error), "sqlite_errorname", "")
    return next((kind(place) for code, kind in SENTENCES.items() if name.startswith(code)), None)


def _kind(error: Exception) -> str:
    return type(_cause(error)).__name__


def _cause(error: Exception) -> BaseException:
    return (error.orig or error) if isinstance(error, DBAPIError) else error


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

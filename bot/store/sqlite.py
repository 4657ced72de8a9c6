"""What SQLite does in its own way: the lock at the beginning, its PRAGMAs, its result codes. Touches the database file.

SQLAlchemy with aiosqlite as it comes loses updates: a deferred BEGIN reads before it locks. So the driver begins
nothing by itself, and every transaction begins with BEGIN IMMEDIATE.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DataError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.store import files
from bot.store.errors import Corrupt, Full, Locked, ReadOnly, StoreFailed, cause
from bot.store.lock import make_folder

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")

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


class Sqlite:
    """A SQLite database: a file, or in memory."""

    def __init__(self, address: URL, busy: float) -> None:
        """`busy`: seconds (real) to wait for another program that holds it."""
        name = address.database
        self.file = Path(name) if name and name != ":memory:" else None
        """None: in memory."""
        self.copies = self.file
        self.place = address.render_as_string() if self.file is None else str(self.file)
        self._address = address.set(drivername="sqlite+aiosqlite") if address.drivername == "sqlite" else address
        self._busy = busy
        self.taken = asyncio.Event()
        """Never set: who holds the folder is alone (lock.py)."""

    def writing(self) -> AsyncEngine:
        """One connection, whose transactions begin with the write lock. Raises FolderUnusable."""
        if self.file is not None:
            make_folder(self.file.parent)
        engine = self._engine(1)
        event.listen(engine.sync_engine, "begin", _begin)
        return engine

    def reading(self, connections: int) -> AsyncEngine | None:
        """Connections that begin nothing. In memory there is but one connection."""
        return None if self.file is None else self._engine(connections)

    def _engine(self, connections: int) -> AsyncEngine:
        # Parameters never go into an error's text: they are somebody's.
        options: dict[str, Any] = {"hide_parameters": True}
        if self.file is not None:
            options |= {"pool_size": connections, "max_overflow": 0, "pool_reset_on_return": None}
        engine = create_async_engine(self._address, **options)
        event.listen(engine.sync_engine, "connect", self._prepare)
        return engine

    def _prepare(self, connection: DBAPIConnection, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (f"busy_timeout={self._busy * 1000:.0f}", *PRAGMAS):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @asynccontextmanager
    async def migrating(self, writer: AsyncConnection) -> AsyncIterator[AsyncConnection]:
        """The writer, without foreign keys: a migration that makes a table anew drops the old one, and that must not
        delete what hangs on it. (Within a transaction SQLite changes nothing about them.)"""
        driver = (await writer.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute("PRAGMA foreign_keys=OFF")
        yield writer
        await driver.execute("PRAGMA foreign_keys=ON")

    async def copy(self, to: Path) -> None:
        """Copy it while it is in use, whole or not at all."""
        if self.file is not None:
            copy(self.file, to)

    def failure(self, error: BaseException) -> type[StoreFailed] | None:
        """What an error means; None: what was asked is to blame."""
        name = getattr(cause(error), "sqlite_errorname", "")
        named = next((kind for code, kind in SENTENCES.items() if name.startswith(code)), None)
        return named or (None if isinstance(error, OURS) else StoreFailed)

    def lost(self, error: BaseException) -> bool:
        """Never: there is no way between us and a file."""
        return False


def copy(file: Path, to: Path) -> None:
    """Copy a SQLite database while it is in use, whole or not at all."""
    half = to.with_name(to.name + ".half")
    half.unlink(missing_ok=True)
    files.copy(file, half)
    half.replace(to)


def empty_log(connection: Connection) -> None:
    """Have the write-ahead log written into the database and emptied."""
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

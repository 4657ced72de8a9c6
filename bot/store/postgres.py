"""What PostgreSQL does in its own way: who has it alone, a server's silence, its codes. Touches the server, by asyncpg.

Its rows are locked when they are read (chats.py). One process has the database alone by an advisory lock on the very
connection that writes, not on one of its own: so nobody can write who does not hold it, whatever connection was lost.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import asyncpg
import structlog
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.store.errors import (
    Corrupt,
    DatabaseTaken,
    Full,
    Locked,
    NoDatabase,
    NoRight,
    NotLetIn,
    ReadOnly,
    StoreFailed,
    cause,
)

LOCK = int.from_bytes(b"easeback")
"""The advisory lock of who has a database alone."""
LOOK = 0.1
"""Seconds (real) between two tries to take it."""
ALIVE = {"tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""How the server asks whether we are there: 30 s after our machine lost its power another one can go on."""
ON_DISK = {"synchronous_commit": "on"}
"""What is committed is on the disk, however the server is set: the update that brought it is confirmed after it."""

SENTENCES: dict[str, type[StoreFailed]] = {
    "28": NotLetIn,
    "3D000": NoDatabase,
    "42501": NoRight,
    "25006": ReadOnly,
    "53100": Full,
    "55P03": Locked,
    "XX001": Corrupt,
    "XX002": Corrupt,
}
"""What its codes mean (its manual, appendix A); a longer code begins with the shorter."""
OURS = ("0A", "21", "22", "23", "42")
"""Classes of codes by which the statement, or what is in it, is to blame: asked again it fails again. (asyncpg gives a
value that it can't send a code of class 22 itself.)"""
GONE = ("08", "57P")
"""Codes by which only the connection is lost."""

_TRY = "SELECT pg_try_advisory_lock($1)"
_END_LOST = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()
"""

log = structlog.get_logger()


class Postgres:
    """A database on a PostgreSQL server."""

    def __init__(self, address: URL, folder: Path, busy: float, *, alone: bool) -> None:
        """`folder`: for the copies. `busy`: seconds (real) to wait for a lock; for an answer twice as long."""
        password = address.password or next(iter(address.normalized_query.get("password", ())), None)
        address = address.set(drivername="postgresql", password=password)
        self._address = address.difference_update_query(["password"])
        self.place = self._address.set(query={}).render_as_string()
        self.copies = folder / "easeback.sql"
        self.taken = asyncio.Event()
        self._busy, self._alone, self._had = busy, alone, False
        self._name = f"easeback {secrets.token_hex(8)}"
        """Of the connection that writes: no other process's has it."""

    def writing(self) -> AsyncEngine:
        """One connection, that holds the advisory lock if the database is to be ours alone."""
        return self._engine(self._writer, pool_size=1)

    def reading(self, connections: int) -> AsyncEngine:
        """Connections that begin no transaction: each read is one statement."""
        return self._engine(self._reader, pool_size=connections, isolation_level="AUTOCOMMIT")

    def _engine(self, creator: Any, **options: Any) -> AsyncEngine:
        # Parameters never go into an error's text: they are somebody's.
        options |= {"async_creator": creator, "max_overflow": 0, "hide_parameters": True}
        return create_async_engine("postgresql+asyncpg://", **options)

    async def _connect(self, name: str, busy: float | None) -> asyncpg.Connection:
        settings = {**ALIVE, **ON_DISK, "application_name": name}
        if busy is not None:
            settings["lock_timeout"] = f"{busy * 1000:.0f}ms"
        return await asyncpg.connect(
            self._address.render_as_string(hide_password=False),
            timeout=2 * self._busy,
            command_timeout=None if busy is None else 2 * busy,
            server_settings=settings,
        )

    async def _reader(self) -> asyncpg.Connection:
        return await self._connect("easeback reads", self._busy)

    async def _writer(self) -> asyncpg.Connection:
        connection = await self._connect(self._name, self._busy)
        if self._alone:
            try:
                await self._take(connection)
            except BaseException:
                connection.terminate()
                raise
        return connection

    async def _take(self, connection: asyncpg.Connection) -> None:
        """Hold the database against others. Who was just killed lets go in a moment; our own lost connection is ended.

        Raises DatabaseTaken.
        """
        until = asyncio.get_running_loop().time() + self._busy
        while not await connection.fetchval(_TRY, LOCK):
            lost = await connection.fetch(_END_LOST, self._name)
            if asyncio.get_running_loop().time() > until:
                if lost:
                    raise StoreFailed(self.place, "it still holds our own lost connection")
                if self._had:
                    self.taken.set()
                raise DatabaseTaken(self.place)
            await asyncio.sleep(LOOK)
        self._had = True

    @asynccontextmanager
    async def migrating(self, _: AsyncConnection) -> AsyncIterator[AsyncConnection]:
        """A connection of its own, that may take its time."""

        async def patient() -> asyncpg.Connection:
            return await self._connect("easeback migrates", None)

        engine = self._engine(patient, pool_size=1)
        try:
            async with engine.connect() as connection:
                yield connection
        finally:
            await engine.dispose()

    async def copy(self, to: Path) -> None:
        """Have pg_dump write it to a file for psql, whole or not at all. Where that can't be, the log says so: the
        migration is one transaction, and who runs a server has backups of it."""
        program = shutil.which("pg_dump")
        try:
            why = await self._dump(program, to) if program else "pg_dump is not there"
        except OSError as error:
            why = type(error).__name__
        if why:
            log.warning("the database is brought to this version without a copy made before", why=why)

    async def _dump(self, program: str, to: Path) -> str:
        """What stood in the way, if anything."""
        half = to.with_name(to.name + ".half")
        half.unlink(missing_ok=True)
        half.touch(mode=0o600)
        with NamedTemporaryFile("w", dir=to.parent) as secret:  # not in an argument: everybody sees those
            address = self._address
            if address.password is not None:
                secret.write("*:*:*:*:" + address.password.replace("\\", r"\\").replace(":", r"\:"))
                secret.flush()
                whom = (address.username, None, address.host, address.port, address.database)
                address = URL.create("postgresql", *whom, query={**address.query, "passfile": secret.name})
            options = ("--no-password", "--no-owner", "--no-privileges", f"--file={half}")
            process = await asyncio.create_subprocess_exec(
                *(program, *options, f"--dbname={address.render_as_string()}"),
                stdin=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            _, said = await process.communicate()
        if process.returncode:
            half.unlink()
            return (
                next(iter(said.decode(errors="replace").split("\n")), "") or f"pg_dump ended with {process.returncode}"
            )
        half.replace(to)
        return ""

    def failure(self, error: BaseException) -> type[StoreFailed] | None:
        """What an error means; None: what was asked is to blame."""
        code = _code(error)
        named = next((kind for start, kind in SENTENCES.items() if code.startswith(start)), None)
        return named or (None if code.startswith(OURS) else StoreFailed)

    def lost(self, error: BaseException) -> bool:
        """Was it only the connection?"""
        return (isinstance(error, DBAPIError) and error.connection_invalidated) or _code(error).startswith(GONE)


def _code(error: BaseException) -> str:
    return getattr(cause(error), "sqlstate", None) or ""

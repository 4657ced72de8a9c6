"""The real store's tables and statements on SQLite in memory, with no thread: a commit takes no virtual time.

What the real `Database` adds (a writer's thread, the lock, files) has tests of its own; here only its promise counts:
one transaction after the other, whole or not at all.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import StaticPool

from bot.store.database import Before, Call
from bot.store.tables import metadata

T = TypeVar("T")


def in_memory() -> Connection:
    """A connection to a new database with our tables."""
    engine = create_engine("sqlite://", poolclass=StaticPool, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: object, _: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]
        connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.info.get("reads"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    connection = engine.connect()
    metadata.create_all(connection)
    connection.commit()
    return connection


class Memory:
    """What a Store asks of a Database (bot/store/database.py); `before` may raise to let the process die there."""

    copies: Path | None = None

    def __init__(self, connection: Connection, before: Before, dice: random.Random) -> None:
        self._connection, self._before, self._dice = connection, before, dice

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Call]:
        """A transaction."""
        await self._wait()
        self._before("begin")
        try:
            yield self._call
            self._before("commit")
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise
        self._before("committed")

    async def _call(self, work: Callable[[Connection], T], /) -> T:
        self._before("statement")
        return work(self._connection)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Read what is committed."""
        await self._wait()
        self._before("read")
        self._connection.info["reads"] = True
        try:
            return work(self._connection)
        finally:
            self._connection.rollback()
            self._connection.info["reads"] = False

    async def _wait(self) -> None:
        """Now and then others get in between."""
        if self._dice.random() < 0.2:
            await asyncio.sleep(self._dice.choice((0, 0.003, 0.05)))

    async def empty_log(self) -> None:
        """There is none."""

    async def close(self) -> None:
        """It outlives the process."""

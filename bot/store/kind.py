"""What SQLite and PostgreSQL do each in its own way (sqlite.py, postgres.py), and how their errors are told.

Touches nothing.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.errors import StoreFailed, Unreachable, cause


class Kind(Protocol):
    """What SQLite and PostgreSQL do each in its own way."""

    @property
    def place(self) -> str:
        """Where it is, as a person is told: without a password."""
        ...

    @property
    def copies(self) -> Path | None:
        """How the copies made before a migration begin; None: nothing can be copied."""
        ...

    @property
    def taken(self) -> asyncio.Event:
        """Set when another process has the database that this one had alone."""
        ...

    def writing(self) -> AsyncEngine:
        """One connection, to write by."""
        ...

    def reading(self, connections: int) -> AsyncEngine | None:
        """Connections to read by; None: there is no other than the writer."""
        ...

    def migrating(self, writer: AsyncConnection) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection to migrate by, as long as this lasts."""
        ...

    async def copy(self, to: Path) -> None:
        """Copy it while it is in use, whole or not at all."""
        ...

    def failure(self, error: BaseException) -> type[StoreFailed] | None:
        """What an error means; None: what was asked is to blame, and fails again if it is asked again."""
        ...

    def lost(self, error: BaseException) -> bool:
        """Was it only the connection?"""
        ...


@contextmanager
def telling(kind: Kind) -> Iterator[None]:
    """At the start: whatever it is, the operator can do something about it."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        named = kind.failure(error)
        if named is None or named is StoreFailed:
            named = Unreachable
        raise named(kind.place, type(cause(error)).__name__) from error


@contextmanager
def failing(kind: Kind) -> Iterator[None]:
    """Later: the same names for what is not the statement's fault."""
    try:
        yield
    except (DBAPIError, NoConnection, sqlite3.Error, OSError) as error:
        named = kind.failure(error)
        if named is None:
            raise
        raise named(kind.place, type(cause(error)).__name__) from error

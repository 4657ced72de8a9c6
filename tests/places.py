"""Where a store is kept in a test: in a SQLite file or on PostgreSQL. Opens it as the bot does, and as others do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from bot.store.chats import Store, open_store
from bot.store.secrets import find_keys
from tests.postgres import Server

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class OnFile:
    """In the data folder, which need not be there yet."""

    folder: Path
    url: None = None

    async def open(self, **options: Any) -> Store:
        """Open it as the bot does; the options are those of `open_store`."""
        return await open_store(None, find_keys(None, self.folder), self.folder, **options)

    async def run(self, *statements: str) -> Rows:
        """Run statements as another program would; gives the rows of the last."""
        with closing(sqlite3.connect(self.folder / "easeback.db", isolation_level=None)) as database:
            return [row for statement in statements for row in database.execute(statement).fetchall()]

    async def overwrite(self, table: str, column: str, value: bytes) -> None:
        """Write over a column of all rows."""
        await self.run(f"UPDATE {table} SET {column} = x'{value.hex()}'")  # noqa: S608 (a test's own words)


@dataclass(frozen=True)
class OnServer:
    """On a PostgreSQL server."""

    folder: Path
    server: Server
    name: str
    user: str | None = None
    """Who asks; else who may do everything."""
    secret: str = ""
    """The password that goes with it."""
    through: int | None = None
    """Another port than the server's own."""

    @property
    def url(self) -> str:
        """As EASEBACK_DATABASE_URL has it."""
        address = make_url(self.server.address(self.name))
        if self.user or self.secret:
            address = address.set(username=self.user, password=self.secret)
        return address.set(port=self.through).render_as_string(hide_password=False)

    async def open(self, **options: Any) -> Store:
        """Open it as the bot does; the options are those of `open_store`."""
        return await open_store(self.url, find_keys(None, self.folder), self.folder, **options)

    async def run(self, *statements: str) -> Rows:
        """Run statements as another program would; gives the rows of the last."""
        return await self.server.run(self.name, *statements)

    async def overwrite(self, table: str, column: str, value: bytes) -> None:
        """Write over a column of all rows."""
        await self.run(rf"UPDATE {table} SET {column} = '\x{value.hex()}'")  # noqa: S608 (a test's own words)


Place = OnFile | OnServer
BOTH = ("sqlite", "postgresql")

"""Carries all rows between a server's database and a SQLite file of the same schema. Touches both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import JSON, URL, Connection, MetaData, Table, create_engine, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.migrate import Schema, revision, to_head

BATCH = 500
"""Rows that are in memory at once; one has some kilobytes."""


async def to_file(server: AsyncConnection, file: Path, schema: Schema) -> None:
    """Write all that a server's database holds at one moment into an empty file. It may have any schema that `schema`
    knows. Raises DBAPIError, OSError."""
    await server.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    found = await server.run_sync(revision)
    assert found is not None, "nothing is there"
    with opened(file) as new:
        to_head(new, Schema(found, schema.folder))
        for table in tables(new):
            rows = await server.stream(select(table))
            async for some in rows.mappings().partitions(BATCH):
                new.execute(insert(table), [dict(row) for row in some])


async def to_server(file: Path, server: AsyncConnection, schema: Schema) -> None:
    """Replace all that a server's database holds by what a file of the same schema does, in the transaction that is
    open; it is brought to the schema first. Raises DBAPIError, OSError."""
    if await server.run_sync(revision) != schema.head:
        await server.run_sync(to_head, schema)
    there = await server.run_sync(tables)
    for table in reversed(there):
        await server.execute(delete(table))
    with opened(file) as old:
        for table in there:
            for some in old.execute(select(table)).mappings().partitions(BATCH):
                await server.execute(insert(table), [dict(row) for row in some])


def tables(connection: Connection) -> list[Table]:
    """Our tables as they are there, in an order in which they can be filled. Nothing is no JSON `null`."""
    found = MetaData()
    found.reflect(connection)
    for table in found.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


@contextmanager
def opened(file: Path) -> Iterator[Connection]:
    """A SQLite file, in one transaction."""
    engine = create_engine(URL.create("sqlite", database=str(file)), hide_parameters=True)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()

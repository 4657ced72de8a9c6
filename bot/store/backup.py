"""Makes a backup while the bot runs: all that is kept but the key, in one file. Touches the database and that file.

The file is a SQLite database of the same schema, whichever database it is made of (docs/decisions.md). It notes when it
was made: a database with that note is a backup that took the data's place, and the next start brings it back to life
(restore.py).
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.store.database import kind_of
from bot.store.errors import Corrupt, FileThere, InMemory, Locked, NothingThere, NotOurs, NotWritten, StoreError
from bot.store.facts import MADE_AT
from bot.store.files import DAMAGED, NO_DATABASE, TAKEN, copy, create, dated, is_any, ours, reason, to_disk
from bot.store.kind import Kind, telling
from bot.store.migrate import SCHEMA, Schema, holds_something
from bot.store.pour import to_file
from bot.store.sqlite import Sqlite


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made. `size` in bytes, `people` in number."""

    file: Path
    size: int
    people: int


async def back_up(url: str | None, folder: Path, to: Path | None, now: float, *, schema: Schema = SCHEMA) -> Made:
    """Make a backup, whole or not at all. `url`: as for `open_store`. `now`: real unix seconds.

    `to`: a new file, or a folder for one named by its date; None: beside the data. Raises StoreError.
    """
    kind = kind_of(url, folder)
    if kind.copies is None:
        raise InMemory
    return await write(kind, to or kind.copies.parent, now, schema)


async def write(kind: Kind, to: Path, now: float, schema: Schema) -> Made:
    """Write what a database holds to a new file, or into a folder. Raises StoreError."""
    to, half = await asyncio.to_thread(_begin, kind, to, now)
    try:
        if isinstance(kind, Sqlite) and kind.file is not None:
            await asyncio.to_thread(copy, kind.file, half)
        else:
            await _pour(kind, half, schema)
        return await asyncio.to_thread(_finish, half, to, kind.place, now)
    except (sqlite3.Error, OSError) as error:
        raise _named(error, kind.place, to) from error
    finally:
        half.unlink(missing_ok=True)


def _begin(kind: Kind, to: Path, now: float) -> tuple[Path, Path]:
    """The file's name, and that under which it is written."""
    try:
        if isinstance(kind, Sqlite) and kind.file is not None and not kind.file.exists():
            raise NothingThere(kind.file)
        to = to / f"easeback-{dated(now)}.backup" if to.is_dir() else to
        if to.exists():
            raise FileThere(to)
        half = to.with_name(f"{to.name}.half")
        half.unlink(missing_ok=True)
    except OSError as error:
        raise NotWritten(to, reason(error)) from error
    return to, half


async def _pour(kind: Kind, half: Path, schema: Schema) -> None:
    """Fill the file from a server. Raises sqlite3.Error, OSError where the file is to blame; else StoreError."""
    await asyncio.to_thread(create, half)
    engine = kind.writing()
    try:
        with telling(kind):
            async with engine.connect() as server:
                there = await server.run_sync(holds_something, schema, kind.place)
                await server.rollback()
                if not there:
                    raise NothingThere(kind.place)
                await to_file(server, half, schema)
    finally:
        await engine.dispose()


def _finish(half: Path, to: Path, place: str, now: float) -> Made:
    """See that the file is good, note when it was made, and give it its name, by which nobody else's file is lost."""
    if not ours(half):
        raise NotOurs(place)
    with closing(sqlite3.connect(half)) as database, database:
        database.execute("INSERT OR REPLACE INTO about (name, value) VALUES (?, ?)", (MADE_AT, repr(now)))
        people: int = database.execute("SELECT count(*) FROM chats").fetchone()[0]
    try:
        to.hardlink_to(half)
    except FileExistsError:
        raise FileThere(to) from None
    except OSError:  # a disk without links
        if to.exists():
            raise FileThere(to) from None
        half.rename(to)
    to_disk(to.parent)
    return Made(to.absolute(), to.stat().st_size, people)


def _named(error: sqlite3.Error | OSError, source: str, to: Path) -> StoreError:
    if is_any(error, NO_DATABASE, *DAMAGED):
        return Corrupt(source)
    return Locked(source) if is_any(error, *TAKEN) else NotWritten(to, reason(error))

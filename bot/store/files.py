"""A SQLite database as a file: copied, checked, folded into one, safe on the disk. Touches files, by SQLite itself.

All of it raises sqlite3.Error and OSError; `reason` puts them into words.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

BUSY = 5.0
"""Seconds (real) to wait for another program that holds the file."""
LOG, SHARED = "-wal", "-shm"
"""Ends of the names of a database's write-ahead log, and of the memory that its readers share."""
OURS = {"about", "alembic_version", "chats", "erased", "people", "updates_seen"}
"""Tables that every database of ours has had from the first schema on."""
NO_DATABASE, CANT_OPEN = "SQLITE_NOTADB", "SQLITE_CANTOPEN"
DAMAGED = ("SQLITE_CORRUPT", "SQLITE_IOERR")
TAKEN = ("SQLITE_BUSY", "SQLITE_LOCKED")
"""SQLite's result codes; the longer ones begin with these."""


class Damaged(sqlite3.DatabaseError):
    """SQLite reads it, and finds that it does not hold together."""

    sqlite_errorname = "SQLITE_CORRUPT"


def create(file: Path) -> None:
    """Make an empty file, for this user alone."""
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def copy(source: Path, to: Path) -> None:
    """Copy a database, also one in use, into a new file for this user alone, with no log beside it."""
    create(to)
    there = f"{source.absolute().as_uri()}?mode=rw"  # not made if it is not; read-only would leave an empty log behind
    with closing(sqlite3.connect(there, uri=True, timeout=BUSY)) as old, closing(sqlite3.connect(to)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")


def ours(file: Path) -> bool:
    """True if it holds our tables. Raises Damaged."""
    with closing(sqlite3.connect(file)) as database:
        (said,) = database.execute("PRAGMA integrity_check").fetchone()
        if said != "ok":
            raise Damaged
        found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in found} >= OURS


def fold(file: Path) -> None:
    """Write its log into it, so that the one file is all of it. Fails while another program has it open."""
    with closing(sqlite3.connect(file, timeout=BUSY)) as database:
        database.execute("PRAGMA journal_mode=DELETE")


def move(new: Path, to: Path) -> None:
    """Put a folded database in the place of another, which must be closed."""
    for end in (LOG, SHARED):  # the other's log would be taken for its own
        to.with_name(to.name + end).unlink(missing_ok=True)
    to_disk(new)
    new.replace(to)
    to_disk(to.parent)


def to_disk(path: Path) -> None:
    """Wait until a file, or a folder's names, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows has no such thing
    file = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def dated(now: float) -> str:
    """Real unix seconds in a file's name, in local time, as files are dated."""
    return f"{datetime.fromtimestamp(now).astimezone():%Y-%m-%d-%H%M%S}"


def is_any(error: Exception, *codes: str) -> bool:
    """True if SQLite failed with one of these codes."""
    return getattr(error, "sqlite_errorname", "").startswith(codes)


def reason(error: Exception) -> str:
    """Why it failed, in the system's own words and without a path."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__

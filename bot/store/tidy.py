"""Lets go of what is kept for a time only. Touches the database and the copies beside it. All times in real seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import Connection, delete

from bot.store.migrate import COPY
from bot.store.tables import erased, parked, updates_seen

DAY = 86400.0
SEEN_FOR = 3 * DAY
"""Telegram repeats an update for 24 h at most; after a quiet week its ids begin anew at random, so never 7 days."""
PARKED_FOR = 30 * DAY
"""Long enough to be looked at."""
ERASED_FOR = 90 * DAY
"""A backup older than this is not restored: it would bring back who left."""
RESTORING = "restoring"
"""The folder beside the database in which a backup is made ready to take its place."""
COPY_FOR = 30 * DAY
"""A copy made before a migration or a restore still holds who left since."""


def prune(connection: Connection, now: float) -> None:
    """Delete the rows whose time is over."""
    for table, kept_for in ((updates_seen, SEEN_FOR), (parked, PARKED_FOR), (erased, ERASED_FOR)):
        connection.execute(delete(table).where(table.c.at < now - kept_for))


def remove_copies(file: Path, now: float) -> None:
    """Delete the copies of a database, called by `file`, whose time is over, and what a killed restore has left."""
    shutil.rmtree(file.with_name(RESTORING), ignore_errors=True)
    for copy in file.parent.glob(f"{file.name}{COPY}*"):
        if copy.stat().st_mtime < now - COPY_FOR:
            copy.unlink(missing_ok=True)

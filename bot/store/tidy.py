"""Lets go of what is kept for a time only. Touches the database and the copies beside it. Times are real seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import Connection, delete

from bot.store import runs
from bot.store.migrate import COPY
from bot.store.tables import erased, parked, updates_seen

DAY = 86400.0
SEEN_FOR = 3 * DAY
"""Telegram repeats an update for 24 h at most; after a quiet week its ids begin anew at random, so never 7 days."""
PARKED_FOR = 30 * DAY
"""Long enough to be looked at."""
ERASED_FOR = 90 * DAY
"""A backup older than this is not restored: it would bring back who left."""
RESTORING = ".restoring"
"""A folder called by the database's name and this: in it a backup is made ready to take the data's place."""
HALF = "easeback-*.half"
"""Backups in the data folder that were not finished."""
COPY_FOR = 30 * DAY
"""A copy made before a migration or a restore still holds who left since."""


def prune(connection: Connection, now: float, virtual: float) -> None:
    """Delete the rows whose time is over. `virtual`: the time in which runs ended."""
    for table, kept_for in ((updates_seen, SEEN_FOR), (parked, PARKED_FOR), (erased, ERASED_FOR)):
        connection.execute(delete(table).where(table.c.at < now - kept_for))
    runs.prune(connection, virtual)


def remove_copies(file: Path, now: float) -> None:
    """Delete what lies beside a database, called by `file`, and whose time is over: its copies, and whatever a kill has
    left of a backup or of a restore."""
    shutil.rmtree(file.with_name(file.name + RESTORING), ignore_errors=True)
    for pattern, kept_for in ((f"{file.name}{COPY}*", COPY_FOR), (HALF, DAY)):
        for copy in file.parent.glob(pattern):
            if copy.stat().st_mtime < now - kept_for:
                copy.unlink(missing_ok=True)

"""What is kept of runs under a consent, sealed. Touches the database."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.guide.kept import KeptRun
from bot.store.secrets import Keys
from bot.store.tables import runs

KEPT_FOR = timedelta(days=365).total_seconds()
"""Seconds after which a run is let go (content.md, section 8: 12 months)."""
_RUN = TypeAdapter(KeptRun)
_SINCE = select(runs.c.run).where(runs.c.chat == bindparam("of"), runs.c.at > bindparam("since")).order_by(runs.c.at)


def since(connection: Connection, keys: Keys, chat: int, moment: float) -> tuple[KeptRun, ...]:
    """The runs of a chat that ended after `moment` (virtual unix seconds), the oldest first; unreadable ones not."""
    found = []
    for sealed in connection.execute(_SINCE, {"of": chat, "since": moment}).scalars():
        if (opened := keys.open_or_none(sealed)) is not None:
            with suppress(ValidationError):
                found.append(_RUN.validate_json(opened))
    return tuple(found)


def add(connection: Connection, keys: Keys, chat: int, new: Iterable[KeptRun]) -> None:
    """Keep runs."""
    for run in new:
        values = {"id": run.id, "chat": chat, "at": run.at.timestamp(), "run": keys.seal(_RUN.dump_json(run))}
        connection.execute(insert(runs), values)


def drop(connection: Connection, chat: int, ids: Iterable[str] | None = None) -> None:
    """Let go of runs of a chat, or (None) of all: its person does not want them kept."""
    theirs = runs.c.chat == chat
    connection.execute(delete(runs).where(theirs if ids is None else theirs & runs.c.id.in_(list(ids))))


def prune(connection: Connection, now: float) -> None:
    """Let go of what was kept for 12 months, by virtual `now`."""
    connection.execute(delete(runs).where(runs.c.at < now - KEPT_FOR))

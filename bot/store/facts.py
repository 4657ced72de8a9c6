"""What is noted about the database itself: whose it is, and by which key it is sealed. Touches the database."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection, insert, select

from bot.store.errors import OtherBot, WrongKey
from bot.store.secrets import Keys, Unreadable
from bot.store.tables import about

_CANARY = b"easeback"


def claim_bot(connection: Connection, bot: int) -> None:
    """Make the database this bot's, or see that it is. Raises OtherBot."""
    owner = _fact(connection, "bot_id")
    if owner is None:
        _note(connection, "bot_id", str(bot))
    elif owner != str(bot):
        raise OtherBot(owner)


def fit(connection: Connection, keys: Keys) -> str | None:
    """See that the keys open what is sealed here. Gives the line for the terminal if a new key was kept just now.

    A new key is kept only where nothing is sealed yet: beside a database it is a sign that the right one was lost.
    Raises WrongKey, FolderUnusable.
    """
    canary = _fact(connection, "canary")
    if canary is None:
        notice = keys.keep()  # on the disk before anything is sealed with it
        _note(connection, "canary", keys.seal(_CANARY).decode())
        return notice
    with suppress(Unreadable):
        if keys.open(canary.encode()) == _CANARY:
            return None
    raise WrongKey(keys.source)


def _fact(connection: Connection, name: str) -> str | None:
    found: str | None = connection.execute(select(about.c.value).where(about.c.name == name)).scalar()
    return found


def _note(connection: Connection, name: str, value: str) -> None:
    connection.execute(insert(about), {"name": name, "value": value})

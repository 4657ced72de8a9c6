"""What is noted about the database itself: whose it is, and by which key it is sealed. Touches the database."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection, delete, insert, select, update

from bot.store.errors import LostKey, OtherBot, WrongKey
from bot.store.secrets import Keys, Unreadable
from bot.store.tables import about

CANARY, BOT = "canary", "bot_id"
MADE_AT = "backed_up_at"
"""When a backup was made, in real unix seconds: noted only in one that has not come back to life yet."""
_SEALED = b"easeback"


def claim_bot(connection: Connection, bot: int) -> None:
    """Make the database this bot's, or see that it is. Raises OtherBot."""
    owner = fact(connection, BOT)
    if owner is None:
        _note(connection, BOT, str(bot))
    elif owner != str(bot):
        raise OtherBot(owner)


def fit(connection: Connection, keys: Keys) -> str | None:
    """See that the keys open what is sealed here. Gives the line for the terminal if a new key was kept just now.

    A new key is kept only where nothing is sealed yet: beside a database it is a sign that the right one was lost.
    Raises WrongKey, LostKey, FolderUnusable.
    """
    canary = fact(connection, CANARY)
    if canary is None:
        notice = keys.keep()  # on the disk before anything is sealed with it
        _note(connection, CANARY, keys.seal(_SEALED).decode())
        return notice
    if opens(keys, canary):
        return None
    raise (LostKey if keys.is_new else WrongKey)(keys.source)


def seal_canary(connection: Connection, keys: Keys) -> None:
    """Seal with the newest key what tells whether a key fits."""
    sealed = keys.seal(_SEALED).decode()
    connection.execute(update(about).where(about.c.name == CANARY).values(value=sealed))


def opens(keys: Keys, canary: str) -> bool:
    """Do the keys open what was sealed with this?"""
    with suppress(Unreadable):
        return keys.open(canary.encode()) == _SEALED
    return False


def note_made_at(connection: Connection, at: float | None) -> None:
    """Note when a backup was made (real unix seconds); None: it is none any more."""
    connection.execute(delete(about).where(about.c.name == MADE_AT))
    if at is not None:
        _note(connection, MADE_AT, repr(at))


def fact(connection: Connection, name: str) -> str | None:
    """What is noted under a name."""
    found: str | None = connection.execute(select(about.c.value).where(about.c.name == name)).scalar()
    return found


def _note(connection: Connection, name: str, value: str) -> None:
    connection.execute(insert(about), {"name": name, "value": value})

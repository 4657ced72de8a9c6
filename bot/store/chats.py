"""The transactions on chats, and what is asked about all of them. Touches the database.

All times are given, none is read from a clock: `due_at` in virtual unix seconds, `send_at` and every `at` in real ones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Integer, Select, bindparam, select, update

from bot.store import facts, held, left, media, reminders, rows, tidy, updates
from bot.store.database import BUSY, Before, Call, Database, open_database
from bot.store.errors import StoreFailed
from bot.store.left import Left, LeftFile
from bot.store.lock import make_folder
from bot.store.migrate import SCHEMA, Schema
from bot.store.rows import Row
from bot.store.secrets import Keys
from bot.store.tables import TO_CLEAN, chats

T = TypeVar("T")


_UPDATE = update(chats).where(chats.c.id == bindparam("of"))
_AMISS = chats.c.sending.is_not(None) | (chats.c.send_at > bindparam("latest"))
_RELEASE = update(chats).where(chats.c.send_at.is_not(None), _AMISS)
_LIMIT = bindparam("limit", type_=Integer())
_DUE = select(chats.c.id).where(chats.c.due_at <= bindparam("now")).order_by(chats.c.due_at).limit(_LIMIT)
_TO_SEND = select(chats.c.id).where(chats.c.send_at <= bindparam("now")).order_by(chats.c.send_at).limit(_LIMIT)
_TO_CLEAN = select(chats.c.id).where(TO_CLEAN).limit(_LIMIT)
_NEXT_DUE = select(chats.c.due_at).where(chats.c.due_at.is_not(None)).order_by(chats.c.due_at).limit(1)
_NEXT_SEND = select(chats.c.send_at).where(chats.c.send_at.is_not(None)).order_by(chats.c.send_at).limit(1)


class Transaction:
    """What can be done in one transaction."""

    def __init__(self, call: Call, keys: Keys, file: LeftFile) -> None:
        """`call` runs a function with the connection of the transaction. `file`: where who leaves is noted, too."""
        self._call, self._keys, self._file = call, keys, file
        self.erases = False

    async def call(self, work: Callable[[Connection], T]) -> T:
        """Run a function of the store with the transaction's connection."""
        return await self._call(work)

    async def load(self, chat: int, now: datetime) -> Row | None:
        """A chat, locked until the end of the transaction. What can't be read: see guide.chat.load."""
        return await self._call(lambda connection: rows.lock(connection, self._keys, chat, now))

    async def save(self, row: Row, due_at: float | None) -> None:
        """Write a chat that was loaded in this transaction, or is new. `due_at`: virtual unix seconds."""
        await self._call(lambda connection: rows.write(connection, self._keys, row, due_at))
        rows.remember(row)

    async def first_sight(self, update_id: int, at: float) -> bool:
        """Note an update. False if it was handled before."""
        return await self._call(lambda connection: updates.first_sight(connection, update_id, at))

    async def park(self, update_id: int, error: str, at: float) -> None:
        """Note an update that can't be handled. `error`: kind and place, never what a person wrote."""
        await self._call(lambda connection: updates.park(connection, update_id, error, at))

    async def erase(self, chat: int, message: int, at: float) -> None:
        """Delete all about a person, and note that words up to this message id were said before they left."""
        one = Left(message, at)
        self._file.note(self._keys.mark(chat), one)
        self.erases = True
        await self._call(lambda connection: left.erase(connection, self._keys, chat, one))

    async def erased_upto(self, chat: int) -> int | None:
        """The message id noted when they left; None: they never did, or long ago."""
        return await self._call(lambda connection: left.upto(connection, self._keys, chat))

    async def file_id(self, key: str) -> str | None:
        """Telegram's id of a note, if it was uploaded once."""
        return await self._call(lambda connection: media.file_id(connection, key))

    async def keep_file_id(self, key: str, file_id: str) -> None:
        """Note Telegram's id of a note."""
        await self._call(lambda connection: media.keep_file_id(connection, key, file_id))

    async def drop_file_id(self, key: str) -> None:
        """Telegram doesn't know it (any more)."""
        await self._call(lambda connection: media.drop_file_id(connection, key))


class Store:
    """All that is kept."""

    def __init__(self, database: Database, keys: Keys, notice: str | None, folder: Path | None = None) -> None:
        """`notice`: a line for the terminal about a new key. `folder`: where who leaves is noted; None: nowhere."""
        self._database, self._keys, self.notice = database, keys, notice
        self._file = LeftFile(folder / left.FILE if folder else None)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """The write lock first; committed at the end, rolled back after any exception or cancellation."""
        async with self._database.write() as call:
            transaction = Transaction(call, self._keys, self._file)
            yield transaction
        if transaction.erases:
            with suppress(StoreFailed):  # they are gone already; the log is emptied by and by in any case
                await self._database.empty_log()

    def signed(self, data: bytes, signature: bytes) -> bool:
        """True if one of the keys signed this (secrets.py)."""
        return self._keys.signed(data, signature)

    async def claim_bot(self, bot: int) -> None:
        """Make the database this bot's, or see that it is. Raises OtherBot."""
        async with self._database.write() as call:
            await call(lambda connection: facts.claim_bot(connection, bot))

    async def peek(self, chat: int, now: datetime) -> Row | None:
        """A chat as it is committed, not locked: to look at, not to save."""
        return await self._database.read(lambda connection: rows.load(connection, self._keys, chat, now))

    async def held(self, chat: int) -> tuple[held.Table, ...]:
        """All that is kept about a chat, opened."""
        return await self._database.read(lambda connection: held.held(connection, self._keys, chat))

    async def due(self, now: float, limit: int) -> list[int]:
        """Chats for which time itself is the next event, by virtual `now`, the longest due first."""
        return await self._ids(_DUE, {"now": now, "limit": limit})

    async def to_send(self, now: float, limit: int) -> list[int]:
        """Chats where delivery must act, by real `now`, the longest waiting first."""
        return await self._ids(_TO_SEND, {"now": now, "limit": limit})

    async def to_clean(self, limit: int) -> list[int]:
        """Chats with old buttons to take away, and nothing that must be shown first."""
        return await self._ids(_TO_CLEAN, {"limit": limit})

    async def next_due(self) -> float | None:
        """The earliest `due_at`, in virtual unix seconds."""
        return await self._database.read(lambda connection: connection.execute(_NEXT_DUE).scalar())

    async def reminders_due(self, now: float, limit: int) -> list[int]:
        """Chats whose reminder is due, by virtual `now`, the longest due first."""
        return await self._database.read(lambda connection: reminders.due(connection, now, limit))

    async def next_reminder(self, after: float) -> float | None:
        """When the earliest reminder behind `after` is due, both in virtual unix seconds."""
        return await self._database.read(lambda connection: reminders.next_due(connection, after))

    async def next_send(self) -> float | None:
        """The earliest `send_at`, in real unix seconds."""
        return await self._database.read(lambda connection: connection.execute(_NEXT_SEND).scalar())

    async def put_off(self, chat: int, until: float) -> None:
        """Leave a chat alone until then (real unix seconds): it can't be delivered, and others must not wait."""
        async with self._database.write() as call:
            await call(lambda connection: connection.execute(_UPDATE, {"of": chat, "send_at": until}))

    async def release(self, now: float) -> None:
        """At the start nobody sends: what was on the wire is in doubt by real `now`, not when its lease is over. What
        waits longer than any pause, a minute, was put off before the clock was put back: it is tried as well."""
        async with self._database.write() as call:
            await call(lambda connection: connection.execute(_RELEASE, {"send_at": now, "latest": now + 60.0}))

    async def tidy(self, now: float, virtual: float) -> None:
        """Let go of what is kept for a time only, by real `now`; of runs by `virtual` time, in which they ended."""
        async with self._database.write() as call:
            await call(lambda connection: tidy.prune(connection, now, virtual))
        if self._database.copies is not None:
            tidy.remove_copies(self._database.copies, now)
        await self._database.empty_log()  # where it could not be emptied when somebody left
        self._file.prune(now - tidy.ERASED_FOR)

    async def displaced(self) -> None:
        """Wait until another process has the database that this one had alone. Raises DatabaseTaken then."""
        await self._database.displaced()

    async def close(self) -> None:
        """Let go of the database."""
        await self._database.close()

    async def _ids(self, query: Select[int], values: Mapping[str, float]) -> list[int]:
        return await self._database.read(lambda connection: list(connection.execute(query, values).scalars()))


async def open_store(
    url: str | None,
    keys: Keys,
    folder: Path,
    *,
    schema: Schema = SCHEMA,
    busy: float = BUSY,
    before: Before | None = None,
    alone: bool = False,
) -> Store:
    """Open what is kept, making or migrating it if need be. `url`: None for SQLite in the data folder.

    `busy`, `alone`: see database.py, which also says what `before` is for tests.
    Raises StoreError: one sentence saying what to do.
    """
    make_folder(folder)
    database = await open_database(url, folder, schema, busy, before, alone=alone)
    try:
        with database.telling():
            async with database.write() as call:
                notice = await call(lambda connection: facts.fit(connection, keys))
    except BaseException:
        await database.close()
        raise
    return Store(database, keys, notice, folder if database.copies else None)

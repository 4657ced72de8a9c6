"""Puts a backup in the place of the data. Touches the database and the files beside it.

Two steps. The command makes a copy ready (checked, migrated, with what the present data know better) and lets it take
their place (live.py). The next start then brings it back to life: pending sends are dropped and runs pause
(`come_back`), also where somebody has put a backup in place by hand.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from bot.guide.person import Person, carried
from bot.store import facts, left, people, tidy
from bot.store.chats import Store, open_store
from bot.store.database import BUSY, NAME, Before
from bot.store.errors import (
    DamagedBackup,
    NewerBackup,
    NewerSchema,
    NoBackup,
    NotRestored,
    OtherBotsBackup,
    OtherKey,
    StoreError,
    TooOld,
)
from bot.store.files import CANT_OPEN, DAMAGED, NO_DATABASE, copy, fold, is_any, ours, reason
from bot.store.left import FILE, LeftFile
from bot.store.live import Known, present
from bot.store.migrate import SCHEMA, Schema
from bot.store.rows import Row
from bot.store.secrets import Keys
from bot.store.tables import chats, runs, updates_seen
from bot.store.tables import people as people_table


@dataclass(frozen=True, slots=True)
class Restored:
    """What took the data's place."""

    made_at: float
    """When the backup was made, in real unix seconds; of a file that doesn't say it, when that was written."""
    people: int
    erased: int
    """People who left since then: nothing about them came back."""
    kept: Path | None
    """Where the data from before are; None: there were none."""
    known: bool
    """False if there were data that could not be read: who left since is known from the file `left` alone."""


async def restore(
    file: Path,
    url: str | None,
    keys: Keys,
    folder: Path,
    bot: int,
    now: float,
    *,
    schema: Schema = SCHEMA,
    busy: float = BUSY,
    before: Before | None = None,
) -> Restored:
    """Put a backup in the place of the data, whole or not at all. The folder's lock must be held (lock.py).

    `url`, `folder`, `busy`: as for `open_store`. `bot`: whose data they must be. `now`: real unix seconds. `before` is
    for tests: called with "copied", "ready", "kept" and "replaced", after each of these. Raises StoreError.
    """
    passed = before or (lambda _: None)
    async with present(url, folder, schema, busy) as live:
        new = live.work / NAME
        try:
            with _telling():
                shutil.rmtree(live.work, ignore_errors=True)
                live.work.mkdir(mode=0o700, parents=True)
            made_at, revision = _take(file, new, keys, bot, now)
            passed("copied")
            known = await live.known(keys, bot)
            try:
                store = await open_store(None, keys, live.work, schema=schema)
            except NewerSchema:
                raise NewerBackup(revision) from None
            try:
                count, gone = await _make_ready(store, keys, known or Known(), folder, made_at, now - tidy.ERASED_FOR)
            finally:
                await store.close()
            passed("ready")
            with _telling():
                fold(new)
                kept = await live.keep(now)
                passed("kept")
                await live.replace(new)
            passed("replaced")
        finally:
            shutil.rmtree(live.work, ignore_errors=True)
    return Restored(made_at, count, gone, kept, known is not None)


async def come_back(
    store: Store, keys: Keys, folder: Path, now: float, at: datetime, change: Callable[[Row], float | None]
) -> float | None:
    """Bring a backup that took the data's place back to life, before anything is sent; None if it is none.

    `change` makes of each chat what goes on, and gives its due time (virtual unix seconds). `now` is in real unix
    seconds, `at` in virtual time. All in one transaction: killed in it, the next start does it all. Gives the time when
    the backup was made (real unix seconds). Raises StoreError.
    """
    async with store.transaction() as tx:
        noted = await tx.call(lambda connection: facts.fact(connection, facts.MADE_AT))
        if noted is None:
            return None
        who = {mark: one for mark, one in LeftFile(folder / FILE).read().items() if one.at >= now - tidy.ERASED_FOR}
        await tx.call(lambda connection: left.erase_again(connection, keys, who))
        for chat in await tx.call(_ids):
            if (row := await tx.load(chat, at)) is not None:
                await tx.save(row, change(row))
        await tx.call(lambda connection: tidy.prune(connection, now, at.timestamp()))
        await tx.call(lambda connection: facts.note_made_at(connection, None))
        tx.erases = True
    return float(noted)


def _take(file: Path, to: Path, keys: Keys, bot: int, now: float) -> tuple[float, str]:
    """Copy the file and check the copy; gives when it was made (real unix seconds), and its schema."""
    try:
        if not file.is_file():
            raise NoBackup(file)
        written = file.stat().st_mtime
        copy(file, to)
        if not ours(to):
            raise NoBackup(file)
        with closing(sqlite3.connect(to)) as database:
            about = dict(database.execute("SELECT name, value FROM about"))
            (revision,) = database.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
        made_at = float(about.get(facts.MADE_AT, written))
    except (sqlite3.Error, OSError) as error:
        raise _named(error, file) from error
    except ValueError:
        raise NoBackup(file) from None
    if not facts.opens(keys, about.get(facts.CANARY, "")):
        raise OtherKey(keys.source)
    if about.get(facts.BOT, str(bot)) != str(bot):
        raise OtherBotsBackup(about[facts.BOT])
    if now - made_at > tidy.ERASED_FOR:
        raise TooOld(int((now - made_at) / tidy.DAY), int(tidy.ERASED_FOR / tidy.DAY))
    return made_at, revision


async def _make_ready(
    store: Store, keys: Keys, known: Known, folder: Path, made_at: float, since: float
) -> tuple[int, int]:
    """Bring what the present data know better into the copy; gives its people, and how many had left `since`."""

    def carry(connection: Connection) -> tuple[int, int]:
        gone = left.erase_again(connection, keys, lately)
        seen = set(connection.execute(select(updates_seen.c.id)).scalars())
        if missing := [{"id": update, "at": at} for update, at in known.seen.items() if update not in seen]:
            connection.execute(insert(updates_seen), missing)
        _careful(connection, keys, known.people)
        facts.note_made_at(connection, made_at)
        return len(_ids(connection)), gone

    lately = {mark: one for mark, one in LeftFile(folder / FILE).add(known.left).items() if one.at >= since}
    async with store.transaction() as tx:
        return await tx.call(carry)


def _careful(connection: Connection, keys: Keys, known: Mapping[int, Person]) -> None:
    for chat, since in known.items():
        of_them = people_table.c.chat == chat
        row = connection.execute(select(people_table).where(of_them)).mappings().first()
        if row is None:
            continue
        was = people.read(row, keys)
        person = carried(was, since)
        if person != was:
            connection.execute(update(people_table).where(of_them), people.columns(person, keys))
        if not person.keeps:
            connection.execute(delete(runs).where(runs.c.chat == chat))


def _ids(connection: Connection) -> list[int]:
    return list(connection.execute(select(chats.c.id)).scalars())


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise NotRestored(reason(error)) from error


def _named(error: sqlite3.Error | OSError, file: Path) -> StoreError:
    if is_any(error, *DAMAGED):
        return DamagedBackup(file)
    return NoBackup(file) if is_any(error, NO_DATABASE, CANT_OPEN) else NotRestored(reason(error))

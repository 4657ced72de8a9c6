"""A chat as it is kept: its row, its person, its reminder and the runs that are kept. Touches the database.

What a chat was loaded with is remembered beside it, so that only what became another is written again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select, update

from bot.guide.chat import Chat, dump_plan, dump_state
from bot.guide.chat import load as load_chat
from bot.guide.kept import AT_HAND
from bot.guide.person import Person
from bot.guide.planned import Plan
from bot.guide.reminders import Reminder
from bot.store import people, plans, reminders, runs
from bot.store.secrets import Keys
from bot.store.tables import ID, chats
from bot.store.tables import people as people_table
from bot.store.tables import reminders as reminders_table


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the database holds: written again only if it is another."""

    person: Person
    plan: Plan | None
    reminder: Reminder | None
    remind_at: float | None
    runs: frozenset[str]
    """Ids of the kept runs."""


@dataclass(slots=True)
class Row:
    """A chat with what delivery knows about it (reliability.md)."""

    id: int
    chat: Chat
    rev: int
    send_at: float | None = None
    """Real unix seconds when delivery must act; None: the chat shows the truth."""
    sending: int | None = None
    """The rev on the wire."""
    claim: int = 0
    part: int = 0
    doubts: int = 0
    live: list[int] = field(default_factory=list)
    dead: list[tuple[int, str]] = field(default_factory=list)
    """Messages that must lose their buttons ("strip") or go ("delete")."""
    heard: int = 0
    remind_at: float | None = None
    """Virtual unix seconds when the reminder is due; None: none is."""
    loaded: Loaded | None = field(default=None, repr=False, compare=False)


LOAD = (
    select(chats, people_table, *reminders.COLUMNS)
    .join(people_table)
    .outerjoin(reminders_table, reminders_table.c.chat == chats.c.id)
    .where(chats.c.id == bindparam("of"))
)
_LOCK = LOAD.with_for_update(of=chats)
_RESERVE = select(func.pg_advisory_xact_lock(bindparam("of", type_=ID)))
_UPDATE = update(chats).where(chats.c.id == bindparam("of"))
_UPDATE_PERSON = update(people_table).where(people_table.c.chat == bindparam("of"))


def load(connection: Connection, keys: Keys, chat: int, now: datetime) -> Row | None:
    """A chat as it is committed, not locked: to look at, not to save."""
    return _read(connection, keys, connection.execute(LOAD, {"of": chat}).mappings().first(), now)


def lock(connection: Connection, keys: Keys, chat: int, now: datetime) -> Row | None:
    """A chat, locked until the end of the transaction. What can't be read: see guide.chat.load."""
    found = connection.execute(_LOCK, {"of": chat}).mappings().first()
    if found is None and connection.dialect.name == "postgresql":
        # There is no row to lock yet: its number is locked, or two would both make it.
        connection.execute(_RESERVE, {"of": chat})
        found = connection.execute(_LOCK, {"of": chat}).mappings().first()
    return _read(connection, keys, found, now)


def write(connection: Connection, keys: Keys, row: Row, due_at: float | None) -> None:
    """Write a chat that was loaded in this transaction, or is new. `due_at`: virtual unix seconds."""
    chat, loaded = row.chat, row.loaded
    values: dict[str, Any] = {
        "rev": row.rev,
        "due_at": due_at,
        "send_at": row.send_at,
        "sending": row.sending,
        "claim": row.claim,
        "part": row.part,
        "doubts": row.doubts,
        "live": row.live,
        "dead": row.dead or None,
        "heard": row.heard,
        "state": keys.seal(dump_state(chat)),
    }
    if loaded is None or _plan(chat) != loaded.plan:
        values["plan"] = plans.column(dump_plan(chat), keys)
    if loaded is None:
        connection.execute(insert(chats), {"id": row.id, **values})
        connection.execute(insert(people_table), {"chat": row.id, **people.columns(chat.person, keys)})
    else:
        connection.execute(_UPDATE, {"of": row.id, **values})
        if chat.person != loaded.person:
            connection.execute(_UPDATE_PERSON, {"of": row.id, **people.columns(chat.person, keys)})
    if (chat.reminder, row.remind_at) != ((loaded.reminder, loaded.remind_at) if loaded else (None, None)):
        reminders.write(connection, row.id, chat.reminder, row.remind_at)
    _keep_runs(connection, keys, row)


def remember(row: Row) -> None:
    """The database holds what this row is now."""
    chat = row.chat
    row.loaded = Loaded(chat.person, _plan(chat), chat.reminder, row.remind_at, _ids_of(chat))


def _read(connection: Connection, keys: Keys, found: RowMapping | None, now: datetime) -> Row | None:
    if found is None:
        return None
    person, reminder = people.read(found, keys), reminders.read(found)
    state, plan = keys.open_or_none(found["state"]) or b"", plans.read(found["plan"], keys)
    chat = load_chat(person, state, plan, now, reminder)
    if person.keeps:
        moment = (now - AT_HAND).timestamp()
        chat = replace(chat, kept=runs.since(connection, keys, found["id"], moment))
    row = Row(
        id=found["id"],
        chat=chat,
        rev=found["rev"],
        send_at=found["send_at"],
        sending=found["sending"],
        claim=found["claim"],
        part=found["part"],
        doubts=found["doubts"],
        live=found["live"],
        dead=[(message, how) for message, how in found["dead"] or ()],
        heard=found["heard"],
        remind_at=found["remind_next_at"],
    )
    remember(row)
    return row


def _keep_runs(connection: Connection, keys: Keys, row: Row) -> None:
    """Under a consent the new ones are kept; without one, none is."""
    known = row.loaded.runs if row.loaded else frozenset[str]()
    if new := [run for run in row.chat.kept if run.id not in known]:
        runs.add(connection, keys, row.id, new)
    if row.loaded and row.loaded.person.keeps and not row.chat.person.keeps:
        runs.drop(connection, row.id)
    elif row.chat.unkept:
        runs.drop(connection, row.id, row.chat.unkept)


def _plan(chat: Chat) -> Plan | None:
    return chat.run.plan if chat.run else None


def _ids_of(chat: Chat) -> frozenset[str]:
    return frozenset(run.id for run in chat.kept)

"""The reminder as a row of its own. Touches the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, Integer, RowMapping, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.guide.reminders import Reminder
from bot.store.tables import reminders

COLUMNS = tuple(reminders.c[name].label(f"remind_{name}") for name in reminders.c.keys() if name != "chat")  # noqa: SIM118
"""As a chat is loaded with them."""
_DUE = (
    select(reminders.c.chat)
    .where(reminders.c.next_at <= bindparam("now"))
    .order_by(reminders.c.next_at)
    .limit(bindparam("limit", type_=Integer()))
)
_NEXT = (
    select(reminders.c.next_at).where(reminders.c.next_at > bindparam("after")).order_by(reminders.c.next_at).limit(1)
)


def read(row: RowMapping) -> Reminder | None:
    """The reminder of a loaded chat. Its zone is its person's."""
    if row["remind_hour"] is None:
        return None
    again, settled = row["remind_again"], row["remind_settled"]
    return Reminder(
        at=time.fromisoformat(row["remind_hour"]),
        zone=row["zone"] or "Etc/UTC",
        weekdays=frozenset(row["remind_weekdays"]),
        settled=date.fromisoformat(settled) if settled else None,
        again=None if again is None else datetime.fromtimestamp(again, UTC),
        unanswered=row["remind_unanswered"],
    )


def write(connection: Connection, chat: int, reminder: Reminder | None, next_at: float | None) -> None:
    """Keep a chat's reminder, or that there is none. `next_at`: virtual unix seconds when it is due."""
    if reminder is None:
        connection.execute(delete(reminders).where(reminders.c.chat == chat))
        return
    values: dict[str, Any] = {
        "hour": reminder.at.isoformat("minutes"),
        "weekdays": sorted(reminder.weekdays),
        "settled": reminder.settled.isoformat() if reminder.settled else None,
        "again": reminder.again.timestamp() if reminder.again else None,
        "unanswered": reminder.unanswered,
        "next_at": next_at,
    }
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(reminders).values(chat=chat, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["chat"], set_=values))


def due(connection: Connection, now: float, limit: int) -> list[int]:
    """Chats whose reminder is due by virtual `now`, the longest due first."""
    return list(connection.execute(_DUE, {"now": now, "limit": limit}).scalars())


def next_due(connection: Connection, after: float) -> float | None:
    """When the earliest reminder behind `after` is due, both in virtual unix seconds."""
    found: float | None = connection.execute(_NEXT, {"after": after}).scalar()
    return found

"""The tables. Touches nothing.

What tells about a person's health is in sealed columns (secrets.py). Everything about a person hangs on their row in
`chats` by a foreign key that deletes with it, so forgetting is one statement and a new table can't be forgotten.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = BigInteger().with_variant(Integer(), "sqlite")
"""A number from Telegram (up to 52 bits). SQLite's INTEGER has 64 and is the row's own place: no second index."""

chats = Table(
    "chats",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False, comment="Telegram's id of the private chat"),
    Column("rev", BigInteger, nullable=False, comment="number of the screen"),
    Column("due_at", Double, comment="virtual unix seconds when time itself is the next event"),
    Column("send_at", Double, comment="real unix seconds when delivery must act; null: the chat shows the truth"),
    Column("sending", BigInteger, comment="the rev on the wire"),
    Column("claim", BigInteger, nullable=False, comment="token that grows with each claim"),
    Column("part", Integer, nullable=False, comment="parts of this screen that are settled"),
    Column("doubts", Integer, nullable=False, comment="lost answers of the present part"),
    Column("live", JSON, nullable=False, comment="ids of messages with this screen's buttons"),
    Column("dead", JSON(none_as_null=True), comment="[id, strip or delete] of messages that must lose theirs"),
    Column("heard", BigInteger, nullable=False, comment="the person's highest message id"),
    Column("state", LargeBinary, nullable=False, comment="sealed: state, and run without its plan"),
    Column("plan", LargeBinary, comment="sealed: the plan of the run"),
)
Index(
    "ix_chats_due_at",
    chats.c.due_at,
    sqlite_where=chats.c.due_at.is_not(None),
    postgresql_where=chats.c.due_at.is_not(None),
)
Index(
    "ix_chats_send_at",
    chats.c.send_at,
    sqlite_where=chats.c.send_at.is_not(None),
    postgresql_where=chats.c.send_at.is_not(None),
)
TO_CLEAN = chats.c.dead.is_not(None) & chats.c.send_at.is_(None)
"""Old buttons are cleaned only when nothing waits to be shown."""
Index("ix_chats_to_clean", chats.c.id, sqlite_where=TO_CLEAN, postgresql_where=TO_CLEAN)

people = Table(
    "people",
    metadata,
    Column("chat", ID, ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("language", Text, nullable=False),
    Column("zone", Text),
    Column("settings", JSON, nullable=False),
    Column("consent", JSON(none_as_null=True)),
    Column("acknowledged", JSON(none_as_null=True)),
    Column("voice_forbidden_until", Text, comment="UTC, ISO 8601"),
    Column("inactive_since", Text, comment="UTC, ISO 8601"),
    Column("health", LargeBinary, nullable=False, comment="sealed: position, hold, leave-outs, cautions, pictures"),
)

reminders = Table(
    "reminders",
    metadata,
    Column("chat", ID, ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("hour", Text, nullable=False, comment="local time, ISO 8601"),
    Column("weekdays", JSON, nullable=False, comment="0 is Monday"),
    Column("settled", Text, comment="the newest local day that is done with, ISO 8601"),
    Column("again", Double, comment="put off to this moment, virtual unix seconds"),
    Column("unanswered", Integer, nullable=False),
    Column("next_at", Double, comment="virtual unix seconds when it is due; null: it keeps still"),
)
Index(
    "ix_reminders_next_at",
    reminders.c.next_at,
    sqlite_where=reminders.c.next_at.is_not(None),
    postgresql_where=reminders.c.next_at.is_not(None),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True, comment="random"),
    Column("chat", ID, ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("at", Double, nullable=False, comment="virtual unix seconds when it ended; kept for 12 months"),
    Column("run", LargeBinary, nullable=False, comment="sealed: what is kept of it, under a consent"),
)
Index("ix_runs_chat_at", runs.c.chat, runs.c.at)

updates_seen = Table(
    "updates_seen",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False, comment="real unix seconds"),
)
Index("ix_updates_seen_at", updates_seen.c.at)

parked = Table(
    "parked",
    metadata,
    Column("id", Text, primary_key=True, comment="random"),
    Column("update_id", BigInteger, nullable=False),
    Column("error", Text, nullable=False, comment="kind and place; never what a person wrote"),
    Column("at", Double, nullable=False, comment="real unix seconds"),
)

erased = Table(
    "erased",
    metadata,
    Column("hash", Text, primary_key=True, comment="keyed hash of the chat's id"),
    Column("message", BigInteger, nullable=False, comment="words up to this message id were said before they left"),
    Column("at", Double, nullable=False, comment="real unix seconds"),
)

files = Table(
    "files",
    metadata,
    Column("key", Text, primary_key=True, comment="of a note: the same key is the same sound"),
    Column("file_id", Text, nullable=False, comment="Telegram's, good for this bot alone"),
)

about = Table(
    "about",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

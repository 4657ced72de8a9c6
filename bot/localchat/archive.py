"""What the local chat keeps: people, messages, files, updates, its clock. Touches one SQLite file, or memory.

Statements are tiny and run at once, in the event loop's own thread: there is one person at a page. Not a safe: no key.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS people (id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, language_code TEXT,
    blocked INTEGER NOT NULL DEFAULT 0, forbids_voice INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS chats (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, chat INTEGER NOT NULL, body TEXT NOT NULL,
    shown TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS messages_of_a_chat ON messages (chat, id);
CREATE TABLE IF NOT EXISTS updates (id INTEGER PRIMARY KEY AUTOINCREMENT, expires REAL NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS queries (id TEXT PRIMARY KEY, asked REAL NOT NULL, person INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS contents (digest TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS files (id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    mime TEXT NOT NULL, digest TEXT NOT NULL REFERENCES contents, about TEXT NOT NULL);
"""
PRAGMAS = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON; PRAGMA busy_timeout=5000;
"""
FIRST_UPDATE = 400_000_000
"""Telegram's update ids don't begin at 1; neither do ours."""


class Archive:
    """The chat's own database. Everything is committed when a call returns."""

    def __init__(self, path: Path | Literal[":memory:"]) -> None:
        if isinstance(path, Path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(PRAGMAS + SCHEMA)
        self._db.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT 'updates', ? WHERE NOT EXISTS"
            " (SELECT 1 FROM sqlite_sequence WHERE name = 'updates')",
            (FIRST_UPDATE,),
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def rows(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a statement."""
        return self._db.execute(statement, values).fetchall()

    def row(self, statement: str, *values: Any) -> sqlite3.Row | None:
        """The first row, or None."""
        found: sqlite3.Row | None = self._db.execute(statement, values).fetchone()
        return found

    def count(self, what: str, *values: Any) -> int:
        """How many rows `SELECT … FROM what` has."""
        found = self.row(f"SELECT count(*) AS n FROM {what}", *values)  # noqa: S608 - ours
        return int(found["n"]) if found else 0

    def run(self, statement: str, *values: Any) -> int:
        """Run a statement; the id of the row it inserted, else 0."""
        return self._db.execute(statement, values).lastrowid or 0

    def empty_log(self) -> None:
        """What was deleted is in the file no more; after this not in its log either."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # ── settings: one JSON value a name ───────────────────────────────────────────────────────────────────────────────
    def setting(self, name: str, default: Any = None) -> Any:
        """A kept value."""
        row = self.row("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(row["value"]) if row else default

    def set(self, name: str, value: Any) -> None:
        """Keep a value."""
        self.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, json.dumps(value))

    # ── messages: `body` as the bot sees it, `shown` what only the person's side knows ────────────────────────────────
    def add_message(self, chat: int, body: Json, shown: Json) -> Json:
        """Keep a new message; its body with its id."""
        number = self.run("INSERT INTO messages (chat, body, shown) VALUES (?, '', ?)", chat, json.dumps(shown))
        full = {"message_id": number, **body}
        self.run("UPDATE messages SET body = ? WHERE id = ?", json.dumps(full), number)
        return full

    def message(self, chat: int, number: int) -> tuple[Json, Json] | None:
        """(body, shown) of a message that is still there."""
        row = self.row("SELECT body, shown FROM messages WHERE chat = ? AND id = ?", chat, number)
        return (json.loads(row["body"]), json.loads(row["shown"])) if row else None

    def messages(self, chat: int) -> list[tuple[Json, Json]]:
        """(body, shown) of all messages of a chat, in order."""
        rows = self.rows("SELECT body, shown FROM messages WHERE chat = ? ORDER BY id", chat)
        return [(json.loads(row["body"]), json.loads(row["shown"])) for row in rows]

    def change_message(self, number: int, body: Json) -> None:
        """Keep an edited message."""
        self.run("UPDATE messages SET body = ? WHERE id = ?", json.dumps(body), number)

    def change_shown(self, number: int, shown: Json) -> None:
        """Keep what the person's side knows of a message."""
        self.run("UPDATE messages SET shown = ? WHERE id = ?", json.dumps(shown), number)

    def remove_messages(self, chat: int, numbers: Iterable[int]) -> list[int]:
        """Remove messages; those that were there."""
        there = [n for n in numbers if self.row("SELECT 1 FROM messages WHERE chat = ? AND id = ?", chat, n)]
        for number in there:
            self.run("DELETE FROM messages WHERE id = ?", number)
        return there

"""The bot asks for updates: getUpdates and its like. Touches the chat's own database, through LocalTelegram."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from bot.localchat.archive import Json
from bot.localchat.chats import Given
from bot.localchat.refusal import Refusal
from bot.localchat.telegram import LocalTelegram

LONGEST_POLL, MOST_UPDATES = 50, 100
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Polls:
    """Who waits for updates: one at a time; a newer poll that waits ends the older one with 409, as at Telegram."""

    def __init__(self) -> None:
        self._waiting: asyncio.Event | None = None

    async def get_updates(self, telegram: LocalTelegram, given: Given) -> list[Json]:
        """Updates from `offset` on; those before are confirmed and gone. A negative offset keeps only the newest."""
        if "allowed_updates" in given:
            telegram.archive.set("allowed_updates", given["allowed_updates"])
        offset = int(given.get("offset", 0))
        limit = min(max(given.get("limit", MOST_UPDATES), 1), MOST_UPDATES)
        until = time.monotonic() + min(max(given.get("timeout", 0), 0), LONGEST_POLL)
        self._confirm(telegram, offset)
        ended: asyncio.Event | None = None
        try:
            while True:
                if telegram.closing.is_set():
                    return []
                found = self._pending(telegram, limit)
                left = until - time.monotonic()
                if found or left <= 0:
                    return found
                if ended is None:
                    if self._waiting is not None:
                        self._waiting.set()
                        telegram.news.ring()
                    ended = self._waiting = asyncio.Event()
                await telegram.news.wait(left)
                if ended.is_set():
                    raise Refusal(409, CONFLICT)
        finally:
            if self._waiting is ended:
                self._waiting = None

    @staticmethod
    def _confirm(telegram: LocalTelegram, offset: int) -> None:
        archive = telegram.archive
        archive.run("DELETE FROM updates WHERE expires < ?", telegram.real())
        last = archive.row("SELECT seq FROM sqlite_sequence WHERE name = 'updates'")
        if offset < 0:
            gone = archive.rows(
                "DELETE FROM updates WHERE id NOT IN (SELECT id FROM updates ORDER BY id DESC LIMIT ?) RETURNING body",
                -offset,
            )
        elif last is None or offset <= last["seq"] + 10:  # one far ahead of all updates confirms nothing
            gone = archive.rows("DELETE FROM updates WHERE id < ? RETURNING body", offset)
        else:
            return
        for row in gone:
            _note_read(telegram, json.loads(row["body"]).get("message"))

    @staticmethod
    def _pending(telegram: LocalTelegram, limit: int) -> list[Json]:
        rows = telegram.archive.rows("SELECT id, body FROM updates ORDER BY id LIMIT ?", limit)
        return [{"update_id": row["id"], **json.loads(row["body"])} for row in rows]


def read_up_to(telegram: LocalTelegram, chat_id: int) -> int:
    """The newest of the person's messages that the bot has confirmed; those before it count as read, too."""
    number: int = telegram.archive.setting(f"read {chat_id}", 0)
    return number


def _note_read(telegram: LocalTelegram, message: Any) -> None:
    """The bot has confirmed this message; a test may have queued something that is none."""
    match message:
        case {"chat": {"id": int(chat)}, "message_id": int(number)} if number > read_up_to(telegram, chat):
            telegram.archive.set(f"read {chat}", number)
            telegram.news.tell(chat, "read", number)


async def get_webhook_info(telegram: LocalTelegram, given: Given) -> Json:
    """There never is a webhook here."""
    pending = telegram.archive.count("updates WHERE expires >= ?", telegram.real())
    return {"url": "", "has_custom_certificate": False, "pending_update_count": pending}


async def delete_webhook(telegram: LocalTelegram, given: Given) -> bool:
    """Nothing to delete but, if asked, the pending updates."""
    if given.get("drop_pending_updates"):
        telegram.archive.run("DELETE FROM updates")
    return True

"""Which chat, and which message in it, a method means. Touches the chat's own database, through LocalTelegram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.localchat.archive import Json
from bot.localchat.refusal import Refusal, bad_request
from bot.localchat.telegram import LocalTelegram

Given = Mapping[str, Any]
"""A method's parameters, typed."""


def chat_for(telegram: LocalTelegram, given: Given, *, write: bool = True) -> Json:
    """The chat that is meant. `write`: it must be reachable."""
    if "chat_id" not in given:
        raise bad_request("chat_id is empty")
    text = str(given["chat_id"])
    chat = telegram.chat(int(text)) if text.lstrip("-").isdecimal() else None
    if chat is None:
        raise bad_request("chat not found")
    if write and telegram.is_blocked_by(chat["id"]):
        raise Refusal(403, "Forbidden: bot was blocked by the user")
    if write and chat["type"] != "private" and telegram.archive.setting(f"left {chat['id']}"):
        raise Refusal(403, "Forbidden: bot is not a member of the supergroup chat")
    return chat


def message_for(telegram: LocalTelegram, given: Given, what: str, *, write: bool = True) -> tuple[Json, Json, Json]:
    """(chat, body, shown) of the message that is meant."""
    chat = chat_for(telegram, given, write=write)
    found = telegram.archive.message(chat["id"], given.get("message_id", 0))
    if found is None:
        raise bad_request(f"{what} not found")
    return chat, *found

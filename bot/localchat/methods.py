"""The Bot API's methods, as strict as Telegram. Touches the chat's own database, through LocalTelegram.

Error texts are Telegram's own (source: the published sources of its Bot API server and tdlib). Where this file is
stricter than Telegram, a comment says so.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.localchat import files
from bot.localchat.archive import Json
from bot.localchat.entities import formatted
from bot.localchat.keyboards import inline_keyboard, prompt
from bot.localchat.parameters import Upload
from bot.localchat.profile import PROFILE
from bot.localchat.refusal import Refusal, bad_request
from bot.localchat.telegram import Answer, LocalTelegram

LONGEST_POLL, MOST_UPDATES = 50, 100
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
LONGEST_TEXT, LONGEST_CAPTION, LONGEST_ANSWER = 4096, 1024, 200
DELETABLE_FOR = 48 * 3600
"""Seconds (virtual, as message dates are) after which a message stays."""
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content"
    " and reply markup of the message"
)
UNSEEN = ("edit_date", "link_preview_options")
"""What of a message may differ and it still counts as not modified."""
ACTIONS = (
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "record_audio",
    "upload_audio",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
)

Given = Mapping[str, Any]


async def get_me(telegram: LocalTelegram, given: Given) -> Json:
    """Who the bot is."""
    return telegram.me


# ── updates ───────────────────────────────────────────────────────────────────────────────────────────────────────────
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
                found = self._pending(telegram, limit)
                left = until - time.monotonic()
                if found or left <= 0 or telegram.closing.is_set():
                    return found
                if ended is None:
                    if self._waiting is not None:
                        self._waiting.set()
                        telegram.wake()
                    ended = self._waiting = asyncio.Event()
                await telegram.news(left)
                if ended.is_set():
                    raise Refusal(409, CONFLICT)
        finally:
            if self._waiting is ended:
                self._waiting = None

    @staticmethod
    def _confirm(telegram: LocalTelegram, offset: int) -> None:
        archive = telegram.archive
        archive.run("DELETE FROM updates WHERE expires < ?", telegram.real())
        if offset < 0:
            archive.run(
                "DELETE FROM updates WHERE id NOT IN (SELECT id FROM updates ORDER BY id DESC LIMIT ?)", -offset
            )
            return
        last = archive.row("SELECT seq FROM sqlite_sequence WHERE name = 'updates'")
        if last is None or offset <= last["seq"] + 10:  # one far ahead of all updates confirms nothing
            archive.run("DELETE FROM updates WHERE id < ?", offset)

    @staticmethod
    def _pending(telegram: LocalTelegram, limit: int) -> list[Json]:
        rows = telegram.archive.rows("SELECT id, body FROM updates ORDER BY id LIMIT ?", limit)
        return [{"update_id": row["id"], **json.loads(row["body"])} for row in rows]


async def get_webhook_info(telegram: LocalTelegram, given: Given) -> Json:
    """There never is a webhook here."""
    pending = telegram.archive.count("updates WHERE expires >= ?", telegram.real())
    return {"url": "", "has_custom_certificate": False, "pending_update_count": pending}


async def delete_webhook(telegram: LocalTelegram, given: Given) -> bool:
    """Nothing to delete but, if asked, the pending updates."""
    if given.get("drop_pending_updates"):
        telegram.archive.run("DELETE FROM updates")
    return True


# ── chats ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _chat(telegram: LocalTelegram, given: Given, *, write: bool = True) -> Json:
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


def _message(telegram: LocalTelegram, given: Given, what: str, *, write: bool = True) -> tuple[Json, Json, Json]:
    """(chat, body, shown) of the message that is meant."""
    chat = _chat(telegram, given, write=write)
    found = telegram.archive.message(chat["id"], given.get("message_id", 0))
    if found is None:
        raise bad_request(f"{what} not found")
    return chat, *found


# ── sending ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _text(given: Given) -> Json:
    if "text" not in given:
        raise bad_request("message text is empty")
    text, entities = formatted(given["text"], given.get("parse_mode"), given.get("entities"), may_be_empty=False)
    if len(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    preview = {"link_preview_options": given["link_preview_options"]} if given.get("link_preview_options") else {}
    return {"text": text, **({"entities": entities} if entities else {}), **preview}


def _caption(given: Given) -> Json:
    text, entities = formatted(
        given.get("caption", ""), given.get("parse_mode"), given.get("caption_entities"), may_be_empty=True
    )
    if len(text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    above = {"show_caption_above_media": True} if given.get("show_caption_above_media") else {}
    return {**({"caption": text} if text else {}), **({"caption_entities": entities} if entities else {}), **above}


def _send(telegram: LocalTelegram, given: Given, content: Json) -> Json:
    markup = given.get("reply_markup")
    keyboard, shown = inline_keyboard(markup), {"silent": given.get("disable_notification", False)}
    if asked := prompt(markup):
        shown |= asked
    chat = _chat(telegram, given)
    if "voice" in content and telegram.archive.row("SELECT 1 FROM people WHERE id = ? AND forbids_voice", chat["id"]):
        raise bad_request("VOICE_MESSAGES_FORBIDDEN")
    body: Json = {"from": telegram.me_as_user, "chat": chat, "date": telegram.date(), **content}
    if reply := given.get("reply_parameters"):
        body |= _reply(telegram, chat, reply)
    if keyboard:
        body["reply_markup"] = keyboard
    if given.get("protect_content"):
        body["has_protected_content"] = True
    return telegram.show(chat["id"], body, shown)


def _reply(telegram: LocalTelegram, chat: Json, reply: Any) -> Json:
    number = reply.get("message_id")
    if not isinstance(number, int):
        raise bad_request("can't parse reply parameters: Can't find field \"message_id\"")
    found = telegram.archive.message(chat["id"], number)
    if found:
        return {"reply_to_message": {k: v for k, v in found[0].items() if k != "reply_to_message"}}
    if reply.get("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


async def send_message(telegram: LocalTelegram, given: Given) -> Json:
    """A text."""
    return _send(telegram, given, _text(given))


def _file(telegram: LocalTelegram, given: Given, kind: str) -> Json:
    value = given.get(kind)
    if value is None:
        raise bad_request(f"there is no {kind} in the request")
    if isinstance(value, Upload):
        return files.keep(telegram.archive, kind, value, telegram.me["id"]).about
    return files.known(telegram.archive, value, kind).about


async def send_voice(telegram: LocalTelegram, given: Given) -> Json:
    """A voice note: an upload or a file id."""
    caption = _caption(given)
    voice = dict(_file(telegram, given, "voice"))
    if given.get("duration", 0) > 0:
        voice["duration"] = given["duration"]
    return _send(telegram, given, {"voice": voice, **caption})


async def send_photo(telegram: LocalTelegram, given: Given) -> Json:
    """A photo; one size is enough here."""
    caption = _caption(given)
    spoiler = {"has_media_spoiler": True} if given.get("has_spoiler") else {}
    return _send(telegram, given, {"photo": [_file(telegram, given, "photo")], **caption, **spoiler})


async def send_audio(telegram: LocalTelegram, given: Given) -> Json:
    """A piece of music, with title and performer."""
    caption = _caption(given)
    more = {name: given[name] for name in ("duration", "title", "performer") if given.get(name)}
    audio = {**_file(telegram, given, "audio"), **more}
    if isinstance(cover := given.get("thumbnail"), Upload):
        audio["thumbnail"] = {
            "width": 0,
            "height": 0,
            **files.keep(telegram.archive, "thumbnail", cover, telegram.me["id"]).about,
        }
    return _send(telegram, given, {"audio": audio, **caption})


async def send_document(telegram: LocalTelegram, given: Given) -> Json:
    """Any file."""
    caption = _caption(given)
    return _send(telegram, given, {"document": dict(_file(telegram, given, "document")), **caption})


async def send_chat_action(telegram: LocalTelegram, given: Given) -> bool:
    """The person sees that something is being prepared."""
    if given.get("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    telegram.tell(_chat(telegram, given)["id"], "action", given["action"])
    return True


async def set_message_reaction(telegram: LocalTelegram, given: Given) -> bool:
    """An emoji on a message, or none."""
    chat, body, _ = _message(telegram, given, "message to react")
    reactions = given.get("reaction", [])
    for reaction in reactions:
        if not isinstance(reaction, Mapping) or reaction.get("type") != "emoji" or not reaction.get("emoji"):
            raise Refusal(400, "Bad Request: REACTION_INVALID")
    if len(reactions) > 1:
        raise Refusal(400, "Bad Request: REACTIONS_TOO_MANY")
    emoji = [reaction["emoji"] for reaction in reactions]
    telegram.tell(chat["id"], "reaction", {"message_id": body["message_id"], "emoji": emoji})
    return True


# ── changing and deleting ─────────────────────────────────────────────────────────────────────────────────────────────
def _edit(telegram: LocalTelegram, given: Given, change: Callable[[Json], Json], *, part: str | None) -> Json:
    """Edit a message. `part`: what it must have. Without a keyboard given, the old one goes, as at Telegram."""
    keyboard = inline_keyboard(given.get("reply_markup"))
    chat, old, _ = _message(telegram, given, "message to edit")
    if old["from"]["id"] != telegram.me["id"]:
        raise bad_request("message can't be edited")
    if part == "text" and "text" not in old:
        raise bad_request("there is no text in the message to edit")
    if part == "caption" and "text" in old:
        raise bad_request("there is no caption in the message to edit")
    new = change(_without(old, "reply_markup", "edit_date")) | ({"reply_markup": keyboard} if keyboard else {})
    if _without(new, *UNSEEN) == _without(old, *UNSEEN):
        raise bad_request(NOT_MODIFIED)
    new["edit_date"] = telegram.date()
    telegram.archive.change_message(new["message_id"], new)
    telegram.tell(chat["id"], "edit", {"message": new})
    return new


def _without(body: Json, *names: str) -> Json:
    return {key: value for key, value in body.items() if key not in names}


async def edit_message_text(telegram: LocalTelegram, given: Given) -> Json:
    """Another text, and another keyboard or none."""
    content = _text(given)
    return _edit(
        telegram, given, lambda old: _without(old, "text", "entities", "link_preview_options") | content, part="text"
    )


async def edit_message_caption(telegram: LocalTelegram, given: Given) -> Json:
    """Another caption, and another keyboard or none."""
    content = _caption(given)
    return _edit(telegram, given, lambda old: _without(old, "caption", "caption_entities") | content, part="caption")


async def edit_message_reply_markup(telegram: LocalTelegram, given: Given) -> Json:
    """Another keyboard, or none."""
    return _edit(telegram, given, lambda old: old, part=None)


def _delete(telegram: LocalTelegram, chat: Json, bodies: list[Json]) -> bool:
    if any(body["date"] <= telegram.date() - DELETABLE_FOR for body in bodies):
        raise bad_request("message can't be deleted for everyone")
    if removed := telegram.archive.remove_messages(chat["id"], [body["message_id"] for body in bodies]):
        telegram.tell(chat["id"], "delete", removed)
    return True


async def delete_message(telegram: LocalTelegram, given: Given) -> bool:
    """One message, of either side, for both."""
    if "message_id" not in given:
        raise bad_request("message identifier is not specified")
    chat, body, _ = _message(telegram, given, "message to delete", write=False)
    return _delete(telegram, chat, [body])


async def delete_messages(telegram: LocalTelegram, given: Given) -> bool:
    """Up to 100 messages; those that are gone already don't matter."""
    numbers = given.get("message_ids")
    if not numbers:
        raise bad_request("message identifiers are not specified")
    if len(numbers) > 100:
        raise bad_request("too many message identifiers specified")
    if not all(isinstance(number, int) and number > 0 for number in numbers):
        raise bad_request("invalid message identifier specified")
    chat = _chat(telegram, given, write=False)
    found = (telegram.archive.message(chat["id"], number) for number in numbers)
    return _delete(telegram, chat, [body for body, _ in filter(None, found)])


async def answer_callback_query(telegram: LocalTelegram, given: Given) -> bool:
    """The answer to a tap: once, and soon."""
    text = given.get("text", "")
    if len(text) > LONGEST_ANSWER:
        raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
    taken = telegram.take_tap(given.get("callback_query_id", ""))
    if taken is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    person, tap = taken
    if tap is not None:
        tap.answer_with(Answer(text, bool(given.get("show_alert"))))
    toast = {"query": given["callback_query_id"], "text": text, "alert": bool(given.get("show_alert"))}
    telegram.tell(person, "toast", toast)
    return True


async def get_file(telegram: LocalTelegram, given: Given) -> Json:
    """Where a file can be had."""
    if "file_id" not in given:
        raise bad_request("file_id not specified")
    try:
        kept = files.known(telegram.archive, given["file_id"])
    except Refusal:
        raise bad_request("invalid file_id") from None
    if kept.about["file_size"] > files.MOST_DOWNLOAD:
        raise bad_request("file is too big")
    return {key: kept.about[key] for key in ("file_id", "file_unique_id", "file_size")} | {"file_path": kept.path}


async def set_chat_menu_button(telegram: LocalTelegram, given: Given) -> bool:
    """The page shows the commands whatever is set."""
    if given.get("menu_button", {}).get("type", "default") not in ("default", "commands"):
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    return True


async def leave_chat(telegram: LocalTelegram, given: Given) -> bool:
    """Leave a group."""
    chat = _chat(telegram, given)
    if chat["type"] == "private":
        raise bad_request("chat not found")
    telegram.archive.set(f"left {chat['id']}", value=True)
    return True


Method = Callable[[LocalTelegram, Given], Awaitable[Any]]


def methods() -> dict[str, Method]:
    """Every method by its name in the Bot API; one set of them serves one LocalTelegram."""
    return {
        "getMe": get_me,
        "getUpdates": Polls().get_updates,
        "getWebhookInfo": get_webhook_info,
        "deleteWebhook": delete_webhook,
        "sendMessage": send_message,
        "sendVoice": send_voice,
        "sendPhoto": send_photo,
        "sendAudio": send_audio,
        "sendDocument": send_document,
        "sendChatAction": send_chat_action,
        "setMessageReaction": set_message_reaction,
        "editMessageText": edit_message_text,
        "editMessageCaption": edit_message_caption,
        "editMessageReplyMarkup": edit_message_reply_markup,
        "deleteMessage": delete_message,
        "deleteMessages": delete_messages,
        "answerCallbackQuery": answer_callback_query,
        "getFile": get_file,
        "setChatMenuButton": set_chat_menu_button,
        "leaveChat": leave_chat,
        **PROFILE,
    }

"""The Bot API's methods, as strict as Telegram. Touches the chat's own database, through LocalTelegram.

Error texts, here and in the modules joined here, are Telegram's own (source: the published sources of its Bot API
server and of tdlib). Where something is stricter than Telegram, a comment says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.localchat import changing, files, sending, updates
from bot.localchat.archive import Json
from bot.localchat.chats import Given, chat_for, message_for
from bot.localchat.person import Answer
from bot.localchat.profile import PROFILE
from bot.localchat.refusal import Refusal, bad_request
from bot.localchat.telegram import LocalTelegram

LONGEST_ANSWER = 200
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


async def get_me(telegram: LocalTelegram, given: Given) -> Json:
    """Who the bot is."""
    return telegram.me


async def send_chat_action(telegram: LocalTelegram, given: Given) -> bool:
    """The person sees that something is being prepared."""
    if given.get("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    telegram.news.tell(chat_for(telegram, given)["id"], "action", given["action"])
    return True


async def set_message_reaction(telegram: LocalTelegram, given: Given) -> bool:
    """An emoji on a message, or none."""
    chat, body, shown = message_for(telegram, given, "message to react")
    reactions = given.get("reaction", [])
    for reaction in reactions:
        if not isinstance(reaction, Mapping) or reaction.get("type") != "emoji" or not reaction.get("emoji"):
            raise Refusal(400, "Bad Request: REACTION_INVALID")
    if len(reactions) > 1:
        raise Refusal(400, "Bad Request: REACTIONS_TOO_MANY")
    emoji = [reaction["emoji"] for reaction in reactions]
    telegram.archive.change_shown(body["message_id"], shown | {"reaction": emoji})
    telegram.news.tell(chat["id"], "reaction", {"message_id": body["message_id"], "emoji": emoji})
    return True


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
    telegram.news.tell(person, "toast", toast)
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
    chat = chat_for(telegram, given)
    if chat["type"] == "private":
        raise bad_request("chat not found")
    telegram.archive.set(f"left {chat['id']}", value=True)
    return True


Method = Callable[[LocalTelegram, Given], Awaitable[Any]]


def methods() -> dict[str, Method]:
    """Every method by its name in the Bot API; one set of them serves one LocalTelegram."""
    return {
        "getMe": get_me,
        "getUpdates": updates.Polls().get_updates,
        "getWebhookInfo": updates.get_webhook_info,
        "deleteWebhook": updates.delete_webhook,
        "sendMessage": sending.send_message,
        "sendVoice": sending.send_voice,
        "sendPhoto": sending.send_photo,
        "sendAnimation": sending.send_animation,
        "sendAudio": sending.send_audio,
        "sendDocument": sending.send_document,
        "sendChatAction": send_chat_action,
        "setMessageReaction": set_message_reaction,
        "editMessageText": changing.edit_message_text,
        "editMessageCaption": changing.edit_message_caption,
        "editMessageReplyMarkup": changing.edit_message_reply_markup,
        "deleteMessage": changing.delete_message,
        "deleteMessages": changing.delete_messages,
        "answerCallbackQuery": answer_callback_query,
        "getFile": get_file,
        "setChatMenuButton": set_chat_menu_button,
        "leaveChat": leave_chat,
        **PROFILE,
    }

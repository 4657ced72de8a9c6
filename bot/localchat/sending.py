"""The methods that send something. Touches the chat's own database, through LocalTelegram."""

from __future__ import annotations

from typing import Any

from bot.localchat import files
from bot.localchat.archive import Json
from bot.localchat.chats import Given, chat_for
from bot.localchat.entities import formatted
from bot.localchat.keyboards import inline_keyboard, prompt
from bot.localchat.parameters import Upload
from bot.localchat.refusal import bad_request
from bot.localchat.telegram import LocalTelegram

LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
"""Characters, counted after parsing."""


def text_of(given: Given) -> Json:
    if "text" not in given:
        raise bad_request("message text is empty")
    text, entities = formatted(given["text"], given.get("parse_mode"), given.get("entities"), may_be_empty=False)
    if len(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    preview = {"link_preview_options": given["link_preview_options"]} if given.get("link_preview_options") else {}
    return {"text": text, **({"entities": entities} if entities else {}), **preview}


def caption_of(given: Given) -> Json:
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
    chat = chat_for(telegram, given)
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
    return _send(telegram, given, text_of(given))


def _file(telegram: LocalTelegram, given: Given, kind: str) -> Json:
    value = given.get(kind)
    if value is None:
        raise bad_request(f"there is no {kind} in the request")
    if isinstance(value, Upload):
        return files.keep(telegram.archive, kind, value, telegram.me["id"]).about
    return files.known(telegram.archive, value, kind).about


async def send_voice(telegram: LocalTelegram, given: Given) -> Json:
    """A voice note: an upload or a file id."""
    caption = caption_of(given)
    voice = dict(_file(telegram, given, "voice"))
    if given.get("duration", 0) > 0:
        voice["duration"] = given["duration"]
    return _send(telegram, given, {"voice": voice, **caption})


async def send_photo(telegram: LocalTelegram, given: Given) -> Json:
    """A photo; one size is enough here."""
    caption = caption_of(given)
    spoiler = {"has_media_spoiler": True} if given.get("has_spoiler") else {}
    return _send(telegram, given, {"photo": [_file(telegram, given, "photo")], **caption, **spoiler})


async def send_animation(telegram: LocalTelegram, given: Given) -> Json:
    """A loop: a GIF, or an MP4 without sound. It is a document as well, for bots that know no loops (Bot API)."""
    caption = caption_of(given)
    more = {name: given[name] for name in ("duration", "width", "height") if given.get(name, 0) > 0}
    loop = {**_file(telegram, given, "animation"), **more, **_thumbnail(telegram, given)}
    document = {name: value for name, value in loop.items() if name not in ("duration", "width", "height")}
    spoiler = {"has_media_spoiler": True} if given.get("has_spoiler") else {}
    return _send(telegram, given, {"animation": loop, "document": document, **caption, **spoiler})


def _thumbnail(telegram: LocalTelegram, given: Given) -> Json:
    """The small picture given with a file. Telegram takes an upload alone and passes over anything else."""
    if not isinstance(small := given.get("thumbnail"), Upload):
        return {}
    return {"thumbnail": files.keep(telegram.archive, "thumbnail", small, telegram.me["id"]).about}


async def send_audio(telegram: LocalTelegram, given: Given) -> Json:
    """A piece of music, with title and performer."""
    caption = caption_of(given)
    more = {name: given[name] for name in ("duration", "title", "performer") if given.get(name)}
    audio = {**_file(telegram, given, "audio"), **more, **_thumbnail(telegram, given)}
    return _send(telegram, given, {"audio": audio, **caption})


async def send_document(telegram: LocalTelegram, given: Given) -> Json:
    """Any file."""
    caption = caption_of(given)
    return _send(telegram, given, {"document": dict(_file(telegram, given, "document")), **caption})

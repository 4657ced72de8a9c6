"""The methods that edit or delete a message. Touches the chat's own database, through LocalTelegram."""

from __future__ import annotations

from collections.abc import Callable

from bot.localchat.archive import Json
from bot.localchat.chats import Given, chat_for, message_for
from bot.localchat.keyboards import inline_keyboard
from bot.localchat.person import words_of
from bot.localchat.refusal import bad_request
from bot.localchat.sending import caption_of, text_of
from bot.localchat.telegram import LocalTelegram

DELETABLE_FOR = 48 * 3600
"""Seconds (virtual, as message dates are) after which a message stays."""
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content"
    " and reply markup of the message"
)
UNSEEN = ("edit_date", "link_preview_options")
"""What of a message may differ and it still counts as not modified."""


def _edit(telegram: LocalTelegram, given: Given, change: Callable[[Json], Json], *, part: str | None) -> Json:
    """Edit a message. `part`: what it must have. Without a keyboard given, the old one goes, as at Telegram."""
    keyboard = inline_keyboard(given.get("reply_markup"))
    chat, old, _ = message_for(telegram, given, "message to edit")
    if old["from"]["id"] != telegram.me["id"]:
        raise bad_request("message can't be edited")
    if part == "text" and "text" not in old:
        raise bad_request("there is no text in the message to edit")
    if part == "caption" and "text" in old:
        raise bad_request("there is no caption in the message to edit")
    new = change(_without(old, "reply_markup", "edit_date")) | ({"reply_markup": keyboard} if keyboard else {})
    if _without(new, *UNSEEN) == _without(old, *UNSEEN):
        raise bad_request(NOT_MODIFIED)
    if part is not None:
        new["edit_date"] = telegram.date()
    elif "edit_date" in old:  # other buttons alone are no edit to the eye: Telegram hides its date
        new["edit_date"] = old["edit_date"]
    telegram.archive.change_message(new["message_id"], new)
    telegram.news.tell(chat["id"], "edit", {"message": new})
    telegram.note_act("edited", chat["id"], **words_of(new))
    return new


def _without(body: Json, *names: str) -> Json:
    return {key: value for key, value in body.items() if key not in names}


async def edit_message_text(telegram: LocalTelegram, given: Given) -> Json:
    """Another text, and another keyboard or none."""
    content = text_of(given)
    return _edit(
        telegram, given, lambda old: _without(old, "text", "entities", "link_preview_options") | content, part="text"
    )


async def edit_message_caption(telegram: LocalTelegram, given: Given) -> Json:
    """Another caption, and another keyboard or none."""
    content = caption_of(given)
    return _edit(telegram, given, lambda old: _without(old, "caption", "caption_entities") | content, part="caption")


async def edit_message_reply_markup(telegram: LocalTelegram, given: Given) -> Json:
    """Another keyboard, or none."""
    return _edit(telegram, given, lambda old: old, part=None)


def _delete(telegram: LocalTelegram, chat: Json, bodies: list[Json]) -> bool:
    if any(body["date"] <= telegram.date() - DELETABLE_FOR for body in bodies):
        raise bad_request("message can't be deleted for everyone")
    if removed := telegram.archive.remove_messages(chat["id"], [body["message_id"] for body in bodies]):
        telegram.news.tell(chat["id"], "delete", removed)
        telegram.note_act("gone", chat["id"], messages=removed)
    return True


async def delete_message(telegram: LocalTelegram, given: Given) -> bool:
    """One message, of either side, for both."""
    if "message_id" not in given:
        raise bad_request("message identifier is not specified")
    chat, body, _ = message_for(telegram, given, "message to delete", write=False)
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
    chat = chat_for(telegram, given, write=False)
    found = (telegram.archive.message(chat["id"], number) for number in numbers)
    return _delete(telegram, chat, [body for body, _ in filter(None, found)])

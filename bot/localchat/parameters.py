"""What a bot sends with a method, read and typed by a table of the Bot API. Touches nothing.

The table is written from the published Bot API (10.3). Telegram ignores what it doesn't know and reads a number it
can't parse as 0; here an unknown parameter is ignored as well, but noted, and a wrongly typed one is refused: a mistake
of the bot should be seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.localchat.refusal import Refusal, bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a request."""

    name: str
    mime: str
    data: bytes


def _integer(name: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    try:
        return int(value)
    except (TypeError, ValueError):
        raise _wrong(name, "an Integer") from None


def _boolean(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word in ("true", "yes", "1"):
        return True
    if word in ("false", "no", "0"):
        return False
    raise _wrong(name, "a Boolean")


def _string(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong(name, "a String")
    _check_utf8(value)
    return str(value)


def _object(name: str, value: Any) -> Any:
    return _json(name, value, dict, "an Object")


def _array(name: str, value: Any) -> Any:
    return _json(name, value, list, "an Array")


def _json(name: str, value: Any, kind: type, word: str) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None
    if not isinstance(value, kind):
        raise _wrong(name, word)
    _check_utf8(value)
    return value


def _check_utf8(value: Any) -> None:
    """Refuse half a surrogate pair, wherever in the value it is."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def _file(name: str, value: Any) -> Any:
    if not isinstance(value, Upload | str):
        raise _wrong(name, "a file or a String")
    return value


def _wrong(name: str, word: str) -> Refusal:
    return bad_request(f'parameter "{name}" must be {word}')


Reader = Callable[[str, Any], Any]
_CHAT = {"chat_id": _string}
_MESSAGE = {**_CHAT, "message_id": _integer}
_FORMAT = {"parse_mode": _string}
_TEXT = {"text": _string, **_FORMAT, "entities": _array, "link_preview_options": _object}
_CAPTION = {"caption": _string, **_FORMAT, "caption_entities": _array, "show_caption_above_media": _boolean}
_SEND = {
    **_CHAT,
    "disable_notification": _boolean,
    "protect_content": _boolean,
    "reply_parameters": _object,
    "reply_markup": _object,
}
_COMMANDS = {"scope": _object, "language_code": _string}

METHODS: Mapping[str, Mapping[str, Reader]] = {
    "getMe": {},
    "getUpdates": {"offset": _integer, "limit": _integer, "timeout": _integer, "allowed_updates": _array},
    "getWebhookInfo": {},
    "deleteWebhook": {"drop_pending_updates": _boolean},
    "sendMessage": {**_SEND, **_TEXT},
    "sendVoice": {**_SEND, **_CAPTION, "voice": _file, "duration": _integer},
    "sendPhoto": {**_SEND, **_CAPTION, "photo": _file, "has_spoiler": _boolean},
    "sendAnimation": {
        **_SEND,
        **_CAPTION,
        "animation": _file,
        "duration": _integer,
        "width": _integer,
        "height": _integer,
        "thumbnail": _file,
        "has_spoiler": _boolean,
    },
    "sendAudio": {
        **_SEND,
        **_CAPTION,
        "audio": _file,
        "duration": _integer,
        "performer": _string,
        "title": _string,
        "thumbnail": _file,
    },
    "sendDocument": {
        **_SEND,
        **_CAPTION,
        "document": _file,
        "thumbnail": _file,
        "disable_content_type_detection": _boolean,
    },
    "editMessageText": {**_MESSAGE, **_TEXT, "reply_markup": _object},
    "editMessageCaption": {**_MESSAGE, **_CAPTION, "reply_markup": _object},
    "editMessageReplyMarkup": {**_MESSAGE, "reply_markup": _object},
    "deleteMessage": _MESSAGE,
    "deleteMessages": {**_CHAT, "message_ids": _array},
    "answerCallbackQuery": {
        "callback_query_id": _string,
        "text": _string,
        "show_alert": _boolean,
        "url": _string,
        "cache_time": _integer,
    },
    "sendChatAction": {**_CHAT, "action": _string},
    "setMessageReaction": {**_MESSAGE, "reaction": _array, "is_big": _boolean},
    "setMyCommands": {**_COMMANDS, "commands": _array},
    "getMyCommands": _COMMANDS,
    "deleteMyCommands": _COMMANDS,
    "setMyName": {"name": _string, "language_code": _string},
    "getMyName": {"language_code": _string},
    "setMyDescription": {"description": _string, "language_code": _string},
    "getMyDescription": {"language_code": _string},
    "setMyShortDescription": {"short_description": _string, "language_code": _string},
    "getMyShortDescription": {"language_code": _string},
    "setChatMenuButton": {**_CHAT, "menu_button": _object},
    "leaveChat": _CHAT,
    "getFile": {"file_id": _string},
}
"""Every method there is here, with the parameters that are understood. Telegram takes a method's name in any case."""

BY_SMALL_NAME = {name.lower(): name for name in METHODS}


def read(method: str, raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """(typed parameters, unknown names) of a request. Empty values count as absent, as at Telegram. Raises Refusal."""
    readers = METHODS[method]
    attached = {f"attach://{name}": value for name, value in raw.items() if isinstance(value, Upload)}
    read_: dict[str, Any] = {}
    used: set[str] = set()
    for name, value in raw.items():
        reader = readers.get(name)
        if reader is None or value is None or value == "":
            continue
        if isinstance(value, str) and value in attached:
            used.add(value.removeprefix("attach://"))
            value = attached[value]  # noqa: PLW2901 - the file that was meant
        read_[name] = reader(name, value)
    return read_, [name for name in raw if name not in readers and name not in used]

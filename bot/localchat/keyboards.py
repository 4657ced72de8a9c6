"""The parameter `reply_markup`, checked as Telegram checks it. Touches nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.localchat.html import checked_url
from bot.localchat.refusal import Refusal, bad_request

MOST_IN_A_ROW, MOST_IN_ALL, MOST_BYTES = 8, 100, 64
STYLES = ("danger", "success", "primary")


def inline_keyboard(markup: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The keyboard as it stands in the message, or None if it has none. Raises Refusal."""
    rows = markup.get("inline_keyboard") if markup else None
    if rows is None:
        return None
    if not isinstance(rows, list):
        raise bad_request('Field "inline_keyboard" must be of type Array')
    kept = []
    for row in rows:
        if not isinstance(row, list):
            raise bad_request('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
        if len(row) > MOST_IN_A_ROW:
            raise bad_request("reply markup is too long")
        kept.append([_button(button) for button in row])
    if sum(map(len, kept)) > MOST_IN_ALL:
        raise bad_request("reply markup is too long")
    kept = [row for row in kept if row]
    return {"inline_keyboard": kept} if kept else None


def prompt(markup: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A ForceReply: not part of the message, but of what the person's side does. Raises Refusal."""
    if not markup or "inline_keyboard" in markup:
        return None
    if markup.get("keyboard"):
        raise bad_request("the local chat has no reply keyboards: use an inline keyboard")
    if markup.get("force_reply"):
        return {"force_reply": True, "placeholder": str(markup.get("input_field_placeholder", ""))[:64]}
    return None


def _button(button: Any) -> dict[str, Any]:
    if not isinstance(button, Mapping):
        raise _cannot("InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise _cannot('Can\'t find field "text"' if text is None else 'Field "text" must be of type String')
    style = str(button.get("style") or "default").lower()
    if style not in (*STYLES, "default"):
        raise _cannot("invalid button style specified")
    action = _action(button)
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    return {"text": text, **action, **({"style": style} if style in STYLES else {})}


def _action(button: Mapping[str, Any]) -> dict[str, Any]:
    if url := button.get("url"):
        checked = checked_url(str(url))
        if checked is None:
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
        return {"url": checked}
    if data := button.get("callback_data"):
        if not isinstance(data, str):
            raise _cannot('Field "callback_data" must be of type String')
        if len(data.encode("utf-8", "surrogatepass")) > MOST_BYTES:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        return {"callback_data": data}
    if copy := button.get("copy_text"):
        copied = copy.get("text") if isinstance(copy, Mapping) else None
        if not isinstance(copied, str) or not 1 <= len(copied) <= 256:
            raise Refusal(400, "Bad Request: BUTTON_COPY_TEXT_INVALID")
        return {"copy_text": {"text": copied}}
    raise _cannot("Text buttons are unallowed in the inline keyboard")


def _cannot(why: str) -> Refusal:
    return bad_request(f"can't parse inline keyboard button: {why}")

"""What a person sees and taps, as values. Touches nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.localchat.archive import Json


@dataclass(frozen=True, slots=True)
class Button:
    """A button a person can tap."""

    text: str
    data: str
    style: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the person sees it. `text` is a voice note's caption, too; `body` the Bot API's Message."""

    id: int
    by_bot: bool
    text: str
    kind: str
    silent: bool
    buttons: tuple[tuple[Button, ...], ...]
    body: Mapping[str, Any] = field(repr=False)

    def button(self, text: str) -> Button:
        """The button with this text, or with this text as a part of its own. Raises LookupError."""
        buttons = [button for row in self.buttons for button in row]
        for button in buttons:
            if button.text == text:
                return button
        for button in buttons:
            if text in button.text:
                return button
        raise LookupError(f"no button {text!r} among {[button.text for button in buttons]}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot answered to a tap. `text` may be empty."""

    text: str
    alert: bool


class Tap:
    """A tap on its way: `answer` is None until the bot has answered."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.answer: Answer | None = None
        self._done = asyncio.Event()

    async def answered(self, within: float = 5.0) -> Answer:
        """Wait for the answer. Raises TimeoutError after `within` seconds (real)."""
        async with asyncio.timeout(within):
            await self._done.wait()
        assert self.answer is not None
        return self.answer

    def answer_with(self, answer: Answer) -> None:
        """The bot answered."""
        self.answer = answer
        self._done.set()


def seen(body: Json, shown: Json, bot_id: int) -> Message:
    """A kept message as a person sees it."""
    rows = body.get("reply_markup", {}).get("inline_keyboard", ())
    return Message(
        id=body["message_id"],
        by_bot=body.get("from", {}).get("id") == bot_id,
        text=body.get("text") or body.get("caption") or "",
        kind=next((kind for kind in ("voice", "photo", "animation", "audio", "document") if kind in body), "text"),
        silent=bool(shown.get("silent")),
        buttons=tuple(
            tuple(Button(b["text"], b.get("callback_data", ""), b.get("style", ""), b.get("url", "")) for b in row)
            for row in rows
        ),
        body=body,
    )

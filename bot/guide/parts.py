"""What screens are made of: messages, buttons, and the small pieces of text in them. Pure; touches nothing.

Texts are Telegram's HTML; words of the interface are plain and escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Literal

from bot.guide.chat import Chat
from bot.guide.planned import Telling
from bot.guide.words import Words


@dataclass(frozen=True, slots=True)
class Button:
    """`style`: success, danger, primary or none; meaning never hangs on it."""

    text: str
    action: str
    style: Literal["", "success", "danger", "primary"] = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A message of a screen, or (`silence`) the notes to delete with it. `copies`: how often it may go out in doubt."""

    kind: Literal["text", "voice", "silence"]
    text: str = ""
    telling: Telling | None = None
    buttons: Rows = ()
    silent: bool = True
    edit: int | None = None
    copies: int = 2
    messages: tuple[int, ...] = ()

    @property
    def seconds(self) -> float:
        """Length of the voice note."""
        return self.telling.script.length if self.telling else 0.0

    @property
    def repeats(self) -> bool:
        """True if doing it twice does no harm: it is never in doubt."""
        return self.kind == "silence" or self.edit is not None


Screen = tuple[Part, ...]


def score_rows(chosen: int | None) -> Rows:
    def row(numbers: Iterable[int]) -> tuple[Button, ...]:
        return tuple(Button(f"✓{n}" if n == chosen else str(n), f"score.{n}") for n in numbers)

    return row(range(6)), row(range(6, 11))


def as_text(chat: Chat, said: str, buttons: Rows = (), *, silent: bool = True) -> Part:
    return Part(kind="text", text=said, buttons=buttons, silent=silent, edit=chat.state.on)


def button(
    words: Words, name: str, style: Literal["", "success", "danger", "primary"] = "", action: str = ""
) -> Button:
    return Button(words(f"button-{name}"), action or name, style)


def column(words: Words, *actions: str) -> Rows:
    return tuple((button(words, action),) for action in actions)


def pairs(words: Words, *actions: str) -> Rows:
    return tuple(tuple(button(words, a) for a in actions[i : i + 2]) for i in range(0, len(actions), 2))


def w(words: Words, name: str, **args: str | int) -> str:
    return escape(words(name, **args))


def fold(text: str) -> str:
    return f"<blockquote expandable>{text}</blockquote>"


def bullets(items: Iterable[str]) -> str:
    return "\n".join(f"• {bold(item)}" for item in items)


def bold(text: str) -> str:
    """`**so**` becomes bold: the one mark-up that the safety texts may use."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text))

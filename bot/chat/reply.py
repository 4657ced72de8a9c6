"""A direct answer to one tap or word: it goes out after the commit, and is not durable. Touches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.guide.outcome import Everything, Page, RowHeld
from bot.guide.parts import Button
from bot.guide.progress import Chart

TOAST = 200
"""Characters that a toast may have (Bot API, answerCallbackQuery)."""


@dataclass(frozen=True, slots=True)
class File:
    """What comes with an answer, under its text."""

    name: str
    data: bytes
    kind: Literal["photo", "document"]


@dataclass(frozen=True, slots=True)
class Reply:
    """A direct answer to one tap or word. `query`: the tap to be answered, with this text as a toast if it is short."""

    chat: int
    text: str = ""
    query: str | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    instead_of: int | None = None
    """The message that it takes the place of: it stays in the chat, where a toast would be gone in two seconds."""
    page: bool = False
    """It is Telegram's HTML, and never a toast."""
    ask: str = ""
    """It is to be replied to; these words stand in the empty field."""
    brings: Chart | Everything | RowHeld | None = None
    """What is made for it right before it goes out (bringing.py)."""
    file: File | None = None

    @property
    def as_toast(self) -> bool:
        """True if the text fits on a toast and nothing stands under it."""
        stays = self.page or self.buttons or self.instead_of is not None
        return self.query is not None and len(self.text) <= TOAST and not stays


def turned(chat: int, page: Page, query: str | None = None, instead_of: int | None = None) -> Reply:
    """A page as a reply. A prompt never takes the place of a message: only a new one opens the field for it."""
    return Reply(chat, page.text, query, page.buttons, instead_of, page=True, ask=page.ask, brings=page.brings)

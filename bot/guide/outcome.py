"""What an event did: the chat after it, and what is answered at once. Pure; touches nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from bot.guide.chat import Chat
from bot.guide.parts import Rows

if TYPE_CHECKING:
    from bot.guide.progress import Chart


@dataclass(frozen=True, slots=True)
class Everything:
    """All that is kept about this person, as a file."""


@dataclass(frozen=True, slots=True)
class RowHeld:
    """One of the very rows that are held about this person; the text and buttons are made of it.

    By its table and key; where there is none such, the first of that table; else by its place among all.
    """

    at: int
    language: str
    table: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """A direct answer, not durable: words by id, as a toast on a tap or a message to a word."""

    words: str
    args: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page beside the session (settings, reminder, help …): a direct answer in the place of the tapped one.

    Its buttons have no rev and act whenever they are tapped. `text` is Telegram's HTML. `ask`: it is a prompt to be
    replied to, with these words in the empty field; a prompt has no buttons. `brings`: what the shell adds to it.
    """

    text: str
    buttons: Rows = ()
    ask: str = ""
    brings: Chart | Everything | RowHeld | None = None


class Outcome(NamedTuple):
    """What an event did: the chat after it (None: everything is to be erased), and what to answer at once."""

    chat: Chat | None
    say: Say | Page | None = None

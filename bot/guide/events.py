"""What can happen to a chat: what a person did, what delivery says, and time itself. Pure; touches nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.guide.code import Code
    from bot.guide.safety import Safety
    from bot.guide.words import Words

ALWAYS = frozenset({"hurts", "stop", "end", "forget"})
"""Never refused, whatever screen they come from."""
COMMANDS = frozenset({"start", "backpain", "sessions", "pause"})
"""Words that need no screen; all other words answer the screen that was shown before them."""
PAGES = ("remind", "progress", "settings", "help", "safety", "privacy", "export")
"""The commands that open a page beside the session, and change nothing in it."""
ACTS = ("backpain", "sessions", "pause", "resume", "again", "back", "skip", "stop", "forget", "start")
SLASH = (*ACTS[:2], *PAGES, *ACTS[2:])
"""The commands as Telegram's menu lists them (`start` is there without being listed)."""


@dataclass(frozen=True, slots=True)
class Do:
    """A button or a word that acts. `on`: the tapped message (None: a word). `id`: random, for the run it may begin."""

    action: str
    on: int | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """A page beside the session is opened, or something is chosen on it. `typed`: the reply to its prompt."""

    path: str
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Coded:
    """A printed code was opened; None: one that this bot does not know. `id`: random, for the run it may begin."""

    code: Code | None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Spoke:
    """Any other word: the screen is shown again, in case the chat was cleared."""


@dataclass(frozen=True, slots=True)
class Crisis:
    """Words of crisis, found anywhere in a message."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time itself: `wake_at(state)` has come. `update` is called with the time when it was due."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The screen is in the chat, its buttons on this message (None: the screen has none)."""

    message: int | None = None


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Delivery is in doubt once too often, or the screen was refused."""


@dataclass(frozen=True, slots=True)
class NoVoice:
    """The run goes on in text: the person forbids voice messages, or (not `forbidden`) a note could not be made."""

    forbidden: bool = True


@dataclass(frozen=True, slots=True)
class Gone:
    """This person blocked the bot, or is gone."""


Event = Do | Menu | Coded | Spoke | Crisis | Tick | Delivered | GaveUp | NoVoice | Gone


def read(
    text: str,
    words: Words,
    safety: Safety,
    id: str,  # noqa: A002 - the field's name
    prompt: str | None = None,
) -> Do | Menu | Spoke | Crisis:
    """What a typed message means. Words of crisis come first; command words count only as the whole message.

    `prompt`: what it replies to asked for something. "7" and "Berlin" answer that, "it hurts" and "stop" never do.
    """
    if words.in_crisis(text, safety.crisis_words):
        return Crisis()
    if text.startswith("/"):
        command = re.split(r"[\s@]", text[1:], maxsplit=1)[0].casefold()
        if command in PAGES:
            return Menu(command)
        return Do(command, id=id) if command in SLASH else Spoke()
    if (action := words.acts(text)) is not None:
        return Do(action, id=id)
    if prompt is not None:
        return Menu(prompt, text)
    if re.fullmatch(r"\s*(\d|10)\s*", text):
        return Do(f"score.{int(text)}", id=id)
    return Spoke()

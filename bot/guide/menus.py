"""Which page a menu's path leads to. Pure; touches nothing.

Pages stand beside the session: they act whenever they are tapped, and change what is known of a person, never where a
session stands. A path is `head.rest`; what no page knows (any more) is answered like any late tap.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.guide import about, choose, own, progress, remind, zone
from bot.guide.chat import Chat
from bot.guide.events import Menu
from bot.guide.library import Library
from bot.guide.outcome import Page, Say
from bot.guide.words import Words

Sheet = tuple[Chat, Say | Page]
HEADS: dict[str, Callable[[Chat, str, datetime, Library], Sheet]] = {
    "remind": remind.remind,
    "zone": zone.zone,
    "later": remind.later,
    "progress": progress.progress,
    "settings": choose.settings,
    "help": about.help_,
    "safety": about.safety,
    "privacy": about.privacy,
    "export": own.export,
    "rows": own.rows,
}
TYPED: dict[str, Callable[[Chat, str, datetime, Library], Sheet]] = {
    "ask-zone": zone.zone_typed,
    "ask-zone-only": zone.zone_only_typed,
    "ask-time": remind.time_typed,
}
"""By the words of a prompt: what its reply means."""


def menu(chat: Chat, menu: Menu, now: datetime, library: Library) -> Sheet:
    """The page, and the chat with what was chosen on it."""
    head, _, rest = menu.path.partition(".")
    if head in ("remind", "ask-time") and chat.person.zone is None:
        return zone.zone(chat, "", now, library)
    if menu.path in TYPED:
        return TYPED[menu.path](chat, menu.typed, now, library)
    if head in HEADS:
        return HEADS[head](chat, rest, now, library)
    return chat, Say("late-tap")


def prompt_in(text: str, words: Words) -> str | None:
    """The prompt that a message was, by its words; the message that is replied to is all that a prompt's state is."""
    return next((name for name in TYPED if text.endswith(words(name))), None)

"""The running bot's parts, for whoever has to look inside. Touches nothing by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.chat.alarm import Alarm
from bot.chat.delivery import Delivery
from bot.chat.polling import Polling
from bot.chat.reminding import Reminding
from bot.chat.turns import Turns
from bot.clock import Clock
from bot.guide.content import Content
from bot.guide.words import Words
from bot.media.shelf import Shelf
from bot.store.chats import Store


@dataclass(slots=True)
class Led:
    """What is led from now on. Plans that are under way keep what they were made of, so this may be exchanged."""

    content: Content
    words: Mapping[str, Words]
    """The interface's words by language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The running bot's parts."""

    led: Led
    store: Store
    shelf: Shelf
    clock: Clock
    turns: Turns
    delivery: Delivery
    reminding: Reminding
    alarm: Alarm
    polling: Polling
    watchers: list[Callable[[], None]]
    """Called after each commit that changed a chat."""

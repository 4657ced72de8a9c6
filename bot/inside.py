"""What the local chat's workshop may see of the bot behind it, and do with it. Touches the running bot's parts.

The local chat imports nothing of ours, so it knows this class by a protocol alone (bot/localchat/inside.py).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot.chat.alarm import earliest
from bot.chat.turns import due_of
from bot.desk import Desk
from bot.guide.outline import outline
from bot.parts import Parts
from bot.store.held import ABOUT_NOBODY


class Inside:
    """The inside of the bot that runs now; between two runs of it there is none."""

    def __init__(self, changed: Callable[[], None], desk: Desk) -> None:
        """`changed` is called whenever something may have changed in the bot. `desk`: what authors have of the content;
        it goes on over restarts of the bot."""
        self._changed, self.desk = changed, desk
        self._parts: Parts | None = None
        self._looking = asyncio.Lock()
        self.asked = asyncio.Event()
        """It was asked to start anew: whoever runs the bot waits for this."""

    def begin(self, parts: Parts) -> None:
        """The bot runs."""
        self._parts = parts
        self.desk.shelf = parts.shelf
        parts.watchers.append(self._changed)
        self._changed()

    async def end(self) -> None:
        """It is about to stop: nobody looks into it any more, and who does so now is waited for."""
        self._parts = None
        self.desk.shelf = None
        async with self._looking:
            self._changed()

    def restart(self) -> None:
        """Have the bot stop and start again, as after a crash: what it keeps is in the database."""
        self.asked.set()

    async def next_event(self) -> tuple[int, float] | None:
        """(person, virtual unix seconds) of the earliest thing that time itself will bring in any chat: what a state
        waits for, or a reminder."""
        async with self._looking:
            if (parts := self._parts) is None:
                return None
            first = await parts.store.due(math.inf, 1), await parts.store.reminders_due(math.inf, 1)
            rows = [await parts.store.peek(chat, parts.clock.now()) for chats in first for chat in chats]
        known = [(row.id, due) for row in rows if row and (due := earliest(due_of(row), row.remind_at)) is not None]
        return min(known, key=lambda one: one[1], default=None)

    async def at_rest(self) -> bool:
        """Nothing is due, and nothing waits to be shown."""
        async with self._looking:
            if (parts := self._parts) is None:
                return True
            now = parts.clock.now().timestamp()
            due = await parts.store.due(now, 1) or await parts.store.reminders_due(now, 1)
            return await parts.store.next_send() is None and not due

    async def held(self, person: int) -> dict[str, Any] | None:
        """All that is kept about a person, opened, as JSON; None: nobody runs that could tell."""
        async with self._looking:
            if self._parts is None:
                return None
            tables = [asdict(table) for table in await self._parts.store.held(person)]
        return {"tables": _plain(tables), "about_nobody": dict(ABOUT_NOBODY)}

    async def outline(self, person: int) -> dict[str, Any] | None:
        """What is led now, step by step, and what could be, as JSON; None: nobody runs that could tell."""
        async with self._looking:
            if (parts := self._parts) is None:
                return None
            now = parts.clock.now()
            row = await parts.store.peek(person, now)
        content = parts.led.content
        chat = None if row is None else row.chat
        spoken = content.languages.get(chat.person.language, content) if chat else content
        told: dict[str, Any] = _plain(asdict(outline(chat, spoken, now)))
        return told


def _plain(value: Any) -> Any:
    """As JSON can hold it: times in ISO 8601."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
    return value

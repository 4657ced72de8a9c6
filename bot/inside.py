"""What the local chat's workshop may see of the bot behind it, and do with it. Touches the running bot's parts.

The local chat imports nothing of ours, so it knows this class by a protocol alone (bot/localchat/workshop.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot.guide.outline import outline
from bot.parts import Parts
from bot.store.held import ABOUT_NOBODY


class Inside:
    """The inside of the bot that runs now; between two runs of it there is none."""

    def __init__(self) -> None:
        self._parts: Parts | None = None
        self._again: Callable[[], None] = lambda: None

    def begin(self, parts: Parts, again: Callable[[], None]) -> None:
        """The bot runs. `again` ends it, so that it starts anew."""
        self._parts, self._again = parts, again

    def end(self) -> None:
        """It does not run any more."""
        self._parts, self._again = None, lambda: None

    def restart(self) -> None:
        """Have the bot stop and start again, as after a crash: what it keeps is in the database."""
        self._again()

    async def held(self, person: int) -> dict[str, Any] | None:
        """All that is kept about a person, opened, as JSON; None: nobody runs that could tell."""
        if self._parts is None:
            return None
        tables = [asdict(table) for table in await self._parts.store.held(person)]
        return {"tables": _plain(tables), "about_nobody": dict(ABOUT_NOBODY)}

    async def outline(self, person: int) -> dict[str, Any] | None:
        """What is led now, step by step, and what could be, as JSON; None: nobody runs that could tell."""
        parts = self._parts
        if parts is None:
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

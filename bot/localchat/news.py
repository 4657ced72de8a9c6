"""What open pages are told, and waking whoever waits for something new. Touches nothing."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from dataclasses import dataclass
from typing import Any

MOST_EVENTS = 2_000
"""Events kept for a page that comes back after a broken connection; an older page is told everything anew."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something a page is told. `chat` None: every page."""

    number: int
    chat: int | None
    kind: str
    data: Any


class News:
    """The newest events, numbered, and a bell. `epoch` tells one run of the server from another."""

    def __init__(self) -> None:
        self.epoch = secrets.token_hex(4)
        self.events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self.last = 0
        self.posted: dict[str, Any] = {}
        """What holds until the next of its kind: a page that opens later is told as well."""
        self._bell = asyncio.Event()

    def tell(self, chat: int | None, kind: str, data: Any) -> None:
        """Tell the pages of a chat, or all of them."""
        self.last += 1
        self.events.append(Event(self.last, chat, kind, data))
        self.ring()

    def post(self, kind: str, data: Any) -> None:
        """Tell all pages what holds from now on, unless it held before."""
        if kind not in self.posted or self.posted[kind] != data:
            self.posted[kind] = data
            self.tell(None, kind, data)

    def ring(self) -> None:
        """Wake whoever waits for something new."""
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    async def wait(self, within: float) -> bool:
        """Wait until something is new; False after `within` seconds (real)."""
        try:
            async with asyncio.timeout(within):  # in 3.11 wait_for swallows a cancellation that comes with the bell
                await self._bell.wait()
        except TimeoutError:
            return False
        return True

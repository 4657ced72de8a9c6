"""A real store on a file of its own, rows in it, and a bot against the local chat that speaks in text only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import structlog

from bot.localchat import Clock, LocalTelegram
from bot.store.chats import Store, open_store
from bot.store.secrets import find_keys
from tests.conversations.conftest import TOKEN, House

BUSY = 0.02
"""Seconds (real) the store waits for another program that holds its database."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(None, find_keys(None, tmp_path), tmp_path, busy=BUSY)
    yield opened
    await opened.close()


@dataclass
class Told:
    """What was logged."""

    lines: list[dict[str, object]] = field(default_factory=list)

    def having(self, event: str) -> list[dict[str, object]]:
        """Lines of this event."""
        return [line for line in self.lines if line["event"] == event]


@pytest.fixture
def told() -> Iterator[Told]:
    with structlog.testing.capture_logs() as lines:
        yield Told(lines)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[House]:
    """The whole bot without a voice, running against the local chat."""
    clock = Clock()
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=clock)
    house = House(tmp_path, telegram, clock, engine=None)
    try:
        async with house.running():
            yield house
    finally:
        await telegram.close()

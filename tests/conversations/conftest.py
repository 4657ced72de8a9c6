"""The whole bot against the local chat's server, in one process: both databases, real notes, real Bot API."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from bot import app
from bot.chat.messenger import TIMEOUT, Me, Messenger
from bot.clock import PacedClock
from bot.guide.chat import Chat
from bot.localchat import Clock, LocalTelegram, Message, create_app
from bot.media.shelf import Shelf
from bot.parts import Led, Parts
from bot.settings import Settings
from bot.store.database import Before
from tests.notes import CONTENT, Hum, content_of
from tests.places import Place

TOKEN = "1:a-token-of-the-local-chat"
YOU = 1001


@dataclass
class House:
    """The bot and its world; it can be killed and started again."""

    home: Path
    telegram: LocalTelegram
    clock: Clock
    set_by: list[float] = field(default_factory=list)
    """Seconds by which the system's clock was set: nobody tells that to who waits for it."""
    content: Path = CONTENT
    engine: type[Hum] | None = Hum
    settings: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    parts: Parts | None = None
    before: Before | None = None
    """Called at the database's calls (bot/store/database.py)."""
    address: str = ""
    """Of a Bot API server on a real socket; without one the local chat's is reached in this process."""
    timeout: float = TIMEOUT
    """Seconds (real) that a request may take."""
    database: str = ""
    """Its address; without one a file in the home."""
    you: int = YOU
    """The person who writes and taps."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[House]:
        """The bot runs as long as this lasts."""
        chosen = {"EASEBACK_DATA_DIR": str(self.home), "EASEBACK_DATABASE_URL": self.database, **self.settings}
        settings = Settings.load(chosen, None)
        led = Led(*app.read_content(self.content))
        transport = None if self.address else httpx.ASGITransport(app=create_app(self.telegram))
        messenger = Messenger(TOKEN, self.address or "http://127.0.0.1", transport, timeout=self.timeout)
        stop = asyncio.Event()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(messenger.close)
            me = await messenger.me()
            assert isinstance(me, Me)
            shelf = Shelf(self.home / "notes", Hum)
            voices = {"en": Hum.name} if self.engine else {}
            built = app.running(
                settings,
                self.home,
                led,
                PacedClock(self.clock),
                messenger,
                me,
                shelf,
                voices,
                self.told.append,
                self.before,
            )
            self.parts = await stack.enter_async_context(built)
            loops = asyncio.create_task(app.until((stop,), self.parts))
            try:
                yield self
            finally:
                stop.set()
                await loops

    # what the person does and sees
    async def say(self, text: str) -> None:
        await self.telegram.say(self.you, text)

    async def tap(self, label: str, on: Message | None = None) -> str:
        """Tap the button with this label on the newest message that has it; gives the toast."""
        if label == "Done":
            await asyncio.sleep(0.9)  # nobody is done sooner: that would be a double tap
        message = on or next(
            m for m in reversed(self.messages) if any(label in b.text for row in m.buttons for b in row)
        )
        data = next(b.data for row in message.buttons for b in row if label in b.text)
        tap = await self.telegram.tap(self.you, message.id, data)
        return (await tap.answered(15)).text

    @property
    def messages(self) -> list[Message]:
        return self.telegram.messages(self.you)

    @property
    def last(self) -> Message:
        return self.messages[-1]

    async def sees(self, *words: str, within: float = 15.0) -> Message:
        """Wait until the newest message of the bot holds these words."""

        async def look() -> Message:
            while True:
                if self.messages and all(word in self.last.text for word in words):
                    return self.last
                await asyncio.sleep(0.01)

        try:
            return await asyncio.wait_for(look(), within)
        except TimeoutError:
            seen = "\n---\n".join(m.text for m in self.messages[-4:])
            raise AssertionError(f"{words} were not seen; the last messages are:\n{seen}") from None

    async def sees_after(self, message: int | None, *words: str) -> Message:
        """The same in a message that comes after that one."""
        seen = await self.sees(*words)
        while message is not None and seen.id <= message:
            await asyncio.sleep(0.01)
            seen = await self.sees(*words)
        return seen

    async def quiet(self, within: float = 15.0) -> None:
        """Wait until everything that must be shown is shown, and old buttons are gone."""
        assert self.parts is not None

        async def settled() -> None:
            assert self.parts is not None
            while True:
                row = await self.parts.store.peek(self.you, self.clock.now())
                if row is None or (row.send_at is None and not row.dead):
                    return
                await asyncio.sleep(0.01)

        await asyncio.wait_for(settled(), within)

    async def tap_when(self, words: str, label: str) -> str:
        """Wait until the newest message holds these words, and tap its button."""
        return await self.tap(label, await self.sees(words))

    async def chat(self) -> Chat:
        """The chat as it is stored."""
        assert self.parts is not None
        row = await self.parts.store.peek(self.you, self.clock.now())
        assert row is not None
        return row.chat


@asynccontextmanager
async def new_house(place: Place, full_shelf: Path) -> AsyncIterator[House]:
    """A house with every note made, not running yet."""
    home = place.folder
    home.mkdir()
    shutil.copytree(full_shelf, home / "notes", copy_function=os.link)
    set_by: list[float] = []
    clock = Clock(real=lambda: time.time() + sum(set_by))
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=clock)
    try:
        yield House(home, telegram, clock, set_by, content_of(full_shelf), database=place.url or "")
    finally:
        await telegram.close()


@pytest.fixture
async def house(place: Place, full_shelf: Path) -> AsyncIterator[House]:
    """The house with every note made, not running yet; its data in a SQLite file and on PostgreSQL."""
    async with new_house(place, full_shelf) as built:
        yield built


@pytest.fixture
async def bot(house: House) -> AsyncIterator[House]:
    """The house, running."""
    async with house.running():
        yield house

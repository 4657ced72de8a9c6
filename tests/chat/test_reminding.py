"""Reminders in bad times: what befalls one chat is no other's, and what was surely not sent is not lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.chat.messenger import Left, Messenger
from bot.chat.rate import Rate
from bot.chat.reminding import LEFT_ALONE, Reminding
from bot.chat.turns import Turns
from bot.clock import SystemClock
from bot.guide.chat import Chat
from bot.guide.reminders import Reminder
from bot.localchat import Clock, Fault, LocalTelegram, create_app, flood, refuse
from bot.store.chats import Store, open_store
from bot.store.rows import Row
from bot.store.secrets import find_keys
from tests.chat.conftest import Told
from tests.conversations.conftest import TOKEN
from tests.faults.every_call import Driver
from tests.proof.field import real

ANNA, BORIS = 1001, 1002
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


class HandClock(SystemClock):
    """Noon, and time passes only while somebody sleeps: then at once."""

    def __init__(self) -> None:
        self.passed = 0.0
        super().__init__(wall=lambda: NOON.timestamp() + self.passed, steady=lambda: self.passed)

    async def sleep(self, seconds: float) -> None:
        self.passed += max(seconds, 0.0)
        await asyncio.sleep(0)


class Way(httpx.AsyncBaseTransport):
    """The way to the local chat; `before` is asked about each request, and may refuse the connection."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._way = httpx.ASGITransport(app=create_app(telegram))
        self.before: Callable[[], Awaitable[None]] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.before is not None:
            await self.before()
        return await self._way.handle_async_request(request)


@dataclass
class Desk:
    """Some people whose reminder is due, and who sends it."""

    telegram: LocalTelegram
    way: Way
    store: Store
    driver: Driver
    clock: HandClock
    turns: Turns
    rate: Rate
    reminding: Reminding

    async def due(self, *chats: int) -> None:
        """These have a reminder that was due a minute ago."""
        for chat in chats:
            await self.telegram.say(chat, "/start")
        async with self.store.transaction() as tx:
            for chat in chats:
                new = Chat.new("en", NOON)
                reminder = Reminder(at=time(11, 59), zone="Etc/UTC")
                new = replace(new, person=replace(new.person, zone="Etc/UTC"), reminder=reminder)
                await tx.save(Row(id=chat, chat=new, rev=1, remind_at=NOON.timestamp() - 60), None)

    def sent(self, chat: int) -> int:
        """How many came to a chat."""
        return sum(message.by_bot for message in self.telegram.messages(chat))

    async def row(self, chat: int) -> Row:
        row = await self.store.peek(chat, self.clock.now())
        assert row is not None
        return row

    def refuse(self, chat: int, fault: Fault) -> None:
        """What happens to the next message to a chat."""
        left = [fault]

        async def once(method: str, told: Mapping[str, Any]) -> Fault | None:
            return left.pop() if method == "sendMessage" and int(told["chat_id"]) == chat and left else None

        self.telegram.fault = once


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    telegram, clock, driver = LocalTelegram(":memory:", token=TOKEN, clock=Clock()), HandClock(), Driver()
    way, rate = Way(telegram), Rate(1000, clock)
    store = await open_store(None, find_keys(None, tmp_path), tmp_path, before=driver)
    messenger = Messenger(TOKEN, "http://127.0.0.1", way, timeout=2)
    turns = Turns(store, clock, real, lambda _: None)
    reminding = Reminding(store, messenger, turns, clock, real, rate, lambda _: None)
    yield Desk(telegram, way, store, driver, clock, turns, rate, reminding)
    await messenger.close()
    await store.close()
    await telegram.close()


async def test_a_429_for_one_chat_holds_that_one_alone(desk: Desk) -> None:
    everybody = range(ANNA, ANNA + 30)
    await desk.due(*everybody)
    desk.refuse(ANNA, flood(1800))
    desk.rate.refused(BORIS, 1800)  # a step's message met one
    while await desk.reminding.once():
        pass
    assert [chat for chat in everybody if not desk.sent(chat)] == [ANNA, BORIS]
    assert desk.clock.passed < 10
    desk.clock.passed += 2000
    while await desk.reminding.once():
        pass
    assert {desk.sent(chat) for chat in everybody} == {1}, "each once, within its ninety minutes"


async def test_who_is_held_is_asked_about_again_by_itself(desk: Desk) -> None:
    await desk.due(ANNA)
    desk.rate.refused(ANNA, 0.2)
    desk.clock.passed = 0.0
    running = asyncio.create_task(desk.reminding.run())
    desk.reminding.wake()
    await asyncio.sleep(0.05)
    assert not desk.sent(ANNA)
    desk.clock.passed = 1.0
    await desk.telegram.until(lambda: desk.sent(ANNA) == 1)
    running.cancel()
    await asyncio.wait([running])


async def test_who_blocks_us_while_it_is_sent_is_done_with(desk: Desk) -> None:
    await desk.due(ANNA)
    asked = 0

    async def blocks() -> None:
        nonlocal asked
        asked += 1
        await desk.turns.take(Left(update=7, chat=ANNA))
        raise httpx.ConnectError("no network")

    desk.way.before = blocks
    while await desk.reminding.once():
        assert asked < 5, "without end"
    assert asked == 1
    assert (await desk.row(ANNA)).remind_at is None


async def test_that_nothing_was_sent_is_noted_as_soon_as_the_store_takes_it(desk: Desk) -> None:
    await desk.due(ANNA)

    async def fails() -> None:
        desk.way.before = None
        desk.driver.arm(1, "SQLITE_FULL", lasts=0.2)
        raise httpx.ConnectError("no network")

    desk.way.before = fails
    await desk.reminding.once()
    assert desk.driver.failed
    while await desk.reminding.once():
        pass
    assert desk.sent(ANNA) == 1


async def test_a_mistake_of_ours_with_one_chat_is_no_other_ones_and_not_for_ever(desk: Desk, told: Told) -> None:
    await desk.due(ANNA, BORIS)
    claim = desk.reminding.claim

    async def breaks(chat: int) -> object:
        return {}[chat] if chat == ANNA else await claim(chat)

    desk.reminding.claim = breaks  # type: ignore[method-assign]
    while await desk.reminding.once():
        pass
    assert len(told.having("a reminder failed")) == desk.sent(BORIS) == 1
    desk.reminding.claim = claim  # type: ignore[method-assign]
    assert not await desk.reminding.once(), "left alone"
    desk.clock.passed += LEFT_ALONE + 1
    assert await desk.reminding.once()
    assert desk.sent(ANNA) == 1


async def test_what_telegram_refuses_by_a_mistake_of_ours_is_logged(desk: Desk, told: Told) -> None:
    await desk.due(ANNA)
    desk.refuse(ANNA, refuse(400, "Bad Request: can't parse entities"))
    await desk.reminding.once()
    assert [line["why"] for line in told.having("Telegram refused a reminder")] == ["Can't parse entities"]

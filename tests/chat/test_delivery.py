"""Delivery in bad times: what must be shown waits for nothing that can wait. In text, against the local chat."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot import app
from bot.chat.delivery import CLEAN_AGAIN, CLEANERS, Delivery, Job
from bot.chat.messenger import Kind, Messenger
from bot.chat.rate import Rate
from bot.clock import SystemClock
from bot.guide.chat import Chat
from bot.guide.library import Library
from bot.guide.parts import Part
from bot.localchat import Clock, Fault, LocalTelegram, broken, create_app, flood, hang
from bot.store.chats import Store
from bot.store.rows import Row
from tests.chat.conftest import Told
from tests.conversations.conftest import TOKEN, YOU, House
from tests.conversations.test_first_session import to_settle

STRIP = "editMessageReplyMarkup"


@contextmanager
def queries() -> Iterator[Counter[str]]:
    """Counts what is asked of the database."""
    count: Counter[str] = Counter()

    def asked(_: object, __: object, statement: str, *___: object) -> None:
        count[statement.split(maxsplit=1)[0]] += 1

    event.listen(Engine, "before_cursor_execute", asked)
    try:
        yield count
    finally:
        event.remove(Engine, "before_cursor_execute", asked)


async def to_breathe(bot: House) -> None:
    await to_settle(bot)
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")


# ── the store ─────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_a_store_that_fails_for_a_moment_ends_nothing(bot: House, told: Told) -> None:
    await to_breathe(bot)
    await bot.quiet()
    assert bot.parts is not None
    with closing(sqlite3.connect(bot.home / "easeback.db")) as database:
        database.execute("ALTER TABLE chats RENAME TO elsewhere")
        bot.parts.delivery.wake()
        await asyncio.sleep(0.2)
        database.execute("ALTER TABLE elsewhere RENAME TO chats")
    assert [line["error"] for line in told.having("what must be shown can't be looked up")] == ["StoreFailed"]
    await bot.tap("It hurts")
    await bot.sees("Ease out")


async def test_a_chat_is_not_punished_for_a_store_that_fails(bot: House, told: Told) -> None:
    await to_breathe(bot)
    await bot.quiet()
    assert bot.parts is not None
    with closing(sqlite3.connect(bot.home / "easeback.db")) as database:
        async with bot.parts.store.transaction() as tx:  # as if the screen were asked for just before the store fails
            row = await tx.load(YOU, bot.clock.now())
            assert row is not None
            row.chat = replace(row.chat, state=replace(row.chat.state, seen=None))
            row.rev, row.send_at = row.rev + 1, time.time()
            await tx.save(row, None)
        database.execute("ALTER TABLE people RENAME TO elsewhere")
        bot.parts.delivery.wake()
        await asyncio.sleep(0.3)
        database.execute("ALTER TABLE elsewhere RENAME TO people")
    assert [line["error"] for line in told.having("the store failed a delivery")] == ["StoreFailed"]
    await bot.quiet(within=3)
    assert (await bot.chat()).state.seen is not None


# ── old buttons ───────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_it_hurts_waits_for_no_old_button(bot: House) -> None:
    async def fault(method: str, _: object) -> Fault | None:
        eased_out = any("Ease out" in message.text for message in bot.messages)
        return hang(6, after=False) if method == STRIP and not eased_out else None

    bot.telegram.fault = fault
    calls = bot.telegram.record()
    await to_breathe(bot)
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await bot.tap("It hurts")
    await bot.sees("Ease out")
    assert time.monotonic() - began < 3
    await bot.quiet()
    assert [m.id for m in bot.messages if m.buttons] == [bot.last.id], "its old buttons went all the same"
    assert calls


async def test_there_are_never_two_cleaners_in_a_chat(bot: House) -> None:
    under_way, most = 0, 0

    async def slow(method: str, _: object) -> Fault | None:
        nonlocal under_way, most
        if method == STRIP:
            under_way += 1
            most = max(most, under_way)
            try:
                await asyncio.sleep(0.2)
            finally:
                under_way -= 1
        return None

    bot.telegram.fault = slow
    await to_breathe(bot)
    for _ in range(6):
        await bot.say("hello?")
        await asyncio.sleep(0.15)
    await bot.quiet(within=15)
    assert most == 1
    assert [m.id for m in bot.messages if m.buttons] == [bot.last.id]


class LaterClock(SystemClock):
    """The system's time, which can be put ahead."""

    ahead = 0.0

    def real(self) -> float:
        return super().real() + self.ahead


@asynccontextmanager
async def cleaning(
    store: Store, clock: SystemClock, fault: Any, chats: range
) -> AsyncIterator[tuple[Delivery, LocalTelegram]]:
    """A delivery at work, for chats with a message each that must lose its buttons."""
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    messenger = Messenger(TOKEN, "http://127.0.0.1", httpx.ASGITransport(app=create_app(telegram)))
    async with store.transaction() as tx:
        for chat in chats:
            await telegram.say(chat, "hello")
            sent = await messenger.say(chat, "old")
            assert sent
            row = Row(id=chat, chat=Chat.new("en", datetime.now(UTC)), rev=1, dead=[(2, "strip")])
            await tx.save(row, None)
    telegram.fault = fault

    def library() -> Library:
        raise AssertionError("taking buttons away needs none")

    async def no_note(_: str) -> Path | None:
        return None

    delivery = Delivery(store, messenger, no_note, clock, library, Rate(1000, clock), lambda _: None)
    running = asyncio.create_task(delivery.run())
    try:
        yield delivery, telegram
    finally:
        running.cancel()
        await asyncio.wait([running])
        await messenger.close()
        await telegram.close()


async def test_what_can_not_be_cleaned_now_is_tried_again_later_and_remembered_no_longer(store: Store) -> None:
    clock, tries = LaterClock(), Counter[str]()

    async def fault(method: str, _: object) -> Fault | None:
        tries[method] += 1
        return broken(after=False)

    async with cleaning(store, clock, fault, range(1, 31)) as (delivery, telegram):
        await telegram.until(lambda: tries[STRIP] == 30)
        await asyncio.sleep(0.3)
        assert tries[STRIP] == 30, "and those at the front of the query hide nobody"
        async with store.transaction() as tx:
            await tx.erase(1, 2, 0.0)  # who is forgotten is forgotten here, too
        telegram.fault = None
        clock.ahead = CLEAN_AGAIN + 1
        delivery.wake()
        for _ in range(100):
            if not await store.to_clean(1):
                break
            await asyncio.sleep(0.02)
        assert not await store.to_clean(1)
        delivery.wake()
        await asyncio.sleep(0.1)
        assert not delivery._rest


async def test_few_clean_at_once(store: Store) -> None:
    under_way: set[str] = set()

    async def fault(_: str, parameters: Mapping[str, Any]) -> Fault | None:
        under_way.add(str(parameters["chat_id"]))
        return hang(5, after=False)

    async with cleaning(store, LaterClock(), fault, range(1, 31)):
        with queries() as count:
            await asyncio.sleep(0.5)
        assert len(under_way) == CLEANERS
        assert count.total() < 60


# ── rates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_edits_spend_no_messages(bot: House) -> None:
    await to_breathe(bot)
    began = time.monotonic()
    for _ in range(4):
        await bot.tap("More")
        await bot.quiet()
        await bot.tap("Less")
        await bot.quiet()
    await bot.tap("It hurts")
    await bot.sees("Ease out")
    assert time.monotonic() - began < 3


async def test_a_screen_that_moved_on_before_it_was_sent_spends_no_messages(bot: House) -> None:
    await to_breathe(bot)
    await bot.quiet()
    assert bot.parts is not None
    row = await bot.parts.store.peek(YOU, bot.clock.now())
    assert row is not None
    part = Part(kind="text", text="It was wanted a moment ago.")
    old = Job(YOU, row.rev - 1, row.chat.state.at, row.claim, part, last=True, again=False, file_id=None)
    began = time.monotonic()
    for _ in range(20):
        assert (await bot.parts.delivery._send(old)).kind is Kind.NOT_SENT
    await bot.tap("It hurts")
    await bot.sees("Ease out")
    assert time.monotonic() - began < 8, "20 messages in a chat would take 16 seconds"


async def test_a_429_holds_the_chat_whatever_happens_in_it(bot: House) -> None:
    sends: list[float] = []

    async def fault(method: str, _: object) -> Fault | None:
        if method != "sendMessage":
            return None
        sends.append(time.monotonic())
        return flood(3) if len(sends) == 1 else None

    await to_breathe(bot)
    await bot.quiet()
    bot.telegram.fault = fault
    shown = bot.last
    for _ in range(2):
        await bot.tap("It hurts", on=shown)  # each time a new screen, wanted now
        await asyncio.sleep(app.TWICE + 0.2)
    await bot.telegram.until(lambda: len(sends) > 1)
    assert 3 < sends[1] - sends[0] < 4.5
    await bot.quiet()
    assert len(sends) == 2
    assert "Ease out" in bot.last.text


# ── no busy loop ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("how", [hang(8, after=False), flood(20)])
async def test_while_a_chat_hangs_or_is_held_the_database_has_peace(bot: House, how: Fault) -> None:
    async def fault(method: str, _: object) -> Fault | None:
        return how if method == "sendMessage" else None

    await to_breathe(bot)
    await bot.quiet()
    bot.telegram.fault = fault
    await bot.tap("Done")
    await asyncio.sleep(1.5)  # its turn in this chat has come
    with queries() as count:
        await asyncio.sleep(2)
    assert count.total() <= 3, count
    await bot.tap("It hurts")
    await asyncio.sleep(0.2)
    with queries() as count:
        await asyncio.sleep(2)
    assert count.total() <= 3, count

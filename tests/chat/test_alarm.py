"""The alarm lives: whatever a tick does, nobody else's time is missed. Real store, real scheduler, real seconds."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.chat.alarm import Alarm
from bot.chat.turns import due_of
from bot.clock import SystemClock
from bot.guide.chat import Chat, Notice
from bot.guide.player import wake_at
from bot.store.chats import Store
from bot.store.rows import Row
from tests.chat.conftest import Told


async def set_due(store: Store, *chats: int, after: float) -> float:
    """Chats, made if new, whose time comes after so many seconds; when that is."""
    now = datetime.now(UTC)
    due = now + timedelta(seconds=after)
    patience = (wake_at(Notice(at=due)) or due) - due
    async with store.transaction() as tx:
        for chat in chats:
            row = await tx.load(chat, now) or Row(id=chat, chat=Chat.new("en", now), rev=1)
            row.chat = replace(row.chat, state=Notice(at=due - patience))
            await tx.save(row, due_of(row))
    return due.timestamp()


@asynccontextmanager
async def ringing(alarm: Alarm) -> AsyncIterator[None]:
    await alarm.start()
    try:
        yield
    finally:
        alarm.stop()
        await asyncio.sleep(0.05)  # what was cut off lets go of the store


async def test_many_chats_and_slow_ticks_and_it_still_rings(store: Store) -> None:
    ticked: Counter[int] = Counter()

    async def slow(chat: int) -> None:
        # What is saved now is due before this ring is over: it is noticed while the alarm still rings.
        await asyncio.sleep(0.01)
        alarm.notice(await set_due(store, chat, after=0.02 + chat / 100))
        ticked[chat] += 1

    await set_due(store, *range(1, 6), after=0.05)
    alarm = Alarm(store, SystemClock(), slow, lambda: None)
    async with ringing(alarm):
        for _ in range(2):
            await asyncio.sleep(0.4)
            before = ticked.copy()
            for _ in range(200):  # a timer that died would stay dead
                if not (still := [chat for chat in range(1, 6) if ticked[chat] == before[chat]]):
                    break
                await asyncio.sleep(0.05)
            assert not still, "somebody's timer died"


async def test_an_earlier_time_noticed_while_it_rings_is_kept(store: Store) -> None:
    ticked = asyncio.Event()

    async def tick(chat: int) -> None:
        if chat == 1:
            await set_due(store, 1, after=3600)
            await asyncio.sleep(0.1)
            alarm.notice(await set_due(store, 2, after=0.3))
            await asyncio.sleep(0.5)
        else:
            await set_due(store, 2, after=3600)
            ticked.set()

    await set_due(store, 1, after=0.1)
    alarm = Alarm(store, SystemClock(), tick, lambda: None)
    async with ringing(alarm):
        await asyncio.wait_for(ticked.wait(), 2)


async def test_one_whose_tick_fails_is_left_alone_and_all_others_come_in_time(store: Store, told: Told) -> None:
    ticked: Counter[int] = Counter()
    late: list[float] = []
    due: dict[int, float] = {}

    async def tick(chat: int) -> None:
        ticked[chat] += 1
        if chat == 1:
            raise KeyError("what a person wrote")
        if chat in due:
            late.append(datetime.now(UTC).timestamp() - due[chat])
        due[chat] = await set_due(store, chat, after=0.3)

    await set_due(store, 1, after=-10)  # the longest due: first in every query
    await set_due(store, 2, 3, after=0)
    async with ringing(
        Alarm(store, SystemClock(), tick, lambda: None)
    ):  # nobody notices anything: the store alone says when
        await asyncio.sleep(2)
    assert ticked[1] == 1, "30 s of peace for it and for the log"
    assert 5 <= ticked[2] <= 7
    assert 5 <= ticked[3] <= 7
    assert max(late) < 0.2
    assert [line["error"] for line in told.having("a chat could not be ticked")] == ["KeyError"]
    assert "what a person wrote" not in str(told.lines)


async def test_what_is_due_by_a_clock_that_was_put_on_comes_though_the_timer_sleeps(store: Store, told: Told) -> None:
    ticked, slept = asyncio.Event(), [0.0]

    async def tick(chat: int) -> None:
        await set_due(store, chat, after=10_000)
        ticked.set()

    await set_due(store, 1, after=3600)
    async with ringing(Alarm(store, SystemClock(wall=lambda: time.time() + sum(slept)), tick, lambda: None)):
        await asyncio.sleep(0.2)
        slept.append(3600)  # a lid was closed
        await asyncio.wait_for(ticked.wait(), 2)
    assert [line["by"] for line in told.having("the clock was set")] == [3600]


async def test_a_store_that_fails_is_nobodys_fault(store: Store, tmp_path: Path, told: Told) -> None:
    ticked = asyncio.Event()

    async def tick(chat: int) -> None:
        await set_due(store, chat, after=3600)
        ticked.set()

    await set_due(store, 1, after=0)
    with closing(sqlite3.connect(tmp_path / "easeback.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        alarm = Alarm(store, SystemClock(), tick, lambda: None)
        async with ringing(alarm):
            assert not ticked.is_set()
            other.execute("ROLLBACK")
            await alarm.ring()
            assert ticked.is_set(), "it was left alone as if it were its own fault"
    assert [line["error"] for line in told.having("the alarm could not ring")] == ["Locked"]

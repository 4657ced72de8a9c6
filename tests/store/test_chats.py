"""What was saved comes back; one transaction is one truth; the queries that run all the time go by an index."""

from __future__ import annotations

import asyncio
import re
import threading
from dataclasses import replace

import pytest
from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite

from bot.guide.chat import Chat, Idle, Paused
from bot.guide.replan import more_quiet
from bot.store import chats, rows
from bot.store.chats import Store
from bot.store.database import READERS
from bot.store.rows import Row
from bot.store.tidy import DAY, ERASED_FOR, SEEN_FOR
from tests.places import OnFile, Place
from tests.store.someone import ANNA, BORIS, CHAT, NOW, PERSON, PLAN, kept, row_of


async def revs(store: Store, *ids: int) -> list[int | None]:
    rows = [await store.peek(chat, NOW) for chat in ids]
    return [row.rev if row else None for row in rows]


async def test_a_row_comes_back_as_it_was_saved(store: Store) -> None:
    row = row_of(
        ANNA, rev=1_773_477_000_123, send_at=1.25, sending=6, claim=3, part=1, doubts=1, live=[40, 41], heard=39
    )
    row.dead = [(38, "strip"), (37, "delete")]
    await kept(store, row)
    async with store.transaction() as tx:
        assert await tx.load(ANNA, NOW) == row
    assert await store.peek(ANNA, NOW) == row


async def test_somebody_new_and_a_chat_that_nobody_has(store: Store) -> None:
    new = Row(id=ANNA, chat=Chat.new("de", NOW), rev=1)
    await kept(store, new)
    assert await store.peek(ANNA, NOW) == new
    assert await store.peek(BORIS, NOW) is None
    async with store.transaction() as tx:
        assert await tx.load(BORIS, NOW) is None


async def test_what_changes_is_kept_and_what_ends_goes(store: Store, place: Place) -> None:
    await kept(store, row_of(ANNA, send_at=2.0, dead=[(1, "strip")]))

    async def change(chat: Chat) -> None:
        async with store.transaction() as tx:
            row = await tx.load(ANNA, NOW)
            assert row is not None
            old = row.chat.kept if chat.person.keeps else ()
            row.chat, row.send_at, row.dead, row.rev = replace(chat, kept=old), None, [], row.rev + 1
            row.remind_at = 1.0 if chat.reminder else None
            await tx.save(row, None)
            row.rev += 1
            await tx.save(row, None)
        assert await store.peek(ANNA, NOW) == row

    assert CHAT.run is not None
    await change(replace(CHAT, run=replace(CHAT.run, plan=more_quiet(PLAN, 1, "Quiet", "Thirty quiet seconds.", None))))
    await change(Chat(person=replace(PERSON, hold=None, zone=None, consent=None), run=None, state=Idle(at=NOW)))
    assert await place.run("SELECT plan, dead, send_at FROM chats") == [(None, None, None)]
    await change(replace(CHAT, state=Paused(at=NOW, step=2)))


async def test_a_plan_that_did_not_change_is_not_written_again(store: Store, place: Place) -> None:
    query = "SELECT plan, health, state FROM chats JOIN people ON chat = id"
    await kept(store, row_of(ANNA))
    ((plan, health, state),) = await place.run(query)
    async with store.transaction() as tx:
        row = await tx.load(ANNA, NOW)
        assert row is not None
        row.rev += 1
        await tx.save(row, None)
    ((same_plan, same_health, new_state),) = await place.run(query)
    assert (same_plan, same_health) == (plan, health)
    assert new_state != state


async def test_an_error_leaves_the_old_row_and_the_next_transaction_goes_on(store: Store) -> None:
    await kept(store, row_of(ANNA))

    async def half() -> None:
        async with store.transaction() as tx:
            assert await tx.first_sight(5, 0.0)
            row = await tx.load(ANNA, NOW)
            assert row is not None
            row.rev += 1
            await tx.save(row, None)
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await half()
    assert await revs(store, ANNA) == [7]
    async with store.transaction() as tx:
        assert await tx.first_sight(5, 0.0)


async def test_five_tasks_times_a_hundred_lose_nothing_not_even_beside_another_process(
    store: Store, place: Place
) -> None:
    other = await place.open()  # as another process would see it
    await kept(store, row_of(ANNA, rev=0))

    async def count(own: Store) -> None:
        for _ in range(100):
            async with own.transaction() as tx:
                row = await tx.load(ANNA, NOW)
                assert row is not None
                row.rev += 1
                await tx.save(row, None)

    await asyncio.gather(*(count(own) for own in (store, store, other, store, other)))
    assert await revs(store, ANNA) == [500]
    await other.close()


async def test_two_who_meet_somebody_new_at_once_make_one_row(store: Store, place: Place) -> None:
    other = await place.open()

    async def meet(own: Store) -> int:
        async with own.transaction() as tx:
            row = await tx.load(ANNA, NOW) or Row(id=ANNA, chat=Chat.new("en", NOW), rev=0)
            await asyncio.sleep(0.05)
            row.rev += 1
            await tx.save(row, None)
            return row.rev

    assert sorted(await asyncio.gather(meet(store), meet(other))) == [1, 2]
    await other.close()


async def test_two_who_are_brought_the_same_update_at_once_see_it_first_once(store: Store, place: Place) -> None:
    other = await place.open()

    async def see(own: Store) -> bool:
        async with own.transaction() as tx:
            first = await tx.first_sight(5, 0.0)
            await asyncio.sleep(0.05)
            return first

    assert sorted(await asyncio.gather(see(store), see(other))) == [False, True]
    await other.close()


@pytest.mark.parametrize("insisting", [False, True])
async def test_a_cancelled_task_leaves_no_open_transaction_wherever_it_was(store: Store, insisting: bool) -> None:
    await kept(store, row_of(ANNA, rev=0))
    done = ends = 0

    async def count() -> None:
        async with store.transaction() as tx:
            row = await tx.load(ANNA, NOW)
            assert row is not None
            row.rev += 1
            await tx.save(row, None)

    threads = threading.active_count()
    for turns in range(40):
        task = asyncio.create_task(count())
        for _ in range(turns):
            await asyncio.sleep(0.0001)
        task.cancel()
        while insisting and not task.done():
            task.cancel()
            await asyncio.sleep(0)
        try:
            await task
            ends += 1
        except asyncio.CancelledError:
            pass
        (rev,) = await revs(store, ANNA)
        assert rev in (done, done + 1)  # all or nothing; cancelled while it commits, it may be all
        done = rev
        async with asyncio.timeout(1):
            await count()
        done += 1
    assert ends < 40, "none was cancelled in time: the test shows nothing"
    assert threading.active_count() <= threads + READERS, "each connection has a thread: none was lost or made anew"


async def test_who_waits_for_the_lock_can_be_cancelled(store: Store) -> None:
    async def wait() -> None:
        async with store.transaction():
            pass

    async with store.transaction():
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_who_looks_sees_what_is_committed_and_waits_for_nobody(store: Store) -> None:
    await kept(store, row_of(ANNA))
    async with store.transaction() as tx:
        row = await tx.load(ANNA, NOW)
        assert row is not None
        row.rev = 8
        await tx.save(row, None)
        async with asyncio.timeout(1):
            assert await revs(store, ANNA) == [7]
    assert await revs(store, ANNA) == [8]


async def test_an_update_is_seen_for_the_first_time_once(store: Store) -> None:
    async with store.transaction() as tx:
        assert [await tx.first_sight(5, 1.0), await tx.first_sight(6, 1.0), await tx.first_sight(5, 2.0)] == [1, 1, 0]


async def test_due_chats_come_in_order_of_their_time(store: Store) -> None:
    for chat, due, send in ((1, 30.0, None), (2, 10.0, 5.0), (3, None, 4.0), (4, 20.0, 99.0)):
        await kept(store, row_of(chat, send_at=send), due_at=due)
    assert await store.due(20.0, 10) == [2, 4]
    assert await store.due(20.0, 1) == [2]
    assert await store.to_send(5.0, 10) == [3, 2]
    assert [await store.next_due(), await store.next_send()] == [10.0, 4.0]


async def test_nothing_is_due_where_nothing_is(store: Store) -> None:
    assert [await store.next_due(), await store.next_send()] == [None, None]
    assert [await store.due(1e12, 9), await store.to_send(1e12, 9), await store.to_clean(9)] == [[], [], []]


async def test_old_buttons_are_cleaned_only_where_nothing_waits_to_be_shown(store: Store) -> None:
    await kept(store, row_of(1), row_of(2, dead=[(9, "strip")]), row_of(3, dead=[(9, "strip")], send_at=1.0))
    assert await store.to_clean(10) == [2]


async def test_a_chat_that_cannot_be_delivered_is_put_off(store: Store) -> None:
    await kept(store, row_of(1, send_at=1.0), row_of(2, dead=[(9, "strip")]))
    await store.put_off(1, 50.0)
    await store.put_off(2, 50.0)
    assert [await store.to_send(49.0, 10), await store.to_clean(10), await store.to_send(50.0, 10)] == [[], [], [1, 2]]


async def test_what_the_ended_process_had_on_the_wire_is_in_doubt_at_once(store: Store) -> None:
    await kept(store, row_of(1, sending=7, send_at=30.0), row_of(2, send_at=40.0), row_of(3))
    await store.release(10.0)
    rows = [await store.peek(chat, NOW) for chat in (1, 2, 3)]
    assert [(row.sending, row.send_at) for row in rows if row] == [(7, 10.0), (None, 40.0), (None, None)]


async def test_what_was_put_off_before_the_clock_was_put_back_does_not_wait_for_it(store: Store) -> None:
    await kept(store, row_of(1, send_at=3640.0), row_of(2, send_at=41.0))
    await store.release(10.0)
    assert await store.to_send(10.0, 9) == [1]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (chats._DUE, "ix_chats_due_at"),
        (chats._NEXT_DUE, "ix_chats_due_at"),
        (chats._TO_SEND, "ix_chats_send_at"),
        (chats._NEXT_SEND, "ix_chats_send_at"),
        (chats._TO_CLEAN, "ix_chats_to_clean"),
        (chats._RELEASE, "ix_chats_send_at"),
        (rows.LOAD, "pk_chats"),
    ],
)
async def test_what_is_asked_all_the_time_goes_by_an_index(
    store: Store, place: Place, query: Executable, index: str
) -> None:
    dialect = sqlite.dialect() if isinstance(place, OnFile) else postgresql.dialect()
    text = re.sub(r"%\(\w+\)s|\?", "'1'", str(query.compile(dialect=dialect)))
    if isinstance(place, OnFile):
        plan = [step for *_, step in await place.run(f"EXPLAIN QUERY PLAN {text}")]
        index = "INTEGER PRIMARY KEY" if index == "pk_chats" else index
        assert all(index in step for step in plan), plan  # no other step: nothing is sorted, no table is read whole
    else:
        plan = [step for (step,) in await place.run("SET enable_seqscan = off", f"EXPLAIN {text}")]
        assert any(index in step for step in plan), plan
        assert not any("Seq Scan on chats" in step or "Sort" in step for step in plan), plan


async def test_a_note_is_known_to_telegram_until_it_is_not(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.file_id("note") is None
        await tx.keep_file_id("note", "AwAC1")
        await tx.keep_file_id("note", "AwAC2")
        assert await tx.file_id("note") == "AwAC2"
        await tx.drop_file_id("note")
        assert await tx.file_id("note") is None


async def test_what_is_kept_for_a_time_only_goes(store: Store, place: Place) -> None:
    now = 1000 * DAY
    async with store.transaction() as tx:
        await tx.first_sight(1, now - SEEN_FOR - 1)
        await tx.first_sight(2, now - SEEN_FOR + 1)
        await tx.park(1, "KeyError turns.py:3", now - 31 * DAY)
        await tx.park(2, "KeyError turns.py:3", now)
        await tx.erase(ANNA, 40, now - ERASED_FOR - 1)
        await tx.erase(BORIS, 41, now - ERASED_FOR + 1)
    await store.tidy(now, now)
    async with store.transaction() as tx:
        assert [await tx.first_sight(1, now), await tx.first_sight(2, now)] == [True, False]
        assert [await tx.erased_upto(ANNA), await tx.erased_upto(BORIS)] == [None, 41]
    assert await place.run("SELECT update_id, error FROM parked") == [(2, "KeyError turns.py:3")]


def test_seen_updates_are_kept_longer_than_telegram_repeats_and_shorter_than_ids_last() -> None:
    assert DAY < SEEN_FOR < 7 * DAY

"""Telegram is the queue: what is not committed is not confirmed. Real store, the local chat's real Bot API."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.chat.answers import Answers
from bot.chat.flood import HANDLE
from bot.chat.messenger import Elsewhere, Incoming, Kind, Messenger, Tap, Word
from bot.chat.polling import Polling
from bot.chat.rate import Rate
from bot.chat.reply import Reply
from bot.chat.stop import Stop
from bot.clock import SystemClock
from bot.localchat import Clock, Fault, LocalTelegram, broken, create_app, flood, hang, lost, refuse
from bot.store.chats import Store
from tests.chat.conftest import Told
from tests.conversations.conftest import TOKEN

YOU = 1001


@dataclass
class Line:
    """A poller between the local chat and a store, whose turns only note what came."""

    telegram: LocalTelegram
    messenger: Messenger
    store: Store
    taken: list[Incoming] = field(default_factory=list)
    broken: Callable[[], Awaitable[None]] | None = None
    """Goes wrong in the middle of a turn."""

    def __post_init__(self) -> None:
        self.polling = self.poller()

    def poller(self, **more: Any) -> Polling:
        """One that polls this line. `more`: its parameters."""
        clock = SystemClock()
        answers = Answers(self.messenger, Rate(1000, clock), clock)
        return Polling(self.messenger, self.take, self.park, answers, lambda _: HANDLE, **{"wait": 0, **more})

    async def take(self, came: Incoming) -> Reply | None:
        async with self.store.transaction() as tx:
            if not await tx.first_sight(came.update, time.time()):
                return None
            if self.broken:
                await self.broken()
        self.taken.append(came)
        return Reply(came.chat, "No groups.") if isinstance(came, Elsewhere) and came.speaks else None

    async def park(self, update: int, error: str) -> None:
        async with self.store.transaction() as tx:
            await tx.park(update, error, time.time())

    async def poll(self) -> bool:
        return await self.polling.poll_once(0)


@pytest.fixture
async def line(store: Store) -> AsyncIterator[Line]:
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    messenger = Messenger(TOKEN, "http://127.0.0.1", httpx.ASGITransport(app=create_app(telegram)))
    await messenger.me()
    try:
        yield Line(telegram, messenger, store)
    finally:
        await messenger.close()
        await telegram.close()


@pytest.fixture
def parked(tmp_path: Path) -> Callable[[], list[str]]:
    """What lies parked."""

    def look() -> list[str]:
        with closing(sqlite3.connect(tmp_path / "easeback.db")) as database:
            return [error for (error,) in database.execute("SELECT error FROM parked")]

    return look


async def test_a_tap_waits_at_telegram_while_the_database_is_locked(
    line: Line, tmp_path: Path, parked: Callable[[], list[str]], told: Told
) -> None:
    await line.telegram.tap(YOU, 1, "hurts:1")
    with closing(sqlite3.connect(tmp_path / "easeback.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert [await line.poll(), await line.poll()] == [False, False]
        assert line.taken == []
        other.execute("ROLLBACK")
    assert await line.poll()
    assert [came.data for came in line.taken if isinstance(came, Tap)] == ["hurts:1"]
    assert parked() == []
    assert [entry["error"] for entry in told.having("an update could not be kept")] == ["Locked", "Locked"]


async def test_however_long_the_database_fails_a_tap_waits_a_second_for_it_and_no_longer(
    line: Line, tmp_path: Path, told: Told
) -> None:
    await line.telegram.tap(YOU, 1, "hurts:1")
    with closing(sqlite3.connect(tmp_path / "easeback.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        running = asyncio.create_task(line.poller(wait=5).run())
        await line.telegram.until(lambda: len(told.having("an update could not be kept")) == 3)
        other.execute("ROLLBACK")
    well_again = time.monotonic()
    await line.telegram.until(lambda: len(line.taken) == 1)
    assert time.monotonic() - well_again < 2
    running.cancel()
    await asyncio.wait([running])


@pytest.mark.malformed
async def test_a_malformed_update_waits_as_well_until_it_can_be_parked(
    line: Line, tmp_path: Path, parked: Callable[[], list[str]]
) -> None:
    line.telegram.put_raw_update({"message": {"message_id": "what"}})
    await line.telegram.say(YOU, "stop")
    with closing(sqlite3.connect(tmp_path / "easeback.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not await line.poll()
        other.execute("ROLLBACK")
    assert await line.poll()
    assert len(parked()) == 1
    assert [came.text for came in line.taken if isinstance(came, Word)] == ["stop"]


async def test_what_nobody_can_handle_is_parked_with_kind_and_place_and_stops_nobody(
    line: Line, parked: Callable[[], list[str]], told: Told
) -> None:
    async def broken() -> None:
        raise KeyError("what a person wrote")

    line.broken = broken
    await line.telegram.say(YOU, "one")
    await line.poll()
    line.broken = None
    await line.telegram.say(YOU, "two")
    await line.poll()
    assert [came.text for came in line.taken if isinstance(came, Word)] == ["two"]
    assert [error.split(":")[0] for error in parked()] == ["KeyError test_polling.py"]
    assert "what a person wrote" not in str(told.lines)


@pytest.mark.malformed
async def test_what_can_not_even_be_parked_is_left_behind(line: Line, told: Told) -> None:
    async def no_room_for_it(update: int, error: str) -> None:
        async with line.store.transaction() as tx:
            await tx.park(2**64, error, time.time())  # beyond any integer of SQLite

    line.park = no_room_for_it  # type: ignore[method-assign]
    line.polling = line.poller()
    line.telegram.put_raw_update({"message": {"message_id": "what"}})
    await line.telegram.say(YOU, "stop")
    assert await line.poll()
    assert [came.text for came in line.taken if isinstance(came, Word)] == ["stop"]
    assert told.having("an update could not be parked")


async def test_a_group_is_told_once_and_left_alone(line: Line) -> None:
    for text in ("hello all", "/roll@another_bot", "/start", "/start", f"/start@{line.telegram.me['username']}"):
        await line.telegram.say(YOU, text, chat_id=-100)
    await line.telegram.say(YOU, "/start", chat_id=-200)
    newcomer = {"id": 900, "is_bot": False, "first_name": "Anna"}
    joined = {"message_id": 90, "date": 1, "chat": line.telegram.chat(-100), "from": newcomer}
    line.telegram.put_raw_update({"message": {**joined, "new_chat_members": [newcomer]}})
    assert await line.poll()
    assert await line.poll()
    await line.telegram.until(lambda: bool(answers(line, -200)))
    assert answers(line, -100) == answers(line, -200) == ["No groups."]
    assert len(line.taken) == 7, "each is noted all the same"


def answers(line: Line, group: int) -> list[str]:
    return [message.text for message in line.telegram.messages(group) if message.by_bot]


async def test_groups_are_not_remembered_without_end(line: Line) -> None:
    line.polling = line.poller(groups=2)
    for group in (-1, -2, -2, -3, -2, -1):  # the third makes the first forgotten
        await line.telegram.say(YOU, "/start", chat_id=group)
    assert await line.poll()
    spoke = [came.chat for came in line.taken if isinstance(came, Elsewhere) and came.speaks]
    assert spoke == [-1, -2, -3, -1]


async def test_a_webhook_set_earlier_is_taken_away_and_what_waited_comes(line: Line) -> None:
    webhook = ["https://example.org"]

    async def fault(method: str, _: object) -> Fault | None:
        if method.lower() == "deletewebhook":
            webhook.clear()
        if method.lower() == "getupdates" and webhook:
            return refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        return None

    line.telegram.fault = fault
    await line.telegram.say(YOU, "stop")
    assert not await line.poll()
    assert await line.poll()
    assert [came.text for came in line.taken if isinstance(came, Word)] == ["stop"]


async def test_at_the_start_a_webhook_is_taken_away_without_a_word_if_there_is_none(line: Line) -> None:
    await line.telegram.say(YOU, "stop")
    assert (await line.messenger.no_webhook()).kind is Kind.DONE
    assert await line.poll()
    assert len(line.taken) == 1


# ── bad times ─────────────────────────────────────────────────────────────────────────────────────────────────────────
class Fated:
    """Polls meet these faults, one each; then all is well."""

    def __init__(self, line: Line, *faults: Fault) -> None:
        self.faults, self.polls = list(faults), 0
        line.telegram.fault = self

    async def __call__(self, method: str, _: object) -> Fault | None:
        if method.lower() != "getupdates":
            return None
        self.polls += 1
        return self.faults.pop(0) if self.faults else None


async def test_a_poll_that_hangs_is_given_up_and_what_waited_is_handled_once(line: Line, told: Told) -> None:
    line.polling = line.poller(watch=0.2)
    await line.telegram.say(YOU, "stop")
    polls = Fated(line, hang(30, after=True))
    client, began = line.messenger._poller, time.monotonic()
    assert not await line.poll()
    assert 0.2 <= time.monotonic() - began < 5
    assert line.messenger._poller is not client, "a wedged connection stays dead: the next poll has a client of its own"
    assert await line.poll()
    assert await line.poll()
    assert [came.text for came in line.taken if isinstance(came, Word)] == ["stop"]
    assert polls.polls == 3
    assert [entry["log_level"] for entry in told.lines] == ["warning", "warning", "info"], told.lines


async def test_when_no_poll_works_for_long_the_client_is_built_anew_and_the_log_says_it_once(
    line: Line, told: Told
) -> None:
    line.polling = line.poller(watch=0.2)
    Fated(line, *[broken(after=False)] * 5)
    clients = {id(line.messenger._poller)}
    for _ in range(5):
        await line.poll()
        clients.add(id(line.messenger._poller))
        await asyncio.sleep(0.07)
    assert len(clients) == 2
    assert await line.poll()
    assert len(told.having("updates can't be fetched; trying again")) == len(told.having("updates come again")) == 1


@pytest.mark.parametrize("fault", [lost(after=True), broken(after=True), hang(0.1, after=True)])
async def test_an_answer_to_a_poll_that_is_lost_loses_no_update_and_doubles_none(line: Line, fault: Fault) -> None:
    await line.telegram.say(YOU, "one")
    assert await line.poll()
    await line.telegram.say(YOU, "two")
    Fated(line, fault)
    assert not await line.poll()
    await line.telegram.say(YOU, "three")
    assert await line.poll()
    assert await line.poll()
    assert [came.text for came in line.taken if isinstance(came, Word)] == ["one", "two", "three"]


NOTHING_TO_CONFIRM = ([7], [{}], [{"update_id": "1"}], [{"update_id": -4}], [{"update_id": True}])


@pytest.mark.malformed
@pytest.mark.parametrize("result", [None, 7, "x", {}, {"update_id": 1}, *NOTHING_TO_CONFIRM])
async def test_a_result_that_confirms_nothing_is_a_failure_so_that_a_pause_follows(line: Line, result: Any) -> None:
    await line.telegram.say(YOU, "stop")
    Fated(line, Fault(status=200, body={"ok": True, "result": result}))
    assert not await line.poll()
    assert await line.poll()
    assert [came.text for came in line.taken if isinstance(came, Word)] == ["stop"]


async def test_too_many_polls_wait_as_they_are_told(line: Line) -> None:
    Fated(line, flood(1))
    began = time.monotonic()
    assert await line.poll()
    assert time.monotonic() - began >= 1


async def test_who_is_told_of_a_second_poller_polls_no_more(line: Line) -> None:
    line.polling = line.poller(wait=1)
    await line.telegram.say(YOU, "one")
    polls = Fated(line, Fault(), refuse(409, "Conflict: terminated by other getUpdates request"))
    with pytest.raises(Stop, match="already runs somewhere else"):
        await line.polling.run()
    assert len(line.taken) == 1
    assert polls.polls == 2, "a last poll would end the other one's"


async def test_whoever_is_stopped_confirms_what_is_committed(line: Line) -> None:
    await line.telegram.say(YOU, "one")
    line.polling = line.poller(wait=20)
    running = asyncio.create_task(line.polling.run())
    await line.telegram.until(lambda: bool(line.taken))
    running.cancel()
    await asyncio.wait([running])
    assert line.telegram.archive.count("updates") == 0

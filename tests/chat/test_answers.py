"""Direct answers cost a session nothing, and nobody waits for somebody else's. The local chat's real Bot API."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot.chat.answers import AT_ONCE, Answers
from bot.chat.messenger import Messenger
from bot.chat.rate import CHAT_BURST, Rate
from bot.chat.reply import Reply
from bot.clock import SystemClock
from bot.localchat import Clock, Fault, LocalTelegram, broken, create_app, flood, hang, lost
from tests.conversations.conftest import TOKEN

YOU, OTHER = 1001, 2002


class Network(httpx.AsyncBaseTransport):
    """The way to the local chat; while it is down, connections are refused."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._way, self.down, self.refused = httpx.ASGITransport(app=create_app(telegram)), False, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            self.refused += 1
            raise httpx.ConnectError("no network")
        return await self._way.handle_async_request(request)


@dataclass
class Desk:
    """Who answers, and what is around."""

    telegram: LocalTelegram
    network: Network
    rate: Rate
    answers: Answers

    def says(self, chat: int, text: str, **more: object) -> None:
        self.answers.give(Reply(chat, text, **more))  # type: ignore[arg-type]

    def seen(self, chat: int = YOU) -> list[str]:
        return [message.text for message in self.telegram.messages(chat) if message.by_bot]

    def fail(self, *faults: Fault | None, chat: int = YOU) -> None:
        """What happens to the next messages of a chat."""
        left = list(faults)

        async def fault(method: str, told: object) -> Fault | None:
            assert isinstance(told, dict)
            return left.pop(0) if method == "sendMessage" and int(told["chat_id"]) == chat and left else None

        self.telegram.fault = fault


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    telegram, clock = LocalTelegram(":memory:", token=TOKEN, clock=Clock()), SystemClock()
    network, rate = Network(telegram), Rate(1000, clock)
    messenger = Messenger(TOKEN, "http://127.0.0.1", network, timeout=2)
    for chat in (YOU, OTHER):
        await telegram.say(chat, "/start")
    answers = Answers(messenger, rate, clock)
    yield Desk(telegram, network, rate, answers)
    await answers.finish(0)
    await messenger.close()
    await telegram.close()


async def test_one_persons_answers_come_in_their_order_and_the_same_words_wait_once(desk: Desk) -> None:
    desk.fail(Fault(wait=0.2))
    for text in ("one", "two", "two", "three", "two"):
        desk.says(YOU, text)
    await desk.telegram.until(lambda: len(desk.seen()) == 3)
    await asyncio.sleep(0.1)
    assert desk.seen() == ["one", "two", "three"]


async def test_whose_answer_hangs_keeps_nobody_waiting_nor_their_own_taps(desk: Desk) -> None:
    desk.fail(hang(5, after=False))
    desk.says(YOU, "one")
    await asyncio.sleep(0.05)
    began = time.monotonic()
    desk.says(YOU, "two")
    desk.says(OTHER, "hello")
    tap = await desk.telegram.tap(YOU, 1, "x")
    desk.says(YOU, "not that", query=tap.query)
    assert (await tap.answered()).text == "not that"
    await desk.telegram.until(lambda: desk.seen(OTHER) == ["hello"])
    assert time.monotonic() - began < 1.5
    await desk.telegram.until(lambda: desk.seen() == ["two"])


async def test_without_a_network_it_is_tried_again_and_comes_once(desk: Desk) -> None:
    desk.network.down = True
    desk.says(YOU, "hello")
    tap = await desk.telegram.tap(YOU, 1, "x")
    desk.says(YOU, "", query=tap.query)
    await desk.telegram.until(lambda: desk.network.refused == 2)
    desk.network.down = False
    assert (await tap.answered()).text == ""
    await desk.telegram.until(lambda: desk.seen() == ["hello"])
    await desk.answers.finish(2)
    assert desk.seen() == ["hello"]


@pytest.mark.parametrize("fault", [lost(), broken(after=True)])
async def test_what_may_have_come_is_not_said_again(desk: Desk, fault: Fault) -> None:
    desk.fail(fault)
    desk.says(YOU, "hello")
    await desk.answers.finish(5)
    assert desk.seen() == ["hello"]


async def test_a_429_for_answers_holds_answers_alone(desk: Desk) -> None:
    began = time.monotonic()
    for chat in (YOU, OTHER, 3003):
        await desk.telegram.say(chat, "hi")

    to_refuse = {YOU, OTHER, 3003}

    async def each_once(method: str, told: Mapping[str, Any]) -> Fault | None:
        if method != "sendMessage" or int(told["chat_id"]) not in to_refuse:
            return None
        to_refuse.discard(int(told["chat_id"]))
        return flood(1)

    desk.telegram.fault = each_once
    for chat in (YOU, OTHER, 3003):
        desk.says(chat, "hello")
    await desk.telegram.until(lambda: not to_refuse)
    await asyncio.sleep(0.2)
    assert desk.rate.held(YOU) == 0
    await asyncio.wait_for(desk.rate.take(YOU), 0.1)
    await desk.telegram.until(lambda: all(desk.seen(chat) == ["hello"] for chat in (YOU, OTHER, 3003)))
    assert time.monotonic() - began >= 1


async def test_answers_leave_the_next_screen_its_token(desk: Desk) -> None:
    for number in range(12):
        desk.says(YOU, f"{number}")
    await asyncio.sleep(0.2)
    assert len(desk.seen()) == CHAT_BURST - 1
    began = time.monotonic()
    await desk.rate.take(YOU)
    assert time.monotonic() - began < 0.5, "there was none: the next comes after a second"


async def test_a_chat_that_is_held_gets_no_answer_meanwhile(desk: Desk) -> None:
    desk.rate.refused(YOU, 0.5)
    desk.says(YOU, "hello")
    await asyncio.sleep(0.3)
    assert desk.seen() == []
    await desk.telegram.until(lambda: desk.seen() == ["hello"])


async def test_after_the_last_answer_comes_none_from_before(desk: Desk) -> None:
    question = desk.telegram.messages(YOU)[0]
    desk.fail(Fault(wait=0.2))
    desk.says(YOU, "one")
    await asyncio.sleep(0.05)
    desk.says(YOU, "two")
    desk.says(YOU, "All is gone.", instead_of=question.id)
    await desk.answers.finish(5)
    assert desk.seen() == ["one", "All is gone."]


async def test_however_many_people_there_are_only_so_many_requests_are_under_way(desk: Desk) -> None:
    under_way, most = 0, 0

    async def slow(_: str, __: object) -> Fault | None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.05)
        under_way -= 1
        return None

    people = range(10, 10 + 3 * AT_ONCE)
    for person in people:
        await desk.telegram.say(person, "/start")
    desk.telegram.fault = slow
    for person in people:
        desk.says(person, "hello")
    await desk.answers.finish(5)
    assert most == AT_ONCE
    assert all(desk.seen(person) == ["hello"] for person in people)


async def test_at_the_end_what_hangs_is_left_out(desk: Desk) -> None:
    desk.fail(hang(5, after=False))
    desk.says(YOU, "hello")
    began = time.monotonic()
    await desk.answers.finish(0.1)
    assert time.monotonic() - began < 1.5


async def test_after_forget_nothing_that_was_asked_before_goes_out_any_more(desk: Desk) -> None:
    desk.fail(flood(1))
    desk.says(YOU, "all that is kept", page=True)
    await asyncio.sleep(0.2)
    desk.says(YOU, "Done.", instead_of=7)
    await desk.telegram.until(lambda: desk.seen() == ["Done."])
    await desk.answers.finish(3)
    assert desk.seen() == ["Done."]


async def test_a_page_that_is_turned_takes_no_other_answer_along(desk: Desk) -> None:
    desk.fail(Fault(wait=0.3))
    desk.says(YOU, "one")
    desk.says(YOU, "the picture", page=True)
    desk.says(YOU, "days", page=True, instead_of=7)
    desk.says(YOU, "weeks", page=True, instead_of=7)
    await desk.telegram.until(lambda: len(desk.seen()) == 3)
    await desk.answers.finish(3)
    assert desk.seen() == ["one", "the picture", "weeks"], "of one page the newest"

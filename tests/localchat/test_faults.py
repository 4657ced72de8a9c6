"""Faults on the wire, seen from the bot's side of a real connection and of one in the same process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from bot.localchat import Clock, Fault, LocalTelegram, broken, flood, hang, lost, refuse, serve
from tests.localchat.raw import TOKEN, RawBot


class Once:
    """One fault for the next call of a method; what was asked."""

    def __init__(self, method: str, fault: Fault) -> None:
        self.method, self.fault = method, fault
        self.asked: list[Mapping[str, Any]] = []

    async def __call__(self, method: str, parameters: Mapping[str, Any]) -> Fault | None:
        if method != self.method or self.asked:
            return None
        self.asked.append(parameters)
        return self.fault


@pytest.fixture
async def wire() -> AsyncIterator[tuple[LocalTelegram, httpx.AsyncClient]]:
    """A served local chat with a person in it, and a connection to it."""
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    address, stop = await serve(telegram)
    await telegram.say(5, "/start")
    async with httpx.AsyncClient(base_url=address, timeout=1.0) as client:
        yield telegram, client
    await stop()
    await telegram.close()


async def send(client: httpx.AsyncClient, text: str) -> httpx.Response:
    return await client.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": 5, "text": text})


def texts(telegram: LocalTelegram) -> list[str]:
    return [message.text for message in telegram.messages(5)]


@pytest.mark.parametrize(
    ("fault", "status", "said", "carried_out"),
    [
        (refuse(403, "Forbidden: user is deactivated"), 403, "user is deactivated", False),
        (flood(3), 429, "retry after 3", False),
        (flood(), 429, "Too Many Requests", False),
        (broken(502, after=False), 502, "Bad Gateway", False),
        (broken(500, after=True), 500, "Bad Gateway", True),
    ],
)
async def test_answers_that_are_no_answer(
    telegram: LocalTelegram, bot: RawBot, fault: Fault, status: int, said: str, carried_out: bool
) -> None:
    await telegram.say(5, "/start")
    telegram.fault = once = Once("sendMessage", fault)
    answer = await bot.http.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": 5, "text": "first"})
    assert answer.status_code == status
    assert said in answer.text
    assert once.asked == [{"chat_id": 5, "text": "first"}]
    assert ("first" in texts(telegram)) is carried_out
    await bot("sendMessage", chat_id=5, text="second")
    assert texts(telegram)[-1] == "second"


async def test_429_says_how_long_to_wait_or_not(telegram: LocalTelegram, bot: RawBot) -> None:
    telegram.fault = Once("getMe", flood(7))
    body = (await bot.http.get(f"/bot{TOKEN}/getMe")).json()
    assert body["parameters"] == {"retry_after": 7}
    telegram.fault = Once("getMe", flood())
    assert "parameters" not in (await bot.http.get(f"/bot{TOKEN}/getMe")).json()


@pytest.mark.parametrize("after", [False, True])
async def test_a_broken_connection_may_hide_a_message_that_was_sent(
    wire: tuple[LocalTelegram, httpx.AsyncClient], after: bool
) -> None:
    telegram, client = wire
    telegram.fault = Once("sendMessage", lost(after=after))
    with pytest.raises(httpx.RemoteProtocolError):
        await send(client, "perhaps")
    assert ("perhaps" in texts(telegram)) is after
    assert (await send(client, "surely")).status_code == 200


@pytest.mark.parametrize("after", [False, True])
async def test_silence_may_hide_a_message_that_was_sent(
    wire: tuple[LocalTelegram, httpx.AsyncClient], after: bool
) -> None:
    telegram, client = wire
    telegram.fault = Once("sendMessage", hang(30, after=after))
    with pytest.raises(httpx.ReadTimeout):
        await client.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": 5, "text": "perhaps"}, timeout=0.2)
    assert ("perhaps" in texts(telegram)) is after


async def test_a_slow_answer_is_a_true_one(wire: tuple[LocalTelegram, httpx.AsyncClient]) -> None:
    telegram, client = wire
    telegram.fault = Once("sendMessage", Fault(wait=0.2))
    began = time.monotonic()
    assert (await send(client, "slowly")).json()["result"]["text"] == "slowly"
    assert time.monotonic() - began > 0.2


async def test_a_lost_answer_in_the_same_process_is_a_broken_connection(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "/start")
    telegram.fault = Once("sendMessage", lost())
    with pytest.raises(ConnectionResetError):
        await bot("sendMessage", chat_id=5, text="perhaps")
    assert texts(telegram)[-1] == "perhaps"


async def test_a_silence_ends_when_the_server_stops() -> None:
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    address, stop = await serve(telegram)
    telegram.fault = Once("getMe", hang(60, after=False))
    async with httpx.AsyncClient(base_url=address) as client:
        waiting = asyncio.create_task(client.get(f"/bot{TOKEN}/getMe"))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        await stop()
        assert time.monotonic() - began < 5
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):  # whichever end of it is seen first
            await waiting
    await telegram.close()


async def test_a_bot_that_dies_while_it_asks_is_no_failure_of_ours(
    wire: tuple[LocalTelegram, httpx.AsyncClient], caplog: pytest.LogCaptureFixture
) -> None:
    telegram, client = wire
    _, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    head = f"POST /bot{TOKEN}/sendMessage HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: 100\r\n\r\n".encode() + b'{"chat_id": 5')
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await asyncio.sleep(0.1)
    assert (await send(client, "the next one")).status_code == 200
    assert texts(telegram) == ["/start", "the next one"]
    assert not caplog.records

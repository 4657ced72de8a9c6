"""The page's stream: everything at first, what was missed after a break, then what happens."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from bot.localchat import Clock, LocalTelegram, serve
from tests.localchat.raw import TOKEN

ME = 1001


class Stream:
    """An open stream of events."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.last = ""

    async def next(self) -> tuple[str, Any, bool]:
        """(kind, data, replay) of the next event."""
        async for line in self._lines:
            if line.startswith("id: "):
                self.last = line[4:]
            if line.startswith("data: "):
                event = json.loads(line[6:])
                return event["kind"], event["data"], event["replay"]
        raise EOFError


@pytest.fixture
async def served() -> AsyncIterator[tuple[LocalTelegram, httpx.AsyncClient]]:
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    address, stop = await serve(telegram)
    async with httpx.AsyncClient(base_url=address, params={"key": telegram.page_key}, timeout=5) as client:
        yield telegram, client
    await stop()
    await telegram.close()


@asynccontextmanager
async def opened(client: httpx.AsyncClient, last: str = "", **asked: Any) -> AsyncIterator[Stream]:
    headers = {"last-event-id": last} if last else {}
    async with client.stream("GET", "/chat/events", headers=headers, params=asked) as answer:
        yield Stream(answer.aiter_lines())


async def test_a_new_page_is_told_everything_and_then_what_happens(
    served: tuple[LocalTelegram, httpx.AsyncClient],
) -> None:
    telegram, client = served
    await telegram.say(ME, "before")
    async with opened(client) as stream:
        kind, data, replay = await stream.next()
        assert (kind, replay) == ("history", True)
        assert [entry["message"]["text"] for entry in data["messages"]] == ["before"]
        assert data["clock"]["speed"] == 1
        await telegram.say(ME, "after")
        kind, data, replay = await stream.next()
        assert (kind, data["message"]["text"], replay) == ("message", "after", False)
        telegram.clock.set_speed(4)
        assert (await stream.next())[1]["speed"] == 4


async def test_a_page_that_comes_back_is_told_what_it_missed_as_something_past(
    served: tuple[LocalTelegram, httpx.AsyncClient],
) -> None:
    telegram, client = served
    async with opened(client) as stream:
        await stream.next()
        await telegram.say(ME, "seen")
        await stream.next()
    said = await telegram.say(ME, "missed")
    await telegram.erase(ME, said.id)
    async with opened(client, stream.last) as stream:
        assert [(kind, replay) for kind, _, replay in [await stream.next() for _ in range(3)]] == [
            ("message", True),
            ("delete", True),
            ("clock", True),
        ]
        await telegram.say(ME, "live")
        kind, data, replay = await stream.next()
        assert (kind, data["message"]["text"], replay) == ("message", "live", False)


@pytest.mark.parametrize("last", ["other-1", "nonsense", "-", "1"])
async def test_a_page_of_another_run_is_told_everything(
    served: tuple[LocalTelegram, httpx.AsyncClient], last: str
) -> None:
    _, client = served
    async with opened(client, last) as stream:
        assert (await stream.next())[0] == "history"


async def test_a_page_that_was_away_too_long_is_told_everything(
    served: tuple[LocalTelegram, httpx.AsyncClient],
) -> None:
    telegram, client = served
    async with opened(client) as stream:
        await stream.next()
    for _ in range(telegram.news.events.maxlen or 0):
        telegram.news.tell(ME, "action", "typing")
    telegram.news.tell(ME, "action", "typing")
    async with opened(client, stream.last) as stream:
        assert (await stream.next())[0] == "history"


async def test_each_person_sees_their_own_chat(served: tuple[LocalTelegram, httpx.AsyncClient]) -> None:
    telegram, client = served
    async with opened(client) as mine, opened(client, person=7) as theirs:
        await mine.next()
        await theirs.next()
        await telegram.say(ME, "mine")
        await telegram.say(7, "theirs")
        assert (await mine.next())[1]["message"]["text"] == "mine"
        assert (await theirs.next())[1]["message"]["text"] == "theirs"


async def test_commands_and_words_about_the_bot_come_in_the_persons_language(
    served: tuple[LocalTelegram, httpx.AsyncClient],
) -> None:
    telegram, client = served
    async with httpx.AsyncClient(base_url=client.base_url) as bot:
        for language, text in (("", "Help"), ("de", "Hilfe")):
            commands = [{"command": "help", "description": text}]
            asked = {"commands": commands, "language_code": language}
            assert (await bot.post(f"/bot{TOKEN}/setMyCommands", json=asked)).is_success
    for language, text in (("de", "Hilfe"), ("en", "Help"), ("fr", "Help")):
        async with opened(client, language=language) as stream:
            assert (await stream.next())[1]["profile"]["commands"][0]["description"] == text
    assert telegram.unknown == set()

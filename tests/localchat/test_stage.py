"""Trouble, people and the bot's start as the page's requests set them, seen from the bot's side of the wire."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from bot.localchat import Clock, Fault, LocalTelegram, refuse, serve
from tests.localchat.raw import TOKEN, RawBot

OWN = {"origin": "http://127.0.0.1:8000"}


@pytest.fixture
async def page(telegram: LocalTelegram, http: httpx.AsyncClient) -> httpx.AsyncClient:
    """The same server as the page has it: with the key."""
    await http.get("/", params={"key": telegram.page_key})
    http.headers.update(OWN)
    await telegram.say(5, "/start")
    return http


@pytest.fixture
async def wire() -> AsyncIterator[tuple[LocalTelegram, httpx.AsyncClient]]:
    """A real connection of a bot."""
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    address, stop = await serve(telegram)
    async with httpx.AsyncClient(base_url=f"{address}/bot{TOKEN}/", timeout=8.0) as client:
        await telegram.say(5, "/start")
        yield telegram, client
    await stop()
    await telegram.close()


async def switch(page: httpx.AsyncClient, kind: str, on: bool = True, **given: Any) -> None:
    assert (await page.post("/workshop/trouble", json={"kind": kind, "on": on, **given})).status_code == 204


def texts(telegram: LocalTelegram, person: int = 5) -> list[str]:
    return [message.text for message in telegram.messages(person)]


# ── trouble ───────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_when_all_is_down_nothing_goes_through_in_either_direction(
    telegram: LocalTelegram, page: httpx.AsyncClient, bot: RawBot, caplog: pytest.LogCaptureFixture
) -> None:
    first = (await bot("getUpdates"))[-1]["update_id"]
    waiting = asyncio.create_task(bot("getUpdates", offset=first + 1, timeout=5))
    await asyncio.sleep(0.05)
    await switch(page, "down")
    await telegram.say(5, "is anybody there?")
    with pytest.raises(ConnectionResetError):  # not even the poll that waited before brings it
        await waiting
    for method, given in {"sendMessage": {"chat_id": 5, "text": "no"}, "getUpdates": {}, "getMe": {}}.items():
        with pytest.raises(ConnectionResetError):
            await bot(method, **given)
    assert not caplog.records, "nothing of ours failed"
    await switch(page, "down", on=False)
    assert [update["message"]["text"] for update in await bot("getUpdates", offset=first + 1)] == ["is anybody there?"]
    assert texts(telegram) == ["/start", "is anybody there?"]


async def test_too_many_requests_concern_a_chat_or_all_and_no_answers_to_taps(
    telegram: LocalTelegram, page: httpx.AsyncClient, bot: RawBot
) -> None:
    await telegram.say(6, "/start")
    page.headers["origin"] = OWN["origin"]
    given = {"kind": "flood", "on": True, "here": True}
    assert (await page.post("/workshop/trouble", params={"person": "5"}, json=given)).status_code == 204
    refused = await page.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": 5, "text": "no"})
    assert (refused.status_code, refused.json()["parameters"]) == (429, {"retry_after": 5})
    assert (await page.post(f"/bot{TOKEN}/sendMessage", data={"chat_id": "5", "text": "no"})).status_code == 429
    await bot("sendMessage", chat_id=6, text="yes")
    await switch(page, "flood")
    assert (await bot.refused("sendMessage", chat_id=6, text="no")).startswith("429")
    assert (await bot.refused("editMessageText", chat_id=6, message_id=3, text="no")).startswith("429")
    tap = await telegram.tap(6, 3, "x")
    assert await bot("answerCallbackQuery", callback_query_id=tap.query)
    await switch(page, "flood", on=False)
    await bot("sendMessage", chat_id=5, text="again")


async def test_what_happens_once_happens_to_a_message_and_is_over(
    telegram: LocalTelegram, page: httpx.AsyncClient, bot: RawBot
) -> None:
    await switch(page, "lost", once=True)
    await bot("sendChatAction", chat_id=5, action="typing")
    await bot("getUpdates")
    with pytest.raises(ConnectionResetError):
        await bot("sendMessage", chat_id=5, text="it came")
    await bot("sendMessage", chat_id=5, text="and the next")
    assert texts(telegram) == ["/start", "it came", "and the next"]
    assert telegram.news.posted["trouble"] == []
    await switch(page, "down", once=True)
    with pytest.raises(ConnectionResetError):
        await bot("sendMessage", chat_id=5, text="it did not")
    await bot("sendMessage", chat_id=5, text="but this did")
    assert texts(telegram)[-2:] == ["and the next", "but this did"]


async def test_lost_and_slow_answers_leave_the_poll_alone(
    wire: tuple[LocalTelegram, httpx.AsyncClient],
) -> None:
    telegram, client = wire
    page = httpx.AsyncClient(base_url=str(client.base_url).partition("/bot")[0], params={"key": telegram.page_key})
    page.headers["origin"] = str(page.base_url).rstrip("/")
    await switch(page, "slow")
    began = time.monotonic()
    assert (await client.post("getUpdates")).json()["ok"]
    assert time.monotonic() - began < 2.5
    assert (await client.post("sendMessage", json={"chat_id": 5, "text": "slowly"})).json()["ok"]
    assert time.monotonic() - began > 2.9
    await switch(page, "slow", on=False)
    await switch(page, "lost")
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post("sendMessage", json={"chat_id": 5, "text": "unsaid"})
    assert (await client.post("getUpdates")).json()["ok"]
    assert texts(telegram)[-2:] == ["slowly", "unsaid"]
    await page.aclose()


async def test_a_fault_of_a_test_and_a_trouble_of_the_page_do_not_get_into_each_others_way(
    telegram: LocalTelegram, page: httpx.AsyncClient, bot: RawBot
) -> None:
    async def refused(method: str, parameters: Mapping[str, Any]) -> Fault | None:
        return refuse(403, "Forbidden: a test") if method == "getMe" else None

    telegram.fault = refused
    await switch(page, "flood")
    assert await bot.refused("getMe") == "403 Forbidden: a test"
    assert (await bot.refused("sendMessage", chat_id=5, text="no")).startswith("429")
    await switch(page, "flood", on=False)
    assert telegram.fault is refused
    await bot("sendMessage", chat_id=5, text="yes")


@pytest.mark.parametrize("given", [{}, {"kind": "fire", "on": True}, {"kind": "down"}, {"kind": "down", "on": 1}])
async def test_other_troubles_there_are_not(page: httpx.AsyncClient, given: dict[str, Any]) -> None:
    assert (await page.post("/workshop/trouble", json=given)).status_code == 400


# ── people ────────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_people_are_made_and_changed(telegram: LocalTelegram, page: httpx.AsyncClient, bot: RawBot) -> None:
    made = (await page.post("/workshop/people", json={"name": "Anna", "language": "de"})).json()["id"]
    assert made > 1001
    await telegram.say(made, "/start")
    update = (await bot("getUpdates"))[-1]["message"]["from"]
    assert update == {"id": made, "is_bot": False, "first_name": "Anna", "language_code": "de"}
    assert (await page.post("/workshop/person", json={"id": made, "name": "Änne"})).status_code == 204
    assert telegram.person(made)["first_name"] == "Änne"
    assert telegram.person(made)["language_code"] == "de"
    assert (await page.post("/workshop/people", json={"name": "Ben"})).json()["id"] == made + 1


async def test_a_language_that_was_chosen_stays_whatever_the_browser_speaks(
    telegram: LocalTelegram, page: httpx.AsyncClient
) -> None:
    await page.post("/chat/say", json={"text": "one", "language": "fr"})
    assert telegram.person(1001) == {"id": 1001, "is_bot": False, "first_name": "You", "language_code": "fr"}
    await page.post("/workshop/person", json={"id": 1001, "name": "Zoë", "language": "de"})
    await page.post("/chat/say", json={"text": "two", "language": "fr"})
    assert telegram.person(1001) == {"id": 1001, "is_bot": False, "first_name": "Zoë", "language_code": "de"}


async def test_who_blocks_the_bot_is_told_of_and_not_reached(
    telegram: LocalTelegram, page: httpx.AsyncClient, bot: RawBot
) -> None:
    await page.post("/workshop/person", json={"id": 5, "blocked": True})
    assert await bot.refused("sendMessage", chat_id=5, text="no") == "403 Forbidden: bot was blocked by the user"
    assert (await bot("getUpdates"))[-1]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    await page.post("/workshop/person", json={"id": 5, "blocked": False})
    await bot("sendMessage", chat_id=5, text="yes")
    await page.post("/workshop/person", json={"id": 5, "erase": True})
    assert texts(telegram) == []


@pytest.mark.parametrize(
    "given",
    [
        {"id": 5, "name": ""},
        {"id": 5, "name": "x" * 65},
        {"id": 5, "name": 7},
        {"id": 5, "language": "Klingon"},
        {"id": 5, "language": ""},
        {"id": 5, "blocked": "yes"},
        {"id": -5},
        {"id": True},
        {"id": "5"},
        {},
    ],
)
async def test_what_nobody_can_be_is_refused(
    telegram: LocalTelegram, page: httpx.AsyncClient, given: dict[str, Any]
) -> None:
    before = telegram.archive.rows("SELECT * FROM people")
    assert (await page.post("/workshop/person", json=given)).status_code == 400
    assert [tuple(row) for row in telegram.archive.rows("SELECT * FROM people")] == [tuple(row) for row in before]


# ── the bot's start ───────────────────────────────────────────────────────────────────────────────────────────────────
async def test_without_a_bot_behind_it_nothing_is_restarted(page: httpx.AsyncClient, telegram: LocalTelegram) -> None:
    answer = await page.post("/workshop/restart")
    assert (answer.status_code, telegram.news.posted) == (409, {})

"""The whole bot behind a bad network, over real sockets: whose line fails waits alone, and not for ever."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.localchat import Clock, LocalTelegram, Message, serve
from tests.chat.gateway import (
    BAD_GATEWAY,
    BAD_GATEWAY_AFTER,
    CLOSED,
    DRIPS,
    HALF,
    LOGIN,
    LOST,
    SILENT,
    SILENT_AFTER,
    Asked,
    Deed,
    Gateway,
    json,
    page,
)
from tests.chat.test_delivery import to_breathe
from tests.chat.test_wire import ANNA, printed
from tests.conversations.conftest import TOKEN, House

__all__ = ["printed"]
HANGS = 5.0
"""Seconds (real) that a request may take."""
WELL = 2002
"""Whose line is in order."""
TOO_MANY = '{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":1}}'
FATES = (
    *(SILENT, SILENT_AFTER, CLOSED, LOST, HALF, DRIPS, BAD_GATEWAY, BAD_GATEWAY_AFTER, LOGIN),
    *(page("403 Forbidden"), page("404 Not Found"), page("400 Bad Request"), page("409 Conflict")),
    *(json("[]"), json('{"ok":true}'), json(TOO_MANY, "429 Too Many Requests")),
)
NOTICE = "Before you move"


@pytest.fixture
async def wired(tmp_path: Path) -> AsyncIterator[tuple[House, Gateway]]:
    """The bot behind a gateway, without a voice."""
    clock = Clock()
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=clock)
    address, stop = await serve(telegram)
    gateway = Gateway(("127.0.0.1", int(address.rpartition(":")[2])))
    await gateway.open()
    house = House(tmp_path, telegram, clock, [], engine=None, address=gateway.address, timeout=HANGS)
    async with house.running():
        yield house, gateway
    await gateway.close()
    await stop()
    await telegram.close()


def notices(house: House, person: int) -> list[Message]:
    return [message for message in house.telegram.messages(person) if message.by_bot and NOTICE in message.text]


async def test_whatever_becomes_of_a_send_it_comes_alone_again_at_most_twice_and_nobody_else_waits(
    wired: tuple[House, Gateway], printed: object
) -> None:
    house, gateway = wired
    fates = {ANNA + number: deed for number, deed in enumerate(FATES)}
    met: Counter[int] = Counter()

    def once(asked: Asked) -> Deed | None:
        if asked.method != "sendmessage" or asked.chat not in fates:
            return None
        met[asked.chat] += 1
        return fates[asked.chat] if met[asked.chat] == 1 else None

    gateway.deed = once
    first, *others = fates
    for person in (first, WELL, *others):
        await house.telegram.say(person, "/backpain")
    began = time.monotonic()
    await house.telegram.until(lambda: bool(notices(house, WELL)), 20)
    assert time.monotonic() - began < HANGS - 1, "they waited for those whose line hangs"

    await house.telegram.until(lambda: all(met[person] >= 2 for person in fates), 30)
    await house.telegram.until(lambda: all(notices(house, person) for person in fates), 10)
    for person, deed in fates.items():
        assert len(notices(house, person)) == 1 + deed.carried_out, deed
        assert met[person] == 2, deed
    for person in fates:
        newest = notices(house, person)[-1]
        await house.telegram.tap(person, newest.id, newest.button("None of these").data)
    asked = [lambda person=person: "How would you like" in house.telegram.messages(person)[-1].text for person in fates]
    await house.telegram.until(lambda: all(one() for one in asked), 30)


async def test_while_all_is_refused_nothing_is_lost_and_when_it_is_back_it_comes_once(
    wired: tuple[House, Gateway], printed: object
) -> None:
    house, gateway = wired
    await to_breathe(house)
    await house.quiet()
    await gateway.close()
    house.clock.set_speed(60)  # the step's time is over in a second, and the next one is refused
    await asyncio.sleep(2)
    seen = [message.id for message in house.messages]
    house.clock.set_speed(1)
    await gateway.open()
    await house.sees("Three slow breaths · 3 of 11", within=30)
    await house.quiet()
    assert len([message for message in house.messages if message.id not in seen]) == 1

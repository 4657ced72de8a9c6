"""The bot asks for updates: in order, confirmed by the next offset, one poller at a time."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.localchat import LocalTelegram
from tests.localchat.raw import Hands, RawBot


async def texts(bot: RawBot, **given: object) -> list[str]:
    """The texts of the updates a poll brings."""
    return [update["message"]["text"] for update in await bot("getUpdates", **given)]


async def test_updates_come_again_until_a_later_offset_confirms_them(telegram: LocalTelegram, bot: RawBot) -> None:
    for word in ("one", "two", "three"):
        await telegram.say(5, word)
    updates = await bot("getUpdates", limit=2)
    assert [update["message"]["text"] for update in updates] == ["one", "two"]
    assert updates[0]["update_id"] < updates[1]["update_id"]
    assert await texts(bot) == ["one", "two", "three"]
    assert await texts(bot, offset=updates[1]["update_id"] + 1) == ["three"]
    assert await texts(bot) == ["three"]


async def test_a_negative_offset_keeps_only_the_newest(telegram: LocalTelegram, bot: RawBot) -> None:
    for word in ("one", "two", "three"):
        await telegram.say(5, word)
    assert await texts(bot, offset=-1) == ["three"]
    assert await texts(bot) == ["three"]


async def test_an_offset_far_ahead_of_all_updates_confirms_nothing(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "one")
    assert await texts(bot, offset=2_000_000_000) == ["one"]


async def test_a_long_poll_waits_and_wakes_for_news(telegram: LocalTelegram, bot: RawBot) -> None:
    polling = asyncio.create_task(texts(bot, timeout=20))
    await asyncio.sleep(0.05)
    assert not polling.done()
    await telegram.say(5, "news")
    assert await asyncio.wait_for(polling, 1) == ["news"]


async def test_a_long_poll_that_brings_nothing_ends_in_time(bot: RawBot) -> None:
    began = time.monotonic()
    assert await bot("getUpdates", timeout=1) == []
    assert 0.9 < time.monotonic() - began < 5


async def test_a_second_poller_ends_the_older_one(telegram: LocalTelegram, bot: RawBot) -> None:
    older = asyncio.create_task(bot.refused("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    newer = asyncio.create_task(texts(bot, timeout=20))
    said = "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    assert await asyncio.wait_for(older, 1) == said
    await telegram.say(5, "for the newer")
    assert await asyncio.wait_for(newer, 1) == ["for the newer"]


async def test_an_abandoned_poll_does_not_eat_what_comes(telegram: LocalTelegram, bot: RawBot) -> None:
    abandoned = asyncio.create_task(bot("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    abandoned.cancel()
    await telegram.say(5, "still here")
    assert await texts(bot, timeout=5) == ["still here"]


async def test_closing_ends_a_poll_that_waits(telegram: LocalTelegram, bot: RawBot) -> None:
    polling = asyncio.create_task(bot("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    await telegram.close()
    assert await asyncio.wait_for(polling, 1) == []


async def test_kinds_that_were_not_asked_for_do_not_come_and_the_choice_is_remembered(
    telegram: LocalTelegram, bot: RawBot
) -> None:
    await bot("getUpdates", allowed_updates=["callback_query"])
    await telegram.say(5, "unheard")
    await telegram.tap(5, 1, "x")
    assert [update.get("callback_query", {}).get("data") for update in await bot("getUpdates")] == ["x"]
    await bot("getUpdates", allowed_updates=[])
    await telegram.say(5, "heard")
    assert "message" in (await bot("getUpdates"))[-1]


async def test_a_tap_lives_150_seconds_and_a_message_a_day(telegram: LocalTelegram, bot: RawBot, hands: Hands) -> None:
    await telegram.say(5, "word")
    await telegram.tap(5, 1, "x")
    hands.ahead = 149
    assert len(await bot("getUpdates")) == 2
    hands.ahead = 151
    assert await texts(bot) == ["word"]
    hands.ahead = 24 * 3600 + 1
    assert await bot("getUpdates") == []


async def test_webhook_methods_say_that_there_is_none(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "word")
    assert await bot("getWebhookInfo") == {"url": "", "has_custom_certificate": False, "pending_update_count": 1}
    assert await bot("deleteWebhook")
    assert len(await bot("getUpdates")) == 1
    assert await bot("deleteWebhook", drop_pending_updates=True)
    assert await bot("getUpdates") == []


@pytest.mark.malformed
async def test_what_no_telegram_would_send_can_be_queued_for_a_test(telegram: LocalTelegram, bot: RawBot) -> None:
    number = telegram.put_raw_update({"message": {"nonsense": True}})
    assert await bot("getUpdates") == [{"update_id": number, "message": {"nonsense": True}}]

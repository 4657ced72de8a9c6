"""A person and a bot talk through the local chat."""

from __future__ import annotations

import asyncio

import pytest

from bot.localchat import LocalTelegram
from tests.localchat.raw import TOKEN, RawBot


async def test_a_person_writes_and_the_bot_answers(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "/start now")
    (update,) = await bot("getUpdates")
    assert update["message"]["text"] == "/start now"
    assert update["message"]["entities"] == [{"offset": 0, "length": 6, "type": "bot_command"}]
    await bot("sendMessage", chat_id=5, text="Welcome.", disable_notification=True)
    said, answered = telegram.messages(5)
    assert (said.by_bot, said.text) == (False, "/start now")
    assert (answered.by_bot, answered.text, answered.silent) == (True, "Welcome.", True)
    assert answered.id > said.id


async def test_a_tap_reaches_the_bot_and_its_answer_reaches_the_person(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "hello")
    keyboard = {"inline_keyboard": [[{"text": "Begin", "callback_data": "begin:1", "style": "success"}]]}
    await bot("sendMessage", chat_id=5, text="Ready?", reply_markup=keyboard)
    shown = telegram.messages(5)[-1]
    assert shown.button("Begin").style == "success"
    tap = await telegram.tap(5, shown.id, shown.button("Begin").data)
    query = (await bot("getUpdates"))[-1]["callback_query"]
    assert (query["data"], query["message"]["message_id"]) == ("begin:1", shown.id)
    assert tap.answer is None
    await bot("answerCallbackQuery", callback_query_id=query["id"], text="Here we go")
    assert (await tap.answered()).text == "Here we go"


async def test_a_tap_on_a_message_that_is_gone_still_reaches_the_bot(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "hello")
    await telegram.tap(5, 999, "begin:1")
    message = (await bot("getUpdates"))[-1]["callback_query"]["message"]
    assert (message["message_id"], message["date"]) == (999, 0)


async def test_a_person_taps_twice_and_the_bot_gets_two_queries(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "hello")
    await telegram.tap(5, 1, "x")
    await telegram.tap(5, 1, "x")
    first, second = [update["callback_query"]["id"] for update in (await bot("getUpdates"))[1:]]
    assert first != second


async def test_people_and_a_group_keep_their_messages_apart(telegram: LocalTelegram, bot: RawBot) -> None:
    telegram.person(5, first_name="Ada", language_code="de")
    await telegram.say(5, "mine")
    await telegram.say(6, "yours")
    await telegram.say(5, "/start", chat_id=-100)
    private, other, group = [update["message"] for update in await bot("getUpdates")]
    assert private["from"] == {"id": 5, "is_bot": False, "first_name": "Ada", "language_code": "de"}
    assert private["chat"] == {"id": 5, "type": "private", "first_name": "Ada"}
    assert other["chat"]["id"] == 6
    assert (group["chat"]["type"], group["from"]["id"]) == ("supergroup", 5)
    await bot("sendMessage", chat_id=-100, text="I speak in private chats only.")
    assert [message.text for message in telegram.messages(-100)] == ["/start", "I speak in private chats only."]
    assert [message.text for message in telegram.messages(5)] == ["mine"]


async def test_who_blocks_the_bot_is_out_of_reach_until_they_write_again(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "hello")
    await telegram.block(5)
    refused = await bot.refused("sendMessage", chat_id=5, text="Are you there?")
    assert refused == "403 Forbidden: bot was blocked by the user"
    await telegram.say(5, "/start")
    kinds = [next(key for key in update if key != "update_id") for update in await bot("getUpdates")]
    assert kinds == ["message", "my_chat_member", "my_chat_member", "message"]
    await bot("sendMessage", chat_id=5, text="Welcome back.")


async def test_a_person_clears_the_chat(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "hello")
    sent = await bot("sendMessage", chat_id=5, text="one")
    await telegram.erase(5)
    assert telegram.messages(5) == []
    refused = await bot.refused("editMessageText", chat_id=5, message_id=sent["message_id"], text="two")
    assert refused == "400 Bad Request: message to edit not found"


async def test_a_reply_carries_the_message_it_answers(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "hello")
    asked = await bot("sendMessage", chat_id=5, text="Which town?", reply_markup={"force_reply": True})
    assert "reply_markup" not in asked
    await telegram.say(5, "Oslo", reply_to=asked["message_id"])
    answer = (await bot("getUpdates"))[-1]["message"]
    assert answer["reply_to_message"]["text"] == "Which town?"


async def test_the_record_of_the_wire_has_requests_and_answers(telegram: LocalTelegram, bot: RawBot) -> None:
    wire = telegram.record(limit=2)
    for text in ("one", "two", "three"):
        await bot.refused("sendMessage", chat_id=9, text=text)
    assert [(call.method, call.parameters["text"], call.status) for call in wire] == [
        ("sendMessage", "two", 400),
        ("sendMessage", "three", 400),
    ]


@pytest.mark.malformed
async def test_a_parameter_telegram_does_not_know_is_ignored_but_noted(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "hello")
    await bot("sendMessage", chat_id=5, text="x", disable_notifications=True)
    assert telegram.unknown == {("sendMessage", "disable_notifications")}
    assert telegram.messages(5)[-1].silent is False


async def test_every_way_to_send_parameters_is_understood(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "hello")
    address = f"/bot{TOKEN}/sendMessage"
    keyboard = '{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}'
    await bot.http.get(address, params={"chat_id": 5, "text": "query", "reply_markup": keyboard})
    await bot.http.post(address, data={"chat_id": 5, "text": "form", "disable_notification": "true"})
    await bot.http.post(address, files={"chat_id": (None, "5"), "text": (None, "multipart")})
    await bot.http.post(address.replace("sendMessage", "SENDMESSAGE"), json={"chat_id": "5", "text": "json"})
    assert [message.text for message in telegram.messages(5)[1:]] == ["query", "form", "multipart", "json"]
    assert telegram.messages(5)[1].button("a").data == "b"
    assert telegram.messages(5)[2].silent


async def test_tap_and_answer_meet_while_the_bot_polls(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(5, "hello")

    async def answer_taps() -> None:
        offset = 0
        while True:
            for update in await bot("getUpdates", offset=offset, timeout=5):
                offset = update["update_id"] + 1
                if query := update.get("callback_query"):
                    await bot("answerCallbackQuery", callback_query_id=query["id"])
                    return

    polling = asyncio.create_task(answer_taps())
    tap = await telegram.tap(5, 1, "x")
    assert (await tap.answered(within=2)).text == ""
    await polling

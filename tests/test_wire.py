"""aiogram notices what is wrong on the wire, on either side, and the test is failed in which it was said."""

from __future__ import annotations

from typing import Any

import pytest

from bot.localchat.parameters import Upload
from bot.localchat.wire import Call
from tests.wire import read

pytest_plugins = ["pytester"]

CHAT = {"id": 5, "type": "private", "first_name": "Ada"}
MESSAGE = {"message_id": 1, "date": 1_700_000_000, "chat": CHAT, "text": "One 🙂 two"}
SEND = {"chat_id": 5, "text": "x"}
REFUSED = {"ok": False, "error_code": 400, "description": "Bad Request: no"}


def complaints(method: str, parameters: dict[str, Any], answer: dict[str, Any], status: int = 200) -> list[str]:
    """What aiogram has against a call."""
    return list(read(Call(method, parameters, status, answer, 0.0)))


def button(**more: Any) -> dict[str, Any]:
    return {**SEND, "reply_markup": {"inline_keyboard": [[{"text": "Go", **more}]]}}


@pytest.mark.parametrize(
    ("method", "given", "result"),
    [
        ("sendMessage", {"chat_id": "5", "text": "<b>" + "&amp;" * 4096 + "</b>", "parse_mode": "HTML"}, MESSAGE),
        ("sendMessage", button(callback_data="ü" * 32, style="danger"), MESSAGE),
        (
            "sendMessage",
            {**SEND, "reply_markup": '{"inline_keyboard": [[{"text": "a", "url": "https://a.org"}]]}'},
            MESSAGE,
        ),
        ("sendmessage", {**SEND, "disable_notification": "true", "entities": "[]"}, MESSAGE),
        ("sendVoice", {"chat_id": 5, "voice": "attach://a", "a": Upload("a.ogg", "", b"x"), "duration": "74"}, MESSAGE),
        ("getUpdates", {"timeout": "25", "allowed_updates": '["message"]'}, [{"update_id": 7, "message": MESSAGE}]),
        ("deleteMessages", {"chat_id": 5, "message_ids": "[1, 2]"}, True),
    ],
)
def test_what_is_well_said_has_no_complaints(method: str, given: dict[str, Any], result: Any) -> None:
    assert complaints(method, given, {"ok": True, "result": result}) == []


@pytest.mark.parametrize(
    ("method", "given", "complaint"),
    [
        ("sendEverything", {}, "aiogram knows no such method"),
        ("sendMessage", {"chat_id": 5}, "text: Field required"),
        ("sendMessage", {**SEND, "quietly": True}, "aiogram knows no quietly"),
        ("sendMessage", {**SEND, "a": Upload("a.ogg", "", b"x")}, "aiogram knows no a"),
        (
            "sendMessage",
            {**SEND, "disable_notification": "maybe"},
            "disable_notification: Input should be a valid boolean",
        ),
        ("sendMessage", {**SEND, "reply_markup": "["}, "reply_markup is no JSON"),
        ("sendMessage", {**SEND, "parse_mode": "Wiki"}, "parse_mode can't be 'Wiki'"),
        ("sendMessage", {**SEND, "text": "x" * 4097}, "text has 4097 characters: 1 to 4096"),
        ("sendMessage", button(callback_data="ü" * 33), "callback_data has 66 bytes: 1 to 64"),
        ("sendMessage", button(callback_data="x", style="purple"), "style can't be 'purple'"),
        ("sendMessage", button(callback_data="x", colour="red"), "knows no reply_markup.inline_keyboard[0][0].colour"),
        ("sendMessage", button(), "does not do exactly one thing"),
        ("sendVoice", {"chat_id": 5, "voice": "V1", "caption": "x" * 1025}, "caption has 1025 characters: 0 to 1024"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "text has 201 characters: 0 to 200"),
        ("deleteMessages", {"chat_id": 5, "message_ids": [1] * 101}, "message_ids has 101 identifiers: 1 to 100"),
        ("sendChatAction", {"chat_id": 5, "action": "sleeping"}, "action can't be 'sleeping'"),
        ("getUpdates", {"limit": 101}, "limit has 101 : 1 to 100"),
        ("getUpdates", {"allowed_updates": ["massage"]}, "allowed_updates can't be 'massage'"),
        (
            "setMyCommands",
            {"commands": [{"command": "x" * 33, "description": "x"}]},
            "command has 33 characters: 1 to 32",
        ),
        ("setMyShortDescription", {"short_description": "x" * 121}, "short_description has 121 characters: 0 to 120"),
    ],
)
def test_what_no_bot_should_say_is_noticed(method: str, given: dict[str, Any], complaint: str) -> None:
    (told,) = complaints(method, given, REFUSED, 400)
    assert complaint in told


@pytest.mark.parametrize(
    ("method", "result", "complaint"),
    [
        ("sendMessage", {**MESSAGE, "chat": {"id": 5}}, "result.chat.type: Field required"),
        ("sendMessage", {**MESSAGE, "mood": "calm"}, "aiogram knows no result.mood"),
        ("sendMessage", {**MESSAGE, "message_id": "1"}, "result.message_id is '1' and is read as '1'"),
        ("sendMessage", {**MESSAGE, "chat": {**CHAT, "type": "tribe"}}, "result.chat.type can't be 'tribe'"),
        (
            "sendMessage",
            {**MESSAGE, "entities": [{"type": "bold", "offset": 4, "length": 7}]},
            "bold at 4 with 7 lies beside the text",
        ),
        ("sendMessage", {**MESSAGE, "entities": [{"type": "loud", "offset": 0, "length": 1}]}, "type can't be 'loud'"),
        ("sendChatAction", "yes", "result is 'yes' and is read as 'True'"),
        ("getUpdates", [{"update_id": 7}], "result[0] tells of no event"),
        ("getUpdates", [{"update_id": 7, "message": {"chat": CHAT}}], "result.0.message.message_id: Field required"),
    ],
)
def test_what_telegram_would_not_answer_is_noticed(method: str, result: Any, complaint: str) -> None:
    given = {"sendMessage": SEND, "sendChatAction": {"chat_id": 5, "action": "typing"}}.get(method, {})
    assert complaint in "\n".join(complaints(method, given, {"ok": True, "result": result}))


def test_an_answer_has_one_of_two_forms() -> None:
    for status, body in (
        (200, {"ok": True}),
        (400, {"ok": True, "result": MESSAGE}),
        (403, {"ok": False, "error_code": 400, "description": "Bad Request"}),
        (400, {"ok": False, "error_code": 400}),
        (400, {"ok": False, "error_code": 400, "description": "Bad Request", "result": MESSAGE}),
    ):
        assert any("no answer of the Bot API" in told for told in complaints("sendMessage", SEND, body, status))


TOLD = """
import httpx, pytest
from bot.localchat import Clock, LocalTelegram, create_app

async def say(**given):
    telegram = LocalTelegram(":memory:", token="1:x", clock=Clock())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(telegram))) as client:
        await client.post("http://127.0.0.1/bot1:x/setMyName", json=given)
    await telegram.close()

async def test_well_said(): await say(name="Ada")
async def test_badly_said(): await say(nome="Ada")
async def test_said_after_it(): await say(name="Eve")
@pytest.mark.malformed
async def test_badly_said_on_purpose(): await say(nome="Ada")
@pytest.mark.malformed
async def test_on_purpose_for_nothing(): await say(name="Ada")
"""


@pytest.mark.malformed
def test_the_test_is_failed_in_which_it_was_said_and_the_run_tells_how_much_was_read(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_said=TOLD)
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    run = pytester.runpytest_inprocess("-p", "tests.conftest", "-p", "no:cacheprovider", "-p", "no:xdist")
    run.assert_outcomes(passed=5, errors=2)
    run.stdout.fnmatch_lines_random(
        [
            "setMyName: aiogram knows no nome",
            "wire: aiogram read 5 calls of 1 methods; 2 tests are malformed on purpose",
            "ERROR test_said.py::test_badly_said - *",
            "ERROR test_said.py::test_on_purpose_for_nothing - *",
        ]
    )

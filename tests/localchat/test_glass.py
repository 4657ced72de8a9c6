"""The workshop's glass, over raw HTTP: nobody without the key sees anything, and nobody at all sees the token."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.localchat import Fault, LocalTelegram, flood, lost
from bot.localchat.telegram import LocalTelegram as Telegram
from tests.localchat.raw import TOKEN, Hands, RawBot

YOU, ANNA = 1001, 2002
PATHS = ("held", "outline", "story", "wire")


class Glass:
    """What the page asks for."""

    def __init__(self, http: httpx.AsyncClient, telegram: Telegram) -> None:
        self._http, self._key = http, telegram.page_key

    async def __call__(self, path: str, **query: Any) -> Any:
        answer = await self._http.get(f"/workshop/{path}", params={"key": self._key, **query})
        assert answer.status_code == 200
        return answer.json()

    async def methods(self, **query: Any) -> list[str]:
        return [call["method"] for call in await self("wire", **query)]


@pytest.fixture
def glass(http: httpx.AsyncClient, telegram: LocalTelegram) -> Glass:
    return Glass(http, telegram)


@pytest.mark.parametrize("path", [*PATHS, "wire/clear"])
async def test_it_needs_the_key(http: httpx.AsyncClient, path: str) -> None:
    method = "POST" if "/" in path else "GET"
    for key in ("", "?key=wrong", f"?key={TOKEN}"):
        answer = await http.request(method, f"/workshop/{path}{key}", headers={"origin": "http://127.0.0.1:8000"})
        assert answer.status_code == 403


@pytest.mark.parametrize("path", ["held", "outline"])
async def test_without_a_bot_that_could_tell_there_is_nothing(glass: Glass, path: str) -> None:
    assert await glass(path) is None


# ── the wire ──────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_each_request_is_there_with_its_answer_and_how_long_it_took(glass: Glass, bot: RawBot) -> None:
    await bot("getMe")
    (call,) = await glass("wire")
    assert (call["number"], call["method"], call["status"], call["note"]) == (1, "getMe", 200, "")
    assert call["answer"]["result"]["username"] == "easeback_local_bot"
    assert 0 <= call["took"] < 5


async def test_of_a_file_there_is_its_name_kind_and_size(
    glass: Glass, bot: RawBot, telegram: LocalTelegram, note: bytes
) -> None:
    await telegram.say(YOU, "hello")
    await bot.send_voice(YOU, note)
    call = (await glass("wire"))[-1]
    assert call["given"]["voice"] == {"file": "step.ogg", "kind": "audio/ogg", "bytes": len(note)}


async def test_the_token_is_never_shown_not_even_where_the_bot_says_it(
    http: httpx.AsyncClient, glass: Glass, bot: RawBot, telegram: LocalTelegram
) -> None:
    await telegram.say(YOU, "hello")
    await bot("sendMessage", chat_id=YOU, text=f"my token is {TOKEN}")
    answer = await http.get("/workshop/wire", params={"key": telegram.page_key})
    assert TOKEN not in answer.text
    assert "my token is <token>" in answer.text


async def test_polls_that_brought_nothing_are_there_for_who_asks(
    glass: Glass, bot: RawBot, telegram: LocalTelegram
) -> None:
    await bot("getUpdates")
    assert await glass.methods() == []
    await telegram.say(YOU, "hello")
    await bot("getUpdates")
    assert await glass.methods() == ["getUpdates"]
    assert await glass.methods(idle="yes") == ["getUpdates"] * 2


async def test_one_chat_alone_with_its_taps_and_their_answers(
    glass: Glass, bot: RawBot, telegram: LocalTelegram
) -> None:
    await telegram.say(YOU, "hello")
    await telegram.say(ANNA, "hello")
    await bot("getUpdates", offset=400_000_003)
    await bot("sendMessage", chat_id=ANNA, text="hello Anna")
    sent = await bot("sendMessage", chat_id=str(YOU), text="hello you")
    tap = await telegram.tap(YOU, sent["message_id"], "x")
    await bot("getUpdates")
    await bot("answerCallbackQuery", callback_query_id=tap.query)
    await bot("getMe")
    assert await glass.methods(chat="this") == ["sendMessage", "getUpdates", "answerCallbackQuery"]
    assert await glass.methods(chat="this", person=ANNA) == ["sendMessage"]
    assert len(await glass.methods()) == 5


async def test_by_method_in_pages_and_what_is_new(glass: Glass, bot: RawBot) -> None:
    for _ in range(130):
        await bot("getMe")
    await bot("getWebhookInfo")
    newest = await glass("wire")
    assert len(newest) == 100
    assert newest[-1]["number"] == 131
    earlier = await glass("wire", before=newest[0]["number"])
    assert [call["number"] for call in earlier] == list(range(1, 32))
    assert await glass.methods(after=130) == ["getWebhookInfo"]
    assert await glass.methods(after=131) == []
    assert await glass.methods(method="webhook") == ["getWebhookInfo"]


async def test_no_more_than_500_are_remembered_and_clearing_forgets_them(
    http: httpx.AsyncClient, glass: Glass, bot: RawBot, telegram: LocalTelegram
) -> None:
    for _ in range(110):
        await bot("getUpdates")
    for _ in range(410):
        await bot("getMe")
    assert [call["number"] for call in await glass("wire", before=123)] == [121, 122]
    assert [call["number"] for call in await glass("wire", before=13, idle="yes")] == [11, 12]
    own = {"origin": "http://127.0.0.1:8000"}
    await http.post("/workshop/wire/clear", params={"key": telegram.page_key}, headers=own)
    assert await glass("wire") == []
    await bot("getMe")
    assert [call["number"] for call in await glass("wire")] == [521]


async def test_what_a_trouble_did_to_a_request_is_told(
    http: httpx.AsyncClient, glass: Glass, bot: RawBot, telegram: LocalTelegram
) -> None:
    faults = [flood(3), lost(after=True), lost(after=False)]

    async def next_one(method: str, given: object) -> Fault | None:
        return faults.pop(0) if faults else None

    telegram.fault = next_one
    await telegram.say(YOU, "hello")
    assert await bot.refused("sendMessage", chat_id=YOU, text="a") == "429 Too Many Requests: retry after 3"
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            await bot("sendMessage", chat_id=YOU, text="b")
    told = [(call["status"], call["note"]) for call in await glass("wire")]
    assert told == [
        (429, "a trouble that was switched on: it was not carried out"),
        (0, "the connection broke: it was carried out, but its answer was lost"),
        (0, "the connection broke: it was not carried out"),
    ]
    assert [message.text for message in telegram.messages(YOU)] == ["hello", "b"]


# ── the story ─────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_the_story_begins_with_the_last_start_or_where_it_is_told_to(
    glass: Glass, bot: RawBot, telegram: LocalTelegram
) -> None:
    assert (await glass("story"))["text"] == ""
    await telegram.say(YOU, "before")
    await telegram.say(YOU, "/start")
    await telegram.say(ANNA, "of somebody else")
    await bot("sendMessage", chat_id=YOU, text="Good morning.")
    found = await glass("story")
    assert '"before"' not in found["text"]
    assert 'await bot.say("/start")\n    await bot.sees("Good morning.")' in found["text"]
    assert "somebody else" not in found["text"]
    assert "What came before this is not in it" in found["text"]
    await telegram.say(YOU, "after that")
    later = await glass("story", after=found["last"], epoch=found["epoch"])
    assert 'await bot.say("after that")' in later["text"]
    assert "/start" not in later["text"]
    other_run = await glass("story", after=found["last"], epoch="another run of the server")
    assert "/start" in other_run["text"]


async def test_a_story_says_the_language_the_speed_and_what_there_is_no_call_for(
    glass: Glass, telegram: LocalTelegram
) -> None:
    telegram.person(YOU, language_code="de")
    await telegram.say(YOU, "/start")
    telegram.clock.set_speed(20)
    telegram.clock.set_speed(20)
    telegram.note_act("trouble", None, kind="lost\nimport os", until="soon")
    text = (await glass("story"))["text"]
    assert 'bot.telegram.person(YOU, language_code="de")' in text
    assert "import YOU, House" in text
    assert text.count("bot.clock.set_speed(20)") == 1
    assert "    # here: trouble (kind lost\\nimport os, until soon)\n" in text
    compile(text, "story", "exec")


async def test_whatever_is_said_can_not_leave_its_quotes(glass: Glass, telegram: LocalTelegram) -> None:
    said = '"); import os  # \\" \\\n\r\u2028\u202e\x00\ud800 end' + "ab" * 200
    await telegram.say(YOU, said)
    text = (await glass("story"))["text"]
    names: dict[str, Any] = {}
    exec(compile(text, "story", "exec"), names)  # noqa: S102 - to see that it says what was said
    heard: list[str] = []

    class Bot:
        async def say(self, words: str) -> None:
            heard.append(words)

    await names["test_a_story"](Bot())
    assert heard == [said]
    assert text.isprintable() or set(filter(lambda char: not char.isprintable(), text)) == {"\n"}


async def test_time_that_was_skipped_is_skipped_with_what_went_by_before_it(
    glass: Glass, telegram: LocalTelegram, hands: Hands
) -> None:
    await telegram.say(YOU, "/start")
    hands.ahead += 20
    telegram.note_act("skip", None, seconds=600.0)
    (line,) = [line for line in (await glass("story"))["text"].splitlines() if "skip" in line]
    seconds = float(line.removeprefix("    bot.clock.skip(").removesuffix(")"))
    assert 620 <= seconds < 622


async def test_a_trouble_that_is_switched_on_is_in_the_story(
    http: httpx.AsyncClient, glass: Glass, telegram: LocalTelegram
) -> None:
    await telegram.say(YOU, "/start")
    own = {"origin": "http://127.0.0.1:8000"}
    given = {"kind": "down", "on": True, "here": True}
    answer = await http.post("/workshop/trouble", params={"key": telegram.page_key}, headers=own, json=given)
    assert answer.status_code == 204
    assert "    # here: trouble (kind down, on True)\n" in (await glass("story"))["text"]

"""Anything at all as an update, and as a whole answer: it stops nobody, skips nothing, and no word of it is logged.

Some hundred examples here; `pytest tests/chat/test_malformed.py --hypothesis-profile=long` takes 10,000 of each.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat.answers import Answers
from bot.chat.flood import HANDLE
from bot.chat.messenger import Incoming, Messenger, Word
from bot.chat.polling import Polling
from bot.chat.rate import Rate
from bot.chat.reply import Reply
from bot.chat.turns import Turns
from bot.clock import SystemClock
from bot.localchat import Clock, Fault, LocalTelegram, create_app
from bot.store.chats import open_store
from bot.store.secrets import find_keys
from tests.chat.test_flood import LIBRARY
from tests.conversations.conftest import TOKEN, YOU

EXAMPLES = max(150, settings.default.max_examples if settings.default else 0)
OTHER = 2002
PRIVATE, GROUP = {"id": YOU, "type": "private"}, {"id": -5, "type": "supergroup", "title": "x"}
FROM = {"id": YOU, "is_bot": False, "first_name": "You"}
MESSAGE = {"message_id": 9, "date": 0, "chat": PRIVATE, "from": FROM, "text": "stop"}

texts = st.text(st.characters(exclude_categories=()), max_size=8)
"""With NUL, marks of direction and halves of surrogate pairs."""
atoms = st.none() | st.booleans() | st.integers() | st.floats() | texts
anything = st.recursive(atoms, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
kinds = st.sampled_from(["message", "callback_query", "my_chat_member", "channel_post", "edited_message", "poll"])


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """An update like a true one, in which anything stands somewhere."""
    tap = {"id": "4", "from": FROM, "chat_instance": "1", "message": MESSAGE, "data": "done:7"}
    member = {"chat": PRIVATE, "from": FROM, "date": 0}
    true: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"message": MESSAGE},
                {"message": {**MESSAGE, "chat": GROUP, "text": "/start"}},
                {"message": {**MESSAGE, "forward_origin": {"type": "hidden_user", "date": 0, "sender_user_name": "x"}}},
                {"channel_post": {**MESSAGE, "chat": {**GROUP, "type": "channel"}}},
                {"callback_query": tap},
                {"my_chat_member": {**member, "new_chat_member": {"user": FROM, "status": "kicked", "until_date": 0}}},
            ]
        )
    )
    return draw(_spoil(true))


@st.composite
def _spoil(draw: st.DrawFn, value: dict[str, Any]) -> dict[str, Any]:
    key = draw(st.sampled_from(sorted(value)))
    inner = value[key]
    deeper = isinstance(inner, dict) and draw(st.integers(0, 3)) > 0
    return {**value, key: draw(_spoil(inner) if deeper else anything)}


updates = spoilt() | st.dictionaries(kinds, anything, min_size=1, max_size=2)


@dataclass
class Line:
    """Polling, real turns and a real store, behind the local chat."""

    telegram: LocalTelegram
    polling: Polling
    file: Path
    taken: list[Incoming] = field(default_factory=list)
    result: list[Any] = field(default_factory=list)
    """Whole results that the next polls bring instead of the true one."""

    async def fault(self, method: str, _: object) -> Fault | None:
        if method.lower() == "getupdates" and self.result:
            return Fault(status=200, body={"ok": True, "result": self.result.pop()})
        return None

    async def hears(self, text: str) -> None:
        """Another person is heard, now."""
        before = len(self.taken)
        await self.telegram.say(OTHER, text)
        assert await self.polling.poll_once(0)
        heard = [came.text for came in self.taken[before:] if isinstance(came, Word) and came.chat == OTHER]
        assert heard == [text]
        self.taken.clear()

    def parked(self) -> list[str]:
        with closing(sqlite3.connect(self.file)) as database:
            return [error for (error,) in database.execute("SELECT error FROM parked")]


@pytest.fixture(scope="module")
async def line(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    home = tmp_path_factory.mktemp("malformed")
    telegram, clock = LocalTelegram(":memory:", token=TOKEN, clock=Clock()), SystemClock()
    messenger = Messenger(TOKEN, "http://127.0.0.1", httpx.ASGITransport(app=create_app(telegram)))
    store = await open_store(None, find_keys(None, home), home)
    await messenger.me()
    turns = Turns(store, clock, lambda: LIBRARY, lambda _: None)
    answers = Answers(messenger, Rate(1000, clock), clock)

    async def take(came: Incoming) -> Reply | None:
        reply = await turns.take(came)
        line.taken.append(came)
        return reply

    polling = Polling(messenger, take, turns.park, answers, lambda _: HANDLE, wait=0)
    line = Line(telegram, polling, home / "easeback.db")
    telegram.fault = line.fault
    yield line
    await answers.finish(2)
    await store.close()
    await messenger.close()
    await telegram.close()


def nobody_is_named(lines: list[Any]) -> None:
    """Every line of the log, and every note of what was parked, is made of our own words."""
    for entry in lines:
        assert set(entry) <= {"event", "log_level", "error", "where", "kind", "why"}
        assert re.fullmatch(r"[\w' ]+(; trying again)?", entry["event"])
        assert re.fullmatch(r"\w*", entry.get("error", ""))
        assert re.fullmatch(r"([\w.]+\.py:\d+|unknown)?", entry.get("where", ""))
        assert entry.get("why", "") in ("", "no list", "no updates")


each = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.malformed
@each
@given(update=updates)
async def test_any_json_as_an_update_stops_nobody(line: Line, update: dict[str, Any]) -> None:
    with structlog.testing.capture_logs() as lines:
        line.telegram.put_raw_update(update)
        await line.hears("hello")
    nobody_is_named(lines)


@pytest.mark.malformed
@each
@given(result=anything | st.lists(anything, max_size=4))
async def test_any_json_as_a_whole_result_is_a_poll_that_failed_at_most(line: Line, result: Any) -> None:
    with structlog.testing.capture_logs() as lines:
        line.result.append(result)
        await line.polling.poll_once(0)
        await line.hears("hello")
    nobody_is_named(lines)


@pytest.mark.malformed
async def test_what_was_parked_is_a_kind_and_a_place(line: Line) -> None:
    line.telegram.put_raw_update({"message": {"message_id": "my name is Hildegard"}})
    await line.hears("hello")
    assert line.parked()
    assert all(re.fullmatch(r"\w+ [\w.]+\.py:\d+", error) for error in line.parked())


ODD = {
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd\u202c \u200f",
    "NUL": "st\0op\0",
    "half a pair": "\ud83d ouch \ude00",
    "HTML": "<b>stop</b><script>alert(1)</script>&amp;",
    "4,096 characters": "\u0130" * 4096,
    "words without an end": "it hurts " * 455,
    "other digits": "\u0664",
    "nothing": "",
    "a command of nothing": "/",
    "blanks": "\u2003\n\t",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
async def test_odd_texts_are_words_like_others(line: Line, text: str) -> None:
    before = line.parked()
    with structlog.testing.capture_logs() as lines:
        for more in ({}, {"edit_date": 1}, {"forward_date": 1}):
            line.telegram.put_raw_update({"message": {**MESSAGE, "text": text, **more}})
        line.telegram.put_raw_update({"message": {**MESSAGE, "text": f"/start {text}", "chat": GROUP}})
        line.telegram.put_raw_update({"edited_message": {**MESSAGE, "text": text}})
        await line.hears("hello")
    assert lines == []
    assert line.parked() == before


async def test_what_is_tapped_may_be_any_text(line: Line) -> None:
    before = line.parked()
    with structlog.testing.capture_logs() as lines:
        for data in (*ODD.values(), ":", ":::", "done:", "done:\ud800", "menu:", "score.99999:1", "hurts:-1"):
            await line.telegram.tap(YOU, 10**9, data)
        await line.hears("hello")
    assert lines == []
    assert line.parked() == before

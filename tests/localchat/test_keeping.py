"""The chat outlives its process; its clock goes on and never back."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.localchat import Clock, LocalTelegram, create_app
from bot.localchat.clock import MARK_EVERY, Mark, resume
from tests.localchat.raw import TOKEN, Hands, RawBot


class Hand:
    """A real clock that stands still unless it is moved."""

    def __init__(self, at: float = 1_700_000_000.0) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


async def test_everything_is_there_after_a_restart(tmp_path: Path, note: bytes) -> None:
    path = tmp_path / "folder" / "chat.db"

    def opened() -> tuple[LocalTelegram, RawBot]:
        telegram = LocalTelegram(path, token=TOKEN, clock=Clock())
        transport = httpx.ASGITransport(app=create_app(telegram))
        return telegram, RawBot(httpx.AsyncClient(transport=transport, base_url="http://localhost"))

    telegram, bot = opened()
    telegram.person(5, first_name="Ada")
    await telegram.say(5, "/start")
    voice = (await bot.send_voice(5, note, caption="hello", disable_notification="true"))["result"]["voice"]
    await bot("setMyCommands", commands=[{"command": "help", "description": "Help"}])
    tap = await telegram.tap(5, 2, "x")
    key, last = telegram.page_key, (await bot("getUpdates"))[-1]["update_id"]
    await bot.http.aclose()
    await telegram.close()

    telegram, bot = opened()
    assert [(message.id, message.text, message.kind, message.silent) for message in telegram.messages(5)] == [
        (1, "/start", "text", True),
        (2, "hello", "voice", True),
    ]
    assert [update["update_id"] for update in await bot("getUpdates")] == [last - 1, last]
    assert await bot("answerCallbackQuery", callback_query_id=tap.query)
    assert await bot("getMyCommands") == [{"command": "help", "description": "Help"}]
    assert (await bot("sendVoice", chat_id=5, voice=voice["file_id"]))["message_id"] == 3
    assert telegram.page_key == key
    assert path.stat().st_mode & 0o077 == 0
    await bot.http.aclose()
    await telegram.close()


async def test_ids_are_not_used_again_after_a_deletion_and_a_restart(tmp_path: Path) -> None:
    for expected in (1, 2):
        telegram = LocalTelegram(tmp_path / "chat.db", token=TOKEN, clock=Clock())
        assert (await telegram.say(5, "word")).id == expected
        await telegram.erase(5)
        await telegram.close()


def test_time_stays_continuous_when_its_speed_changes() -> None:
    real = Hand()
    clock, heard = Clock(real=real), []
    clock.on_change(lambda: heard.append(clock.speed))
    began = clock.now()
    real.at += 10
    clock.set_speed(60)
    assert (clock.now() - began).total_seconds() == 10
    real.at += 10
    assert (clock.now() - began).total_seconds() == pytest.approx(610)
    clock.set_speed(1)
    real.at += 5
    assert (clock.now() - began).total_seconds() == pytest.approx(615)
    assert heard == [60, 1]


@pytest.mark.parametrize("speed", [0.99, 0, -1, 60.1, float("nan"), float("inf")])
def test_other_speeds_are_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="from 1 to 60"):
        Clock().set_speed(speed)


async def test_the_clock_goes_on_at_its_speed_and_at_one_while_nobody_ran_it(tmp_path: Path) -> None:
    real = Hand()
    clock = Clock(real=real)
    telegram = LocalTelegram(tmp_path / "chat.db", token=TOKEN, clock=clock)
    clock.set_speed(10)
    real.at += 30
    stood = clock.now()
    await telegram.close()
    real.at += 3600
    clock = Clock(real=real)
    telegram = LocalTelegram(tmp_path / "chat.db", token=TOKEN, clock=clock)
    assert clock.speed == 10
    assert (clock.now() - stood).total_seconds() == pytest.approx(3600)
    await telegram.close()


@given(st.floats(1, 60), st.lists(st.floats(0, 3), max_size=8), st.floats(0, 5))
def test_a_kill_never_turns_time_back(speed: float, passed: list[float], off: float) -> None:
    real, marks = Hand(), []
    clock = Clock(real=real)
    clock.keep_with(marks.append, None)
    clock.set_speed(speed)
    told = [clock.now()]
    for seconds in passed:
        real.at += seconds
        told.append(clock.now())
    assert told == sorted(told)
    real.at += off  # killed: no last mark
    after = Clock(real=real)
    after.keep_with(lambda mark: None, marks[-1])
    assert after.now() >= told[-1]
    assert (after.now() - told[-1]).total_seconds() <= MARK_EVERY * speed + off + 1e-3


def test_a_real_clock_that_was_set_back_does_not_turn_virtual_time_back() -> None:
    last = Mark(real=1000.0, virtual=5000.0, speed=10.0, ended=True)
    assert resume(last, real=900.0).virtual == 5000.0


async def test_dates_of_messages_are_of_the_virtual_clock(hands: Hands, telegram: LocalTelegram, bot: RawBot) -> None:
    telegram.clock.set_speed(60)
    said = await telegram.say(5, "now")
    hands.ahead = 60
    sent = await bot("sendMessage", chat_id=5, text="an hour later")
    assert 3590 <= sent["date"] - said.body["date"] <= 3700

"""500 messages from one person: "slow down" once, then silence; nobody else is slowed, and what matters is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from bot import app
from bot.chat import flood
from bot.chat.flood import AT_ONCE, CALM, SPINNING, Flood, Verdict
from bot.chat.messenger import Elsewhere, Left, Nothing, Tap, Word
from bot.guide.library import Library
from bot.localchat import Fault
from tests.chat.test_delivery import queries, to_breathe
from tests.conversations.conftest import YOU, House
from tests.notes import CONTENT

NOON = 1_800_000_000.0
SLOW_DOWN = "That was a lot at once."
CONTENT_READ, WORDS = app.read_content(CONTENT)
LIBRARY = Library(
    content=CONTENT_READ, words=WORDS, voices={}, ready=(), work=0.0, late_after=app.LATE, twice_within=app.TWICE
)


class Gate:
    """A flood's judge, and somebody who writes and taps."""

    def __init__(self) -> None:
        self.flood, self.now, self.number = Flood(lambda: LIBRARY), NOON, 0

    def word(self, text: str = "hello", chat: int = YOU) -> Verdict:
        self.number += 1
        came = Word(update=self.number, chat=chat, message=self.number, text=text, language="de-AT")
        return self.flood.judge(came, self.now)

    def tap(self, data: str = "done:7", chat: int = YOU) -> Verdict:
        self.number += 1
        came = Tap(update=self.number, chat=chat, message=1, data=data, query=str(self.number), language="")
        return self.flood.judge(came, self.now)

    def loud(self) -> Gate:
        """As much at once as nobody may."""
        for _ in range(100):
            self.word()
        return self


# ── who never meets it ────────────────────────────────────────────────────────────────────────────────────────────────
def test_eleven_steps_tapped_through_each_of_them_three_times_are_no_flood() -> None:
    gate = Gate()
    for _ in range(11):
        assert all(gate.tap().handle for _ in range(3))
        gate.now += 1


def test_ten_messages_in_ten_seconds_and_two_taps_each_second_can_go_on_for_ever() -> None:
    for each in (1, 2):
        gate = Gate()
        for _ in range(3600):
            assert all(gate.tap().handle for _ in range(each))
            gate.now += 1


def test_who_leaves_and_what_says_nothing_is_always_handled() -> None:
    gate = Gate().loud()
    assert gate.flood.judge(Left(update=1, chat=YOU), gate.now).handle
    assert gate.flood.judge(Nothing(update=1), gate.now).handle


# ── a flood ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_five_hundred_at_once_are_told_to_slow_down_once_and_then_nothing() -> None:
    gate = Gate()
    verdicts = [gate.word() for _ in range(500)]
    assert sum(verdict.handle for verdict in verdicts) == AT_ONCE
    (reply,) = [verdict.reply for verdict in verdicts if verdict.reply]
    assert reply.chat == YOU
    assert reply.text.startswith(SLOW_DOWN)


def test_it_is_over_after_some_quiet_seconds_and_not_while_they_go_on() -> None:
    gate = Gate().loud()
    for _ in range(60):
        gate.now += 0.4
        assert not gate.word().handle
    gate.now += CALM / flood.A_SECOND - 0.1
    assert not gate.word().handle
    gate.now += 1
    assert gate.word().handle
    assert sum(verdict.reply is not None for verdict in (gate.word() for _ in range(100))) == 1, "told anew"


def test_nobody_else_meets_it() -> None:
    gate = Gate().loud()
    assert gate.word(chat=2002).handle
    assert gate.tap(chat=2002).handle


@pytest.mark.parametrize(
    "text",
    ["It hurts!", "ouch", "stop", "/stop", "/forget", "pause", "I can't go on, I want to die", "/forget@easeback_bot"],
)
def test_what_must_not_be_refused_is_handled_in_a_flood_and_its_echo_in_the_same_second_is_not(text: str) -> None:
    gate = Gate().loud()
    assert gate.word(text).handle
    assert not any(gate.word(text).handle for _ in range(50))
    gate.now += 1
    assert gate.word(text).handle


def test_in_a_flood_each_kind_is_handled_beside_the_others() -> None:
    gate = Gate().loud()
    assert all(gate.word(text).handle for text in ("it hurts", "stop", "/forget"))
    assert all(gate.tap(f"{action}:7").handle for action in ("sharp", "erase"))


@pytest.mark.parametrize("action", ["hurts", "stop", "end", "pause", "erase", "sharp", "leave", "none", "now", "see"])
def test_a_button_that_must_not_be_refused_acts_in_a_flood(action: str) -> None:
    gate = Gate().loud()
    assert gate.tap(f"{action}:7").handle
    assert not gate.tap(f"{action}:8").handle


def test_erase_all_on_the_page_of_privacy_is_let_through_as_forget_is() -> None:
    gate = Gate().loud()
    assert not gate.tap("menu:settings").handle
    assert gate.tap("menu:forget").handle


def test_every_button_of_what_is_asked_when_it_hurts_is_let_through() -> None:
    asked = {"hurts", "twin", "leave", "sharp", "end", "none", "unsure", "now", "see", "return", "erase", "keep"}
    assert asked <= flood.LET_THROUGH


def test_the_flood_that_begins_with_a_cry_is_told_to_slow_down_all_the_same() -> None:
    gate = Gate()
    for _ in range(int(AT_ONCE)):
        gate.word()
    assert gate.word("it hurts").handle
    assert gate.word().reply is not None


def test_dropped_taps_stop_spinning_within_a_rate() -> None:
    gate = Gate().loud()
    replies = [gate.tap().reply for _ in range(50)]
    assert [reply.text for reply in replies if reply] == [""] * int(SPINNING)
    gate.now += 2
    assert sum(gate.tap().reply is not None for _ in range(50)) == 2


def test_taps_alone_are_told_on_the_tap() -> None:
    gate = Gate()
    first, *_ = [verdict.reply for verdict in (gate.tap() for _ in range(100)) if verdict.reply]
    assert first.as_toast
    assert first.text.startswith(SLOW_DOWN)


def test_a_loud_group_is_left_without_a_word() -> None:
    gate = Gate()
    verdicts = [gate.flood.judge(Elsewhere(update=n, chat=-5, speaks=True), gate.now) for n in range(500)]
    assert sum(verdict.handle for verdict in verdicts) == AT_ONCE
    assert not any(verdict.reply for verdict in verdicts)


def test_a_clock_that_goes_back_makes_nobody_loud_and_refuses_no_cry() -> None:
    gate = Gate()
    assert gate.word().handle
    gate.now -= 3600
    assert gate.word().handle
    gate.loud()
    assert gate.word("it hurts").handle
    gate.now -= 3600
    assert gate.word("it hurts").handle


def test_not_everybody_is_remembered_for_ever() -> None:
    gate = Gate().loud()
    for chat in range(flood.REMEMBERED):
        gate.word(chat=10_000 + chat)
    assert len(gate.flood._levels) == flood.REMEMBERED
    assert gate.word().handle, "quiet the longest, forgotten first"


# ── the whole bot ─────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_five_hundred_messages_cost_next_to_nothing_and_it_hurts_is_answered_all_the_same(bot: House) -> None:
    await to_breathe(bot)
    await bot.quiet()
    sent: Counter[str] = Counter()

    async def count(_: str, told: Mapping[str, Any]) -> Fault | None:
        sent[str(told.get("chat_id"))] += 1
        return None

    bot.telegram.fault = count
    with queries() as asked:
        for text in (*["hello?"] * 400, "it hurts", *["hello?"] * 99):
            await bot.say(text)
        await bot.telegram.say(2002, "/backpain")
        await shown(bot, "Before you move", 2002)
        of_the_flood = asked.total()
        await shown(bot, "Ease out slowly.")
    assert of_the_flood < 20 * AT_ONCE, "nobody waits for 500 transactions"
    assert sent[str(YOU)] < 15, "nor for 500 sends"
    await bot.quiet()
    await bot.tap("Sharp, or down a leg")
    await shown(bot, "Do you have any of these?")
    await shown(bot, SLOW_DOWN)
    assert sum(SLOW_DOWN in message.text for message in bot.messages) == 1
    await bot.telegram.until(lambda: bot.telegram.archive.count("updates") == 0)


async def test_in_a_flood_forget_forgets(bot: House) -> None:
    await to_breathe(bot)
    for text in (*["hello?"] * 100, "/forget", *["hello?"] * 50):
        await bot.say(text)
    await shown(bot, "Erase all that I keep about you?")
    await bot.tap("Erase all")
    await shown(bot, "is gone")
    assert bot.parts is not None
    assert await bot.parts.store.peek(YOU, bot.clock.now()) is None


async def shown(bot: House, words: str, chat: int = YOU) -> None:
    """Wait until a message of the bot's in a chat has these words, wherever between the person's own."""
    seen = bot.telegram.messages
    await bot.telegram.until(lambda: any(message.by_bot and words in message.text for message in seen(chat)), 30)

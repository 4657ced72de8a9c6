"""A first session through the whole bot, message by message."""

from __future__ import annotations

import asyncio

import pytest

from bot import app
from bot.guide.chat import Paused, Playing, Summary
from tests.conversations.conftest import YOU, House
from tests.notes import CONTENT

STEPS = [
    ("Settle", 1),
    ("Breathe", 2),
    *[("Three slow breaths", 3)] * 2,  # with its caution before it: it is the first time
    ("To the back", 4),
    *[("Reach", 5)] * 2,
    *[("Draw back", 6)] * 2,
    ("Reach once more", 7),
    ("Let go", 8),
    *[("Small lift", 9)] * 2,
    ("Rest", 10),
    ("Come back", 11),
]


async def to_settle(bot: House, position: str = "Chair") -> None:
    await bot.say("/backpain")
    await bot.sees("Before you move")
    await bot.tap("None of these")
    await bot.sees("How would you like")
    await bot.tap(position)
    await bot.sees("Settle · 1 of ")


async def test_two_taps_from_backpain_to_the_first_step_and_one_the_next_time(bot: House) -> None:
    await bot.say("/backpain")
    notice = await bot.sees("Before you move")
    assert [b.text for row in notice.buttons for b in row] == ["None of these", "Yes or not sure", "Not now"]
    await bot.tap("None of these")
    await bot.sees("How would you like")
    await bot.tap("Chair")
    settle = await bot.sees("Settle · 1 of 11", "▶ Tap to listen")
    assert settle.kind == "voice"
    assert settle.silent
    await bot.say("stop")
    await bot.sees("I'm here when you like")
    await bot.say("/backpain")
    await bot.sees("Anything new since last time?")
    await bot.tap("None of these, as last time")
    await bot.sees("Settle · 1 of 11")


async def test_the_whole_classic_by_done(bot: House) -> None:
    await to_settle(bot)
    await bot.tap("4")
    shown = None
    for name, n in STEPS:
        shown = (await bot.sees_after(shown, f"{name} · {n} of 11")).id
        await bot.tap("Done")
    await bot.sees("That is all for now. Go gently.")
    await bot.tap("2")
    await bot.sees("You gave your back", "2 points easier than when you began")
    assert isinstance((await bot.chat()).state, Summary)
    await bot.quiet()
    last = bot.last.id
    assert [m.id for m in bot.messages if m.buttons] == [last], "a screen that is over has no buttons"
    assert [b.text for row in bot.last.buttons for b in row] == ["Yes, keep it", "No"], "the first time it is asked"
    await bot.tap("No")
    await bot.quiet()
    assert (bot.last.id, [b.text for row in bot.last.buttons for b in row]) == (last, ["Remind me tomorrow?"])


async def test_the_whole_classic_by_time_alone_at_sixty_times_the_speed(bot: House) -> None:
    def notes() -> list[str]:
        return [m.text for m in bot.messages if m.kind == "voice"]

    await to_settle(bot)
    bot.clock.set_speed(20)  # the next note comes a quarter of a second early: time enough on a busy machine, too
    await bot.tap("Done")
    await bot.sees("To the back · 4 of 11", within=30)
    assert ["Tap to listen" in text for text in notes()] == [True, True, False, False, False], (
        "the set-up, and after Done"
    )
    bot.clock.set_speed(60)
    await bot.sees("That is all for now", within=30)
    assert len(notes()) == len(STEPS)
    for (name, n), text in zip(STEPS, notes(), strict=True):
        assert f"{name} · {n} of 11" in text


async def test_only_the_present_screen_has_buttons_and_a_late_tap_is_answered_kindly(bot: House) -> None:
    await to_settle(bot)
    settle = bot.last
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")
    await bot.quiet()
    assert [m.id for m in bot.messages if m.buttons] == [bot.last.id]
    assert await bot.tap("Done", on=settle) == "That one is over. We are here now."
    assert "Breathe" in bot.last.text


async def test_two_taps_at_once_count_once(bot: House) -> None:
    await to_settle(bot)
    message = bot.last
    data = message.button("Done").data
    taps = [await bot.telegram.tap(YOU, message.id, data) for _ in range(2)]
    answers = {(await tap.answered()).text for tap in taps}
    assert answers == {"", "That one is over. We are here now."}
    await bot.sees("Breathe · 2 of 11")
    await bot.quiet()
    assert "Breathe" in bot.last.text


async def test_a_tap_racing_with_the_timer_has_one_effect(bot: House) -> None:
    await to_settle(bot)
    await bot.tap("Done")
    breathe = await bot.sees("Breathe · 2 of 11")
    bot.clock.set_speed(60)
    await bot.sees("Three slow breaths · 3 of 11", within=5)
    bot.clock.set_speed(1)
    assert await bot.tap("Done", on=breathe) == "That one is over. We are here now."
    await bot.quiet()
    assert "Three slow breaths" in bot.last.text


async def test_what_stops_silences_the_voice(bot: House) -> None:
    await to_settle(bot)
    await bot.tap("Done")
    breathe = await bot.sees("Breathe · 2 of 11")
    await bot.tap("It hurts")
    await bot.sees("Ease out slowly.")
    assert breathe.id not in [m.id for m in bot.messages], "a deleted note stops playing"
    stay = app.read_content(CONTENT)[0].twins["stay"].rest
    await bot.tap("Rest through it")
    await bot.sees("Soften · 2 of 11", stay)


async def test_words_do_what_buttons_do(bot: House) -> None:
    await to_settle(bot)
    await bot.say("Done!")
    await bot.sees("Breathe · 2 of 11")
    await bot.say("pause")
    await bot.sees("Paused. Come back when you like.")
    await bot.say("/resume")
    await bot.sees("Breathe · 2 of 11")
    await bot.say("it hurts")
    await bot.sees("Ease out slowly.")
    await bot.say("/stop")
    await bot.sees("Well stopped.")
    await bot.say("3")
    await bot.sees("You gave your back")


async def test_any_word_shows_the_screen_again(bot: House) -> None:
    await to_settle(bot)
    first = bot.last
    await bot.say("are you there?")
    await bot.quiet()
    assert bot.last.id != first.id
    assert "Settle · 1 of 11" in bot.last.text


async def test_a_score_is_marked_in_place_and_starts_nothing(bot: House) -> None:
    await to_settle(bot)
    settle = bot.last
    await bot.tap("7")
    await bot.quiet()
    assert bot.last.id == settle.id
    assert "✓7" in [b.text for row in bot.last.buttons for b in row]


async def test_movement_is_held_and_resting_stays_open(bot: House) -> None:
    await bot.say("/backpain")
    await bot.sees("Before you move")
    await bot.tap("Yes or not sure")
    await bot.sees("Which list?")
    await bot.tap("Get help now")
    await bot.sees("It may need care today. Call 112, 911 or 999")
    await bot.say("/backpain")
    await bot.sees("Movements wait")
    assert "Rest" not in [b.text for row in bot.last.buttons for b in row]
    await bot.tap("Breathing")
    await bot.sees("Settle · 1 of 8")
    await bot.say("stop")
    await bot.say("/sessions")
    await bot.sees("Which one today?")
    await bot.tap("Two minutes")
    await bot.sees("Movements wait")


async def test_words_of_crisis_get_one_kind_answer_and_the_run_pauses_in_silence(bot: House) -> None:
    await to_settle(bot)
    await bot.tap("Done")
    breathe = await bot.sees("Breathe · 2 of 11")
    await bot.say("honestly I want to die")
    answer = await bot.sees("I'm sorry it is this heavy.")
    assert not answer.buttons
    assert breathe.id not in [m.id for m in bot.messages]
    assert isinstance((await bot.chat()).state, Paused)


async def test_forget_asks_once_and_then_nothing_is_left(bot: House) -> None:
    await to_settle(bot)
    await bot.say("/forget")
    await bot.sees("Erase all that I keep about you?")
    await bot.tap("Erase all")
    await bot.sees("All that I kept about you is gone.")
    assert bot.parts is not None
    assert await bot.parts.store.peek(YOU, bot.clock.now()) is None
    await asyncio.sleep(0.2)
    assert "is gone" in bot.last.text, "nothing more is sent"


async def test_groups_get_one_polite_line(bot: House) -> None:
    await bot.telegram.say(YOU, "/backpain", chat_id=-100200300)
    await bot.telegram.until(lambda: any(m.by_bot for m in bot.telegram.messages(-100200300)))
    (line,) = [m for m in bot.telegram.messages(-100200300) if m.by_bot]
    assert "one to one" in line.text


@pytest.mark.malformed
async def test_an_update_that_can_not_be_read_stops_nobody(bot: House) -> None:
    bot.telegram.put_raw_update({"message": {"chat": "what"}})
    bot.telegram.put_raw_update({"callback_query": 7})
    await to_settle(bot)
    assert isinstance((await bot.chat()).state, Playing)


async def test_who_forbids_voice_gets_the_run_in_text(bot: House) -> None:
    bot.telegram.person(YOU, forbids_voice=True)
    await to_settle(bot)
    assert bot.last.kind == "text"
    await bot.tap("Done")
    breathe = await bot.sees("Breathe · 2 of 11")
    assert breathe.kind == "text"
    assert not breathe.silent, "with no voice each step sounds"


async def test_start_says_who_it_is_and_its_button_begins(bot: House) -> None:
    await bot.say("/start")
    await bot.sees("I'm Easeback", "not a doctor")
    await bot.tap("Begin")
    await bot.sees("Before you move")


async def test_every_request_is_one_that_telegram_knows(bot: House) -> None:
    await to_settle(bot)
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")
    assert not bot.telegram.unknown

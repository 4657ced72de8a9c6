"""Other sessions, positions and safeguards through the whole bot, message by message."""

from __future__ import annotations

from bot.guide.chat import Idle, Playing, Summary
from bot.localchat import Message
from tests.conversations.conftest import House
from tests.conversations.test_first_session import to_settle


def labels(bot: House) -> list[str]:
    return [b.text for row in bot.last.buttons for b in row]


async def to_boxes(bot: House) -> Message:
    """The boxes of "Some movements aren't for me"."""
    await bot.say("/backpain")
    await bot.sees("Before you move")
    await bot.tap("None of these")
    await bot.sees("How would you like")
    await bot.tap("Some movements aren't for me")
    return await bot.sees("Which of these fit you?")


async def test_two_minutes_from_the_list_to_the_last_line(bot: House) -> None:
    await bot.say("/sessions")
    await bot.sees("Which one today?", "Two minutes · about 2 min · chair, mat, rest")
    await bot.tap("Two minutes")
    await bot.sees("Before you move")
    await bot.tap("None of these")
    await bot.sees("How would you like")
    await bot.tap("Mat")
    await bot.sees("Dizzy?", "Three breaths · 1 of 3")
    bot.clock.set_speed(20)
    await bot.sees("That is all for now", within=30)
    await bot.tap("No score")
    await bot.sees("You gave your back 2 minutes.")
    assert isinstance((await bot.chat()).state, Summary)


async def test_boxes_are_ticked_in_their_own_message_and_hold_for_the_run(bot: House) -> None:
    boxes = await to_boxes(bot)
    await bot.tap("Sore shoulder or neck")
    await bot.quiet()
    await bot.tap("Leg pain or tingling")
    await bot.quiet()
    assert bot.last.id == boxes.id
    assert {"☑ Sore shoulder or neck", "☑ Leg pain or tingling", "☐ Pregnant"} <= set(labels(bot))
    await bot.tap("Keep this for next time")
    await bot.sees("How would you like")
    await bot.tap("Chair")
    await bot.sees("Settle · 1 of 11")
    chat = await bot.chat()
    assert chat.person.left_out_tags == {"ARM", "NECK", "FLEX", "ROT", "NERVE"}
    assert chat.run is not None
    forms = {step.id: step.form for step in chat.run.plan.steps}
    assert (forms["reach"], forms["draw-back"], forms["small-lift"]) == ("rest", "rest", "led")


async def test_two_boxes_tapped_at_once_are_both_ticked(bot: House) -> None:
    boxes = await to_boxes(bot)
    for label in ("Thin bones", "New hip"):
        await bot.telegram.tap(1001, boxes.id, boxes.button(label).data)
    await bot.telegram.until(lambda: {"☑ Thin bones", "☑ New hip"} <= set(labels(bot)))


async def test_hips_and_legs_follow_the_last_rest_and_a_change_of_position_can_take_longer(bot: House) -> None:
    await to_settle(bot, "Mat")
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 12")
    shown = None
    for _ in range(16):
        shown = (await bot.sees_after(shown, "of 12")).id
        if "11 of 12" in bot.last.text:
            break
        await bot.tap("Done")
    await bot.sees("Rest · 11 of 12")
    await bot.tap("Hips and legs too")
    await bot.sees("Rest · 11 of 22", "Next: To hands and knees")
    assert not [label for label in labels(bot) if "Hips" in label]
    await bot.tap("Done")
    await bot.sees("Sore wrists or knees?")
    await bot.tap("Done")
    await bot.sees("To hands and knees · 12 of 22", "Pad your knees")
    assert "+30 s" in labels(bot)
    assert await bot.tap("+30 s") == "30 more quiet seconds."


async def test_a_high_score_offers_breathing_in_place(bot: House) -> None:
    await to_settle(bot)
    settle = bot.last
    await bot.tap("9")
    await bot.sees("That is a lot. Shall we begin with breathing?")
    assert bot.last.id == settle.id
    await bot.tap("Breathing first")
    await bot.sees("Settle · 1 of 8")
    chat = await bot.chat()
    assert chat.run is not None
    assert chat.run.before == 9


async def test_what_went_up_is_answered_kindly_and_something_lighter_begins_with_one_tap(bot: House) -> None:
    await to_settle(bot)
    await bot.tap("3")
    await bot.quiet()
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")
    await bot.say("stop")
    await bot.sees("Well stopped.")
    await bot.tap("6")
    await bot.sees("That went up. Let's stop for today.", "Next time, something lighter?")
    await bot.tap("Rest")
    await bot.sees("Settle · 1 of 11", "Rest where it hurts least")
    state = (await bot.chat()).state
    assert isinstance(state, Playing)


async def test_under_see_someone_first_resting_and_breathing_stay_open(bot: House) -> None:
    await bot.say("/backpain")
    await bot.sees("Before you move")
    await bot.tap("Yes or not sure")
    await bot.sees("Which list?")
    await bot.tap("See someone first")
    await bot.sees("Let's leave out all moves for now.")
    assert labels(bot) == ["Rest", "Breathing", "Not now"]
    await bot.tap("Rest")
    await bot.sees("Settle · 1 of 11", "Rest where it hurts least")
    await bot.say("stop")
    await bot.sees("we stop here")
    assert isinstance((await bot.chat()).state, Idle)

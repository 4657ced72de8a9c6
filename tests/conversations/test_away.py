"""The bot, or the network, was away: what a person sees when it is back."""

from __future__ import annotations

import asyncio

from bot.guide.chat import Paused, Playing
from bot.localchat import Fault, broken, flood, hang, lost, refuse
from bot.store.secrets import find_keys
from tests.conversations.conftest import YOU, House
from tests.conversations.test_first_session import to_settle
from tests.places import Place


async def test_back_before_the_next_step_is_too_late_it_comes(house: House) -> None:
    async with house.running():
        await to_settle(house)
        await house.tap("Done")
        await house.sees("Breathe · 2 of 11")
    house.clock.skip(100)
    async with house.running():
        await house.sees("Three slow breaths · 3 of 11")


async def test_back_more_than_two_minutes_late_there_is_one_question_and_nothing_else(house: House) -> None:
    async with house.running():
        await to_settle(house)
        await house.tap("Done")
        await house.sees("Breathe · 2 of 11")
        seen = {m.id for m in house.messages}
    house.clock.skip(600)
    async with house.running():
        await house.sees("We got cut off. Go on from here?")
        await house.quiet()
        assert len([m for m in house.messages if m.id not in seen]) == 1
        await house.tap("Go on")
        await house.sees("Three slow breaths · 3 of 11")


async def test_what_people_did_meanwhile_comes_before_what_time_did(house: House) -> None:
    async with house.running():
        await to_settle(house)
        await house.tap("Done")
        await house.sees("Breathe · 2 of 11")
    await house.say("pause")
    house.clock.skip(60)
    async with house.running():
        await house.sees("Paused. Come back when you like.")


async def test_people_who_go_on_writing_do_not_hold_up_a_start(house: House) -> None:
    async def writes_on(method: str, _: object) -> Fault | None:
        if method.lower() == "getupdates":
            await house.say("/backpain")
        return None

    house.telegram.fault = writes_on
    async with asyncio.timeout(10), house.running():
        await house.sees("Before you move")
        house.telegram.fault = None


async def test_a_note_that_came_late_falls_silent_though_the_screen_it_was_to_go_with_never_came(
    bot: House,
) -> None:
    await to_settle(bot)
    faults = {"sendVoice": [Fault(after=True, wait=0.5)], "deleteMessages": [broken(after=False)]}

    async def once(method: str, _: object) -> Fault | None:
        return faults[method].pop() if faults.get(method) else None

    bot.telegram.fault = once
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")
    await bot.say("it hurts")
    await bot.telegram.until(lambda: not faults["deleteMessages"])
    await bot.say("stop")
    await bot.sees("All right, we stop here.")
    await bot.quiet()
    assert not any("Breathe · 2 of 11" in message.text for message in bot.messages)


async def test_a_lost_answer_is_repeated_once_after_a_probe(bot: House) -> None:
    await to_settle(bot)
    faults = [lost(after=True)]

    async def once(method: str, _: object) -> Fault | None:
        return faults.pop() if method == "sendVoice" and faults else None

    bot.telegram.fault = once
    calls = bot.telegram.record()
    await bot.tap("Done")
    await bot.telegram.until(lambda: len([m for m in bot.messages if "Breathe · 2 of 11" in m.text]) == 2, 20)
    await bot.quiet(20)
    methods = [c.method for c in calls if c.method in ("sendVoice", "sendChatAction")]
    assert methods == ["sendVoice", "sendChatAction", "sendVoice"]
    assert await bot.tap("Done") == ""
    await bot.sees("Three slow breaths")


async def test_refused_for_a_moment_it_comes_once_and_in_time(bot: House) -> None:
    await to_settle(bot)
    faults = [refuse(429, "Too Many Requests"), flood(1)]

    async def twice(method: str, _: object) -> Fault | None:
        return faults.pop() if method == "sendVoice" and faults else None

    bot.telegram.fault = twice
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11", within=15)
    await bot.quiet()
    assert len([m for m in bot.messages if "Breathe · 2 of 11" in m.text]) == 1
    state = (await bot.chat()).state
    assert isinstance(state, Playing)
    assert state.seen is not None
    assert (state.seen - state.at).total_seconds() > 1, "its clock starts when it was delivered"


async def test_one_chat_that_hangs_keeps_nobody_waiting(bot: House) -> None:
    async def slow(method: str, parameters: object) -> Fault | None:
        assert isinstance(parameters, dict)
        return hang(3, after=False) if str(parameters.get("chat_id")) == str(YOU) else None

    bot.telegram.fault = slow
    await bot.say("/backpain")
    await asyncio.sleep(0.1)
    await bot.telegram.say(2002, "/backpain")
    await bot.telegram.until(lambda: any("Before you move" in m.text for m in bot.telegram.messages(2002)), 2.5)


async def test_who_blocks_the_bot_is_left_alone_and_waked_by_start(bot: House) -> None:
    await to_settle(bot)
    await bot.tap("Done")
    await bot.sees("Breathe · 2 of 11")
    await bot.telegram.block(YOU)
    chat = await bot.chat()
    for _ in range(500):
        if isinstance(chat.state, Paused):
            break
        await asyncio.sleep(0.02)
        chat = await bot.chat()
    assert chat.person.inactive_since is not None
    await bot.telegram.unblock(YOU)
    await bot.say("/start")
    await bot.sees("Paused, as you were away.")
    assert (await bot.chat()).person.inactive_since is None


async def test_twenty_people_at_once_all_get_the_notice(bot: House) -> None:
    people = range(5000, 5020)
    for person in people:
        await bot.telegram.say(person, "/backpain")
    await bot.telegram.until(
        lambda: all(any("Before you move" in m.text for m in bot.telegram.messages(p)) for p in people), 20
    )


async def test_a_screen_closed_in_silence_has_no_buttons_and_a_tap_on_it_is_late(house: House) -> None:
    async with house.running():
        await house.say("/backpain")
        notice = await house.sees("Before you move")
    house.clock.skip(1900)
    async with house.running():
        await house.telegram.until(lambda: not any(m.buttons for m in house.messages), 20)
        assert house.last.id == notice.id, "nothing was sent"
        assert await house.tap("None of these", on=notice) == "That one is over. We are here now."


async def test_a_state_that_can_not_be_read_becomes_a_pause_that_is_shown(house: House, place: Place) -> None:
    async with house.running():
        await to_settle(house)
        await house.tap("Done")
        await house.sees("Breathe · 2 of 11")
    keys = find_keys(None, house.home)
    ((sealed,),) = await place.run("SELECT state FROM chats")
    state = keys.open(sealed).replace(b'"kind":"playing"', b'"kind":"dancing"')
    await place.overwrite("chats", "state", keys.seal(state))
    house.clock.skip(60)
    async with house.running():
        await house.sees("Paused here.")
        await house.tap("Go on")
        await house.sees("Breathe · 2 of 11")

"""What is around a session: what Telegram is told about the bot, and whom it speaks with."""

from __future__ import annotations

import httpx

from bot.localchat import create_app
from tests.conversations.conftest import TOKEN, YOU, House


async def test_the_commands_and_descriptions_are_set(bot: House) -> None:
    transport = httpx.ASGITransport(app=create_app(bot.telegram))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1/bot{TOKEN}/") as api:
        commands = (await api.get("getMyCommands")).json()["result"]
        description = (await api.get("getMyDescription")).json()["result"]["description"]
        short = (await api.get("getMyShortDescription")).json()["result"]["short_description"]
    names = [command["command"] for command in commands]
    assert names == [
        *("backpain", "sessions", "remind", "progress", "settings", "help", "safety", "privacy", "export"),
        *("pause", "resume", "again", "back", "skip", "stop", "forget"),
    ]
    assert "not a doctor" in description
    assert "Not medical advice" in short


async def test_only_the_people_who_are_allowed_are_led(house: House) -> None:
    house.settings = {"EASEBACK_ALLOW": str(YOU)}
    async with house.running():
        await house.telegram.say(2002, "/backpain")
        await house.say("/backpain")
        await house.sees("Before you move")
        (answer,) = [m for m in house.telegram.messages(2002) if m.by_bot]
        assert "a few invited people" in answer.text


async def test_an_unknown_language_gets_english(bot: House) -> None:
    bot.telegram.person(YOU, language_code="xx")
    await bot.say("/backpain")
    await bot.sees("Before you move")


async def test_asking_again_for_what_is_forgotten_begins_anew(bot: House) -> None:
    await bot.say("/backpain")
    await bot.sees("Before you move")
    await bot.say("/forget")
    await bot.sees("Erase all that I keep about you?")
    await bot.tap("Erase all")
    await bot.sees("is gone")
    assert not [m for m in bot.messages if m.buttons and "Erase" in m.text], "the question has no buttons any more"
    await bot.say("/backpain")
    notice = await bot.sees("Before you move")
    assert "Anything new" not in notice.text

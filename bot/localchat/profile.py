"""What a bot says of itself: commands, name, descriptions, by language. Touches the chat's own database."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.localchat.refusal import Refusal, bad_request
from bot.localchat.telegram import LocalTelegram

LIMITS = {"name": 64, "description": 512, "short_description": 120}
MOST_COMMANDS, LONGEST_COMMAND, LONGEST_COMMAND_DESCRIPTION = 100, 32, 256
SCOPES = (
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
)

Given = Mapping[str, Any]
Method = Callable[[LocalTelegram, Given], Awaitable[Any]]


def _language(given: Given) -> str:
    code = str(given.get("language_code", ""))
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def _slot(given: Given) -> str:
    """Where commands for a scope and language are kept."""
    scope = given.get("scope") or {"type": "default"}
    if scope.get("type") not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    about = ":".join(str(scope[name]) for name in ("type", "chat_id", "user_id") if name in scope)
    return f"commands {about} {_language(given)}"


async def set_my_commands(telegram: LocalTelegram, given: Given) -> bool:
    """The command menu for a scope and a language."""
    commands = [_command(command) for command in given.get("commands", [])]
    if len(commands) > MOST_COMMANDS:
        raise Refusal(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    telegram.archive.set(_slot(given), commands)
    telegram.news.tell(None, "profile", None)
    return True


def _command(command: Any) -> dict[str, str]:
    if not isinstance(command, Mapping):
        raise bad_request("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if not isinstance(command.get(name), str):
            raise bad_request(f"can't parse BotCommand: Can't find field \"{name}\"")
    name, description = command["command"].strip().removeprefix("/"), command["description"].strip()
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > LONGEST_COMMAND:
        raise bad_request(f"command length must not exceed {LONGEST_COMMAND}")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > LONGEST_COMMAND_DESCRIPTION:
        raise bad_request(f"command description length must not exceed {LONGEST_COMMAND_DESCRIPTION}")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
    return {"command": name, "description": description}


async def get_my_commands(telegram: LocalTelegram, given: Given) -> list[dict[str, str]]:
    """The commands set for exactly this scope and language."""
    commands: list[dict[str, str]] = telegram.archive.setting(_slot(given), [])
    return commands


async def delete_my_commands(telegram: LocalTelegram, given: Given) -> bool:
    """No commands of their own for this scope and language any more."""
    telegram.archive.run("DELETE FROM settings WHERE name = ?", _slot(given))
    telegram.news.tell(None, "profile", None)
    return True


def _setter(what: str) -> Method:
    async def set_it(telegram: LocalTelegram, given: Given) -> bool:
        text = given.get(what, "")
        if len(text) > LIMITS[what]:
            raise Refusal(400, f"Bad Request: {'BOT_' if what == 'name' else ''}{what.upper()}_TOO_LONG")
        telegram.archive.set(f"{what} {_language(given)}", text)
        telegram.news.tell(None, "profile", None)
        return True

    return set_it


def _getter(what: str) -> Method:
    async def get_it(telegram: LocalTelegram, given: Given) -> dict[str, str]:
        return {what: spoken(telegram, what, _language(given))}

    return get_it


def spoken(telegram: LocalTelegram, what: str, language: str) -> str:
    """Name, description or short description in a language, else the one for all."""
    text: str = telegram.archive.setting(f"{what} {language}") or telegram.archive.setting(f"{what} ") or ""
    return text or (telegram.me["first_name"] if what == "name" else "")


def menu(telegram: LocalTelegram, person: int, language: str) -> list[dict[str, str]]:
    """The commands a person sees in their chat: the narrowest scope and the own language first, as at Telegram."""
    for scope in (f"chat:{person}", "all_private_chats", "default"):
        for code in (language, ""):
            if commands := telegram.archive.setting(f"commands {scope} {code}"):
                return list(commands)
    return []


PROFILE: dict[str, Method] = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _setter("name"),
    "getMyName": _getter("name"),
    "setMyDescription": _setter("description"),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description"),
    "getMyShortDescription": _getter("short_description"),
}

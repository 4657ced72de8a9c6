"""The local chat, around the bot that is behind it. Touches its database, and a port on loopback."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from bot import localchat
from bot.chat.stop import Stop, where
from bot.guide.source import BadContent
from bot.localchat.behind import Behind
from bot.store.errors import StoreError

LOCAL_BOT = 1
"""Id of the bot in the local chat: its database is no other bot's."""
PORT = 8484
"""Where the local chat is looked for first, so that its address stays the same; if it is taken, any free one."""

log = structlog.get_logger()


@asynccontextmanager
async def local_chat(home: Path, speed: float) -> AsyncIterator[tuple[localchat.LocalTelegram, str]]:
    """The local chat and its address. A speed other than 1 is set; else the one it was left at goes on."""
    token = f"{LOCAL_BOT}:{secrets.token_urlsafe(24)}"
    telegram = localchat.LocalTelegram(home / "localchat.db", token=token, clock=localchat.Clock())
    if speed != 1:
        telegram.clock.set_speed(speed)
    try:
        try:
            address, close = await localchat.serve(telegram, port=PORT)
        except OSError:
            address, close = await localchat.serve(telegram)
        try:
            yield telegram, address
        finally:
            await close()
    finally:
        await telegram.close()


async def asked_again(
    error: Exception, behind: Behind, tell: Callable[[str], None], stop: asyncio.Event, asked: asyncio.Event
) -> bool:
    """The bot could not start again: say so at the page and at the terminal, and wait until it is asked to try again.

    False if it is time to stop instead.
    """
    if isinstance(error, (Stop, StoreError, BadContent)):
        why = str(error)
    else:
        log.error("the bot could not start again", error=type(error).__name__, where=where(error))
        why = f"This was not foreseen ({type(error).__name__}); the terminal says where it happened."
    behind.failed(why)
    tell(f"The bot could not start again. {why}")
    waits = [asyncio.create_task(event.wait()) for event in (stop, asked)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    asked.clear()
    return not stop.is_set()

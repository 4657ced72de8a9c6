"""`easeback link`: a printed code, made and put into a link. Asks Telegram for the bot's name, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.chat.messenger import Me, Messenger
from bot.guide import code
from bot.guide.code import BOXES, PACES, Code
from bot.guide.content import Content
from bot.guide.person import tags_of
from bot.guide.plan import ways
from bot.settings import Settings


class Refused(Exception):
    """What is wanted can't be said in a code; the text says what can."""


def checked(content: Content, session: str, position: str, pace: str, boxes: Iterable[str]) -> Code:
    """What is prescribed, if it can be led. Raises Refused."""
    offered = {name: one for name, one in content.sessions.items() if one.continues is None}
    _among("session", session, offered)
    _among("position", position, map(str, offered[session].positions))
    found = next(pace_ for pace_ in PACES if pace_ == _among("pace", pace, PACES))
    left_out = frozenset(_among("box", box, BOXES) for box in boxes)
    _among("position with that left out", position, map(str, ways(offered[session], tags_of(left_out))))
    return Code(session=session, position=position, pace=found, boxes=left_out)


async def link(wanted: Code, sign: Callable[[bytes], bytes], settings: Settings) -> str:
    """The lines to print. Raises Refused."""
    try:
        payload = code.write(wanted, sign)
    except ValueError as error:
        raise Refused(f"This can't be made: {error}. Give the session a shorter id.") from None
    if settings.token is None:
        return f"Without a token there is no link. In the local chat, write:\n/start {payload}"
    messenger = Messenger(settings.token.get_secret_value(), settings.api_url)
    try:
        me = await messenger.me()
    finally:
        await messenger.close()
    if not isinstance(me, Me):
        return (
            f"Telegram can't be reached, so the bot's name is not known. Put it in:\nhttps://t.me/BOT?start={payload}"
        )
    return f"https://t.me/{me.username}?start={payload}"


def _among(what: str, given: str, known: Iterable[str]) -> str:
    names = list(known)
    if given not in names:
        raise Refused(f"There is no {what} {given}: {', '.join(names)}.")
    return given

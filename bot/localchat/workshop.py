"""The workshop beside the chat: what only this chat can do, for authors, testers and the curious. Touches HTTP.

It asks the bot behind the chat through `Inside`, which whoever starts both sets; without one it shows this side alone.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.localchat.door import Door
from bot.localchat.telegram import LocalTelegram

NOBODY = "There is no bot behind this chat that could be asked."


def routes(telegram: LocalTelegram, door: Door) -> list[Route]:
    """The workshop's routes; all of them need the page's key."""
    workshop = Workshop(telegram)
    return [
        Route("/workshop/restart", door.opened(workshop.restart), methods=["POST"]),
    ]


class Workshop:
    """What the workshop asks for."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._telegram = telegram

    async def restart(self, request: Request) -> Response:
        """The bot stops and starts again."""
        if self._telegram.inside is None:
            return PlainTextResponse(NOBODY, 409)
        self._telegram.note_act("restart", None)
        self._telegram.inside.restart()
        return Response(status_code=204)

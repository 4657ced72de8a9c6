"""The workshop beside the chat: what only this chat can do, for authors, testers and the curious. Touches HTTP.

It asks the bot behind the chat through `Inside`, which whoever starts both sets; without one it shows this side alone.
"""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.localchat.clock import FURTHEST
from bot.localchat.door import Door, as_json, object_in, person_in
from bot.localchat.telegram import LocalTelegram
from bot.localchat.trouble import KINDS, Trouble

NOBODY = "There is no bot behind this chat that could be asked."
NOTHING = "Nothing is due: nobody waits for anything that time would bring."


def routes(telegram: LocalTelegram, door: Door) -> list[Route]:
    """The workshop's routes; all of them need the page's key."""
    workshop = Workshop(telegram)
    return [
        Route("/workshop/restart", door.opened(workshop.restart), methods=["POST"]),
        Route("/workshop/jump", door.opened(workshop.jump), methods=["POST"]),
        Route("/workshop/trouble", door.opened(workshop.trouble), methods=["POST"]),
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
        self._telegram.stage.behind.restarts()
        self._telegram.inside.restart()
        return Response(status_code=204)

    async def jump(self, request: Request) -> Response:
        """Time is moved on: to the next event, or `to` a time (virtual unix seconds), or `by` seconds."""
        body, ahead, now = await object_in(request), self._telegram.stage.ahead, self._telegram.clock.now().timestamp()
        to = body.get("to", now + by if isinstance(by := body.get("by"), int | float) else None)
        if to != "next" and (not isinstance(to, int | float) or not math.isfinite(to) or not 0 < to - now <= FURTHEST):
            return PlainTextResponse("Time goes forward only, by 400 days at most.", 400)
        if ahead.moving:
            return PlainTextResponse("Time is being moved on already.", 409)
        ahead.moving = True
        try:
            if to != "next":
                await ahead.to(to)
            elif not await ahead.to_next():
                return PlainTextResponse(NOTHING, 409)
        finally:
            ahead.moving = False
        return as_json({"now": self._telegram.clock.now().timestamp()})

    async def trouble(self, request: Request) -> Response:
        """A trouble begins or ends. `here`: only in this person's chat."""
        body = await object_in(request)
        kind, on = body.get("kind"), body.get("on")
        if kind not in KINDS or not isinstance(on, bool):
            return PlainTextResponse("There is no such trouble.", 400)
        self._telegram.note_act("trouble", person_in(request) if body.get("here") is True else None, kind=kind, on=on)
        if on:
            person = person_in(request) if body.get("here") is True else None
            self._telegram.stage.troubles.begin(Trouble(kind, body.get("once") is True, person))
        else:
            self._telegram.stage.troubles.end(kind)
        return Response(status_code=204)

"""The workshop's tab for authors: what the check says, a step heard, two languages side by side. Touches HTTP.

It asks the desk of the bot behind the chat; a bot without one, as a test's may be, has nothing to show here.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.localchat.door import Door, as_json, object_in
from bot.localchat.inside import Desk
from bot.localchat.ranges import sliced
from bot.localchat.telegram import LocalTelegram

NO_DESK = "The bot behind this chat has no content that could be looked at."


def routes(telegram: LocalTelegram, door: Door) -> list[Route]:
    """The tab's routes; all of them need the page's key."""
    tab = Tab(telegram)
    return [
        Route("/workshop/desk", door.opened(tab.state)),
        Route("/workshop/desk/look", door.opened(tab.look), methods=["POST"]),
        Route("/workshop/desk/sessions", door.opened(tab.sessions)),
        Route("/workshop/desk/steps", door.opened(tab.steps), methods=["POST"]),
        Route("/workshop/desk/speak", door.opened(tab.speak), methods=["POST"]),
        Route("/workshop/desk/note/{key}", door.opened(tab.note)),
        Route("/workshop/desk/languages", door.opened(tab.languages)),
        Route("/workshop/desk/compare", door.opened(tab.compare), methods=["POST"]),
    ]


class Tab:
    """What the tab asks for."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._telegram = telegram

    def _desk(self) -> Desk | None:
        return self._telegram.inside.desk if self._telegram.inside else None

    async def state(self, request: Request) -> Response:
        """What the check says; an empty object where there is no desk, which is no error."""
        desk = self._desk()
        return as_json(desk.state() if desk else {})

    async def look(self, request: Request) -> Response:
        """Check all of it."""
        if (desk := self._desk()) is None:
            return PlainTextResponse(NO_DESK, 409)
        desk.look()
        return as_json(desk.state())

    async def sessions(self, request: Request) -> Response:
        """What can be heard."""
        desk = self._desk()
        return as_json(desk.sessions()) if desk else PlainTextResponse(NO_DESK, 409)

    async def steps(self, request: Request) -> Response:
        """The steps of a session."""
        desk = self._desk()
        return as_json(desk.steps(await object_in(request))) if desk else PlainTextResponse(NO_DESK, 409)

    async def speak(self, request: Request) -> Response:
        """A step is spoken."""
        desk = self._desk()
        return as_json(await desk.speak(await object_in(request))) if desk else PlainTextResponse(NO_DESK, 409)

    async def note(self, request: Request) -> Response:
        """A spoken step, as a sound."""
        desk = self._desk()
        sound = await desk.note(request.path_params["key"]) if desk else None
        if sound is None:
            return PlainTextResponse("Not found.", 404)
        headers = {"Cache-Control": "private, max-age=3600"}
        return sliced(sound, "audio/ogg", request.headers.get("range"), headers)

    async def languages(self, request: Request) -> Response:
        """The languages beside English."""
        desk = self._desk()
        return as_json(await desk.languages()) if desk else PlainTextResponse(NO_DESK, 409)

    async def compare(self, request: Request) -> Response:
        """A language beside English."""
        asked = await object_in(request)
        if (desk := self._desk()) is None:
            return PlainTextResponse(NO_DESK, 409)
        return as_json(await desk.compare(str(asked.get("language")), str(asked.get("part"))))

"""The workshop's glass: what is kept about a chat, the wire, what is led, and the story of it. Touches HTTP."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.localchat.door import Door, as_json, person_in
from bot.localchat.story import story
from bot.localchat.telegram import LocalTelegram
from bot.localchat.wire import Exchange

HIDDEN = "<token>"


def routes(telegram: LocalTelegram, door: Door) -> list[Route]:
    """Its routes; all of them need the page's key."""
    glass = Glass(telegram)
    return [
        Route("/workshop/held", door.opened(glass.held)),
        Route("/workshop/outline", door.opened(glass.outline)),
        Route("/workshop/story", door.opened(glass.story)),
        Route("/workshop/wire", door.opened(glass.wire)),
        Route("/workshop/wire/clear", door.opened(glass.clear), methods=["POST"]),
    ]


class Glass:
    """What can be looked at. Only clearing the wire changes something: what is remembered of it."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._telegram = telegram

    async def held(self, request: Request) -> Response:
        """What the bot's database holds about the person at the page; null: no bot runs that could tell."""
        inside = self._telegram.inside
        return as_json(None if inside is None else await inside.held(person_in(request)))

    async def outline(self, request: Request) -> Response:
        """What is led to the person at the page; null: no bot runs that could tell."""
        inside = self._telegram.inside
        return as_json(None if inside is None else await inside.outline(person_in(request)))

    async def story(self, request: Request) -> Response:
        """What was done and seen since act number `after` of this run of the server, as a test; else since /start."""
        acts, person, epoch = self._telegram.acts, person_in(request), self._telegram.news.epoch
        after = _number(request, "after") if request.query_params.get("epoch") == epoch else None
        if after is None:
            after = acts.begun(person)
        told, language = acts.of(person, after), self._telegram.person(person).get("language_code", "en")
        first = next((act.what["message"] for act in told if "message" in act.what), 0)
        earlier = self._telegram.archive.count("messages WHERE chat = ? AND id < ?", person, first) > 0
        text = story(told, language=language, earlier=earlier) if told else ""
        return as_json({"epoch": epoch, "last": acts.last, "after": after, "text": text})

    async def wire(self, request: Request) -> Response:
        """A page of the wire: `after` and `before` a number, of this `chat` alone, by `method`; `idle`: all polls."""
        asked = request.query_params
        page = self._telegram.glass.page(
            after=_number(request, "after") or 0,
            before=_number(request, "before"),
            chat=person_in(request) if asked.get("chat") else None,
            method=asked.get("method", ""),
            idle=bool(asked.get("idle")),
        )
        text = json.dumps([_shown(one) for one in page]).replace(self._telegram.token, HIDDEN)
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def clear(self, request: Request) -> Response:
        """Forget the wire."""
        self._telegram.glass.clear()
        return Response(status_code=204)


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= 15 else None


def _shown(one: Exchange) -> dict[str, Any]:
    return {
        **{each.name: getattr(one, each.name) for each in dataclasses.fields(one)},
        "chats": sorted(one.chats),
        "took": round(one.took, 4),
    }

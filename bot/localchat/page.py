"""The chat page: its files, its stream of events and what the person does on it. Touches HTTP.

The key in the page's address becomes a cookie at the first visit, so that it need not stay in the address bar.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.localchat import files
from bot.localchat.clock import FASTEST, SLOWEST
from bot.localchat.news import Event
from bot.localchat.profile import menu, spoken
from bot.localchat.ranges import sliced
from bot.localchat.refusal import Refusal
from bot.localchat.telegram import LocalTelegram

FOLDER = Path(__file__).parent / "page"
NAMES = frozenset(path.name for path in FOLDER.iterdir() if path.is_file())
PERSON = 1001
"""Who sits at the page if its address names nobody else."""
LONGEST_TEXT = 4096
MOST_HISTORY = 500
"""Messages a page is given when it opens."""
BREATH = 15.0
"""Seconds (real) after which an idle stream sends a sign of life."""
SHOWN_IN_PAGE = ("audio/ogg", "audio/mpeg", "audio/mp4", "image/png", "image/jpeg", "image/webp")
LOCKED = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, max-age=3600"}

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(telegram: LocalTelegram) -> list[Route]:
    """The page's routes; all of them need its key."""
    page = Page(telegram)
    return [
        Route("/", page.opened(page.index)),
        Route("/page/{name}", page.opened(page.part)),
        Route("/chat/events", page.opened(page.events)),
        Route("/chat/file/{file_id}", page.opened(page.file)),
        Route("/chat/say", page.opened(page.say), methods=["POST"]),
        Route("/chat/tap", page.opened(page.tap), methods=["POST"]),
        Route("/chat/speed", page.opened(page.speed), methods=["POST"]),
    ]


class Page:
    """What the page asks for."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._telegram = telegram
        self._key = telegram.page_key

    def opened(self, endpoint: Endpoint) -> Endpoint:
        """`endpoint` for who has the key: in the address, or in the cookie of an earlier visit."""

        async def guarded(request: Request) -> Response:
            offered = request.query_params.get("key") or request.cookies.get(self._cookie(request), "")
            if not secrets.compare_digest(offered.encode(), self._key.encode()):
                return PlainTextResponse("Open the address that the program printed: it carries the key.", 403)
            return await endpoint(request)

        return guarded

    @staticmethod
    def _cookie(request: Request) -> str:
        """One name a port: cookies don't know ports."""
        return f"chat-key-{request.url.port or 80}"

    async def index(self, request: Request) -> Response:
        """The page itself."""
        answer = FileResponse(FOLDER / "index.html", headers={"Cache-Control": "no-store"})
        answer.set_cookie(self._cookie(request), self._key, httponly=True, samesite="strict", path="/")
        return answer

    async def part(self, request: Request) -> Response:
        """A style sheet, script or picture of the page."""
        name = request.path_params["name"]
        if name not in NAMES:
            return PlainTextResponse("Not found.", 404)
        return FileResponse(FOLDER / name, headers={"Cache-Control": "no-cache"})

    async def file(self, request: Request) -> Response:
        """A file of a message. Only sounds and pictures are shown; all else is handed over as a download."""
        try:
            kept = files.known(self._telegram.archive, request.path_params["file_id"])
        except Refusal:
            return PlainTextResponse("Not found.", 404)
        found = files.at(self._telegram.archive, kept.path)
        assert found is not None
        if kept.mime in SHOWN_IN_PAGE and kept.kind != "document":
            return sliced(found[2], kept.mime, request.headers.get("range"), LOCKED)
        return sliced(found[2], "application/octet-stream", None, {**LOCKED, "Content-Disposition": "attachment"})

    async def say(self, request: Request) -> Response:
        """The person writes."""
        body = await _object(request)
        text, reply_to = str(body.get("text", "")).strip(), body.get("reply_to")
        if not text or len(text) > LONGEST_TEXT or "\0" in text:
            return PlainTextResponse("A message has 1 to 4096 characters.", 400)
        self._introduce(request, body)
        await self._telegram.say(_person(request), text, reply_to=reply_to if isinstance(reply_to, int) else None)
        return Response(status_code=204)

    async def tap(self, request: Request) -> Response:
        """The person taps a button."""
        body = await _object(request)
        number, data = body.get("message_id"), body.get("data")
        if not isinstance(number, int) or not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
            return PlainTextResponse("A tap has a message and 1 to 64 bytes.", 400)
        self._introduce(request, body)
        tap = await self._telegram.tap(_person(request), number, data)
        return Response(json.dumps({"query": tap.query}), media_type="application/json")

    async def speed(self, request: Request) -> Response:
        """Time goes on at another speed."""
        speed = (await _object(request)).get("speed")
        if not isinstance(speed, int | float) or not SLOWEST <= speed <= FASTEST:
            return PlainTextResponse("The speed is from 1 to 60.", 400)
        self._telegram.clock.set_speed(speed)
        return Response(status_code=204)

    def _introduce(self, request: Request, body: dict[str, Any]) -> None:
        """Note the browser's language as the person's, as a Telegram client does with its own."""
        language = body.get("language")
        if isinstance(language, str) and 2 <= len(language) <= 16:
            first_name = "You" if _person(request) == PERSON else None
            self._telegram.person(_person(request), first_name=first_name, language_code=language.lower())

    # ── the stream ────────────────────────────────────────────────────────────────────────────────────────────────────
    async def events(self, request: Request) -> Response:
        """Server-sent events: what was missed if the page comes back soon, else everything; then what happens."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        stream = self._stream(
            _person(request), request.headers.get("last-event-id", ""), request.query_params.get("language", "en")
        )
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def _stream(self, person: int, last: str, language: str) -> AsyncIterator[str]:
        telegram = self._telegram
        told = telegram.news.last
        yield "retry: 500\n\n"
        missed = self._missed(last)
        if missed is None:
            yield self._event(told, "history", self._history(person, language), replay=True)
        else:
            for event in missed:
                if event.number <= told and event.chat in (None, person):
                    yield self._event(event.number, event.kind, self._data(event, person, language), replay=True)
            yield self._event(told, "clock", telegram.clock_face(), replay=True)
        while not telegram.closing.is_set():
            for event in tuple(telegram.news.events):
                if event.number > told:
                    told = event.number
                    if event.chat in (None, person):
                        yield self._event(event.number, event.kind, self._data(event, person, language), replay=False)
            if telegram.news.last == told and not await telegram.news.wait(BREATH):
                yield ":\n\n"

    def _missed(self, last: str) -> list[Event] | None:
        """The events after `last`, if it is one of this run of the server and none since is lost."""
        epoch, _, number = last.partition("-")
        if epoch != self._telegram.news.epoch or not number.isdecimal():
            return None
        events = list(self._telegram.news.events)
        if events and events[0].number > int(number) + 1:
            return None
        return [event for event in events if event.number > int(number)]

    def _data(self, event: Event, person: int, language: str) -> Any:
        return self._profile(person, language) if event.kind == "profile" else event.data

    def _event(self, number: int, kind: str, data: Any, *, replay: bool) -> str:
        body = json.dumps({"kind": kind, "data": data, "replay": replay})
        return f"id: {self._telegram.news.epoch}-{number}\ndata: {body}\n\n"

    def _profile(self, person: int, language: str) -> dict[str, Any]:
        return {
            "name": spoken(self._telegram, "name", language),
            "username": self._telegram.me["username"],
            "description": spoken(self._telegram, "description", language),
            "commands": menu(self._telegram, person, language),
        }

    def _history(self, person: int, language: str) -> dict[str, Any]:
        messages = self._telegram.archive.messages(person)[-MOST_HISTORY:]
        return {
            "profile": self._profile(person, language),
            "clock": self._telegram.clock_face(),
            "blocked": self._telegram.is_blocked_by(person),
            "messages": [{"message": body, "shown": shown} for body, shown in messages],
        }


def _person(request: Request) -> int:
    named = request.query_params.get("person", "")
    return int(named) if named.isdecimal() and len(named) <= 15 and int(named) else PERSON


async def _object(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}

"""The chat page: its files, its stream of events and what the person does on it. Touches HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.localchat import files
from bot.localchat.clock import FASTEST, SLOWEST
from bot.localchat.door import PERSON, Door, as_json, object_in, person_in
from bot.localchat.news import Event
from bot.localchat.profile import menu, spoken
from bot.localchat.ranges import sliced
from bot.localchat.refusal import Refusal
from bot.localchat.telegram import LocalTelegram
from bot.localchat.updates import read_up_to

FOLDER = Path(__file__).parent / "page"
NAMES = frozenset(path.name for path in FOLDER.iterdir() if path.is_file())
LONGEST_TEXT = 4096
MOST_HISTORY = 500
"""Messages a page is given when it opens."""
BREATH = 15.0
"""Seconds (real) after which an idle stream sends a sign of life."""
SHOWN_IN_PAGE = (
    *("audio/ogg", "audio/mpeg", "audio/mp4", "image/png", "image/jpeg", "image/webp"),
    *("image/gif", "video/mp4"),
)
LOCKED = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, max-age=3600"}


def routes(telegram: LocalTelegram, door: Door) -> list[Route]:
    """The page's routes; all of them need its key."""
    page = Page(telegram, door)
    return [
        Route("/", door.opened(page.index)),
        Route("/page/{name}", door.opened(page.part)),
        Route("/chat/events", door.opened(page.events)),
        Route("/chat/file/{file_id}", door.opened(page.file)),
        Route("/chat/say", door.opened(page.say), methods=["POST"]),
        Route("/chat/tap", door.opened(page.tap), methods=["POST"]),
        Route("/chat/speed", door.opened(page.speed), methods=["POST"]),
    ]


class Page:
    """What the page asks for."""

    def __init__(self, telegram: LocalTelegram, door: Door) -> None:
        self._telegram, self._door = telegram, door

    async def index(self, request: Request) -> Response:
        """The page itself."""
        answer = FileResponse(FOLDER / "index.html", headers={"Cache-Control": "no-store"})
        self._door.admit(request, answer)
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
        body = await object_in(request)
        text, reply_to = str(body.get("text", "")).strip(), body.get("reply_to")
        if not text or len(text) > LONGEST_TEXT or "\0" in text:
            return PlainTextResponse("A message has 1 to 4096 characters.", 400)
        self._introduce(request, body)
        await self._telegram.say(person_in(request), text, reply_to=reply_to if isinstance(reply_to, int) else None)
        return Response(status_code=204)

    async def tap(self, request: Request) -> Response:
        """The person taps a button."""
        body = await object_in(request)
        number, data = body.get("message_id"), body.get("data")
        if not isinstance(number, int) or not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
            return PlainTextResponse("A tap has a message and 1 to 64 bytes.", 400)
        self._introduce(request, body)
        tap = await self._telegram.tap(person_in(request), number, data)
        return as_json({"query": tap.query})

    async def speed(self, request: Request) -> Response:
        """Time goes on at another speed."""
        speed = (await object_in(request)).get("speed")
        if not isinstance(speed, int | float) or not SLOWEST <= speed <= FASTEST:
            return PlainTextResponse("The speed is from 1 to 60.", 400)
        self._telegram.clock.set_speed(speed)
        return Response(status_code=204)

    def _introduce(self, request: Request, body: dict[str, Any]) -> None:
        """Note the browser's language as the person's, as a Telegram client does with its own."""
        language = body.get("language")
        if isinstance(language, str) and 2 <= len(language) <= 16:
            first_name = "You" if person_in(request) == PERSON else None
            self._telegram.person(person_in(request), first_name=first_name, language_code=language.lower())

    # ── the stream ────────────────────────────────────────────────────────────────────────────────────────────────────
    async def events(self, request: Request) -> Response:
        """Server-sent events: what was missed if the page comes back soon, else everything; then what happens."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        stream = self._stream(
            person_in(request), request.headers.get("last-event-id", ""), request.query_params.get("language", "en")
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
            "read": read_up_to(self._telegram, person),
            "messages": [{"message": body, "shown": shown} for body, shown in messages],
        }

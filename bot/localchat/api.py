"""The local chat for bots: the Bot API at /bot<token>/<method>, files at /file/bot<token>/<path>. Touches HTTP.

`create_app` joins it with the page (`page.py`) and its workshop (`workshop.py`), and puts the guard (`guard.py`) before
all of them.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.localchat import desk, files, glass, page, people, workshop
from bot.localchat.door import Door
from bot.localchat.faults import Fault, lost, suffered
from bot.localchat.guard import LOOPBACK, Guard, TooLarge
from bot.localchat.methods import Method, methods
from bot.localchat.parameters import BY_SMALL_NAME, Upload, read
from bot.localchat.ranges import sliced
from bot.localchat.refusal import Refusal, bad_request
from bot.localchat.telegram import LocalTelegram
from bot.localchat.wire import Call

CALL = "bot.localchat.call"
"""The audit event (`sys.audit`, PEP 578) of each call that is answered, whichever chat answers it. With it goes the
`Call`: an observer of the whole process, as the tests have one, can't miss a chat that nobody told it of."""

log = logging.getLogger(__name__)


def create_app(telegram: LocalTelegram, *, allowed_hosts: Sequence[str] = LOOPBACK) -> Starlette:
    """The whole local chat as an ASGI app. `allowed_hosts`: names it answers to, without ports."""
    api, door = BotApi(telegram), Door(telegram.page_key)
    return Starlette(
        routes=[
            Route("/bot{token}/{method}", api.call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", api.download),
            *page.routes(telegram, door),
            *workshop.routes(telegram, door),
            *glass.routes(telegram, door),
            *people.routes(telegram, door),
            *desk.routes(telegram, door),
        ],
        middleware=[Middleware(Guard, allowed_hosts=allowed_hosts)],
        exception_handlers={
            404: _not_found,
            405: _not_found,
            TooLarge: _too_large,
            ClientDisconnect: _left,
            Exception: _failed,
        },
    )


class BotApi:
    """The Bot API of one bot over HTTP."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._telegram = telegram
        self._methods: dict[str, Method] = methods()

    async def call(self, request: Request) -> Response:
        """One request of the bot."""
        telegram, came = self._telegram, time.monotonic()
        if refused := self._token_refused(request):
            return refused
        method = str(request.path_params["method"])
        try:
            raw: Mapping[str, Any] = await _raw(request)
        except Refusal as refusal:
            return _answer(*_refused(refusal))
        fault = await telegram.fault(method, raw) if telegram.fault else None
        if fault is None:
            fault = telegram.stage.troubles.fault(method, raw) or Fault()
        if fault.wait and not fault.after:
            await self._silence(fault.wait)
        if not fault.after and (fault.cut or fault.status):
            status, answer = fault.status or 0, fault.body
        else:
            status, answer = await self._carry_out(method, raw)
            if telegram.stage.troubles.swallows(method):
                fault = lost()
        if fault.wait and fault.after:
            await self._silence(fault.wait)
        call = Call(method, dict(raw), status, answer, came)
        telegram.glass.note(call, *suffered(fault, status, answer))
        sys.audit(CALL, call)
        if telegram.wire is not None:
            telegram.wire.append(call)
        if fault.cut:
            return CutOff()
        return _answer(fault.status, fault.body) if fault.status else _answer(status, answer)

    async def download(self, request: Request) -> Response:
        """A file, at the path `getFile` told."""
        if refused := self._token_refused(request):
            return refused
        found = files.at(self._telegram.archive, request.path_params["path"])
        if found is None:
            return _answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        return sliced(found[2], "application/octet-stream", request.headers.get("range"), {})

    def _token_refused(self, request: Request) -> Response | None:
        """None for the right token. Telegram says 404 to what can't be a token, 401 to one it does not know."""
        token = str(request.path_params["token"])
        if not re.fullmatch(r"[1-9][0-9]*:[A-Za-z0-9_-]+", token):
            return _answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        if not secrets.compare_digest(token, self._telegram.token):
            return _answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        return None

    async def _carry_out(self, method: str, raw: Mapping[str, Any]) -> tuple[int, Any]:
        name = BY_SMALL_NAME.get(method.lower())
        try:
            if name is None:
                raise Refusal(404, "Not Found: method not found")
            given, unknown = read(name, raw)
            self._telegram.unknown.update((name, parameter) for parameter in unknown)
            return 200, {"ok": True, "result": await self._methods[name](self._telegram, given)}
        except Refusal as refusal:
            return _refused(refusal)

    async def _silence(self, seconds: float) -> None:
        """Wait, but not longer than the server runs."""
        try:
            async with asyncio.timeout(seconds):
                await self._telegram.closing.wait()
        except TimeoutError:
            return


class Broken(ConnectionResetError):
    """A connection that was broken on purpose."""


class CutOff(Response):
    """An answer that breaks off. The error reaches the client of an in-process transport and ends a real connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin an answer and break the connection."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"ok":', "more_body": True})
        raise Broken("the local chat broke the connection, as it was asked to")


def _refused(refusal: Refusal) -> tuple[int, dict[str, Any]]:
    return refusal.code, {"ok": False, "error_code": refusal.code, "description": refusal.description}


def _answer(status: int, body: Any) -> Response:
    if isinstance(body, str):
        return Response(body, status, media_type="text/html")
    headers = {"Cache-Control": "no-store"}
    if wait := (body or {}).get("parameters", {}).get("retry_after"):
        headers["Retry-After"] = str(wait)
    # Escaped to ASCII, so that even half a surrogate pair, which a test may have said, gets through.
    return Response(json.dumps(body), status, headers, media_type="application/json")


async def _raw(request: Request) -> dict[str, Any]:
    """Parameters from the query and from a form, multipart or JSON body."""
    raw: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "GET" or not kind:
        return raw
    if kind == "application/json":
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError:
            raise bad_request("can't parse request JSON object") from None
        if not isinstance(body, dict):
            raise bad_request("request JSON must be an Object")
        return raw | body
    async with request.form(max_part_size=1 << 20) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                mime = (value.content_type or "").partition(";")[0]
                raw[name] = Upload(value.filename or name, mime, await value.read())
            else:
                raw[name] = value
    return raw


async def _not_found(request: Request, error: Exception) -> Response:
    return _answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})


async def _too_large(request: Request, error: Exception) -> Response:
    return _answer(413, {"ok": False, "error_code": 413, "description": "Request Entity Too Large"})


async def _left(request: Request, error: Exception) -> Response:
    """Who asked went away half way through the request: nobody reads this, and nothing of ours failed."""
    return _answer(400, {"ok": False, "error_code": 400, "description": "Bad Request"})


async def _failed(request: Request, error: Exception) -> Response:
    if not isinstance(error, Broken):
        log.error("the local chat failed: our mistake", exc_info=error)
    return _answer(500, {"ok": False, "error_code": 500, "description": "Internal Server Error"})

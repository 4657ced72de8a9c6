"""Keeps other web pages and other machines out of the local chat. Touches HTTP.

Host must be a name of ours (against DNS rebinding). Where a browser says that a request comes from must be ourselves.
Nobody else may frame us, sniff, or keep what we send. Bodies are limited.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
MOST_BOT_BODY, MOST_PAGE_BODY = 52 << 20, 64 << 10
"""Bytes of a request: a bot's may hold a file of 50 MB; the page's hold a text."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self'; img-src 'self';"
    " frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}


class TooLarge(Exception):
    """A request's body is beyond the limit."""


class Guard:
    """ASGI middleware before everything the local chat serves."""

    def __init__(self, app: ASGIApp, allowed_hosts: Sequence[str]) -> None:
        self._app = app
        self._hosts = frozenset(allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 403 in one plain sentence."""
        if scope["type"] != "http":
            return
        if why := self._refused(scope):
            await PlainTextResponse(why, 403, dict(HEADERS))(scope, receive, send)
            return
        most = MOST_BOT_BODY if scope["path"].startswith("/bot") else MOST_PAGE_BODY
        got = 0

        async def limited() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > most:
                raise TooLarge
            return message

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, limited, sealed)

    def _refused(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        if name not in self._hosts:
            return "This server answers to its own names only."
        own = f"{scope['scheme']}://{host}"
        if (origin := headers.get("origin")) is not None and origin != own:
            return "Requests of other pages are refused."
        navigates = (
            headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest", "document") == "document"
        )
        opens_page = scope["path"] == "/" and navigates and scope["method"] == "GET"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not opens_page:
            return "Requests of other pages are refused."
        if scope["method"] not in ("GET", "HEAD") and not scope["path"].startswith("/bot") and origin is None:
            return "The page's requests must say where they come from."
        return None

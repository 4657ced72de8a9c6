"""Who may see the page and what belongs to it: whoever has its key. Touches HTTP.

The key in the page's address becomes a cookie at the first visit, so that it need not stay in the address bar.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

PERSON = 1001
"""Who sits at the page if its address names nobody else."""

Endpoint = Callable[[Request], Awaitable[Response]]


class Door:
    """Opens to the key. One for a local chat."""

    def __init__(self, key: str) -> None:
        self._key = key

    def opened(self, endpoint: Endpoint) -> Endpoint:
        """`endpoint` for who has the key: in the address, or in the cookie of an earlier visit."""

        async def guarded(request: Request) -> Response:
            offered = request.query_params.get("key") or request.cookies.get(_cookie(request), "")
            if not secrets.compare_digest(offered.encode(), self._key.encode()):
                return PlainTextResponse("Open the address that the program printed: it carries the key.", 403)
            return await endpoint(request)

        return guarded

    def admit(self, request: Request, answer: Response) -> None:
        """Give who came with the key a cookie that opens as well."""
        answer.set_cookie(_cookie(request), self._key, httponly=True, samesite="strict", path="/")


def _cookie(request: Request) -> str:
    """One name a port: cookies don't know ports."""
    return f"chat-key-{request.url.port or 80}"


def person_in(request: Request) -> int:
    """Whose chat is meant: the page's address says it."""
    named = request.query_params.get("person", "")
    return int(named) if named.isdecimal() and len(named) <= 15 and int(named) else PERSON


async def object_in(request: Request) -> dict[str, Any]:
    """The JSON object in a request; an empty one where there is none."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def as_json(body: Any) -> Response:
    """An answer in JSON."""
    return Response(json.dumps(body), media_type="application/json", headers={"Cache-Control": "no-store"})

"""What goes over the wire between a bot and the chat: each request with its answer. Touches nothing.

The token is in no call: it is in the address alone, and addresses are not recorded.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.localchat.parameters import Upload

MOST_CALLS, MOST_IDLE = 400, 100
"""Calls that are remembered, and polls that brought nothing, which must not push the others out: 500 in all."""
MOST_A_PAGE = 100
MOST_QUERIES = 1_000
"""Taps of which is known whose they are."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request and its answer, as recorded. `at`: real seconds of a monotonic clock when it came."""

    method: str
    parameters: Mapping[str, Any]
    status: int
    answer: Any
    at: float


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer, to look at. `at`: real unix seconds when it came; `took`: seconds until the answer."""

    number: int
    method: str
    given: Mapping[str, Any]
    status: int
    """What the bot got; 0: the connection broke."""
    answer: Any
    note: str
    """What a trouble made of it, in words; else empty."""
    at: float
    took: float
    chats: frozenset[int]
    """Whom it concerns."""
    idle: bool
    """A poll that brought nothing."""


class Wire:
    """The newest exchanges, numbered from 1, in memory alone."""

    def __init__(self) -> None:
        self._calls: deque[Exchange] = deque(maxlen=MOST_CALLS)
        self._idle: deque[Exchange] = deque(maxlen=MOST_IDLE)
        self._asked: dict[str, int] = {}
        self._last = 0

    def note(self, call: Call, answered: tuple[int, Any], note: str = "") -> None:
        """Remember a call that is answered just now, with what the bot got for it."""
        self._last += 1
        status, answer = answered
        given = {name: _as_json(value) for name, value in call.parameters.items()}
        took = time.monotonic() - call.at
        polled = call.method.lower() == "getupdates"
        idle = polled and status == 200 and not _result(answer)
        one = Exchange(
            self._last,
            call.method,
            given,
            status,
            answer,
            note,
            time.time() - took,
            took,
            self._whom(given, _result(call.answer) if polled else ()),
            idle,
        )
        (self._idle if idle else self._calls).append(one)

    def page(
        self,
        *,
        after: int = 0,
        before: int | None = None,
        chat: int | None = None,
        method: str = "",
        idle: bool = False,
    ) -> list[Exchange]:
        """At most MOST_A_PAGE of what came after one number and before another, the newest of them, in order.

        `chat`: of this one alone. `method`: whose name has these letters. `idle`: also polls that brought nothing.
        """
        calls = sorted((*self._calls, *(self._idle if idle else ())), key=lambda one: -one.number)
        wanted = (
            one
            for one in calls
            if one.number > after
            and (before is None or one.number < before)
            and (chat is None or chat in one.chats)
            and method.lower() in one.method.lower()
        )
        return list(islice(wanted, MOST_A_PAGE))[::-1]

    def clear(self) -> None:
        """Forget them all; numbers go on."""
        self._calls.clear()
        self._idle.clear()

    def _whom(self, given: Mapping[str, Any], updates: Any) -> frozenset[int]:
        """Whom a request names, or the updates that it brought; and whose tap it answers."""
        found: set[Any] = {given.get("chat_id"), self._asked.get(str(given.get("callback_query_id")))}
        for update in updates if isinstance(updates, list) else ():
            for body in update.values() if isinstance(update, Mapping) else ():
                match body:  # a test may have queued something that is none
                    case {"data": _, "message": {"chat": {"id": int(chat)}}}:
                        self._asked[str(body.get("id"))] = chat
                        found.add(chat)
                    case {"chat": {"id": int(chat)}}:
                        found.add(chat)
        while len(self._asked) > MOST_QUERIES:
            del self._asked[next(iter(self._asked))]
        return frozenset(int(one) for one in found if str(one).lstrip("-").isdecimal())


def _result(answer: Any) -> Any:
    return answer.get("result") if isinstance(answer, Mapping) else None


def _as_json(value: Any) -> Any:
    """A parameter as JSON can hold it: of a file its name, kind and size."""
    if isinstance(value, Upload):
        return {"file": value.name, "kind": value.mime, "bytes": len(value.data)}
    return value

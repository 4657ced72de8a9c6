"""A gateway on a real socket before the local chat's server, which does to a request what a network can do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

TAKE = 0.02
"""Seconds (real) between two bytes of an answer that drips."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request on its way. `chat`: 0 if it names none."""

    method: str
    chat: int
    text: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What becomes of a request.

    `carried_out`: the server gets it, and does what it asks. `answer`: the raw answer instead of the true one.
    `keep`: how much of the answer comes (1: all), before the connection breaks, or (`hangs`) falls silent.
    """

    carried_out: bool = False
    answer: bytes | None = b""
    keep: float = 1.0
    hangs: bool = False
    drips: bool = False


def http(status: str, body: str, kind: str = "text/html") -> bytes:
    """An HTTP answer."""
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def page(status: str) -> Deed:
    """A gateway's own page instead of an answer; nothing is carried out."""
    return Deed(answer=http(status, f"<html><h1>{status}</h1></html>"))


def json(body: str, status: str = "200 OK", *, carried_out: bool = False) -> Deed:
    """Another answer than Telegram's."""
    return Deed(carried_out=carried_out, answer=http(status, body, "application/json"))


SILENT, SILENT_AFTER = Deed(hangs=True), Deed(carried_out=True, keep=0.0, hangs=True)
CLOSED, LOST = Deed(), Deed(carried_out=True, keep=0.0, answer=None)
HALF, HALF_SILENT = Deed(carried_out=True, keep=0.5, answer=None), Deed(True, None, 0.5, hangs=True)
DRIPS = Deed(carried_out=True, answer=None, drips=True)
BAD_GATEWAY, LOGIN = page("502 Bad Gateway"), page("200 OK")
BAD_GATEWAY_AFTER = Deed(carried_out=True, answer=BAD_GATEWAY.answer)


@dataclass
class Gateway:
    """Hands requests on to `behind` (host, port), but for those that `deed` names another fate for."""

    behind: tuple[str, int]
    deed: Callable[[Asked], Deed | None] = lambda _: None
    seen: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        """Listen: on the same port as before, if it listened before."""
        self._closing = asyncio.Event()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more: from now on connections are refused."""
        self._closing.set()
        self._server.close()
        await self._server.wait_closed()
        await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            asked = _asked(head, body)
            self.seen.append(asked)
            deed = self.deed(asked) or Deed(carried_out=True, answer=None)
            answer = await self._true(head, body) if deed.carried_out else b""
            if deed.answer is not None:
                answer = deed.answer
            await self._answer(writer, answer[: int(len(answer) * deed.keep)], deed)
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, answer: bytes, deed: Deed) -> None:
        if deed.drips:
            for place in range(len(answer)):
                writer.write(answer[place : place + 1])
                await writer.drain()
                await self._rest(TAKE)
        elif answer:
            writer.write(answer)
            await writer.drain()
        if deed.hangs:
            await self._rest(60)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    async def _true(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*self.behind)
        writer.write(re.sub(rb"(?i)connection: keep-alive", b"Connection: close", head) + body)
        ended = asyncio.ensure_future(self._closing.wait())
        answer = asyncio.ensure_future(reader.read())
        await asyncio.wait((ended, answer), return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        writer.close()
        return answer.result() if answer.done() else b""


def _asked(head: bytes, body: bytes) -> Asked:
    path = head.split(maxsplit=2)[1].decode()
    told = parse_qs(urlsplit(path).query) | parse_qs(body.decode("utf-8", "replace"))
    named = re.search(rb'name="chat_id"\r\n(?:[^\r\n]+\r\n)*\r\n(-?\d+)', body)
    chat = int(named[1]) if named else int(told.get("chat_id", ["0"])[0])
    return Asked(urlsplit(path).path.rpartition("/")[2].lower(), chat, told.get("text", [""])[0])

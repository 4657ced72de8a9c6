"""What the network can do to a request, over real sockets: each end means one thing, and the log names nobody."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from bot import logs
from bot.chat.messenger import Answer, Kind, Me, Messenger
from bot.guide.parts import Part
from bot.localchat import Clock, LocalTelegram, serve
from tests.chat.gateway import (
    BAD_GATEWAY,
    BAD_GATEWAY_AFTER,
    CLOSED,
    DRIPS,
    HALF,
    HALF_SILENT,
    LOGIN,
    LOST,
    SILENT,
    SILENT_AFTER,
    Deed,
    Gateway,
    json,
    page,
)
from tests.conversations.conftest import TOKEN

ANNA = 7_301_948_226
PRIVATE = "my grandmother is called Hildegard"
PATIENCE = 0.8
"""Seconds (real) a request may take in these stories."""


@dataclass
class Line:
    """A messenger, a gateway, and the local chat behind it."""

    telegram: LocalTelegram
    gateway: Gateway
    messenger: Messenger


@pytest.fixture(scope="module")
async def laid() -> AsyncIterator[Line]:
    """The line, laid once: every story leaves it whole."""
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    address, stop = await serve(telegram)
    gateway = Gateway(("127.0.0.1", int(address.rpartition(":")[2])))
    await gateway.open()
    messenger = Messenger(TOKEN, gateway.address, timeout=PATIENCE)
    yield Line(telegram, gateway, messenger)
    await messenger.close()
    await gateway.close()
    await stop()
    await telegram.close()


@pytest.fixture
async def line(laid: Line) -> AsyncIterator[Line]:
    """The line, with one update and one message in an otherwise empty chat."""
    await laid.telegram.erase(ANNA)
    laid.telegram.archive.run("DELETE FROM updates")
    await laid.telegram.say(ANNA, "/start")
    yield laid
    laid.gateway.deed = lambda _: None


@pytest.fixture
def printed() -> Iterator[io.StringIO]:
    """What the program's own log prints at its lowest level; looked through at the end: it names nobody."""
    root, out = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    with redirect_stderr(out):
        logs.configure("debug", (TOKEN,))
    yield out
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    for word in ("Hildegard", str(ANNA), TOKEN.partition(":")[2], "Traceback"):
        assert word not in out.getvalue()


def part(text: str = "Breathe.", edit: int | None = None) -> Part:
    return Part(kind="text", text=text, edit=edit)


def received(telegram: LocalTelegram) -> int:
    return sum(message.by_bot for message in telegram.messages(ANNA))


# ── every end of a request means one thing ────────────────────────────────────────────────────────────────────────────
FATES = {
    "silence": (SILENT, Kind.DOUBT, 0),
    "silence after it was carried out": (SILENT_AFTER, Kind.DOUBT, 1),
    "closed at once": (CLOSED, Kind.DOUBT, 0),
    "closed after it was carried out": (LOST, Kind.DOUBT, 1),
    "half an answer": (HALF, Kind.DOUBT, 1),
    "half an answer, then silence": (HALF_SILENT, Kind.DOUBT, 1),
    "an answer that drips": (DRIPS, Kind.DOUBT, 1),
    "502 with a page": (BAD_GATEWAY, Kind.DOUBT, 0),
    "502 after it was carried out": (BAD_GATEWAY_AFTER, Kind.DOUBT, 1),
    "a login page": (LOGIN, Kind.DOUBT, 0),
    "a proxy's 400": (page("400 Bad Request"), Kind.DOUBT, 0),
    "a proxy's 401": (page("401 Unauthorized"), Kind.DOUBT, 0),
    "a proxy's 403": (page("403 Forbidden"), Kind.DOUBT, 0),
    "a proxy's 404": (page("404 Not Found"), Kind.DOUBT, 0),
    "a proxy's 409": (page("409 Conflict"), Kind.DOUBT, 0),
    "a proxy's 429": (page("429 Too Many Requests"), Kind.WAIT, 0),
    "a redirection": (page("302 Found"), Kind.DOUBT, 0),
    "no HTTP": (Deed(answer=b"SSH-2.0-OpenSSH_9.6\r\n"), Kind.DOUBT, 0),
    "500 with words of Telegram's": (
        json('{"ok":false,"error_code":500,"description":"Internal Server Error"}', "500 Internal Server Error"),
        Kind.DOUBT,
        0,
    ),
    "429 without a time": (
        json('{"ok":false,"description":"Too Many Requests"}', "429 Too Many Requests"),
        Kind.WAIT,
        0,
    ),
    "429 with a time that is none": (
        json('{"ok":false,"description":"x","parameters":{"retry_after":"soon"}}', "429 Too Many Requests"),
        Kind.WAIT,
        0,
    ),
    "401": (json('{"ok":false,"description":"Unauthorized"}', "401 Unauthorized"), Kind.BAD_TOKEN, 0),
    "404": (json('{"ok":false,"description":"Not Found"}', "404 Not Found"), Kind.BAD_TOKEN, 0),
}
SHAPES = [
    "",
    "null",
    "[]",
    "7",
    '"ok"',
    "{}",
    '{"ok":true}',
    '{"ok":1,"result":{}}',
    '{"ok":true,"result":null}',
    '{"ok":true,"result":[]}',
    '{"ok":true,"result":{}}',
    '{"ok":true,"result":{"message_id":"x","date":1,"chat":{"id":1,"type":"private"}}}',
    '{"ok":true,"result":{"message_id":7,"date":"x","chat":[]}}',
    '{"ok":false}',
    '{"ok":false,"description":["x"]}',
    '{"ok":false,"description":"x","parameters":[]}',
    "[" * 100_000,
    '{"ok":true,"result":' + "9" * 5000 + "}",
]
"""Answers, with status 200, of a shape that nobody knows."""


@pytest.mark.parametrize(("deed", "kind", "carried_out"), FATES.values(), ids=FATES)
async def test_every_end_of_a_send_means_one_thing(
    line: Line,
    printed: io.StringIO,
    deed: Deed,
    kind: Kind,
    carried_out: int,
) -> None:
    line.gateway.deed = lambda asked: deed if asked.method == "sendmessage" else None
    began = time.monotonic()
    answer = await line.messenger.show(ANNA, part(), 1, None)
    assert answer.kind is kind
    assert time.monotonic() - began < PATIENCE + 1  # an answer that drips takes 6 s
    assert received(line.telegram) == carried_out
    assert TOKEN.partition(":")[2] not in answer.why
    line.gateway.deed = lambda _: None
    assert (await line.messenger.show(ANNA, part(), 1, None)).kind is Kind.DONE, "the next one goes its way"


@pytest.mark.parametrize("body", SHAPES, ids=lambda body: body[:40] or "nothing")
async def test_an_answer_of_another_shape_is_in_doubt_for_every_call(
    line: Line, printed: io.StringIO, tmp_path: Path, body: str
) -> None:
    line.gateway.deed = lambda _: json(body)
    note = tmp_path / "note.ogg"
    note.write_bytes(b"OggS")
    sends = (
        line.messenger.show(ANNA, part(), 1, None),
        line.messenger.show(ANNA, part(), 1, "file-id"),
        line.messenger.show(ANNA, part(), 1, note),
        line.messenger.me(),
    )
    assert [answer.kind for answer in await asyncio.gather(*sends) if isinstance(answer, Answer)] == [Kind.DOUBT] * 4
    # What nothing is needed of may have been carried out, and says so by any result at all.
    call = line.messenger
    others = (call.show(ANNA, part(edit=1), 1, None), call.probe(ANNA), call.toast("1", "x"))
    assert {answer.kind for answer in await asyncio.gather(*others)} <= {Kind.DOUBT, Kind.DONE}
    found = await line.messenger.updates(None, 0)
    assert found == [] if body == '{"ok":true,"result":[]}' else isinstance(found, Answer)


async def test_refused_is_surely_not_sent(line: Line, printed: io.StringIO) -> None:
    await line.gateway.close()
    began = time.monotonic()
    assert (await line.messenger.show(ANNA, part(), 1, None)).kind is Kind.NOT_SENT
    found = await line.messenger.updates(None, 0)
    assert isinstance(found, Answer)
    assert found.kind is Kind.NOT_SENT
    assert time.monotonic() - began < PATIENCE
    await line.gateway.open()
    assert isinstance(await line.messenger.me(), Me)


async def test_a_connection_that_nobody_takes_is_surely_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as nobody:
        waiting = [socket.socket() for _ in range(2)]  # as many as wait at the door; who comes later is not heard
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(nobody.getsockname())
        messenger = Messenger(TOKEN, "http://127.0.0.1:{1}".format(*nobody.getsockname()), timeout=PATIENCE)
        assert (await messenger.show(ANNA, part(), 1, None)).kind is Kind.NOT_SENT
        await messenger.close()
        for one in waiting:
            one.close()


async def test_half_an_answer_with_a_persons_words_leaves_none_in_the_log(line: Line, printed: io.StringIO) -> None:
    await line.telegram.say(ANNA, PRIVATE)
    for deed in (HALF, json('{"ok":true,"result":[{"text":"' + PRIVATE), json('{"ok":"' + PRIVATE + '"}')):
        line.gateway.deed = lambda _, deed=deed: deed  # type: ignore[misc]
        assert isinstance(await line.messenger.updates(None, 0), Answer)
    line.gateway.deed = lambda _: None
    assert len(await line.messenger.updates(None, 0)) == 2  # type: ignore[arg-type]


async def test_a_note_that_is_gone_is_no_note(line: Line, tmp_path: Path) -> None:
    assert (await line.messenger.show(ANNA, part(), 1, tmp_path / "gone.ogg")).kind is Kind.NO_NOTE


async def test_an_error_that_nobody_waits_for_is_logged_without_its_words(printed: io.StringIO) -> None:
    async def fails() -> None:
        raise KeyError(PRIVATE)

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    del task
    gc.collect()
    assert "Task exception was never retrieved" in printed.getvalue()

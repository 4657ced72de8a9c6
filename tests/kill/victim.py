"""The program that is killed: the bot as it is, which leaves a line at each point it passes. Touches a data folder.

`python -m tests.kill.victim` with the settings as JSON: for each line it reads (an order, as JSON) it forks a process
that runs `bot.app.run`, prints that process's id, and when it is over how it ended. Forking saves the imports.

A point is `<flow> <name>`: `settle commit` is before the commit in which a send is settled. `out` and `answered` are
before a request leaves and after its answer came. A journal survives SIGKILL, since the kernel has what was written.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import aiosqlite  # noqa: F401 - the store's, imported with the first database: forked processes have it already
import alembic.command  # noqa: F401
import httpx

from bot import app, logs
from bot.clock import SystemClock
from bot.settings import Settings

FLOWS = {
    "turns.take": "take",
    "turns.tick": "tick",
    "turns.park": "park",
    "delivery.claim": "claim",
    "delivery.settle": "settle",
    "delivery.clean_once": "clean",
    "delivery.step_once": "show",
    "answers._send": "reply",
    "reminding.claim": "remind",
    "reminding._one": "reminder",
    "polling.poll_once": "poll",
    "delivery._look": "look",
    "alarm._ring": "ring",
    "polling._finish": "finish",
    "chats.open_store": "open",
    "chats.claim_bot": "claim_bot",
    "chats.tidy": "tidy",
    "restore.come_back": "come_back",
    "chats.release": "release",
}
"""Which of our functions is whose work; the innermost that stands here says whose. All else is the start."""
STATEMENTS = {"load", "save", "first_sight", "erase", "erased_upto", "file_id", "keep_file_id", "drop_file_id"}
CHAT = re.compile(rb'(?:^|&)chat_id=(\d+)|name="chat_id"\r\n\r\n(\d+)')
"""A request's chat, in a form or in its multipart form."""


@dataclass(frozen=True, slots=True)
class Order:
    """When the process shall kill itself. `point` empty: never, it is killed from outside, or stopped."""

    point: str = ""
    passing: int = 1
    """At which passing of the point."""
    after: float = 0.0
    """Seconds (real) after it: a request is on its way meanwhile."""

    def dump(self) -> str:
        """As a line."""
        return json.dumps(asdict(self)) + "\n"


class Points:
    """Writes down each point that is passed, and dies at the one that was ordered."""

    def __init__(self, journal: Path, order: Order) -> None:
        self._file = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._order, self._left = order, order.passing

    def passed(self, name: str, *more: int) -> None:
        """A line: seconds, task, chat and message where known, point."""
        flow, statement = _flow(sys._getframe(1))  # the stack knows who it was, and nobody has to be told
        point = f"{flow} {statement or name}"
        try:
            task = asyncio.current_task()
        except RuntimeError:
            task = None
        known = " ".join(map(str, (*more, 0, 0)[:2]))
        os.write(self._file, f"{time.time():.4f} {task.get_name() if task else '-'} {known} {point}\n".encode())
        if point == self._order.point:
            self._left -= 1
            if self._left == 0:
                self._die()

    def _die(self) -> None:
        if self._order.after:
            asyncio.get_running_loop().call_later(self._order.after, os.kill, os.getpid(), signal.SIGKILL)
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, name: str) -> None:
        """The store's hook."""
        self.passed(name)


class Wire(httpx.AsyncBaseTransport):
    """The network, with a point on either side of each request."""

    def __init__(self, points: Points) -> None:
        self._points = points
        self._inner = httpx.AsyncHTTPTransport(verify=False, limits=httpx.Limits(max_connections=64))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass it on. The answer is read whole before it counts as come."""
        method = request.url.path.rpartition("/")[2]
        found = CHAT.search(await request.aread())
        chat = int(found[1] or found[2]) if found else 0
        self._points.passed(f"{method} out", chat)
        response = await self._inner.handle_async_request(request)
        result = json.loads(await response.aread()).get("result")
        message = result.get("message_id", 0) if isinstance(result, dict) else 0
        self._points.passed(f"{method} answered", chat, message)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


def _flow(frame: FrameType | None) -> tuple[str, str]:
    """The flow that this frame belongs to, and the statement of the store it carries out, if any."""
    statement = ""
    while frame is not None:
        module, name = frame.f_globals["__name__"], frame.f_code.co_name
        if module == "bot.store.chats" and name in STATEMENTS:
            statement = name
        elif module.startswith("bot.") and (flow := FLOWS.get(f"{module.rpartition('.')[2]}.{name}")):
            return flow, statement
        frame = frame.f_back
    return "start", statement


async def live(given: dict[str, Any], order: Order) -> None:
    """Run the bot until SIGTERM, or until whoever gives the orders is gone."""
    points = Points(Path(given["journal"]), order)
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_reader(sys.stdin.fileno(), os._exit, 1)
    settings = Settings.load(given["settings"], None)
    logs.configure("info", (given["settings"]["EASEBACK_TOKEN"],))
    clock = SystemClock(settings.speed, given["began"])
    await app.run(settings, print, stop, lambda page: None, clock=clock, transport=Wire(points), before=points.before)


def main() -> None:
    """Fork as ordered."""
    given = json.loads(sys.argv[1])
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            with Path(given["log"]).open("a") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            asyncio.run(live(given, Order(**json.loads(line))))
            sys.stdout.flush()
            os._exit(0)
        print(process, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


if __name__ == "__main__":
    main()

"""A world to be killed in: a server, the program that dies, and people. Touches a folder, processes, loopback HTTP.

The local chat's server is a process of its own that nobody kills; aiogram can read along (tests/wire.py). People see
and act as the chat's page does, over HTTP: what the server told a page, in its order, is all that the judge knows of
what people saw.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.kill.judge import Did, Event, Saw
from tests.kill.victim import Order

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "4711:a-token-that-opens-nothing-at-all-0123"


class Person:
    """Somebody with a chat: what they did and saw, in order, and their chat as it is now."""

    def __init__(self, number: int, page: httpx.AsyncClient) -> None:
        """`page`: asks the server as the chat's page does."""
        self.number, self._page = number, page
        self.log: list[Event] = []
        self.messages: dict[int, dict[str, Any]] = {}
        self.answers: dict[str, str] = {}
        """The toast on each tap, by query."""
        self.unheard = 0
        """Acts that the bot gave no sign at yet, as far as the person can tell."""
        self.acted = 0.0
        """When (monotonic) they last did something."""
        self._news = asyncio.Event()

    async def say(self, text: str) -> None:
        """Write something."""
        self.log.append(Did("say", text))
        await self._post("say", text=text)

    async def tap(self, message: int, data: str) -> str:
        """Tap a button, seen now or earlier; the query by which it is answered."""
        shown = self.messages.get(message, {})
        self.log.append(Did("tap", data, message, shown.get("text") or shown.get("caption") or ""))
        query: str = (await self._post("tap", message_id=message, data=data)).json()["query"]
        return query

    async def press(self, label: str) -> str:
        """Tap the newest button with this label; the query."""
        for message in reversed(self.messages.values()):
            for data, text in buttons(message).items():
                if label in text:
                    return await self.tap(message["message_id"], data)
        raise LookupError(f"no button {label!r}")

    async def answered(self, query: str, within: float = 15.0) -> str:
        """The toast on a tap, as soon as it comes (real seconds). Raises AssertionError."""
        await self.until(lambda: query in self.answers, "the answer to a tap", within)
        return self.answers[query]

    async def sees(self, words: str, within: float = 15.0) -> dict[str, Any]:
        """Wait until the newest message of the bot holds these words. Raises AssertionError."""
        await self.until(lambda: bool(own := self.having("")) and words in text(own[-1]), words, within)
        return self.having("")[-1]

    def having(self, words: str) -> list[dict[str, Any]]:
        """The bot's messages with these words, in order."""
        return [m for m in self.messages.values() if m["from"]["is_bot"] and words in text(m)]

    async def until(self, true: Callable[[], bool], what: str, within: float = 15.0) -> None:
        """Wait for something to be seen (real seconds). Raises AssertionError."""
        ends = time.monotonic() + within
        while not true():
            if (left := ends - time.monotonic()) <= 0:
                last = [text(message)[:80] for message in list(self.messages.values())[-4:]]
                raise AssertionError(f"{what} did not come; last: {last}")
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), left)

    async def _post(self, what: str, **body: Any) -> httpx.Response:
        self.unheard += 1
        self.acted = time.monotonic()
        answer = await self._page.post(f"/chat/{what}", params={"person": self.number}, json=body)
        return answer.raise_for_status()

    async def look(self) -> None:
        """Watch the chat as an open page does, until cancelled."""
        params = {"person": self.number}
        async with self._page.stream("GET", "/chat/events", params=params, timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    event = json.loads(line.removeprefix("data: "))
                    self._happened(event["kind"], event["data"])

    def _happened(self, kind: str, data: Any) -> None:
        match kind:
            case "message" | "edit":
                body = data["message"]
                self.messages[body["message_id"]] = body
                by_bot = body["from"]["is_bot"]
                self.unheard -= by_bot and self.unheard > 0
                self.log.append(Saw(kind, body["message_id"], text(body), tuple(buttons(body)), by_bot))
            case "delete":
                for number in data:
                    self.messages.pop(number, None)
                    self.log.append(Saw(kind, number))
            case "toast":
                self.unheard -= self.unheard > 0
                self.answers[data["query"]] = data["text"]
                self.log.append(Saw(kind, words=data["text"]))
        self._news.set()


def text(message: dict[str, Any]) -> str:
    """What is read in a message, or under its voice."""
    return message.get("text") or message.get("caption") or ""


def buttons(message: dict[str, Any]) -> dict[str, str]:
    """Data and label of each button."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return {button["callback_data"]: button["text"] for row in rows for button in row}


@dataclass(frozen=True, slots=True)
class Passing:
    """A line of the journal: who passed which point when (real unix seconds), in which chat, with which message."""

    at: float
    task: str
    chat: int
    message: int
    point: str


@dataclass(slots=True)
class Life:
    """One process from its birth to its death."""

    number: int
    order: Order
    process: int = 0
    passings: list[Passing] = field(default_factory=list)
    ended: int | None = None
    """Its exit code; -9 after a SIGKILL."""


class World:
    """A server, people, and one bot that lives again and again on the same folder."""

    def __init__(self, folder: Path, shelf: Path, people: int, speed: float, *, read_along: bool = True) -> None:
        """`shelf`: a folder with all notes. `speed`: of the bot's virtual time. `read_along`: takes 4 s to begin."""
        self.folder, self.home, self._shelf = folder, folder / "home", shelf
        self.journal, self.log = folder / "journal.txt", folder / "bot.log"
        self.speed, self.began = speed, time.time()
        self._server = "tests.wire" if read_along else "bot.localchat"
        self._read = self._lives = 0
        self._numbers = range(1001, 1001 + people)
        self.people: dict[int, Person] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[World]:
        """The server runs and people look; no bot yet."""
        self.home.mkdir(parents=True)
        shutil.copytree(self._shelf, self.home / "notes", copy_function=os.link)
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(_process(self._server, "--token", TOKEN))
            stack.push_async_callback(_well_spoken, server)
            assert server.stdout is not None
            told = dict([(await server.stdout.readline()).decode().strip().split("=", 1) for _ in range(2)])
            self.address = told["EASEBACK_API_URL"]
            page = (await server.stdout.readline()).decode().partition("?key=")[2].strip()
            client = httpx.AsyncClient(
                base_url=self.address,
                params={"key": page},
                headers={"Origin": self.address},
                # Shorter than the server keeps a connection: else a request may meet the end of one.
                limits=httpx.Limits(max_connections=None, keepalive_expiry=1.0),
                timeout=30.0,
            )
            await stack.enter_async_context(client)
            self.people = {number: Person(number, client) for number in self._numbers}
            eyes = [asyncio.create_task(person.look()) for person in self.people.values()]
            stack.callback(lambda: [eye.cancel() for eye in eyes])
            self._mother = await stack.enter_async_context(_process("tests.kill.victim", json.dumps(self._given())))
            yield self

    def _given(self) -> dict[str, Any]:
        settings = {
            "EASEBACK_TOKEN": TOKEN,
            "EASEBACK_API_URL": self.address,
            "EASEBACK_DATA_DIR": str(self.home),
            "EASEBACK_SPEED": str(self.speed),
            "EASEBACK_RATE": "30",
        }
        return {"settings": settings, "journal": str(self.journal), "log": str(self.log), "began": self.began}

    # ── a life ────────────────────────────────────────────────────────────────────────────────────────────────────────
    async def start(self, order: Order) -> Life:
        """A new process, which kills itself as ordered."""
        self._lives += 1
        life = Life(self._lives, order)
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.write(order.dump().encode())
        life.process = int(await self._mother.stdout.readline())
        return life

    async def death(self, life: Life, within: float) -> bool:
        """Wait for its end (real seconds), and read what it left behind; False if it lives on."""
        assert self._mother.stdout is not None
        try:
            async with asyncio.timeout(within):
                line = await self._mother.stdout.readline()
        except TimeoutError:
            return False
        life.ended = int(line)
        with self.journal.open(encoding="utf-8") as file:
            file.seek(self._read)
            lines = file.read().splitlines()
            self._read = file.tell()
        for passed in lines:
            at, task, chat, message, point = passed.split(" ", 4)
            life.passings.append(Passing(float(at), task, int(chat), int(message), point))
        return True

    async def kill(self, life: Life) -> None:
        """kill -9 from outside."""
        with suppress(ProcessLookupError):  # it was about to die by itself
            os.kill(life.process, signal.SIGKILL)
        assert await self.death(life, 30.0), "SIGKILL did not end it"

    async def stop(self, life: Life) -> None:
        """The kind way, as Ctrl+C."""
        os.kill(life.process, signal.SIGTERM)
        assert await self.death(life, 30.0), "SIGTERM did not end it"

    # ── its database ──────────────────────────────────────────────────────────────────────────────────────────────────
    def now(self) -> float:
        """The bot's virtual time, in unix seconds."""
        return self.began + (time.time() - self.began) * self.speed

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """Ask the database beside the bot."""
        file = self.home / "easeback.db"
        if not file.exists():
            return []
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10.0)) as database:
            return database.execute(question).fetchall()

    @property
    def acts(self) -> int:
        """How many updates people have caused."""
        return sum(isinstance(event, Did) for person in self.people.values() for event in person.log)


async def _well_spoken(server: asyncio.subprocess.Process) -> None:
    """End the server kindly; whoever read along says what was wrong on the way out. Raises AssertionError."""
    server.terminate()
    assert await asyncio.wait_for(server.wait(), 30.0) == 0, "the server complains; its words are above"


@asynccontextmanager
async def _process(module: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program of ours that runs as long as this lasts, with whatever it starts."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("EASEBACK_", "PYTHONDONTWRITE"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=ROOT,
        env=env,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

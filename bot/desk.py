"""The author's desk, behind the local chat: it watches the content folder. Touches that folder and a process.

Whatever is saved is checked by a process of its own (look.py), and led from then on if it can be: who is in the middle
of a run goes on with the plan that was made for it. What can't be led changes nothing, and is told.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import pickle
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog

from bot.check import KINDS
from bot.guide.content import Content
from bot.guide.marks import Script
from bot.guide.words import Words
from bot.led import worded
from bot.listening import Listening
from bot.media.shelf import ROOT
from bot.media.voice.engine import Engine
from bot.parts import Led

EACH = 0.5
"""Seconds (real) between two looks at the folder."""
IDLE = 600.0
"""Seconds (real) after which a process that has nothing to check goes, with its memory."""
NICE = 15
"""How far behind all else the thorough check comes: behind the bot, and behind the notes that it makes."""
LINE = 16 << 20
"""Bytes of one answer at most."""

log = structlog.get_logger()
Marks = tuple[tuple[str, int, int], ...]


class Desk(Listening):
    """What an author has of a content folder while the bot runs. `watching` keeps it up to date."""

    def __init__(self, folder: Path, measured: Path, led: Led, engine: type[Engine], *, each: float = EACH) -> None:
        """`led`: what the bot leads, exchanged when there is something newer. `measured`: a file for how long words
        take. `engine` is made in a process of its own: its module must be importable.
        """
        super().__init__(folder, led, {"en": engine.name})
        self._each = each
        named = f"{engine.__module__}:{engine.__qualname__}"
        self._quick, self._thorough = Looker(named, measured, 0), Looker(named, measured, NICE)
        self._look: asyncio.Task[None] | None = None
        self._marks: Marks = ()
        self._changed: Callable[[], None] = lambda: None
        self._words_changed: Callable[[], Awaitable[None]] | None = None
        self._unled: tuple[dict[str, Any], ...] = ()
        self._found: tuple[dict[str, Any], ...] = ()
        self._sessions: list[dict[str, Any]] = []
        self._busy, self._saying, self._failed = "", "", ""
        self._whole = self._wants_whole = self._asked = False
        self._version = 0
        self._looked: float | None = None
        self._led_at = time.time()
        self._read = asyncio.Event()
        self._stale = False
        self._texts: dict[str, str] = {}

    def on_change(self, tell: Callable[[], None]) -> None:
        """`tell` is called whenever there is something new to show."""
        self._changed = tell

    def on_words(self, renew: Callable[[], Awaitable[None]]) -> None:
        """`renew` is called when other words than before are led: the command menu has some of them."""
        self._words_changed = renew

    # ── what is known ─────────────────────────────────────────────────────────────────────────────────────────────────
    @property
    def problems(self) -> list[dict[str, Any]]:
        """All that is to be mended, as far as it is known now."""
        return list({tuple(problem.values()): problem for problem in (*self._found, *self._unled)}.values())

    @property
    def news(self) -> dict[str, Any]:
        """What every page is told: how much is to be mended, what is being measured, and whether to ask for more."""
        return {"amiss": len(self.problems), "saying": self._saying, "version": self._version}

    def state(self) -> dict[str, Any]:
        """All that the page shows; times are unix seconds."""
        return {
            **self.news,
            "folder": str(self.folder),
            "busy": self._busy,
            "failed": self._failed,
            "looked": self._looked,
            "whole": self._whole,
            "problems": self.problems,
            "sessions": self._sessions,
            "led": not self._unled,
            "led_at": self._led_at,
        }

    def look(self, *, whole: bool = True) -> None:
        """Check the folder, unless that is done or under way. `whole`: the voice is asked as well."""
        if not self._asked or (whole and not self._wants_whole):
            self._begin(whole=whole)

    # ── the folder ────────────────────────────────────────────────────────────────────────────────────────────────────
    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch the folder meanwhile. Nothing is checked before it changes, or somebody asks."""
        self._marks = await asyncio.to_thread(marks, self.folder)
        task = asyncio.create_task(self._watch(), name="the author's desk")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._end_look()
            await self._quick.stop()
            await self._thorough.stop()

    async def read_again(self) -> None:
        """Lead what is in the folder now, if it can be led."""
        self._stale = True
        self._begin(whole=self._wants_whole)
        await self._read.wait()

    async def _exchange(self, content: Content, texts: dict[str, str], notes: list[tuple[str, Script, float]]) -> None:
        """Something newer is led from now on. `texts`: the interface's words; `notes`: what is to be made ahead."""
        if texts != self._texts:
            words = {language: await asyncio.to_thread(worded, language, text) for language, text in texts.items()}
            before, self._texts = menu(self.led.words), texts
            self.led.content, self.led.words = content, words
            if self._words_changed is not None and menu(words) != before:
                await self._words_changed()
        else:
            self.led.content = content
        self._unled, self._led_at = (), time.time()
        if self.shelf is not None:
            self.shelf.want([note for note in notes if not self.shelf.knows(note[0])], urgent=True)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._each)
            now = await asyncio.to_thread(marks, self.folder)
            if now != self._marks:
                self._marks, self._stale = now, True
                self._begin(whole=True)
            elif self._quick.idle_for() > IDLE and not self._busy:
                await self._quick.stop()

    # ── the check ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def _begin(self, *, whole: bool) -> None:
        """A newer look: what an older one was still busy with, nobody needs any more."""
        older, self._asked, self._wants_whole = self._look, True, whole
        self._busy, self._saying, self._failed, self._whole = "reading", "", "", False
        self._read.clear()
        self._look = asyncio.create_task(self._carry_out(older, whole=whole), name="a look at the content")
        self._tell()

    async def _end_look(self) -> None:
        if self._look is not None:
            self._look.cancel()
            await asyncio.gather(self._look, return_exceptions=True)

    async def _carry_out(self, older: asyncio.Task[None] | None, *, whole: bool) -> None:
        if older is not None:
            older.cancel()
            await asyncio.gather(older, return_exceptions=True)
        order = {"folder": str(self.folder), "whole": False}
        try:
            can_be_read = False
            async for answer in self._quick.ask(order):
                can_be_read = can_be_read or "led" in answer
                self._found = tuple(answer.get("problems", self._found))
                self._sessions = answer.get("sessions", self._sessions)
                self._unled = tuple(answer.get("unled", self._unled))
                if "led" in answer and self._stale:  # what our own process has packed
                    self._stale = False
                    await self._exchange(*pickle.loads(base64.b64decode(answer["led"])))  # noqa: S301
                self._looked = time.time()
                self._tell()
            self._read.set()
            if whole and can_be_read:
                self._busy = "measuring"
                self._tell()
                async for answer in self._thorough.ask({**order, "whole": True}):
                    if "saying" in answer:
                        self._saying = answer["saying"]
                        self._changed()
                        continue
                    self._found, self._looked, self._whole = tuple(answer["problems"]), time.time(), True
                await self._thorough.stop()  # and its memory goes: the voice is large
        except (OSError, ValueError) as error:
            log.warning("the content could not be checked", why=str(error))
            self._failed = "The check itself failed. Type: python3 easeback.py check"
        self._read.set()
        self._busy = self._saying = ""
        self._tell()

    def _tell(self) -> None:
        """There is something new to show."""
        self._version += 1
        self._changed()


class Looker:
    """The handle of the process that checks (look.py). It starts with the first order."""

    def __init__(self, engine: str, measured: Path, nice: int) -> None:
        self._arguments = engine, str(measured), str(nice)
        self._process: asyncio.subprocess.Process | None = None
        self._used = time.monotonic()

    def idle_for(self) -> float:
        """Seconds (real) since it was used; 0 if there is none."""
        return time.monotonic() - self._used if self._process else 0.0

    async def ask(self, order: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Give an order; its answers. Who stops listening ends the process. Raises OSError, ValueError."""
        over = False
        try:
            if self._process is None:
                self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "bot.look", *self._arguments),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                    limit=LINE,
                    cwd=ROOT,
                    start_new_session=True,  # Ctrl+C is for the bot: it stops this in its own order
                )
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            await self._process.stdin.drain()
            while True:
                line = await self._process.stdout.readline()
                if not line.endswith(b"\n"):
                    raise BrokenPipeError("its process ended")
                answer: dict[str, Any] = json.loads(line)
                self._used = time.monotonic()
                if over := "over" in answer:
                    return
                yield answer
        finally:
            if not over:
                await self.stop()

    async def stop(self) -> None:
        """End the process at once, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def marks(folder: Path) -> Marks:
    """Name, time and size of each file of a content folder: another save, other marks."""
    found = []
    for path in folder.rglob("*"):
        if path.suffix in KINDS:
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(sorted(found))


def menu(words: Mapping[str, Words]) -> dict[str, list[str]]:
    """What of the words Telegram is told beforehand."""
    return {
        language: [said(name) for name in said.ids() if name.startswith(("command-", "bot-"))]
        for language, said in words.items()
    }

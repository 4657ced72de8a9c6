"""The real command as a process, against the local chat's server on loopback: started, stopped, started again."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.localchat import Clock, LocalTelegram, Message, serve
from tests.notes import content_of

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "4711:a-token-that-opens-nothing-at-all-0123"
YOU = 1001


class Rig:
    """One bot process and its world."""

    def __init__(self, home: Path, full_shelf: Path, content: Path | None = None) -> None:
        self.home, self.content = home, content or content_of(full_shelf)
        if not (home / "notes").exists():
            shutil.copytree(full_shelf, home / "notes", copy_function=os.link)
        self.telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
        self.process: asyncio.subprocess.Process | None = None
        self.address = ""
        self.telegram.fault = self._polled

    async def __aenter__(self) -> Rig:
        self.address, self._close = await serve(self.telegram)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()
        await self._close()
        await self.telegram.close()

    async def start(self, **settings: str) -> None:
        """Start the program, and wait until it polls."""
        self.process = await self.spawn(**settings)
        await self.wait_for(lambda: self.polls)

    async def spawn(self, *words: str, **settings: str) -> asyncio.subprocess.Process:
        """The program with these settings beside the usual ones; `words`: its verb and what follows, else `run`."""
        self.polls = False
        env = {name: value for name, value in os.environ.items() if not name.startswith("EASEBACK_")}
        env |= {
            "EASEBACK_TOKEN": TOKEN,
            "EASEBACK_API_URL": self.address,
            "EASEBACK_DATA_DIR": str(self.home),
            "EASEBACK_OPERATOR": "Somebody",
            "EASEBACK_CONTACT": "somebody@example.org",
            "EASEBACK_CONTENT": str(self.content),
            **settings,
        }
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *(words or ("run",))),
            cwd=ROOT,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def kill(self) -> None:
        """kill -9."""
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGKILL)
            await self.process.communicate()
        self.process = None

    async def _polled(self, method: str, parameters: Mapping[str, Any]) -> None:
        if method.lower() == "getupdates" and int(parameters.get("timeout", 0)) > 0:
            self.polls = True

    # the person
    async def say(self, text: str) -> None:
        await self.telegram.say(YOU, text)

    async def tap(self, label: str, *, wait: bool = True) -> str:
        """Tap the newest button with this label; gives the toast, if waited for."""
        if label == "Done":
            await asyncio.sleep(0.9)  # nobody is done sooner: that would be a double tap
        message = next(m for m in reversed(self.messages) if any(label in b.text for row in m.buttons for b in row))
        tap = await self.telegram.tap(YOU, message.id, message.button(label).data)
        return (await tap.answered(20)).text if wait else ""

    @property
    def messages(self) -> list[Message]:
        return self.telegram.messages(YOU)

    def having(self, words: str) -> list[Message]:
        """The bot's messages with these words."""
        return [m for m in self.messages if m.by_bot and words in m.text]

    async def sees(self, words: str, within: float = 20.0) -> Message:
        """Wait until the newest message holds these words."""
        await self.wait_for(lambda: bool(self.messages) and words in self.messages[-1].text, within, words)
        return self.messages[-1]

    async def wait_for(self, come: Any, within: float = 20.0, what: str = "") -> None:
        for _ in range(int(within / 0.02)):
            if come():
                return
            await asyncio.sleep(0.02)
        texts = [m.text[:80] for m in self.messages[-4:]]
        raise AssertionError(f"{what or come} did not come; last: {texts}; {await self.output()}")

    async def output(self) -> str:
        """What the program printed, if it is over."""
        if self.process is None or self.process.returncode is None or self.process.stdout is None:
            return "it runs"
        return (await self.process.stdout.read()).decode()

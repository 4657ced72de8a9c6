"""The whole program with the local chat: the bot starts anew when the page asks for it, and says so where it can't."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import app
from bot.settings import Settings
from bot.store.errors import StoreError
from tests.notes import content_of


@dataclass
class Program:
    """It runs; what it told, and the page's requests."""

    task: asyncio.Task[None]
    stop: asyncio.Event
    told: list[str]
    http: httpx.AsyncClient
    key: Path
    """The file that opens the sealed columns."""

    async def restart(self) -> None:
        assert (await self.http.post("/workshop/restart")).status_code == 204

    async def bot(self, holds: Callable[[Any], bool]) -> Any:
        """Wait until the pages are told that this holds of the bot."""
        async with asyncio.timeout(10):
            while True:
                async with self.http.stream("GET", "/chat/events") as stream:
                    async for line in stream.aiter_lines():
                        if line.startswith("data: "):
                            break
                state = httpx.Response(200, content=line[6:]).json()["data"]["posted"]["bot"]
                if holds(state):
                    return state
                await asyncio.sleep(0.05)


@pytest.fixture
async def program(tmp_path: Path, full_shelf: Path) -> AsyncIterator[Program]:
    home = tmp_path / "data" / "local"
    shutil.copytree(full_shelf, home / "notes", copy_function=os.link)
    chosen = {"EASEBACK_DATA_DIR": str(tmp_path / "data"), "EASEBACK_CONTENT": str(content_of(full_shelf))}
    stop, told, pages = asyncio.Event(), list[str](), asyncio.Queue[str]()
    task = asyncio.create_task(app.run(Settings.load(chosen, None), told.append, stop, pages.put_nowait))
    page = httpx.URL(await pages.get())
    base = str(page.copy_with(path="/", query=None)).rstrip("/")
    async with httpx.AsyncClient(base_url=base, params=page.params, headers={"origin": base}) as http:
        yield Program(task, stop, told, http, home / "key")
    stop.set()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_bot_starts_anew_and_the_pages_are_told_how_long_it_took(program: Program) -> None:
    assert (await program.bot(lambda state: True)) == {"state": "runs", "after": None}
    before = len(program.told)
    await program.restart()
    back = await program.bot(lambda state: state.get("after") is not None)
    assert back["state"] == "runs"
    assert 0 <= back["after"] < 10
    assert program.told[before:] == [], "whoever looks at the terminal has asked for nothing"


async def test_a_bot_that_can_not_start_anew_does_not_end_the_program_until_it_is_stopped(program: Program) -> None:
    program.key.rename(program.key.with_suffix(".away"))
    await program.restart()
    failed = await program.bot(lambda state: state["state"] == "failed")
    assert program.told[-1] == f"The bot could not start again. {failed['why']}"
    assert not program.task.done()
    program.key.with_suffix(".away").rename(program.key)
    await program.restart()
    await program.bot(lambda state: state["state"] == "runs")
    program.stop.set()
    await program.task  # and that it failed once is no failure of the program


async def test_stopped_while_its_bot_could_not_start_it_ends_with_the_words_of_that(program: Program) -> None:
    program.key.rename(program.key.with_suffix(".away"))
    await program.restart()
    failed = await program.bot(lambda state: state["state"] == "failed")
    program.stop.set()
    with pytest.raises(StoreError) as ended:
        await program.task
    assert str(ended.value) == failed["why"]

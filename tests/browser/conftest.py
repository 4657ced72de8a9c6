"""A browser as people have it, on a desk and in a hand. Starts Chromium once for all tests of a worker."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from bot import app
from bot.settings import Settings
from tests.browser.chromium import launch
from tests.notes import content_of
from tests.places import OnFile


@pytest.fixture
def place(tmp_path: Path) -> OnFile:
    """In a file alone: what a page shows is the same on each database."""
    return OnFile(tmp_path / "data")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium; each page below has a context, and so a memory, of its own."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest.fixture
async def desktop(browser: Browser) -> AsyncIterator[Page]:
    """An empty page on a desk, 1280 by 800."""
    async with page_without_errors(browser, 1280, 800) as page:
        yield page


@pytest.fixture
async def phone(browser: Browser) -> AsyncIterator[Page]:
    """An empty page in a hand, 390 by 844, with touch."""
    async with page_without_errors(browser, 390, 844, phone=True) as page:
        yield page


@asynccontextmanager
async def page_without_errors(browser: Browser, width: int, height: int, *, phone: bool = False) -> AsyncIterator[Page]:
    """A page whose console must have stayed free of errors (a failed request is one, too)."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if phone else 1,
        is_mobile=phone,
        has_touch=phone,
    )
    errors: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location['url']}:{message.location['lineNumber']})")

    page = await context.new_page()
    page.on("console", heard)
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
    finally:
        await context.close()
    assert not errors, "\n".join(["The page's console has errors:", *errors])


@pytest.fixture
async def command(tmp_path: Path, full_shelf: Path, browser: Browser) -> AsyncIterator[str]:
    """The page of `easeback run` without a token: the whole program in this process, with few sessions."""
    notes = tmp_path / "data" / "local" / "notes"
    shutil.copytree(full_shelf, notes, copy_function=os.link)
    content = shutil.copytree(content_of(full_shelf), tmp_path / "content")
    settings = Settings.load({"EASEBACK_DATA_DIR": str(tmp_path / "data"), "EASEBACK_CONTENT": str(content)}, None)
    stop, pages = asyncio.Event(), asyncio.Queue[str]()
    program = asyncio.create_task(app.run(settings, lambda line: None, stop, pages.put_nowait))
    first = asyncio.create_task(pages.get())
    await asyncio.wait({program, first}, return_when=asyncio.FIRST_COMPLETED)
    if program.done():
        await program
    yield await first
    for context in browser.contexts:
        for page in context.pages:
            await page.goto("about:blank")  # left before the program ends: what a page then asks for would be an error
    stop.set()
    await program

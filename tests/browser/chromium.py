"""Finds a Chromium on this machine and starts it for a test. Touches the environment and starts a process."""

from __future__ import annotations

import os
import shutil

from playwright.async_api import Browser, Playwright

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The program: the one EASEBACK_CHROMIUM names, else the first on PATH."""
    named = os.environ.get("EASEBACK_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


async def launch(playwright: Playwright) -> Browser:
    """Start it. Without one on the machine, Playwright's own is tried, and its message says what to do."""
    return await playwright.chromium.launch(executable_path=find(), args=FLAGS)

"""Finds a Chromium on this machine, as root on Debian installs one, and starts it for a test. Starts processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from playwright.async_api import Browser, Playwright

from easeback import apt, stop

SETTING = "TEST_CHROMIUM"
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
)
APPLICATIONS = ("Google Chrome", "Chromium", "Microsoft Edge")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DEBIAN = ("chromium-headless-shell", "fonts-noto-color-emoji", "libatomic1")
"""The browser, the signs that the chat uses, and what Playwright's driver needs beyond its wheel."""
MISSING = (
    "There is no Chromium for the tests of the page, or Playwright can't start."
    f" On Debian type: sudo apt-get install -y {' '.join(DEBIAN)}"
    f" (elsewhere: install Chromium, or set {SETTING} to the program)."
)


def find(env: Mapping[str, str] = os.environ) -> str | None:
    """The program: the one that TEST_CHROMIUM names, else the first on PATH, else a macOS application."""
    if named := env.get(SETTING):
        return named
    applications = (f"/Applications/{name}.app/Contents/MacOS/{name}" for name in APPLICATIONS)
    on_path = (shutil.which(name, path=env.get("PATH", os.defpath)) for name in NAMES)
    return next(filter(None, on_path), None) or next((found for found in applications if Path(found).exists()), None)


def ready() -> bool:
    """Are a browser and what drives it there?"""
    driver = subprocess.run([sys.executable, "-m", "playwright", "--version"], check=False, capture_output=True)
    return bool(find()) and not driver.returncode


async def launch(playwright: Playwright) -> Browser:
    """Start it: silent to the network, and with what sounds played as for a person."""
    program = find()
    assert program, MISSING
    return await playwright.chromium.launch(executable_path=program, args=FLAGS)


if __name__ == "__main__" and not ready():
    apt(*DEBIAN)
    if not ready():
        stop(MISSING)

"""A shelf that is full: every usual note, hummed instead of spoken, so that no test waits for the voice."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bot.app import orders, read_content
from bot.guide.ahead import usual_notes
from bot.guide.person import Person
from bot.guide.planned import Telling
from bot.media.shelf import Shelf
from bot.media.voice.engine import Hibari

CONTENT = Path(__file__).parent.parent / "content"
RATE = 24_000


class Hum:
    """An engine like any other (bot/media/voice/engine.py): a quiet tone, about as long as the words would take."""

    name: ClassVar[str] = "hum-1"

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
        """About a quarter of a second a word."""
        count = int(RATE * max(0.3, 0.25 * len(text.split())))
        wave = 0.2 * np.sin(2 * np.pi * 220 * np.arange(count) / RATE)
        return wave.astype(np.float32), RATE


FEW = ("classic", "hips", "two", "breathing")
"""The sessions that the whole bot leads in these tests: to hum the notes of all would take a minute."""


def content_of(shelf: Path) -> Path:
    """The content that belongs to a full shelf: the real one with few sessions."""
    return shelf.parent / "content"


def few(folder: Path) -> None:
    """Put the real content with few sessions into a folder."""
    shutil.copytree(CONTENT, folder)
    for session in folder.glob("sessions/*.yaml"):
        if session.stem not in FEW:
            session.unlink()


def usual(voice: str, content_folder: Path) -> list[Telling]:
    """What the bot makes ahead for this voice."""
    content, words = read_content(content_folder)
    return list(usual_notes(content, Person(), voice, words["en"]("quiet-show")))


async def fill(folder: Path) -> None:
    """Put few sessions beside a folder; hum all their usual notes, and put them there under the real voice's name."""
    few(content_of(folder))
    shelf = Shelf(folder, Hum)
    await shelf.start()
    hummed = usual(Hum.name, content_of(folder))
    shelf.want(orders(hummed))
    for own, real in zip(hummed, usual(Hibari.name, content_of(folder)), strict=True):
        assert own.key is not None
        assert real.key is not None
        file = await shelf.note(own.key)
        assert file is not None
        place = folder / real.key[:2] / f"{real.key}.ogg"
        place.parent.mkdir(exist_ok=True)
        if not place.exists():
            place.hardlink_to(file)
    await shelf.close()

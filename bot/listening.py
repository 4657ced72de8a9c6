"""What an author hears and compares: a step in the real voice, a language beside English. Touches the content folder.

Nothing of it goes into the chat.
"""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import hear
from bot.check import read
from bot.guide import beside
from bot.guide.plan import PACES
from bot.guide.planned import Plan, PlannedStep
from bot.guide.source import BadContent
from bot.guide.units import languages
from bot.hear import Unknown, Wish
from bot.media.shelf import Shelf
from bot.parts import Led

RESTARTS = "The bot is starting again. Try once more in a moment."
MARKS: tuple[beside.Mark, ...] = ("missing", "stale", "identical")
NO_VOICE = "No voice speaks this language yet: it runs on text."


class Listening:
    """One content folder, heard as the bot leads it and compared as it is written."""

    def __init__(self, folder: Path, led: Led, voices: Mapping[str, str]) -> None:
        """`led`: what the bot leads. `voices`: engines by language."""
        self.folder, self.led, self.voices = folder, led, voices
        self.shelf: Shelf | None = None
        """Where the notes are made; None while the bot starts again."""
        self._compared: tuple[str, dict[str, str], tuple[beside.Part, ...]] = ("", {}, ())

    # ── heard ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    def sessions(self) -> dict[str, Any]:
        """What can be heard, and how."""
        return {
            "sessions": [
                {"id": session.id, "name": session.name, "positions": [*map(str, session.positions)]}
                for session in self.led.content.sessions.values()
            ],
            "paces": [*PACES],
            "languages": [*self.led.words],
            "voices": [*self.voices],
        }

    def steps(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """The steps of a session, with their phrases; `{"refused": why}` where there is none such."""
        try:
            made = self._planned(wish)
        except Unknown as error:
            return {"refused": str(error)}
        return {"length": made.seconds_left(0), "steps": [_shown(step) for step in made.steps]}

    async def speak(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Have a step's note made: `{"note": key}`, or `{"failed": why}`."""
        try:
            step = next(step for step in self._planned(wish).steps if step.id == wish.get("step"))
        except (Unknown, StopIteration):
            return {"failed": "This step is not there any more."}
        told = step.told
        if told.key is None:
            return {"failed": NO_VOICE}
        if self.shelf is None:
            return {"failed": RESTARTS}
        self.shelf.want([(told.key, told.script, told.speed)], urgent=True)
        if await self.shelf.note(told.key) is None:
            why = self.shelf.why(told.key).partition(": ")
            return {"failed": why[2] or why[0] or RESTARTS}
        return {"note": told.key}

    async def note(self, key: str) -> bytes | None:
        """A finished note; None: it can't be had."""
        if self.shelf is None or not re.fullmatch("[0-9a-f]{32}", key):
            return None
        path = await self.shelf.note(key)
        return await asyncio.to_thread(path.read_bytes) if path else None

    def _planned(self, wish: Mapping[str, Any]) -> Plan:
        """The plan of a wish. Raises Unknown."""
        language = str(wish.get("language") or "en")
        words = self.led.words.get(language)
        if words is None:
            raise Unknown(f"“{language}” is not led.")
        content = self.led.content.languages.get(language, self.led.content)
        asked = Wish(
            session=str(wish.get("session")), position=str(wish.get("position")), pace=str(wish.get("pace") or "normal")
        )
        return hear.planned(content, words, asked, self.voices.get(language))

    # ── compared ──────────────────────────────────────────────────────────────────────────────────────────────────────
    async def languages(self) -> dict[str, Any]:
        """The languages beside English that the folder has something of."""
        try:
            return {"languages": languages(await asyncio.to_thread(read, self.folder))}
        except (BadContent, OSError) as error:
            return {"refused": str(error)}

    async def compare(self, language: str, part: str) -> dict[str, Any]:
        """One part of a language beside English, and how much is to be done in each; or `{"refused": why}`."""
        try:
            found = await asyncio.to_thread(self._parts, language)
        except (BadContent, OSError) as error:
            return {"refused": str(error)}
        if not found:
            return {"refused": f"There is no language “{language}” any more."}
        shown = next((one for one in found if one.id == part), found[0])
        return {
            "part": shown.id,
            "parts": [
                {"id": one.id, "name": one.name, "texts": len(one.pairs), **{mark: one.count(mark) for mark in MARKS}}
                for one in found
            ],
            "pairs": [dataclasses.asdict(pair) for pair in shown.pairs],
        }

    def _parts(self, language: str) -> tuple[beside.Part, ...]:
        """All of a language beside English, made anew when a file has changed. Raises BadContent, OSError."""
        files = read(self.folder)
        if self._compared[:2] != (language, files):
            found = beside.parts(files, language) if language in languages(files) else ()
            self._compared = (language, files, found)
        return self._compared[2]


def _shown(step: PlannedStep) -> dict[str, Any]:
    """A step for the page."""
    return {
        "id": step.id,
        "root": step.root,
        "name": step.name,
        "form": step.form,
        "length": step.length,
        "show": step.told.show,
        "phrases": [{"at": phrase.at, "text": phrase.text} for phrase in step.told.script.phrases],
    }

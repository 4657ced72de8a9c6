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
from bot.guide import beside, reading
from bot.guide.plan import PACES
from bot.guide.planned import Plan, PlannedStep
from bot.guide.source import BadContent
from bot.guide.units import languages
from bot.hear import Unknown, Wish
from bot.media.shelf import Shelf
from bot.parts import Led

RESTARTS = "The bot is starting again. Try once more in a moment."
NO_VOICE = "No voice speaks this language yet: it runs on text."


class Listening:
    """One content folder, heard as the bot leads it and compared as it is written."""

    def __init__(self, folder: Path, led: Led, voices: Mapping[str, str]) -> None:
        """`led`: what the bot leads. `voices`: engines by language."""
        self.folder, self.led, self.voices = folder, led, voices
        self.shelf: Shelf | None = None
        """Where the notes are made; None while the bot starts again."""

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
        return await asyncio.to_thread(_compared, self.folder, language, part)


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


def _compared(folder: Path, language: str, part: str) -> dict[str, Any]:
    try:
        files = read(folder)
        if language not in languages(files):
            return {"refused": f"There is no language “{language}” any more."}
        found, names = beside.pairs(files, language), beside.parts(reading.parse(files))
    except (BadContent, OSError) as error:
        return {"refused": str(error)}
    shown = part if part in found else next(iter(found))
    return {
        "part": shown,
        "parts": [
            {"id": id_, "name": names[id_], "texts": len(pairs), **_counted(pairs)} for id_, pairs in found.items()
        ],
        "pairs": [dataclasses.asdict(pair) for pair in found[shown]],
    }


def _counted(pairs: list[beside.Pair]) -> dict[str, int]:
    return {mark: sum(pair.mark == mark for pair in pairs) for mark in ("missing", "stale", "identical")}

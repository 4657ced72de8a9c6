"""Engines for the tests, all real enough to make real notes: tones for words, and the ways in which one can fail."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

RATE = 24_000


class Tone:
    """A quarter of a second of tone for each word, between the silences that engines leave at the edges."""

    name: ClassVar[str] = "tone-1"

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
        tone = 0.2 * np.sin(2 * np.pi * 220 * np.arange(len(text.split()) * RATE // 4) / RATE)
        return np.pad(tone, RATE // 3).astype(np.float32), RATE


class Mortal(Tone):
    """Is killed at the words "Die.", and the first time at a path that isn't there yet."""

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
        if text == "Die.":
            os.kill(os.getpid(), signal.SIGKILL)
        if text.startswith("/") and not Path(text).exists():
            Path(text).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().speak(text, speed)


class Slow(Tone):
    """Writes its process id into the file that the text names, then takes half a minute."""

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
        Path(text).write_text(str(os.getpid()))
        time.sleep(30)
        return super().speak(text, speed)


class Signed(Tone):
    """Adds its process id to the file that the text names."""

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
        with Path(text).open("a") as file:
            print(os.getpid(), file=file)
        return super().speak(text, speed)


class Cramped(Tone):
    """Its disk has no room: the system refuses every write beyond a thousand bytes."""

    def __init__(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


class Missing(Tone):
    """A voice whose model isn't there."""

    def __init__(self) -> None:
        raise FileNotFoundError(2, "No such file or directory")

"""A voice that hums: a quiet tone as long as the words would take. Real notes, made in no time."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

RATE = 24_000


class Hum:
    """An engine like any other (bot/media/voice/engine.py)."""

    name: ClassVar[str] = "hum-1"

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
        """About a quarter of a second a word."""
        count = int(RATE * max(0.3, 0.25 * len(text.split())))
        wave = 0.2 * np.sin(2 * np.pi * 220 * np.arange(count) / RATE)
        return wave.astype(np.float32), RATE

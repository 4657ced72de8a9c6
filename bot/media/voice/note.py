"""A script spoken into a note: OGG/Opus of exactly its length. Touches nothing but memory.

Between the phrases there is, for now, plain digital silence.
"""

from __future__ import annotations

import io

import numpy as np
import soundfile  # type: ignore[import-untyped]  # it comes without types
import soxr  # type: ignore[import-untyped]  # so does this
from numpy.typing import NDArray

from bot.guide.marks import Script
from bot.media.voice.engine import Engine
from bot.media.voice.loudness import RATE, loudness

SPEECH, PEAK = -20.0, 0.78
"""LUFS of the words alone, and the highest sample: encoding adds up to a seventh, and 0.89 is never to be passed."""
EDGE = 0.01
"""Quieter than this part of the phrase's peak (40 dB) at its edges is the engine's silence, not the word."""
BEFORE, AFTER, FADE = 0.015, 0.03, 0.01
"""Seconds: what stays of the edges, and the fades in them."""
HOLD = 0.0025
"""Seconds: the step in which peaks are looked for and held down."""
COMPRESSION = 0.8
"""soundfile's measure; 57 kbit/s in speech. From 0.84 up Opus codes in its other way: five times the work, and a note
with its long quiet is no smaller for it (docs/voices.md)."""


class TooLong(ValueError):
    """A phrase takes more time than it has. Give it more seconds, or fewer words."""

    def __init__(self, text: str, by_seconds: float) -> None:
        super().__init__(f"“{text}” takes {by_seconds:.1f} s more than it has")
        self.text, self.by_seconds = text, by_seconds


def note(script: Script, engine: Engine, speed: float) -> bytes:
    """The finished note. Raises TooLong."""
    file = io.BytesIO()
    soundfile.write(
        file, render(script, engine, speed), RATE, format="OGG", subtype="OPUS", compression_level=COMPRESSION
    )
    return file.getvalue()


def render(script: Script, engine: Engine, speed: float) -> NDArray[np.float32]:
    """The note's samples, mono at 48 kHz. Raises TooLong."""
    spoken = [speak(phrase.text, engine, speed) for phrase in script.phrases]
    for phrase, words in zip(script.phrases, spoken, strict=True):
        if (over := len(words) / RATE - min(phrase.room, script.length - phrase.at)) > 0:
            raise TooLong(phrase.text, over)
    sound = np.zeros(round(script.length * RATE), np.float32)
    if not spoken:
        return sound
    speech = level(np.concatenate(spoken))  # as one, so that the phrases keep what they are to each other
    for phrase, words in zip(script.phrases, spoken, strict=True):
        begin = round(phrase.at * RATE)
        sound[begin : begin + len(words)] = speech[: len(words)]
        speech = speech[len(words) :]
    return sound


def speak(text: str, engine: Engine, speed: float) -> NDArray[np.float32]:
    """One phrase at 48 kHz, as loud as the engine gave it, without the quiet at its edges."""
    sound, rate = engine.speak(text, speed)
    heard = np.flatnonzero(np.abs(sound) > EDGE * np.abs(sound).max(initial=0.0))
    if not len(heard):
        raise ValueError(f"“{text}” has no sound")
    sound = sound[max(0, heard[0] - round(BEFORE * rate)) : heard[-1] + round(AFTER * rate)].copy()
    ramp = np.linspace(0, 1, min(round(FADE * rate), len(sound) // 2), dtype=np.float32)
    sound[: len(ramp)] *= ramp
    sound[len(sound) - len(ramp) :] *= ramp[::-1]
    even: NDArray[np.float32] = soxr.resample(sound, rate, RATE)
    return even


def seconds(engine: Engine, text: str, speed: float) -> float:
    """How long a phrase takes when it is spoken: what the content check holds against its room."""
    return len(speak(text, engine, speed)) / RATE


def level(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    """The words at their loudness, the few peaks that would pass `PEAK` held down for some milliseconds."""
    loud = speech * np.float32(10 ** ((SPEECH - loudness(speech)) / 20))
    step = round(HOLD * RATE)
    peaks = np.abs(np.pad(loud, (0, -len(loud) % step))).reshape(-1, step).max(axis=1)
    held = np.pad(np.minimum(1.0, PEAK / np.maximum(peaks, PEAK)), 4, constant_values=1.0)
    lowest = np.lib.stride_tricks.sliding_window_view(held, 6).min(
        axis=1
    )  # at each border of a step: three steps either side
    smooth = np.convolve(lowest, np.ones(3) / 3, mode="valid")
    return loud * np.interp(np.arange(len(loud)), np.arange(len(smooth)) * step, smooth).astype(np.float32)

"""Time at the commas: quiet spliced into the gaps that an engine leaves there. Pure; touches nothing.

Where a comma is heard is found in two ways that must meet: by its place among the sentence's signs, which take about
equal time each, and by the sound falling quiet (docs/voices.md: right in 228 of 228).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

QUIET = 0.02
"""Quieter than this part of the sentence's peak (34 dB) counts as a gap."""
FRAME, SHORTEST, FADE = 0.005, 0.03, 0.005
"""Seconds: the step of the search, the shortest gap, and the fade on both sides of a splice."""
REACH = 0.5
"""Seconds: how far from where the comma is expected its gap may be; a second off weighs like half a second less gap."""


def widen(sentences: Iterable[tuple[str, NDArray[np.float32]]], rate: int, seconds: float) -> NDArray[np.float32]:
    """The sentences joined, with `seconds` more at each comma. Each is its signs (phonemes, letters) and its sound."""
    pieces = [np.zeros(0, np.float32)]
    for signs, sound in sentences:
        begin = 0
        for cut in commas(signs, sound, rate) if seconds > 0 else ():
            pieces += [_faded(sound[begin:cut], rate, begin > 0, True), np.zeros(round(seconds * rate), np.float32)]
            begin = cut
        pieces.append(_faded(sound[begin:], rate, begin > 0, False))
    return np.concatenate(pieces)


def commas(signs: str, sound: NDArray[np.float32], rate: int) -> Iterator[int]:
    """The sample in the middle of each comma's gap, in order; a comma that the engine ran over has none."""
    gaps = _gaps(sound, rate)
    if not gaps:
        return
    at = gaps[0][1] if gaps[0][0] == 0 else 0.0
    end = gaps[-1][0] if gaps[-1][1] >= len(sound) / rate - 2 * FRAME else len(sound) / rate
    last, passed = len(signs.rstrip(".?!")), 0
    for place, sign in enumerate(signs):
        if sign != "," or place >= last:
            continue
        expected = at + (place - passed) / (last - passed) * (end - at)
        near = [g for g in gaps if at < g[0] and g[1] < end and abs(sum(g) / 2 - expected) <= REACH]
        if near:
            begin, at = max(near, key=lambda g: g[1] - g[0] - abs(sum(g) / 2 - expected) / 2)
            passed = place + 1
            yield round((begin + at) / 2 * rate)


def _gaps(sound: NDArray[np.float32], rate: int) -> list[tuple[float, float]]:
    """Begin and end, in seconds, of all that is quiet for long enough."""
    step = round(FRAME * rate)
    frames = sound[: len(sound) // step * step].reshape(-1, step)
    quiet = np.sqrt(np.mean(frames**2, axis=1)) < QUIET * np.abs(sound).max(initial=0.0)
    turns = np.diff(np.concatenate(([0], quiet.astype(np.int8), [0])))
    runs = zip(np.flatnonzero(turns == 1) * FRAME, np.flatnonzero(turns == -1) * FRAME, strict=True)
    return [(float(b), float(e)) for b, e in runs if e - b >= SHORTEST - FRAME / 2]


def _faded(sound: NDArray[np.float32], rate: int, begin: bool, end: bool) -> NDArray[np.float32]:
    """A copy that rises from nothing, falls to nothing, or both: a splice must not click."""
    sound = sound.copy()
    ramp = np.linspace(0, 1, min(round(FADE * rate), len(sound)), dtype=np.float32)
    if begin:
        sound[: len(ramp)] *= ramp
    if end and len(ramp):
        sound[-len(ramp) :] *= ramp[::-1]
    return sound

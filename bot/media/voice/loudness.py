"""How loud speech is: ITU-R BS.1770-4, mono, at 48 kHz. Pure; touches nothing.

Written out here because the library that does it brings scipy, 100 MB for these few lines.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585)
HIGH_PASS = (1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)
"""The two filters of the K weighting (BS.1770-4, annex 1, tables 1 and 2)."""
BLOCK, STEP = RATE * 4 // 10, RATE // 10
"""400 ms, overlapping by three quarters."""


def loudness(sound: NDArray[np.float32]) -> float:
    """Integrated loudness in LUFS, gated at -70 LUFS and at 10 LU below the mean; minus infinity for silence."""
    heard = _weighted(sound) ** 2
    if len(heard) < BLOCK:
        heard = np.pad(heard, (0, BLOCK - len(heard)))
    sums = np.concatenate(([0.0], np.cumsum(heard)))
    begins = np.arange(0, len(heard) - BLOCK + 1, STEP)
    power = (sums[begins + BLOCK] - sums[begins]) / BLOCK
    for gate in (lambda power: 10 ** ((-70 + 0.691) / 10), lambda power: power.mean() / 10):
        power = power[power > gate(power)]
        if not len(power):
            return -np.inf
    return float(-0.691 + 10 * np.log10(power.mean()))


def _weighted(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Through both filters, by their frequency response: half a second of zeros takes what rings on past the end."""
    size = 1 << (len(sound) + RATE // 2).bit_length()
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    spectrum = np.fft.rfft(sound, size)
    for over, under in (SHELF, HIGH_PASS):
        spectrum *= np.polyval(over[::-1], turn) / np.polyval(under[::-1], turn)
    return np.fft.irfft(spectrum, size)[: len(sound)]

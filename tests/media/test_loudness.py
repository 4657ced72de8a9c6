"""Loudness as the standard defines it."""

from __future__ import annotations

import numpy as np
import pytest

from bot.media.voice.loudness import RATE, loudness


def tone(seconds: float, decibel: float, hertz: float = 997) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    wave = 10 ** (decibel / 20) * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return wave.astype(np.float32)


def test_the_standards_own_tone_is_as_loud_as_it_says() -> None:
    assert loudness(tone(3, 0)) == pytest.approx(-3.01, abs=0.01)  # BS.1770-4: 997 Hz at full scale, one channel


@pytest.mark.parametrize(("hertz", "weight"), [(38.1, -6.0), (100, -1.2), (10_000, 4.0)])
def test_low_tones_count_for_less_and_high_ones_for_more(hertz: float, weight: float) -> None:
    """The high-pass halves 38 Hz (its Q is 0.5), the shelf lifts what is high by 4 dB, and 997 Hz itself by 0.7."""
    assert loudness(tone(3, -20, hertz)) - loudness(tone(3, -20)) == pytest.approx(weight - 0.7, abs=0.1)


def test_pauses_do_not_make_words_quieter() -> None:
    word, pause = tone(2, -20), np.zeros(5 * RATE, np.float32)
    assert loudness(np.concatenate([word, pause, word, pause])) == pytest.approx(loudness(word), abs=0.6)


def test_a_cue_shorter_than_one_block_has_a_loudness_too() -> None:
    assert -30 < loudness(tone(0.2, -20)) < -20


def test_silence_has_none() -> None:
    assert loudness(np.zeros(RATE, np.float32)) == -np.inf

"""Where the commas are heard, and what is put there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.media.voice.commas import commas, widen

RATE = 24_000


def sentence(*parts: float) -> NDArray[np.float32]:
    """Seconds of sound, quiet, sound, quiet …, between half a second of quiet at both ends."""
    sounds = [
        0.3 * np.sin(2 * np.pi * 200 * np.arange(round(s * RATE)) / RATE) if i % 2 == 0 else np.zeros(round(s * RATE))
        for i, s in enumerate(parts)
    ]
    return np.pad(np.concatenate(sounds), RATE // 2).astype(np.float32)


def test_a_comma_is_found_in_its_gap_and_not_in_the_stop_of_a_letter() -> None:
    sound = sentence(0.4, 0.08, 0.6, 0.15, 1.0, 0.10, 0.4)
    (cut,) = commas("tik atatata, ralalo rat ata.", sound, RATE)
    assert 0.5 + 1.08 < cut / RATE < 0.5 + 1.23


def test_each_of_several_commas_gets_its_own_gap_in_order() -> None:
    sound = sentence(0.5, 0.1, 0.5, 0.3, 1.5)
    first, second = commas("alala, alala, alalalalalalala.", sound, RATE)
    assert 1.0 < first / RATE < 1.1
    assert 1.6 < second / RATE < 1.9


def test_a_comma_that_was_run_over_is_left_alone() -> None:
    assert list(commas("alala, alala.", sentence(1.5), RATE)) == []
    assert list(commas("alala, alala.", np.zeros(RATE, np.float32), RATE)) == []
    assert list(commas("", np.zeros(0, np.float32), RATE)) == []


def test_what_is_put_in_is_exactly_that_quiet_and_nothing_clicks() -> None:
    hiss = (
        np.random.default_rng(1).uniform(-0.005, 0.005, 3 * RATE).astype(np.float32)
    )  # gaps of real voices are not empty
    sound = sentence(0.5, 0.2, 0.5) + hiss[: len(sentence(0.5, 0.2, 0.5))]
    wider = widen([("alala, alala.", sound)], RATE, 0.35)
    assert len(wider) - len(sound) == round(0.35 * RATE)
    assert np.abs(np.diff(wider)).max() <= np.abs(np.diff(sound)).max()
    (cut,) = commas("alala, alala.", sound, RATE)
    assert not wider[cut : cut + round(0.35 * RATE)].any()
    assert np.abs(wider[cut - 12 : cut]).max() < 0.001  # it has faded before


def test_sentences_are_joined_as_they_are() -> None:
    one, two = sentence(0.3), sentence(0.4)
    assert np.array_equal(widen([("ala.", one), ("alal.", two)], RATE, 0.35), np.concatenate([one, two]))
    assert len(widen([], RATE, 0.35)) == 0

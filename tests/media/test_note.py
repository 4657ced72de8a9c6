"""A note as the person hears it: decoded again, and measured."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from bot.guide.marks import Phrase, Script, parse, script
from bot.media.voice.engine import Hibari
from bot.media.voice.loudness import RATE, loudness
from bot.media.voice.note import PEAK, TooLong, level, note, render, seconds
from tests.media.engines import Tone

INSTRUCTION, CUE, SLOW = 0.65, 0.65, 0.60
SCRIPT = script(parse("Sit tall, and let both hands lie still. (hold 3) And ease. (2.5) That was one. (3)", 6))


@pytest.fixture(scope="session")
def hibari() -> Hibari:
    return Hibari()


@pytest.fixture(scope="session")
def sound(hibari: Hibari) -> NDArray[np.float32]:
    """The script's note, decoded."""
    decoded: NDArray[np.float32]
    decoded, rate = soundfile.read(io.BytesIO(note(SCRIPT, hibari, INSTRUCTION)), dtype="float32")
    assert rate == RATE
    return decoded


def spans(made: Script, engine: Hibari, speed: float) -> Sequence[slice]:
    return [slice(at := round(p.at * RATE), at + round(seconds(engine, p.text, speed) * RATE)) for p in made.phrases]


def test_a_note_lasts_exactly_as_long_as_its_step(sound: NDArray[np.float32], hibari: Hibari) -> None:
    assert len(sound) / RATE == pytest.approx(SCRIPT.length, abs=0.001)
    odd = Script(1.2345, ())
    decoded, _ = soundfile.read(io.BytesIO(note(odd, hibari, SLOW)))
    assert len(decoded) / RATE == pytest.approx(1.2345, abs=0.001)


def test_words_are_as_loud_in_every_note_and_never_cut(sound: NDArray[np.float32], hibari: Hibari) -> None:
    speech = np.concatenate([sound[span] for span in spans(SCRIPT, hibari, INSTRUCTION)])
    assert loudness(speech) == pytest.approx(-20, abs=1)
    assert np.abs(sound).max() <= 0.89


def test_the_words_begin_with_their_mark(sound: NDArray[np.float32], hibari: Hibari) -> None:
    for span in spans(SCRIPT, hibari, INSTRUCTION):
        begin = int(np.argmax(np.abs(sound[span.start :]) > 0.01)) / RATE
        assert begin <= 0.1


def test_between_the_words_it_is_quiet_and_no_join_clicks(hibari: Hibari) -> None:
    made = render(SCRIPT, hibari, INSTRUCTION)
    quiet = np.ones(len(made), bool)
    for span in spans(SCRIPT, hibari, INSTRUCTION):
        quiet[span] = False
        edges = np.concatenate([made[max(0, span.start - 1) : span.start + 24], made[span.stop - 24 : span.stop + 1]])
        assert np.abs(np.diff(edges)).max() < 0.005  # half a millisecond on either side
    assert not made[quiet].any()


def test_commas_are_given_time(hibari: Hibari) -> None:
    """More at the instruction's speed than in the slower tail, where the words themselves take longer."""
    for speed, more in ((INSTRUCTION, 0.35), (SLOW, 0.25)):
        made = render(Script(6, (Phrase(0, 6, "Breathe in, and let go."),)), hibari, speed)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], made == 0, [0])).astype(np.int8)))
        inner = [(e - b) / RATE for b, e in zip(edges[::2], edges[1::2], strict=True) if e < len(made)]
        assert more - 0.05 < max(inner) <= more  # the resampling rings a little into it


def test_the_same_key_is_the_same_sound(hibari: Hibari) -> None:
    assert np.array_equal(render(SCRIPT, hibari, SLOW), render(SCRIPT, Hibari(), SLOW))


def test_a_phrase_that_does_not_fit_is_told_with_the_seconds(hibari: Hibari) -> None:
    text = "Slide both hands along your thighs until they reach your knees."
    tight = Script(10, (Phrase(0, 2, text),))
    with pytest.raises(TooLong) as found:
        render(tight, hibari, INSTRUCTION)
    assert found.value.text == text
    assert found.value.by_seconds == pytest.approx(seconds(hibari, text, INSTRUCTION) - 2, abs=0.001)
    assert f"takes {found.value.by_seconds:.1f} s more" in str(found.value)


def test_words_may_not_run_past_the_end_of_the_note() -> None:
    with pytest.raises(TooLong):
        render(Script(1, (Phrase(0.8, 5, "One word more."),)), Tone(), INSTRUCTION)


def test_words_without_a_sound_are_told() -> None:
    with pytest.raises(ValueError, match="has no sound"):
        render(Script(1, (Phrase(0, 1, ""),)), Tone(), INSTRUCTION)


def test_a_note_of_nothing_but_quiet_is_quiet(hibari: Hibari) -> None:
    decoded, _ = soundfile.read(io.BytesIO(note(Script(3, ()), hibari, SLOW)))
    assert np.abs(decoded).max() < 0.0001


def test_the_longest_note_full_of_words_is_still_a_voice_message() -> None:
    """Telegram shows larger ones as files (1 MB). Noise is the hardest to code."""

    class Hiss(Tone):
        def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
            return np.random.default_rng(0).uniform(-0.3, 0.3, 10 * 24_000).astype(np.float32), 24_000

    ten = note(Script(10, (Phrase(0, 11, "All words."),)), Hiss(), INSTRUCTION)
    assert len(ten) * 12 < 1_000_000


def test_a_peak_is_held_down_without_a_step_and_the_rest_stays() -> None:
    speech = (0.1 * np.sin(np.arange(RATE) / 20)).astype(np.float32)
    speech[RATE // 2 : RATE // 2 + 30] *= 12
    held = level(speech)
    assert np.abs(held).max() == pytest.approx(PEAK, abs=0.001)
    change = held / np.where(speech == 0, 1, speech)
    calm = np.abs(np.arange(RATE) - RATE // 2) > RATE // 50
    assert np.ptp(change[calm & (np.abs(speech) > 0.01)]) < 0.001
    assert np.abs(np.diff(change[np.abs(speech) > 0.01])).max() < 0.2


@pytest.mark.usefixtures("socket_disabled")
def test_the_voice_never_asks_the_network() -> None:
    """The package can fetch further voices; ours lies in it, with the net that reads unknown words."""
    sound, rate = Hibari().speak("Let your zorblaxes soften, at 9:30 am.", SLOW)
    assert len(sound) > rate

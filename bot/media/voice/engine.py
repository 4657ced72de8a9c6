"""What speaks: the interface of all engines, and hibari, the English one. Touches the model in the package hibari-tts.

Nothing heavy is imported before an engine is made: the bot's own process needs the class and its name alone.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from bot.media.voice import MIX

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Engine(Protocol):
    """One voice. Making it loads its model; it is then used by one process, one text at a time."""

    name: ClassVar[str]
    """Engine, version, voice and mix, as they go into a note's key: the same name is the same sound."""

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
        """The text as mono samples within ±1, and their rate in Hz. The same text and speed, the same samples."""
        ...


class Hibari:
    """American English, the voice `heart` of hibari-tts: the one in its package, so nothing is ever fetched."""

    name: ClassVar[str] = f"hibari-{metadata.version('hibari-tts')}-heart-{MIX}"
    comma: ClassVar[dict[float, float]] = {0.65: 0.35, 0.60: 0.25}
    """Seconds of quiet added at each comma, by speed: 130 words a minute at no loss of quality (docs/voices.md)."""

    def __init__(self) -> None:
        self._model: Any = import_module("hibari").Hibari(voice="heart", threads=1)

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
        """Sentence by sentence, the engine's own gaps at the commas widened."""
        from bot.media.voice.commas import widen  # noqa: PLC0415  numpy stays out of the bot's own process

        rate = int(self._model.sample_rate)
        return widen(
            [
                (phonemes, self._model.from_phonemes(phonemes, speed, seed=0))
                for phonemes in self._model.phonemize(text)
            ],
            rate,
            self.comma.get(speed, 0.0),
        ), rate

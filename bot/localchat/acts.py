"""What was done and seen in the chats, as it happened: what a story is made of (story.py). Touches nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_ACTS = 5_000
"""Acts that are remembered; the oldest go first. Nothing of it is written down anywhere."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done or seen. `chat` None: it concerns all chats. `at`: real unix seconds.

    Kinds: `say` (message, text, reply_to) · `tap` (message, data, label, query) · `answer` (query, text) · `erase`
    (messages, all) · `block` · `unblock` · `sees` (message, text, buttons) · `edited` (the same) · `gone` (messages) ·
    `speed` (speed) · `skip` (seconds, virtual) · and whatever else is noted: a story tells it in a comment.
    """

    number: int
    kind: str
    chat: int | None
    at: float
    speed: float
    """The clock's, after it."""
    what: Mapping[str, Any]


class Acts:
    """The newest acts, numbered from 1."""

    def __init__(self) -> None:
        self._acts: deque[Act] = deque(maxlen=MOST_ACTS)
        self.last = 0
        self._skipped = 0.0

    def note(self, kind: str, chat: int | None, at: float, speed: float, what: Mapping[str, Any]) -> None:
        """Remember one."""
        self.last += 1
        self._acts.append(Act(self.last, kind, chat, at, speed, what))

    def clock(self, at: float, speed: float, skipped: float) -> None:
        """The clock was changed. `skipped`: seconds (virtual) that were skipped up to now, in all."""
        if skipped > self._skipped:
            self.note("skip", None, at, speed, {"seconds": skipped - self._skipped})
            self._skipped = skipped
        else:
            self.note("speed", None, at, speed, {"speed": speed})

    def of(self, chat: int, after: int = 0) -> list[Act]:
        """What concerns a chat and came after that number, in order."""
        return [act for act in self._acts if act.number > after and act.chat in (None, chat)]

    def begun(self, chat: int) -> int:
        """The number before the last /start of a chat; 0 if there was none."""
        starts = (act.number for act in reversed(self.of(chat)) if act.kind == "say" and _starts(act.what["text"]))
        return next(starts, 1) - 1


def _starts(text: str) -> bool:
    return text.split(maxsplit=1)[0:1] == ["/start"]

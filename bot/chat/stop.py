"""Why the bot stops, in one plain sentence; where an error came from, without a word of a person. Touches nothing."""

from __future__ import annotations

import traceback
from pathlib import Path


class Stop(Exception):
    """The bot can't go on; the text is one plain sentence that says what to do."""


def where(error: BaseException) -> str:
    """File and line of an error: its text may hold what a person wrote, or the token, and is never logged."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"

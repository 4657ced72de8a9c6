"""The process that speaks, run by `python -m`. Touches standard input (orders, a line each) and the notes on disk.

It is a process of its own, not one of a pool of the standard library, so that none outlives the bot, even if that is
killed: when standard input ends, so does this.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from bot.guide.marks import Phrase, Script
from bot.media.voice.engine import Engine
from bot.media.voice.note import note

NICE = 10
"""The bot's own answers come first."""


def serve(load: Callable[[], Engine], orders: TextIO, answers: TextIO) -> None:
    """Answer each order: `{"took": seconds}` (loading apart), or `{"failed": reason}`."""
    engine: Engine | None = None
    for line in orders:
        order = json.loads(line)
        answer: dict[str, Any]
        try:
            engine = engine or load()
            began = time.perf_counter()
            script = Script(order["length"], tuple(Phrase(*phrase) for phrase in order["phrases"]))
            keep(Path(order["path"]), note(script, engine, order["speed"]))
            answer = {"took": time.perf_counter() - began}
        except OSError as error:
            answer = {"failed": (error.strerror or type(error).__name__).lower()}
        except Exception as error:  # one bad note must not take the voice from all others; the reason is told
            answer = {"failed": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def keep(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, also if the machine stops meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def main() -> None:
    """Serve the engine named `module:class` in the first argument."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    module, name = sys.argv[1].split(":")
    serve(getattr(import_module(module), name), sys.stdin, answers)


if __name__ == "__main__":
    main()

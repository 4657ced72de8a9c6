"""The process that checks a content folder, run by `python -m`. Touches standard input (orders, a line each), that
folder, and the file in which it keeps how long words take.

It is a process of its own because a check is half a minute of work, and whoever writes goes on meanwhile: the bot kills
it when there is something newer. What it has measured until then is kept. When standard input ends, so does this.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import json
import os
import pickle
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from bot.check import LISTS, OWN, check, every_plan, read
from bot.guide import covering
from bot.guide.content import Content
from bot.guide.reading import Folder
from bot.guide.source import BadContent, Problem
from bot.guide.timing import Measure
from bot.guide.words import entries
from bot.led import ahead, orders, read_texts, worded

OFTEN = 1.0
"""Seconds (real) between two signs of where it is."""
Tell = Callable[[dict[str, Any]], None]


def look(folder: Path, measure: Measure | None, tell: Tell) -> None:
    """Check a folder and tell what there is to mend. `measure`: how long words take; None: whatever can be said without
    that, at once.
    """
    try:
        own = read(OWN)
        needed = entries(own["words/en.ftl"])
        files = {**{name: own[name] for name in LISTS}, **read(folder)}
        problems = check(files, measure, needed)
        if measure is not None:
            problems = problems or every_plan(Folder(files), measure)[0]
        tell({"problems": [*map(dataclasses.asdict, problems)]})
    except BadContent as error:
        tell({"problems": [*map(dataclasses.asdict, error.problems)]})
    except OSError as error:
        name = Path(error.filename).name if error.filename else folder.name
        what = f"it can't be read: {(error.strerror or str(error)).lower()}"
        missing = Problem(name, 1, "", what, "it anew, so that you may read it")
        tell({"problems": [dataclasses.asdict(missing)]})


def read_for_use(folder: Path, voice: str, tell: Tell) -> None:
    """Read a folder as the bot would lead it, and tell what came of it: reading takes a tenth of a second and leaves
    much behind for the garbage collector, which the bot's event loop would wait for. `voice`: the engine's name.
    """
    try:
        content, texts = read_texts(folder)
        words = {language: worded(language, text) for language, text in texts.items()}
        read_now = content, texts, [*orders(ahead(content, words, {"en": voice}))]
        tell({"led": base64.b64encode(pickle.dumps(read_now)).decode()})
        tell({"sessions": [*about(content)]})
    except BadContent as error:
        tell({"unled": [*map(dataclasses.asdict, error.problems)]})
    except Exception as error:  # whatever an author saves: the last good content goes on
        what = "it can't be read" if isinstance(error, OSError) else "it can't be understood"
        problem = Problem(folder.name, 1, "", f"{what} ({type(error).__name__})", "what was there before")
        tell({"unled": [dataclasses.asdict(problem)]})


def about(content: Content) -> Iterator[dict[str, Any]]:
    """Of each session what its author may want to know."""
    for session in content.sessions.values():
        fallen = [dataclasses.asdict(falls) for falls in covering.falls(session, content)]
        yield {
            "id": session.id,
            "name": session.name,
            "lengths": covering.lengths(session, content),
            "falls": fallen,
        }


class Measured:
    """How long words take, asked of the voice once: the file outlives this process. `name`: the voice's."""

    def __init__(self, file: Path, name: str, measure: Callable[[], Measure], tell: Tell) -> None:
        self._file, self._name, self._tell, self._told = file, name, tell, 0.0
        self._measure = functools.cache(measure)
        self._known = dict(_kept(file, name))

    def __call__(self, words: str, speed: float) -> float:
        """Seconds."""
        if (words, speed) not in self._known:
            if (now := time.monotonic()) > self._told + OFTEN:
                self._told = now
                self._tell({"saying": words})
            self._known[words, speed] = self._measure()(words, speed)
            self._file.parent.mkdir(parents=True, exist_ok=True)
            line = json.dumps([self._name, speed, words, self._known[words, speed]])
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        return self._known[words, speed]


def _kept(file: Path, name: str) -> Iterator[tuple[tuple[str, float], float]]:
    """What was measured before; a line that was cut off is measured again."""
    lines: Iterable[str] = file.read_text("utf-8", "replace").splitlines() if file.exists() else ()
    for line in lines:
        try:
            voice, speed, words, seconds = json.loads(line)
        except ValueError:
            continue
        if voice == name:
            yield (str(words), float(speed)), float(seconds)


def serve(engine: str, measured: Path, lines: TextIO, answers: TextIO) -> None:
    """Carry out each order: `{"folder": path, "whole": true for what needs the voice, false for all else}`."""

    def tell(what: dict[str, Any]) -> None:
        answers.write(json.dumps(what) + "\n")
        answers.flush()

    def voice() -> Measure:
        from bot.media.voice.note import seconds  # noqa: PLC0415  only here: many a check needs no voice

        return functools.partial(seconds, kind())

    module, name = engine.split(":")
    kind = getattr(import_module(module), name)
    measure = Measured(measured, kind.name, voice, tell)
    for line in lines:
        order = json.loads(line)
        folder = Path(order["folder"])
        look(folder, measure if order["whole"] else None, tell)
        if not order["whole"]:
            read_for_use(folder, kind.name, tell)
        tell({"over": True})


def main() -> None:
    """Serve the engine `module:class` of the first argument, with what is measured in the file of the second; the third
    says how nice this is to whatever else runs.
    """
    if hasattr(os, "nice"):
        os.nice(int(sys.argv[3]))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    serve(sys.argv[1], Path(sys.argv[2]), sys.stdin, answers)


if __name__ == "__main__":
    main()

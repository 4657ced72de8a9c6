"""What an author begins with: a content folder of their own, and the files of another language. Touches those folders.

Nothing that is there already is ever overwritten; a language that lags behind gets what it lacks.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

from bot.check import LISTS, OWN, read
from bot.guide import reading, skeleton
from bot.guide.words import entries

Tell = Callable[[str], None]
LISTED = {Path(name).parts[0] for name in LISTS}
"""What an author needs none of: check holds every folder against Easeback's own lists."""


class Refused(Exception):
    """It can't be done; the text says why, and what to do instead."""


def own(folder: Path, tell: Tell) -> None:
    """Make a content folder of the author's own, as a copy of Easeback's. Raises Refused."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is there already, and nothing of it is overwritten. Name another folder.")
    try:
        shutil.copytree(
            OWN,
            folder,
            ignore=lambda place, names: LISTED & set(names) if Path(place) == OWN else set(),
            copy_function=shutil.copyfile,
            dirs_exist_ok=True,
        )
    except OSError as error:
        raise Refused(f"{folder} can't be written: {(error.strerror or str(error)).lower()}.") from None
    here = folder.resolve()
    tell(f"Your content is in {here}. It is all of Easeback's; change what you like, Easeback's own stays as it is.")
    tell(f"Write a session as {here / 'sessions' / 'mine.yaml'} (docs/authors.md says how), then:")
    for verb in ("check", "hear mine", "run"):
        speed = "EASEBACK_SPEED=10 " if verb == "run" else ""
        tell(f"  EASEBACK_CONTENT={shlex.quote(str(here))} {speed}python3 easeback.py {verb}")


def translate(folder: Path, language: str, tell: Tell) -> None:
    """Write the files of a language, empty, or bring them up to what English has now. Raises Refused, BadContent."""
    if not re.fullmatch("[a-z]{2}", language) or language == "en":
        raise Refused(
            f"“{language}” can't be the language. Write two small letters (ISO 639-1), such as de or pt; not en."
        )
    files = read(folder)
    content, english = reading.parse(files), files["words/en.ftl"]
    notice = reading.Folder(files).source("safety/en.yaml").data
    made: tuple[tuple[str, Callable[[], str], Callable[[str], str]], ...] = (
        (
            f"translations/{language}.yaml",
            lambda: skeleton.translations(content, english, notice, language),
            lambda text: skeleton.brought_up(text, content, english, notice, language),
        ),
        (
            f"words/{language}.ftl",
            lambda: skeleton.words(english, language),
            lambda text: skeleton.words_brought_up(text, english, entries(text, f"words/{language}.ftl")),
        ),
        (f"safety/{language}.yaml", lambda: skeleton.safety(notice, language), lambda text: text),
    )
    for name, make, mend in made:
        had = files.get(name)
        text = make() if had is None else mend(had)
        if text == had:
            tell(f"{name} lacks nothing.")
            continue
        _write(folder / name, text)
        tell(f"{name} is written, for you to fill in." if had is None else f"{name} has what is new, at its ends.")
    tell("`easeback check` says what is still missing. Until that is nothing, who speaks this language gets English.")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as error:
        raise Refused(f"{path} can't be written: {(error.strerror or str(error)).lower()}.") from None

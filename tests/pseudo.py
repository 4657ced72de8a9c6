"""A translator who fills in the files of a language, every letter marked: what is not marked was missed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot import author

LANGUAGE = "eo"
LATIN = "abcdefghijklmnopqrstuvwxyz"
MARKED = "áƀçđéƒǥħíĵķłɱñóþɋřšŧúṽŵẋýž"
TABLE = str.maketrans(LATIN + LATIN.upper(), MARKED + MARKED.upper())
KEPT = re.compile(
    r"(\((?:(?:hold|in|out|quiet|breaths)\s+)?[\d.]+\)|\(sides\)"  # marks
    r"|\{\s*\$?\w+\s*\}|\{ \$\w+ ->|\*?\[\w+\])"  # what is filled in, and the forms of a message
)


def pseudo(text: str) -> str:
    """The text with every letter marked; marks and what is filled in stay."""
    return "".join(part if n % 2 else part.translate(TABLE) for n, part in enumerate(KEPT.split(text)))


def unmarked(text: str) -> list[str]:
    """The words with a letter that is not marked, in a text as Telegram gets it."""
    return re.findall(r"\w*[A-Za-z]\w*", re.sub(r"<[^>]+>|&\w+;|&#\w+;", "", text))


def translate(folder: Path, language: str = LANGUAGE) -> None:
    """Have the language's files made, and fill them in."""
    author.translate(folder, language, lambda _: None)
    for name, fill in (
        (f"translations/{language}.yaml", _keys),
        (f"safety/{language}.yaml", _keys),
        (f"words/{language}.ftl", _messages),
    ):
        path = folder / name
        path.write_text("\n".join(fill(path.read_text("utf-8").splitlines())) + "\n", "utf-8")


def _keys(lines: list[str]) -> Iterator[str]:
    """Behind each empty key what the comment above it says."""
    said: list[str] = []
    for line in lines:
        if comment := re.fullmatch(r" *# (.*)", line):
            said.append(comment[1])
            continue
        if said and (key := re.fullmatch(r"( *)(\w+):", line)):
            if all(item.startswith("- ") for item in said):
                yield line
                yield from (f"{key[1]}  - {pseudo(item[2:])!r}".replace("\\'", "''") for item in said)
            else:
                yield f"{line} |"
                yield from (f"{key[1]}  {pseudo(item)}" for item in said)
        else:
            yield line
        said = []


def _messages(lines: list[str]) -> Iterator[str]:
    """Each message without its #, all but its id marked."""
    inside = False
    for line in lines[1:]:
        text = line.removeprefix("# ")
        if inside := line.startswith("# ") or (inside and not line):
            id_, equals, said = text.partition(" =") if re.match(r"[\w-]+ =", text) else ("", "", text)
            yield id_ + equals + pseudo(said)
        else:
            yield line

"""The files of a new language, empty, with the English words as comments; and what an older one lacks. Pure text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.guide.content import ANY, Content
from bot.guide.source import Path, Source
from bot.guide.units import ONE, Unit, hashes, units
from bot.guide.words import Entry, entries

HEAD = """\
# Easeback in another language ({language}). Behind each empty key write what the comment above it says; `say` keeps its
# marks. A text of several lines begins with `|`. `of` is the hash of the English words that yours are made from: when
# those change, `easeback check` says so and names the new hash, to be written when yours say the same again.
# The words of the buttons are in words/{language}.ftl, the notice is in safety/{language}.yaml; `words` and `safety`
# below have the hashes for those two.

"""
HEAD_WORDS = """\
# The interface's words ({language}). When a message is translated, take the # away; {{$name}} stays as it is.

"""
HEAD_SAFETY = """\
# The safety notice ({language}). Behind each empty key write what the comment above it says. **so** is bold; what
# stands in braces is filled in. `crisis_words` are your language's own: the English ones are looked for as well.
"""
NEW = "\n### New in English\n\n"


def translations(content: Content, english: str, notice: Mapping[str, Any], language: str) -> str:
    """An empty translations/xx.yaml. `english`: the text of words/en.ftl; `notice`: safety/en.yaml, as data."""
    lines = [HEAD.format(language=language)]
    for section in ONE:
        lines.append(f"{section}:")
        lines += [line for unit in units(content) if unit.section == section for line in _unit(unit)]
    for section, of in hashes(entries(english), notice).items():
        lines.append(f"{section}:")
        lines += [f'  {name}: "{hashed}"' for name, hashed in of.items()]
        lines.append("")
    return "\n".join(lines)


def words(english: str, language: str) -> str:
    """An empty words/xx.ftl: every message as a comment."""
    lines = itertools.dropwhile(lambda line: not line or line.startswith("# "), english.splitlines())
    told = (line if not line.strip() or line.startswith("#") else f"# {line}" for line in lines)
    return HEAD_WORDS.format(language=language) + "\n".join(told) + "\n"


def safety(notice: Mapping[str, Any], language: str) -> str:
    """An empty safety/xx.yaml."""
    lines = [HEAD_SAFETY.format(language=language) + f'version: "{notice["version"]}"']
    for key, said in notice.items():
        if key not in ("version", "source"):
            told = [f"- {item}" for item in said] if isinstance(said, list) else said.splitlines()
            lines += [*(f"# {line}" for line in told), f"{key}:"]
    return "\n".join(lines) + "\n"


def brought_up(text: str, content: Content, english: str, notice: Mapping[str, Any], language: str) -> str:
    """A translations/xx.yaml with what it lacks put at the end of each section; nothing of it is changed.

    Raises BadContent if it is no YAML, before or after.
    """
    had: dict[str, Any] = Source(text, f"translations/{language}.yaml").data or {}
    for section in ONE:
        lacking = [u for u in units(content) if u.section == section and u.id not in (had.get(section) or {})]
        text = _put(text, section, [line for unit in lacking for line in _unit(unit)])
    for section, of in hashes(entries(english), notice).items():
        known = had.get(section) or {}
        text = _put(text, section, [f'  {name}: "{hashed}"' for name, hashed in of.items() if name not in known])
    Source(text, f"translations/{language}.yaml")
    return text


def words_brought_up(text: str, english: str, known: Mapping[str, Entry]) -> str:
    """A words/xx.ftl with what it lacks at its end, as comments; what waits there already is not repeated."""
    lacking = [
        "\n".join(f"# {line}" for line in f"{name} = {entry.source}".splitlines())
        for name, entry in entries(english).items()
        if name not in known and not re.search(rf"^# {re.escape(name)} =", text, re.MULTILINE)
    ]
    return text.rstrip("\n") + "\n" + NEW + "\n".join(lacking) + "\n" if lacking else text


def _put(text: str, section: str, lines: list[str]) -> str:
    """Lines at the end of a section, which is made if there is none."""
    if not lines:
        return text
    begun = re.search(rf"^{section}:.*\n?", text, re.MULTILINE)
    if begun is None:
        return text.rstrip("\n") + f"\n\n{section}:\n" + "\n".join(lines) + "\n"
    after = re.compile(r"^\w", re.MULTILINE).search(text, begun.end())
    end = after.start() if after else len(text)
    body = text[begun.start() : end].rstrip("\n")
    return f"{text[: begun.start()]}{body}\n" + "\n".join(lines) + "\n\n" + text[end:]


def _unit(unit: Unit) -> Iterator[str]:
    """A session, step or twin with empty keys."""
    yield f"  {unit.id}:"
    yield f'    of: "{unit.of}"'
    tree: dict[int | str, Any] = {}
    for path, text in unit.texts.items():
        alone = path[-1] == ANY and not any(
            other != path and other[: len(path) - 1] == path[:-1] for other in unit.texts
        )
        _plant(tree, path[:-1] if alone else path, text)
    yield from _branch(tree, "    ")
    yield ""


def _plant(tree: dict[int | str, Any], path: Path, text: str) -> None:
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
    tree[path[-1]] = text


def _branch(tree: Mapping[int | str, Any], indent: str) -> Iterator[str]:
    for key, below in tree.items():
        if isinstance(below, str):
            yield from (f"{indent}# {line}" for line in below.strip().splitlines())
            yield f"{indent}{key}:"
        else:
            yield f"{indent}{key}:"
            yield from _branch(below, f"{indent}  ")

"""What the bot leads: a content folder read for use, and the notes to be made of it ahead. Touches that folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import structlog

from bot.check import read, unsaid
from bot.guide.ahead import usual_notes
from bot.guide.content import Content
from bot.guide.marks import Script
from bot.guide.person import Person
from bot.guide.planned import Telling
from bot.guide.reading import parse
from bot.guide.source import BadContent
from bot.guide.translation import in_all_languages
from bot.guide.words import Words

log = structlog.get_logger()


def read_content(folder: Path) -> tuple[Content, dict[str, Words]]:
    """The content, and the interface's words by language. Raises BadContent, also for what would fail only in use.

    A language that is not whole is left out: who speaks it gets English.
    """
    content, texts = read_texts(folder)
    return content, {language: worded(language, text) for language, text in texts.items()}


def read_texts(folder: Path) -> tuple[Content, dict[str, str]]:
    """The same with the words as they are written. Raises BadContent."""
    files = read(folder)
    problems = unsaid(files)
    try:
        content = parse(files)
    except BadContent as error:
        raise BadContent((*error.problems, *problems)) from None
    if problems:
        raise BadContent(tuple(problems))
    content, behind = in_all_languages(files, content)
    for language, count in sorted(Counter(Path(problem.file).stem for problem in behind).items()):
        log.warning("a language is not led until `check` has nothing to say about it", file=language, to_mend=count)
    return content, {language: files[f"words/{language}.ftl"] for language in ("en", *content.languages)}


def worded(language: str, text: str) -> Words:
    """The interface's words in a language. Raises BadContent."""
    return Words(text, language, f"words/{language}.ftl")


def ahead(content: Content, words: Mapping[str, Words], voices: Mapping[str, str]) -> Iterator[Telling]:
    """The notes that are made before anybody asks for them. `voices`: engines by language."""
    for language, voice in voices.items():
        yield from usual_notes(content, Person(), voice, words[language]("quiet-show"))


def orders(notes: Iterable[Telling]) -> Iterator[tuple[str, Script, float]]:
    """Notes as the shelf takes them."""
    return ((note.key, note.script, note.speed) for note in notes if note.key is not None)

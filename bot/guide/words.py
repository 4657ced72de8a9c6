"""The interface's words in one language, from a Fluent text. Pure; touches nothing.

A missing message or variable is an error, never papered over. Isolation marks are off: Telegram lays texts out itself.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser, FluentSerializer
from fluent.syntax.ast import (
    BaseNode,
    Junk,
    Message,
    Pattern,
    Placeable,
    SelectExpression,
    SyntaxNode,
    TextElement,
    VariableReference,
)

from bot.guide.source import BadContent, Problem

WORD = "word-"
"""Messages that list the words which act: `word-pause = pause|wait` lets both do what the button `pause` does."""
GATES = ("notice-", "unsure-", "held-", "signs-", "hurt-", "hurts-")
"""Messages that a reviewer signs together with the notice."""
APOSTROPHES = "['`\u2018\u2019\u02bc\u00b4]"


class UnknownWords(LookupError):
    """The code asks for a message that the file has not, or without a variable that it needs."""


class Words:
    """Call it with a message's id and its variables. Raises BadContent for a text that is no Fluent."""

    def __init__(self, text: str, language: str = "en", file: str = "words/en.ftl") -> None:
        self._entries = entries(text, file)
        self._bundle = FluentBundle([language], use_isolating=False)
        self._bundle.add_resource(FluentResource(text))
        self._acts = {
            _folded(word): name.removeprefix(WORD)
            for name in self.ids()
            if name.startswith(WORD)
            for word in self(name).split("|")
        }

    def __call__(self, name: str, /, **args: str | int) -> str:
        """The words of a message. Raises UnknownWords if it or one of its variables is missing."""
        if name not in self._entries:
            raise UnknownWords(f"the words have no message “{name}”")
        pattern = self._bundle.get_message(name).value
        assert pattern is not None, "entries() lets no message without a text through"
        text, errors = self._bundle.format_pattern(pattern, args)
        if errors:
            raise UnknownWords(f"“{name}”: {'; '.join(str(error) for error in errors)}")
        return str(text)

    def ids(self) -> tuple[str, ...]:
        """The ids of all messages, in the file's order."""
        return tuple(self._entries)

    def acts(self, text: str) -> str | None:
        """The action of a message that consists of an acting word and nothing else; None for all others."""
        return self._acts.get(_folded(text))

    @staticmethod
    def in_crisis(text: str, phrases: Iterable[str]) -> bool:
        """True if one of the phrases stands anywhere in the text, as whole words."""
        said = f" {_folded(text)} "
        return any(f" {_folded(phrase)} " in said for phrase in phrases)


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as its author wrote it."""

    line: int
    source: str
    variables: frozenset[str]
    readings: tuple[str, ...]
    """All that it can read: each variant by itself, a variable as `{name}`."""


def entries(text: str, file: str = "words/en.ftl") -> dict[str, Entry]:
    """The messages of a Fluent text by id. Raises BadContent."""
    found: dict[str, Entry] = {}
    problems = []
    for entry in FluentParser().parse(text).body:
        match entry:
            case Junk():
                first = (entry.content or "").strip().split("\n", 1)[0]
                why = entry.annotations[0].message if entry.annotations else "no message"
                problems.append(
                    Problem(
                        file,
                        _line(text, entry),
                        "",
                        f"“{first}” can't be read: {why}",
                        "`id = text`, further lines indented",
                    )
                )
            case Message(id=id, value=Pattern() as pattern):
                line = _line(text, id)
                if id.name in found:
                    problems.append(Problem(file, line, "", f"“{id.name}” stands twice", "each id once"))
                source = FluentSerializer().serialize_entry(entry).partition("=")[2].strip()
                names = frozenset(re.findall(r"\$([a-zA-Z][\w-]*)", source))
                found[id.name] = Entry(line, source, names, tuple(_readings(pattern)))
    if problems:
        raise BadContent(tuple(problems))
    return found


def _line(text: str, node: BaseNode) -> int:
    """The line (from 1) on which a part of the text begins."""
    start = node.span.start if isinstance(node, SyntaxNode) and node.span else 0
    return text.count("\n", 0, start + len(text[start:]) - len(text[start:].lstrip())) + 1


def gates(text: str, file: str = "words/en.ftl") -> dict[str, str]:
    """The messages that stand at the gates, by id. Raises BadContent."""
    return {name: entry.source for name, entry in entries(text, file).items() if name.startswith(GATES)}


def words_amiss(
    words: Mapping[str, Entry], needed: Mapping[str, Entry], file: str = "words/en.ftl"
) -> Iterator[Problem]:
    """Every message that the bot asks for is there, and asks for nothing that the bot does not give."""
    for name in sorted(needed.keys() - words.keys()):
        yield Problem(file, 1, "", f"the message “{name}” is missing", f"`{name} = {needed[name].source}`")
    for name in sorted(needed.keys() & words.keys()):
        for extra in sorted(words[name].variables - needed[name].variables):
            known = ", ".join(f"{{${known}}}" for known in sorted(needed[name].variables)) or "words alone"
            yield Problem(file, words[name].line, name, f"“{extra}” is not known here", known)


def _readings(pattern: Pattern) -> Iterator[str]:
    choices = []
    for element in pattern.elements:
        match element:
            case Placeable(expression=SelectExpression(variants=variants)):
                choices.append([reading for variant in variants for reading in _readings(variant.value)])
            case Placeable(expression=VariableReference(id=id)):
                choices.append([f"{{{id.name}}}"])
            case Placeable():
                choices.append(["…"])
            case TextElement(value=value):
                choices.append([value])
    yield from ("".join(parts) for parts in itertools.product(*choices))


def _folded(text: str) -> str:
    """Case, apostrophes and punctuation make no difference: `Don't stop!` is `dont stop`."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", re.sub(APOSTROPHES, "", text.casefold())).split())

"""An author's YAML file as checked values, and what is wrong with it as file, line and what to write instead. Pure.

YAML 1.2 (`off` is a word, `8:00` is no number), read with the line of every key, so that a problem names its place.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
"""How every value of a file is read: unknown keys are refused."""
Line = Annotated[str, StringConstraints(min_length=1)]
Value = TypeVar("Value")
Path = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a content file. `step`: the id of the step it is in, or empty."""

    file: str
    line: int
    step: str
    what: str
    instead: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " + (f"{self.step}: " if self.step else "")
        return f"{place}{self.what}. Write: {self.instead}"


class BadContent(ValueError):
    """The content can't be led as it is; `problems` says all that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Source:
    """One YAML file: its plain data, and the line of each part of it. Raises BadContent if it is no YAML."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        try:
            self._tree = YAML(typ="rt").load(text)
        except YAMLError as error:
            raise BadContent((_unreadable(error, text, file),)) from None
        self.data: Any = _plain(self._tree)

    def line(self, path: Path) -> int:
        """The line (from 1) of the part that a path of keys and numbers leads to, or of the nearest part around it."""
        node, line = self._tree, 1
        for key in path:
            if not isinstance(node, CommentedMap | CommentedSeq):
                break
            place = node.lc.data.get(key) if node.lc.data else None
            if place is None:
                break
            line, node = place[0] + 1, node[key]
        return line

    def step(self, path: Path) -> str:
        """The id of the step or twin that a path leads into; empty outside of steps."""
        match path:
            case ("steps", int() as number, *_):
                steps = self.data["steps"]
                step = steps[number] if number < len(steps) else None
                return str(step.get("id", f"step {number + 1}")) if isinstance(step, Mapping) else f"step {number + 1}"
        return ""

    def problem(self, path: Path, what: str, instead: str) -> Problem:
        """A problem at that place."""
        return Problem(self.file, self.line(path), self.step(path), what, instead)

    def build(self, kind: TypeAdapter[Value], keys: Sequence[str], *, unfinished: bool = False) -> Value:
        """The file as a value. `keys`: what a mistyped key may have meant. `unfinished`: a key with nothing behind it
        counts as left out. Raises BadContent.
        """
        try:
            return kind.validate_python(_filled(self.data) if unfinished else self.data)
        except ValidationError as error:
            problems = dict.fromkeys(self._explain(one, keys) for one in error.errors())
            raise BadContent(tuple(problems)) from None

    def _explain(self, error: ErrorDetails, keys: Sequence[str]) -> Problem:
        path, key = error["loc"], error["loc"][-1] if error["loc"] else ""
        given, more = error["input"], error.get("ctx", {})
        match error["type"]:
            case "unexpected_keyword_argument" | "extra_forbidden":
                near = difflib.get_close_matches(str(key), keys, n=1)
                what, instead = (
                    f"“{key}” is no key here",
                    f"`{near[0]}:`" if near else "one of the keys named at the top of the file",
                )
            case _ if given is None and path:
                what, instead = f"`{key}` is empty", f"`{key}: …`"
            case "missing" | "missing_argument":
                what, instead = f"`{key}` is missing", f"`{key}: …`"
            case "enum" | "literal_error":
                allowed = str(more.get("expected", "")).replace("'", "")
                near = difflib.get_close_matches(str(given), allowed.replace(" or ", ", ").split(", "), n=1)
                what, instead = f"“{given}” is not known here", near[0] if near else f"one of {allowed}"
            case "string_type":
                what, instead = (
                    f"“{given}” is no text",
                    f'"{given}", in quotes' if isinstance(given, int | float) else "a text",
                )
            case "string_pattern_mismatch":
                what, instead = f"“{given}” can't be an id", "small letters, digits and hyphens, as in small-lift"
            case "value_error":
                what, _, instead = str(more["error"]).partition(". Write: ")
            case _:
                what, instead = (
                    f"“{given}” does not fit: {error['msg'][0].lower()}{error['msg'][1:]}",
                    "what the message asks for",
                )
        return self.problem(path, what, instead)


def near(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, else all of them."""
    known = sorted(known)
    return next(iter(difflib.get_close_matches(name, known, n=1)), f"one of {', '.join(known)}")


def _plain(node: Any) -> Any:
    """The same without the parser's own types, so that a value never drags its file along."""
    match node:
        case CommentedMap():
            return {str(key): _plain(value) for key, value in node.items()}
        case CommentedSeq():
            return [_plain(value) for value in node]
        case bool() | None:
            return node
        case str():
            return str(node)
        case int():
            return int(node)
        case float():
            return float(node)
    return node


def _filled(node: Any) -> Any:
    """The same without the keys that have nothing behind them."""
    return {key: _filled(value) for key, value in node.items() if value is not None} if isinstance(node, dict) else node


def _unreadable(error: YAMLError, text: str, file: str) -> Problem:
    """Where and why a text is no YAML."""
    what, line = "this is no YAML", 1
    instead = "`key: text`, each level two spaces further in, and `|` before a text with a colon"
    match error:
        case DuplicateKeyError():
            key = (error.problem or "").split('"')[1:2]
            what, instead = f"the key {'“' + key[0] + '”' if key else ''} stands twice", "each key once"
        case MarkedYAMLError():
            what = f"{what}: {error.problem or error.context}"
        case ReaderError(character=character, position=position):
            what, line = f"{what}: the character {character!r} can't stand here", text.count("\n", 0, position) + 1
            instead = "the line without it"
    if isinstance(error, MarkedYAMLError) and (mark := error.problem_mark or error.context_mark):
        line = mark.line + 1
    return Problem(file, line, "", what, instead)

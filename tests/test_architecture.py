"""The house's rules, kept by reading its code; nothing is imported. Each rule's docstring is what a breach says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MAY_IMPORT = {
    "guide": set(),
    "localchat": set(),
    "settings": set(),
    "logs": set(),
    "clock": set(),
    "zones": set(),
    "store": {"guide", "clock"},
    "media": {"guide", "clock"},
    "check": {"guide", "media"},
    "printed": {"guide", "chat", "settings"},
    "author": {"guide", "check"},
    "hear": {"guide", "media", "check"},
    "chat": {"guide", "store", "media", "clock"},
    "parts": {"guide", "store", "media", "clock", "chat"},
    "led": {"guide", "check"},
    "look": {"guide", "media", "check", "led"},
    "listening": {"guide", "media", "check", "hear", "parts"},
    "desk": {"guide", "media", "check", "led", "listening", "parts"},
    "inside": {"parts", "desk", "chat", "guide", "store"},
    "local": {"localchat", "chat", "guide", "store"},
    "app": {
        *("guide", "store", "media", "clock", "zones", "check", "chat", "localchat", "settings"),
        *("parts", "inside", "local", "led", "desk"),
    },
    "__main__": {
        *("guide", "store", "media", "clock", "check", "chat", "localchat", "settings", "logs", "app"),
        *("author", "hear", "led", "local", "printed"),
    },
}
"""The arrows between the parts of bot/: app → chat → guide, store, media."""

PURE = {
    *(
        "__future__",
        "abc",
        "base64",
        "binascii",
        "bisect",
        "collections",
        "copy",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "enum",
    ),
    *("fractions", "functools", "hashlib", "html", "itertools", "json", "math", "operator", "re", "string"),
    *("textwrap", "types", "typing", "unicodedata"),
    "zoneinfo",  # reads the zones' tables, which are facts like the letters of the alphabet
    *("pydantic", "pydantic_core", "ruamel", "fluent", "bot"),
}
"""What the guide may import."""
IMPURE_CALLS = {"open", "input", "print", "exec", "eval", "__import__", "now", "utcnow", "today"}

ENVIRONMENT = {"os.environ", "os.environb", "os.getenv"}

ONLY_IMPORTERS = {
    "telegram": ("bot/chat/messenger.py",),
    "sqlalchemy": ("bot/store/", "alembic/"),
    "apscheduler": ("bot/chat/alarm.py",),
}
"""Who may import a library; everybody else speaks to them."""

LONGEST = 300
LONG = {
    "bot/guide/player.py": "every transition lives in this file",
    "bot/guide/chat.py": "every situation that a chat can be in, side by side",
    "bot/chat/messenger.py": "the only importer of telegram, and so all that Telegram is to us",
    "bot/chat/delivery.py": "one protocol (claim, send, settle, doubt), whose parts are right only together",
}
"""Longer modules, each with its reason."""

VAGUE = {"util", "utils", "helper", "helpers", "core", "manager", "managers", "service", "services", "common", "misc"}


@cache
def tree(path: Path) -> ast.Module:
    """A file, read."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def files(*folders: str) -> list[Path]:
    """All Python files below."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of all that a file imports, wherever in it."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package[: len(package) - node.level + 1]) + "." if node.level else ""
            whole = start + (node.module or "")
            yield from ((node.lineno, f"{whole.rstrip('.')}.{name.name}") for name in node.names)


def part(path: Path) -> str:
    """To which part of bot/ a file belongs."""
    return path.relative_to(ROOT / "bot").with_suffix("").parts[0]


def breaches_of(rule: str | None, found: Iterator[tuple[Path, int, str]]) -> None:
    """Fail with the rule's sentence and every place."""
    places = [f"  {path.relative_to(ROOT)}:{line}: {what}" for path, line, what in found]
    if places:
        pytest.fail("\n".join([str(rule), *places]), pytrace=False)


def test_the_guide_is_pure() -> None:
    """bot/guide is pure: no await, clock, randomness, database, network, file; what it needs, it is given."""

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in files("bot/guide"):
            for line, name in imports(path):
                if name.split(".")[0] not in PURE:
                    yield path, line, f"imports {name}"
            for node in ast.walk(tree(path)):
                match node:
                    case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                        yield path, node.lineno, "waits"
                    case ast.Global():
                        yield path, node.lineno, "keeps state of its own"
                    case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in IMPURE_CALLS:
                        yield path, node.lineno, f"calls {name}()"

    breaches_of(test_the_guide_is_pure.__doc__, found())


def test_imports_go_along_the_arrows() -> None:
    """Imports go app → chat → guide, store, media; the guide and the local chat import nothing else of ours."""

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in files("bot"):
            own = part(path)
            if own == "__init__":
                continue
            if own not in MAY_IMPORT:
                yield path, 1, "is in no row of the table of arrows: give it one"
                continue
            for line, name in imports(path):
                package, _, rest = name.partition(".")
                other = rest.split(".")[0]
                if package == "bot" and other != own and other not in MAY_IMPORT[own]:
                    yield path, line, f"imports bot.{other}"

    breaches_of(test_imports_go_along_the_arrows.__doc__, found())


@pytest.mark.parametrize("library", ONLY_IMPORTERS)
def test_a_library_has_one_importer(library: str) -> None:
    """Only bot/chat/messenger.py imports telegram, only bot/chat/alarm.py apscheduler, only bot/store/ sqlalchemy."""

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in files("bot", "alembic", "tools"):
            for line, name in imports(path):
                here = path.relative_to(ROOT).as_posix()
                if name.split(".")[0] == library and not here.startswith(ONLY_IMPORTERS[library]):
                    yield path, line, f"imports {name}"

    breaches_of(test_a_library_has_one_importer.__doc__, found())


def test_the_settings_alone_read_the_environment() -> None:
    """bot/settings.py is the only reader of the environment: what else needs to know is told by a parameter."""

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in files("bot"):
            if part(path) == "settings":
                continue
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.Attribute) and ast.unparse(node) in ENVIRONMENT:
                    yield path, node.lineno, f"uses {ast.unparse(node)}"
            for line, name in imports(path):
                if name in ENVIRONMENT or name.split(".")[0] == "dotenv":
                    yield path, line, f"imports {name}"

    breaches_of(test_the_settings_alone_read_the_environment.__doc__, found())


def test_nothing_has_a_vague_name() -> None:
    """No utils, helpers, core, manager or service: a name says what is in it."""

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in files("bot", "tools", "tests"):
            for name in path.relative_to(ROOT).with_suffix("").parts:
                if VAGUE & set(name.split("_")):
                    yield path, 1, f"is called {name}"
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.ClassDef) and node.name.lower().endswith(tuple(VAGUE)):
                    yield path, node.lineno, f"has a class {node.name}"

    breaches_of(test_nothing_has_a_vague_name.__doc__, found())


def test_no_module_is_long_without_a_reason() -> None:
    """A module beyond 300 lines has a second reason to change: split it, or say in LONG why not."""

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in [*files("bot", "tools", "alembic"), ROOT / "easeback.py"]:
            lines = len(path.read_text(encoding="utf-8").splitlines())
            listed = path.relative_to(ROOT).as_posix() in LONG
            if (lines > LONGEST) != listed:
                yield path, lines, "is in LONG without being long" if listed else "is long"

    breaches_of(test_no_module_is_long_without_a_reason.__doc__, found())


def test_every_module_says_what_it_is() -> None:
    """A module begins with a sentence: what it is, and the one outside thing it touches."""

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in files("bot", "tools", "tests", "alembic"):
            if tree(path).body and not ast.get_docstring(tree(path)):
                yield path, 1, "begins without one"

    breaches_of(test_every_module_says_what_it_is.__doc__, found())


def test_no_test_puts_something_else_in_the_place_of_our_code() -> None:
    """Tests use the real thing or a fake written by hand: no mock library, no monkeypatch."""

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in files("tests"):
            for line, name in imports(path):
                if name.startswith(("unittest.mock", "mock.", "pytest_mock")):
                    yield path, line, f"imports {name}"
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.arg) and node.arg in {"monkeypatch", "mocker"}:
                    yield path, node.lineno, f"asks for {node.arg}"

    breaches_of(test_no_test_puts_something_else_in_the_place_of_our_code.__doc__, found())

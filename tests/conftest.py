"""What holds for all tests: nothing leaves this machine (pyproject.toml), an example is never too slow, and aiogram
reads along whatever is said on the wire (wire.py)."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections import Counter
from collections.abc import AsyncIterator, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests import notes
from tests.places import BOTH, OnFile, OnServer, Place
from tests.postgres import Server, used
from tests.wire import Ear

settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("long", deadline=None, max_examples=10_000)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

MALFORMED = "malformed: says on purpose what no Bot API client says, or answers what Telegram never answers"
LONG = "long: of the long form alone (`python3 easeback.py test --long`); the short one has to stay below 8 minutes"


@pytest.fixture(scope="session")
async def full_shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every usual note, to be copied (by hard links) to where a bot looks for its own; made once for all
    workers."""
    own = tmp_path_factory.getbasetemp()
    shelf = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shelf" / "notes"
    shelf.parent.mkdir(exist_ok=True)
    with (shelf.parent / "lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        if not (shelf.parent / "full").exists():
            await notes.fill(shelf)
            (shelf.parent / "full").touch()
    return shelf


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[Server]:
    """A PostgreSQL, started when it is first asked for an address."""
    server = Server()
    yield server
    await server.remove()


@pytest.fixture(params=BOTH)
async def place(request: pytest.FixtureRequest, tmp_path: Path, postgres: Server) -> Place:
    """Where a store is kept, empty: the same test for a SQLite file and for PostgreSQL."""
    folder = tmp_path / "data"
    return OnFile(folder) if request.param == "sqlite" else OnServer(folder, postgres, await postgres.emptied())


LONGEST_FIRST = (
    *("kill/test_points", "tests/test_check", "faults/test_nth", "browser/test_stage", "browser/", "conversations/"),
    *("simulation/test_simulation", "tests/test_languages", "chat/test_delivery", "faults/"),
)
"""Files that take a worker longest begin first, so that none of them is alone at the end. While the first makes the
notes that many wait for, the second does without."""


ON_BOTH = ("test_restored",)
"""Conversations that are had on both databases in the short form, too: they pass every table; the others on SQLite."""


def is_long(item: pytest.Item) -> bool:
    """True if a test belongs to the long form alone."""
    twice = item.path.parent.name == "conversations" and "[postgresql" in item.name and item.path.stem not in ON_BOTH
    return twice or item.get_closest_marker("long") is not None


def pytest_addoption(parser: pytest.Parser) -> None:
    """The long form has all tests."""
    parser.addoption("--long", action="store_true", help="with the tests that are marked as long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files first, within a file nothing moves; what belongs to the long form is left out of the short."""
    if not config.getoption("--long"):
        left_out = [item for item in items if is_long(item)]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)

    def place(item: pytest.Item) -> int:
        name = item.path.as_posix()
        return next((n for n, part in enumerate(LONGEST_FIRST) if part in name), len(LONGEST_FIRST))

    items.sort(key=place)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which PostgreSQL it was."""
    terminalreporter.write_line(f"PostgreSQL: {used()}")


class Wire:
    """Fails the test in which something was said that aiogram would not say, or not understand."""

    def __init__(self) -> None:
        self.ear = Ear()
        self.on_purpose = 0
        self.others: Counter[str] = Counter()
        """Calls that other workers' tests made, by method."""
        self.others_on_purpose = 0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None]:
        try:
            return (yield)
        finally:
            complaints = self.ear.complaints()
            on_purpose = item.get_closest_marker("malformed") is not None
            self.on_purpose += on_purpose
            if complaints and not on_purpose:
                told = "\n".join(["aiogram does not agree with what was said on the wire:", *complaints])
                pytest.fail(f"{told}\n(Where that is the test's purpose, mark it `malformed`.)", pytrace=False)
            if on_purpose and not complaints and not hasattr(item, "callspec"):  # a parameter may be well formed
                pytest.fail("it is marked `malformed`, and aiogram has nothing against it", pytrace=False)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A worker of pytest-xdist tells the one that sums up."""
        if (output := getattr(session.config, "workeroutput", None)) is not None:
            output["wire"] = dict(self.ear.methods), self.on_purpose

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        methods, on_purpose = getattr(node, "workeroutput", {}).get("wire", ({}, 0))
        self.others.update(methods)
        self.others_on_purpose += on_purpose

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        methods = self.ear.methods + self.others
        if methods:
            terminalreporter.write_line(
                f"wire: aiogram read {methods.total()} calls of {len(methods)} methods;"
                f" {self.on_purpose + self.others_on_purpose} tests are malformed on purpose"
            )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MALFORMED)
    config.addinivalue_line("markers", LONG)
    config.pluginmanager.register(Wire(), "wire")

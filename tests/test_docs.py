"""What the documents say is so: commands, settings, links, libraries. Reads the Markdown of this repository."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from bot.__main__ import cli
from bot.settings import Settings, name_of
from easeback import DEVELOPERS

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def anchors(document: Path) -> set[str]:
    """What a link can point to within a document."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@each_document
def test_every_link_and_picture_is_there(document: Path) -> None:
    def broken() -> Iterator[str]:
        for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
            path, _, anchor = target.partition("#")
            there = document.parent / path if path else document
            if not target.startswith("https://") and not (there.exists() and (not anchor or anchor in anchors(there))):
                yield target

    assert list(broken()) == []


@each_document
def test_every_command_can_be_typed(document: Path) -> None:
    verbs = {*typer.main.get_command(cli).commands, *DEVELOPERS}  # type: ignore[attr-defined]
    assert set(re.findall(r"python3 easeback\.py ([a-z]+)", document.read_text(encoding="utf-8"))) <= verbs


@each_document
def test_every_setting_named_is_one(document: Path) -> None:
    named = set(re.findall(r"EASEBACK_[A-Z_]+", document.read_text(encoding="utf-8")))
    assert named <= {name_of(field) for field in Settings.model_fields}


@each_document
def test_every_file_of_ours_that_is_named_is_there(document: Path) -> None:
    named = re.findall(r"`((?:bot|content|tests|tools|docs|alembic)/[\w./-]+)`", document.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


@each_document
def test_every_test_that_is_named_is_there(document: Path) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", document.read_text(encoding="utf-8"))
    there = [
        re.search(rf"^(async )?def {test}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE) for path, test in named
    ]
    assert [name for name, found in zip(named, there, strict=True) if not found] == []


def test_the_readme_begins_with_the_two_commands_and_the_picture() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    places = [
        text.index(what) for what in ("python3 easeback.py run", "python3 easeback.py test", "docs/pictures/chat.png")
    ]
    assert places == sorted(places)
    assert places[1] < 300


def test_every_library_has_its_reason_and_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[\[<>=!~ ;]", name)[0].lower() for name in asked}
    told = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8").lower()
    assert {name for name in names if f"**{name}" not in told} == set()


def test_the_licence_is_the_one_that_is_said() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert project["project"]["license"] == "Apache-2.0"
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]

"""The real content as a library; every note is made, unless a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.guide.library import Library
from bot.guide.reading import parse
from bot.guide.words import Words
from bot.zones import cities_in
from tests.guide.walk import Walk

CONTENT = Path(__file__).parent.parent.parent / "content"


class Everything:
    """A shelf on which every note stands."""

    def __contains__(self, key: object) -> bool:
        return True


@pytest.fixture(scope="session")
def library() -> Library:
    files = {str(f.relative_to(CONTENT)): f.read_text("utf-8") for f in CONTENT.rglob("*") if f.is_file()}
    words = {"en": Words(files["words/en.ftl"])}
    return Library(
        content=parse(files),
        words=words,
        voices={"en": "test 1 voice"},
        ready=Everything(),
        work=0.05,
        late_after=120.0,
        twice_within=1.5,
        cities={"en": cities_in("en")},
        usual_zones={"en": "America/New_York"},
    )


@pytest.fixture(scope="session")
def mute(library: Library) -> Library:
    """No engine speaks: everything runs in text."""
    return replace(library, voices={})


@pytest.fixture
def walk(library: Library) -> Walk:
    return Walk(library)


@pytest.fixture
def read(mute: Library) -> Walk:
    """A walk in text."""
    return Walk(mute)

"""A store in a SQLite file and on PostgreSQL: what a test asks for as `store` or `place` is told on both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.chats import Store
from tests.places import OnFile, OnServer, Place
from tests.postgres import Server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    opened = await place.open()
    yield opened
    await opened.close()


@pytest.fixture
async def on_file(folder: Path) -> AsyncIterator[Store]:
    """For what is true of files alone."""
    opened = await OnFile(folder).open()
    yield opened
    await opened.close()


@pytest.fixture
async def on_server(folder: Path, postgres: Server) -> AsyncIterator[OnServer]:
    """For what is true of a server alone: a new database, that may be spoiled."""
    name = await postgres.new()
    yield OnServer(folder, postgres, name)
    await postgres.drop(name)

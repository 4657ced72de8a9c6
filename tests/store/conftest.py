"""A store on a real file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.chats import Store, open_store
from bot.store.secrets import find_keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
async def store(folder: Path) -> AsyncIterator[Store]:
    opened = await open_store(None, find_keys(None, folder), folder)
    yield opened
    await opened.close()

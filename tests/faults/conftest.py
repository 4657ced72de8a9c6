"""A house to fail in, running or not, on a SQLite file; and what it logs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chat.conftest import told
from tests.conversations.conftest import bot, house
from tests.places import OnFile, Place

__all__ = ["bot", "house", "told"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """What is told here is told of clocks and calls, whatever database it is: once is enough."""
    return OnFile(tmp_path / "data")

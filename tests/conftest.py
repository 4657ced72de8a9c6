"""What holds for all tests: nothing leaves this machine (pyproject.toml), and an example is never too slow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests import notes

settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
async def full_shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every usual note, to be copied (by hard links) to where a bot looks for its own."""
    folder = tmp_path_factory.mktemp("notes")
    await notes.fill(folder)
    return folder

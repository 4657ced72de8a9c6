"""A house to fail in."""

from tests.conversations.conftest import house

__all__ = ["house"]

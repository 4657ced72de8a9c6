"""Which of the rows is shown after one was asked about, or erased."""

from __future__ import annotations

import pytest

from bot.guide.outcome import RowHeld
from bot.guide.own import Row, place

HELD = [Row(table, key, {}, {}, "") for table, key in [("chats", "9"), ("people", "9"), ("runs", "a"), ("runs", "b")]]


@pytest.mark.parametrize(
    ("wanted", "at"),
    [
        (RowHeld(1, "en"), 1),
        (RowHeld(0, "en", "runs", "b"), 3),
        (RowHeld(0, "en", "runs", "gone"), 2),
        (RowHeld(0, "en", "runs"), 2),
        (RowHeld(0, "en", "reminders"), 0),
    ],
)
def test_the_very_row_or_the_first_of_its_table_or_a_place(wanted: RowHeld, at: int) -> None:
    assert place(HELD, wanted) == at

"""What is held, in a person's own hands: a page for each row, and what erasing one means."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guide.chat import Chat, Summary
from bot.guide.events import Menu
from bot.guide.library import Library
from bot.guide.outcome import Everything, Page, RowHeld
from bot.guide.own import LONGEST, Row, page
from bot.guide.person import Dated, Hold
from bot.guide.reminders import Reminder
from bot.guide.words import Words
from tests.guide.test_remind import labels, press
from tests.guide.test_remind import page as opened
from tests.guide.walk import Walk

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)


@pytest.fixture
def walk(library: Library) -> Walk:
    return Walk(library, NOW)


@pytest.fixture(scope="module")
def words(library: Library) -> Words:
    return library.words["en"]


def chat_of(walk: Walk) -> Chat:
    assert walk.chat is not None
    return walk.chat


def row(table: str = "runs", key: str = "a1b2", **values: object) -> Row:
    return Row(table, key, values or {"id": key}, {}, "it hangs on the chat's row")


def test_what_is_erased_is_in_no_summary_that_still_stands(walk: Walk) -> None:
    opened(walk, "privacy.yes")
    walk.to_settle().tap("score.4", "done").wait(90).word("stop").tap("score.5")
    (kept,) = walk.chat.kept  # type: ignore[union-attr]
    opened(walk, f"rows.yes.runs.{kept.id}")
    assert isinstance(walk.state, Summary)
    assert (walk.state.before, walk.state.after, walk.state.run) == (None, None, None)


def test_the_file_is_asked_for_once_and_says_where_it_travels(walk: Walk) -> None:
    asked = opened(walk, "export")
    assert "travels through Telegram" in asked.text
    assert asked.brings is None
    assert press(walk, asked, "Send it").brings == Everything()


def test_the_rows_are_read_by_the_shell_and_turned_one_by_one(walk: Walk, words: Words) -> None:
    assert opened(walk, "rows").brings == RowHeld(0, "en")
    assert opened(walk, "rows.7").brings == RowHeld(7, "en")
    rows = [row("chats", "1001"), row("people", "1001"), row()]
    assert labels(page(rows, 0, words)) == ["→", "Erase all", "Back"]
    assert labels(page(rows, 1, words)) == ["←", "→", "Erase this", "Back"]
    assert labels(page(rows, 2, words)) == ["←", "Erase this", "Back"]
    assert page(rows, 99, words) == page(rows, 2, words), "one that went meanwhile"
    assert page([], 0, words).text == "I keep nothing about you."


def test_who_left_once_can_not_be_erased_and_has_no_button_for_it(words: Words) -> None:
    assert "Erase this" not in labels(page([row("erased", "")], 0, words))


@given(st.dictionaries(st.text(min_size=1, max_size=30), st.text(max_size=2000) | st.integers(), max_size=12))
def test_whatever_a_row_holds_the_page_fits_into_a_message(values: dict[str, object]) -> None:
    shown = page([Row("runs", "a", values, {}, "why")], 0, _english())
    assert len(shown.text) < LONGEST + 700


def test_what_is_held_is_shown_as_text(words: Words) -> None:
    shown = page([row("people", "1", zone="<b>nowhere</b> & back")], 0, words)
    assert "&lt;b&gt;nowhere&lt;/b&gt; &amp; back" in shown.text


def test_every_button_fits_into_what_telegram_allows(words: Words) -> None:
    for table in ("runs", "people", "reminders"):
        shown = page([row(table, "f" * 32), row()], 0, words)
        assert all(len(button.action.encode()) <= 64 for line in shown.buttons for button in line)


def test_erasing_is_asked_once(walk: Walk) -> None:
    reminder = Reminder(at=time(8), zone="Europe/Berlin")
    walk.chat = replace(chat_of(walk), reminder=reminder)
    asked = opened(walk, "rows.ask.reminders.1001")
    assert chat_of(walk).reminder == reminder
    assert press(walk, asked, "Erase this").text == "It is gone."
    assert chat_of(walk).reminder is None


def test_of_a_person_stays_what_nobody_is_safe_without(walk: Walk) -> None:
    hold, read = Hold(until=NOW + timedelta(hours=3)), Dated(version="1", at=NOW)
    person = replace(
        chat_of(walk).person,
        hold=hold,
        acknowledged=read,
        zone="Europe/Berlin",
        left_out_tags=frozenset({"NECK"}),
        consent=read,
    )
    walk.chat = replace(chat_of(walk), person=person, reminder=Reminder(at=time(8), zone="Europe/Berlin"))
    walk.event(Menu("rows.yes.people.1001"))
    assert chat_of(walk).reminder is None, "it goes by the person's zone"
    after = chat_of(walk).person
    assert (after.hold, after.acknowledged) == (hold, read)
    assert (after.zone, after.left_out_tags, after.consent, after.cautions) == (None, frozenset(), None, frozenset())


def test_a_table_that_is_none_is_not_erased(walk: Walk) -> None:
    before = chat_of(walk)
    for path in ("rows.yes.chats.1001", "rows.ask.erased.x", "rows.yes", "rows.ask.", "rows.-1", "rows.99999999"):
        walk.event(Menu(path))
        assert isinstance(walk.said, Page)
        assert chat_of(walk) == before


def _english() -> Words:
    from tests.guide.conftest import CONTENT  # noqa: PLC0415 - a property has no fixtures

    return Words((CONTENT / "words" / "en.ftl").read_text("utf-8"))

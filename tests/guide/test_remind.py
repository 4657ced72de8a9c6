"""The pages of the reminder, as a person taps through them; and the reminder itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.guide.events import Gone, Menu
from bot.guide.library import Library
from bot.guide.menus import TYPED, prompt_in
from bot.guide.outcome import Page, Say
from bot.guide.remind import message, reminder_due, ring
from bot.guide.reminders import Reminder
from bot.guide.zone import PLACES, TOWNS
from tests.guide.walk import Walk

NOW = datetime(2026, 12, 1, 18, 42, tzinfo=UTC)


@pytest.fixture
def person(library: Library) -> Walk:
    return Walk(library, NOW)


def page(person: Walk, path: str, typed: str = "") -> Page:
    """Open a page; its answer."""
    person.event(Menu(path, typed))
    assert isinstance(person.said, Page), person.said
    return person.said


def labels(shown: Page) -> list[str]:
    return [button.text for row in shown.buttons for button in row]


def press(person: Walk, shown: Page, label: str) -> Page:
    """Tap a button of a page."""
    action = next(button.action for row in shown.buttons for button in row if button.text == label)
    return page(person, action.removeprefix("menu:"))


def test_who_lives_by_the_guessed_clock_has_a_reminder_in_three_taps(person: Walk) -> None:
    shown = page(person, "remind")
    assert shown.text == "Is it 13:42 where you are?"
    shown = press(person, shown, "Yes")
    assert shown.text.startswith("When shall I come by?")
    shown = press(person, shown, "7:00")
    assert shown.text.startswith("Each day at 7:00, by the clock of New York.")
    assert person.chat is not None
    assert person.chat.person.zone == "America/New_York"
    assert reminder_due(person.chat, NOW) == datetime(2026, 12, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "city"),
    [
        *(("Vienna", "Vienna"), ("São Paulo", "Sao Paulo"), ("sao paulo", "Sao Paulo"), ("auck", "Auckland")),
        *(("Munich", "Berlin"), ("san francisco", "Los Angeles"), ("Berlin, Germany", "Berlin"), ("mumb", "Kolkata")),
    ],
)
def test_a_town_is_found_without_accents_and_by_its_beginning(person: Walk, typed: str, city: str) -> None:
    prompt = press(person, page(person, "remind"), "No")
    assert prompt.ask
    page(person, "ask-zone", typed)
    shown = page(person, "remind.at.7:00")
    assert f"by the clock of {city}" in shown.text


def test_a_small_town_is_asked_for_the_time_and_the_time_leads_to_places(person: Walk) -> None:
    shown = page(person, "ask-zone", "Little Whinging")
    assert "know that one." in shown.text
    assert shown.ask
    shown = page(person, "ask-zone", "19:45")
    assert "Berlin" in labels(shown)
    assert "London" not in labels(shown)
    press(person, shown, "Berlin")
    assert person.chat is not None
    assert person.chat.person.zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("typed", "hour"),
    [("7:30", time(7, 30)), ("19.05", time(19, 5)), ("7 pm", time(19)), ("12 am", time(0)), ("6", time(6))],
)
def test_a_time_is_read_as_people_write_it(person: Walk, typed: str, hour: time) -> None:
    page(person, "zone.is.Europe/Berlin")
    page(person, "ask-time", typed)
    assert person.chat is not None
    assert person.chat.reminder == Reminder(at=hour, zone="Europe/Berlin")


@pytest.mark.parametrize("typed", ["", "later", "25:00", "7:75", "13 pm", "7:30:00"])
def test_what_is_no_time_is_asked_again(person: Walk, typed: str) -> None:
    page(person, "zone.is.Europe/Berlin")
    shown = page(person, "ask-time", typed)
    assert shown.ask
    assert "read a time in that" in shown.text
    assert person.chat is not None
    assert person.chat.reminder is None


def test_days_are_ticked_one_stays_and_no_more_ends_it(person: Walk) -> None:
    page(person, "zone.is.Europe/Berlin")
    shown = page(person, "remind.at.7:30")
    for day in ("Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        shown = press(person, shown, f"✓{day}")
    assert person.chat is not None
    assert person.chat.reminder is not None
    assert person.chat.reminder.weekdays == {0}
    person.event(Menu("remind.day.0"))
    assert person.said == Say("remind-one-day")
    press(person, shown, "No more of these")
    assert person.chat.reminder is None
    assert reminder_due(person.chat, NOW) is None


def reminded(person: Walk) -> Walk:
    """Who is reminded at eight in the evening."""
    page(person, "zone.is.Europe/Berlin")
    page(person, "remind.at.20:00")
    return person


DUE = datetime(2026, 12, 1, 19, 0, tzinfo=UTC)


def rung(person: Walk, now: datetime = DUE) -> Page | None:
    assert person.chat is not None
    person.chat, shown = ring(person.chat, DUE, now, person.library)
    person.now = now
    return shown


def test_it_says_nothing_of_a_body_and_begins_with_one_tap(person: Walk) -> None:
    reminded(person)
    shown = rung(person)
    assert shown is not None
    assert labels(shown) == ["Begin", "In 10 min", "In 1 hour", "Not today"]
    assert not {"back", "pain", "session"} & set(shown.text.casefold().split())
    assert person.chat is not None
    assert reminder_due(person.chat, DUE) == DUE + timedelta(days=1)


def test_put_off_it_comes_once_more_and_only_while_its_day_lasts(person: Walk) -> None:
    reminded(person)
    shown = rung(person)
    assert shown is not None
    action = next(b.action for row in shown.buttons for b in row if b.text == "In 10 min")
    person.event(Menu(action.removeprefix("menu:")))
    assert person.said == Page(text="All right, at 20:10."), "in its place: it can't be tapped twice"
    assert person.chat is not None
    assert reminder_due(person.chat, DUE) == DUE + timedelta(minutes=10)
    person.now += timedelta(days=1)
    person.event(Menu(action.removeprefix("menu:")))
    assert person.said == Say("late-tap")


def test_in_a_session_it_keeps_still_and_paused_it_says_where_we_are(person: Walk) -> None:
    reminded(person).word("backpain").tap("none", "chair")
    assert person.chat is not None
    assert reminder_due(person.chat, NOW) == DUE + timedelta(days=1)  # begun today: answered
    person.event(Menu("remind.at.20:00"))
    person.word("pause")
    person.chat, shown = ring(person.chat, DUE, DUE, person.library)
    assert shown is not None
    assert labels(shown)[0] == "Go on"


def test_too_late_or_gone_nothing_comes(person: Walk) -> None:
    assert rung(reminded(person), DUE + timedelta(minutes=91)) is None
    reminded(person).event(Gone())
    assert rung(person) is None
    assert person.chat is not None
    assert reminder_due(person.chat, DUE) is None


def test_who_types_nothing_finds_the_zone_in_a_list_by_what_the_clock_shows(person: Walk) -> None:
    shown = press(person, page(person, "remind"), "From a list")
    offered = labels(shown)
    assert offered[:2] == ["Pago Pago · 7:42", "Honolulu · 8:42"]
    assert offered[-1].startswith("Kiritimati")
    assert len(offered) == len(set(offered))
    press(person, shown, "Kolkata · 0:12" if "Kolkata · 0:12" in offered else next(o for o in offered if "0:12" in o))
    assert person.chat is not None
    assert person.chat.person.zone == "Asia/Kolkata"


def test_the_zone_by_itself_leads_to_no_reminder(person: Walk) -> None:
    shown = press(person, page(person, "settings"), "Where I am")
    assert press(person, shown, "Yes").text == "Your clock shows 13:42, as in New York."
    prompt = press(person, page(person, "zone.only"), "No")
    assert prompt.ask
    assert prompt_in(prompt.text, person.library.words["en"]) == "ask-zone-only"
    assert page(person, "ask-zone-only", "berlin").text == "Your clock shows 19:42, as in Berlin."
    unknown = page(person, "ask-zone-only", "nowhere at all")
    assert prompt_in(unknown.text, person.library.words["en"]) == "ask-zone-only"
    assert person.chat is not None
    assert person.chat.reminder is None


@pytest.mark.parametrize("month", [1, 7])
def test_whatever_a_clock_shows_somewhere_leads_to_a_place_with_that_time(person: Walk, month: int) -> None:
    person.now = datetime(2026, month, 1, 4, 5, tzinfo=UTC)
    for zone in person.library.cities["en"]:
        there = person.now.astimezone(ZoneInfo(zone))
        shown = page(person, "ask-zone", f"{there:%H:%M}")
        found = [b.action.rpartition(".")[2] for row in shown.buttons for b in row if ".is." in b.action]
        assert found, zone
        assert there.time() in {person.now.astimezone(ZoneInfo(name)).time() for name in found}


def test_big_towns_are_of_zones_that_are_offered(person: Walk) -> None:
    assert set(TOWNS) | set(PLACES) <= set(person.library.cities["en"])


def test_what_slowed_or_keeps_still_says_so_and_comes_as_before_with_one_tap(person: Walk) -> None:
    reminded(person)
    assert person.chat is not None
    for unanswered, says in ((4, "I come once a week now"), (7, "I keep still now")):
        slow = replace(person.chat.reminder, unanswered=unanswered)  # type: ignore[type-var]
        person.chat = replace(person.chat, reminder=slow)
        shown = page(person, "remind")
        assert shown.text.startswith(says)
        again = press(person, shown, "Come as before")
        assert again.text.startswith("Each day at 20:00")
        assert reminder_due(person.chat, NOW) == DUE


def test_the_last_one_before_it_keeps_still_can_be_put_off(person: Walk) -> None:
    reminded(person)
    assert person.chat is not None
    person.chat = replace(person.chat, reminder=replace(person.chat.reminder, unanswered=6))  # type: ignore[type-var]
    shown = rung(person)
    assert shown is not None
    press(person, shown, "In 1 hour")
    assert reminder_due(person.chat, DUE) == DUE + timedelta(hours=1)


def test_what_was_put_off_to_a_day_that_is_over_counts_as_any_other(person: Walk) -> None:
    reminded(person)
    assert person.chat is not None
    stale = replace(person.chat.reminder, again=DUE - timedelta(days=3), unanswered=3)  # type: ignore[type-var]
    person.chat = replace(person.chat, reminder=stale)
    shown = rung(person)
    assert shown is not None
    assert shown.text.startswith("I have come by a few times")
    assert person.chat.reminder is not None
    assert person.chat.reminder.unanswered == 4


def test_behind_a_session_tomorrow_is_meant(person: Walk) -> None:
    person.chat = replace(person.chat, person=replace(person.chat.person, zone="Etc/UTC"))  # type: ignore[union-attr]
    person.to_settle().tap("done").wait(90).word("stop").tap("noscore")
    page(person, "remind.at.20:00")
    assert person.chat is not None
    assert reminder_due(person.chat, person.now) == DUE.replace(hour=20) + timedelta(days=1)


@pytest.mark.parametrize("way", [("hurts", "sharp", "unsure"), ("forget",)])
def test_in_the_midst_of_a_session_none_comes_whatever_is_asked_there(person: Walk, way: tuple[str, ...]) -> None:
    reminded(person).to_step("reach").word(*way[:1]).tap(*way[1:])
    page(person, "remind.at.20:00")
    assert rung(person) is None


def test_in_the_evening_none_is_put_off_to_what_is_nearer_than_an_hour(person: Walk) -> None:
    reminded(person)
    person.event(Menu("remind.at.18:30"))
    assert person.chat is not None
    at = DUE - timedelta(hours=2, minutes=30)
    shown = message(person.chat, at, person.library, asks=False)
    assert "This evening" in labels(shown)
    shown = message(person.chat, at + timedelta(minutes=45), person.library, asks=False)
    assert "This evening" not in labels(shown)


def test_each_prompt_is_known_by_its_words(person: Walk) -> None:
    words = person.library.words["en"]
    assert [prompt_in(words(name), words) for name in TYPED] == list(TYPED)

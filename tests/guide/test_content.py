"""The content as values: what a session, a text by position, a twin and the notice say when asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.guide import marks
from bot.guide.content import Content, Position, Tag, Text, at
from bot.guide.reading import parse
from bot.guide.source import BadContent

CONTENT = Path(__file__).resolve().parents[2] / "content"


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return {str(path.relative_to(CONTENT)): path.read_text("utf-8") for path in CONTENT.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def content(files: dict[str, str]) -> Content:
    return parse(files)


def test_the_classic_is_led_in_the_chair_and_at_rest_in_eleven_steps_and_on_the_mat_in_twelve(content: Content) -> None:
    classic = content.sessions["classic"]
    assert classic.command == "backpain"
    assert classic.positions == (Position.CHAIR, Position.MAT, Position.REST)
    assert [len(classic.in_position(position)) for position in classic.positions] == [11, 12, 11]


def test_at_rest_every_movement_is_a_twin(content: Content) -> None:
    resting = content.sessions["classic"].in_position("rest")
    assert [s.twin for s in resting if "rest" not in s.positions] == ["reach", "draw-back", "reach-again", "small-lift"]


def test_a_twin_takes_the_words_and_seconds_of_a_position_in_which_its_step_is_led(content: Content) -> None:
    for session in content.sessions.values():
        for position in session.positions:
            for step in session.in_position(position):
                led = step.led_as(position)
                intro, say = at(step.intro, led), step.say.at(led)
                assert intro is not None
                assert say is not None
                if step.sides:
                    say = marks.both_sides(say, "left", "right", "Swap.")
                assert marks.script(marks.parse(say, intro)).length == at(step.seconds, led)


def test_a_text_for_one_position_says_nothing_for_another() -> None:
    text = Text(chair="Sit.", rest="Lie.")
    assert (text.at("chair"), text.at("rest"), text.at("mat")) == ("Sit.", "Lie.", None)


def test_a_text_for_all_positions_gives_way_to_one_of_its_own() -> None:
    text = Text(any="Breathe.", chair="Breathe, feet down.")
    assert (text.at("mat"), text.at("chair")) == ("Breathe.", "Breathe, feet down.")


def test_who_leaves_something_out_gets_other_words_only_then() -> None:
    text = Text(any="Round and reach.", without={Tag.FLEX: Text(any="Glide your arms ahead.")})
    assert text.at("chair") == text.at("chair", frozenset({"ARM"})) == "Round and reach."
    assert text.at("chair", frozenset({"FLEX"})) == "Glide your arms ahead."


def test_the_notice_says_that_nobody_reviewed_it_and_whom_to_call(content: Content) -> None:
    safety = content.safety
    assert len(safety.now) == 5
    assert safety.small.endswith("No doctor or physio has checked this text yet.")
    assert {"{emergency}", "{talk}"} <= set(safety.crisis.replace("?", " ").replace(".", " ").split())


def test_a_country_has_its_own_numbers_and_everybody_else_the_words_for_everywhere(content: Content) -> None:
    numbers = content.numbers
    assert numbers.of("GB").emergency == "999"
    assert numbers.of("") == numbers.of("XX") == numbers.unknown
    without = next(country for country, number in numbers.countries.items() if number.talk is None)
    assert numbers.of(without).talk == numbers.unknown.talk
    assert all(page.address and page.seen for number in numbers.countries.values() for page in number.pages)


def test_a_number_without_its_page_is_refused(files: dict[str, str]) -> None:
    name = "safety/numbers.yaml"
    with pytest.raises(BadContent, match=r"AA names no page.*Write: `pages:`"):
        parse({**files, name: files[name].replace("countries:", 'countries:\n  AA:\n    emergency: "1"', 1)})


def test_a_folder_without_sessions_is_refused_with_what_to_write(files: dict[str, str]) -> None:
    with pytest.raises(BadContent, match="there is no session"):
        parse({name: text for name, text in files.items() if not name.startswith("sessions/")})


def test_a_signature_is_shown_and_lapses_by_itself_when_a_word_changes(files: dict[str, str]) -> None:
    review = "safety/review.yaml"
    signed = {**files, review: files[review].replace("reviewer: null", "reviewer: Dr. A. Example, GP")}
    assert "Checked by Dr. A. Example, GP, 30 November 2026." in parse(signed).safety.small
    for file, old, new in (
        ("safety/en.yaml", "a hard blow", "a blow"),
        ("words/en.ftl", "Have you been seen,", "Seen,"),
    ):
        changed = {**signed, file: signed[file].replace(old, new)}
        assert "No doctor or physio has checked this text yet." in parse(changed).safety.small

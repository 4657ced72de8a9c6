"""How plain is a text? Against known grades, syllables and hashes."""

from __future__ import annotations

import hashlib

import pytest

from bot.guide.plain import grade, never, runs, syllables, words


@pytest.mark.parametrize(
    ("count", "of"),
    [
        (1, "breathe knees hips eyes loose moves filled through"),
        (2, "shoulder belly people gentle middle easy movement settle lying being doesn't safely"),
        (3, "easily medical peacefully newspaper animal continue easier"),
        (4, "relaxation information"),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(count: int, of: str) -> None:
    assert {word: syllables(word) for word in of.split()} == dict.fromkeys(of.split(), count)


def test_the_grade_is_flesch_and_kincaids() -> None:
    # 6 words, 1 sentence, 6 syllables: 0.39 * 6 + 11.8 * 1 - 15.59
    assert grade(["The cat sat on the mat."]) == pytest.approx(-1.45)
    # 4 words, 2 sentences, 8 syllables
    assert grade(["Gentle movement. Easy middle."]) == pytest.approx(0.39 * 2 + 11.8 * 2 - 15.59)


def test_items_of_a_list_are_sentences_of_their_own() -> None:
    assert grade(["New numbness or tingling", "Chest pain"]) < grade(["New numbness or tingling Chest pain"])


def test_hard_words_make_a_text_hard() -> None:
    assert grade(["Respiratory awareness facilitates muscular relaxation."]) > 12


def test_a_screen_without_words_asks_for_nothing() -> None:
    assert grade(["", "…"]) == 0


def test_a_word_with_an_apostrophe_or_a_hyphen_is_one() -> None:
    assert words("Don\u2019t rush: half-way is 50 %.") == ["Don\u2019t", "rush", "half-way", "is", "50"]


def test_runs_are_hashed_as_the_header_of_the_list_says() -> None:
    found = dict(runs("Don\u2019t rush: it is all right."))
    assert list(found) == ["dont rush it is all", "rush it is all right"]
    assert found["dont rush it is all"] == hashlib.sha256(b"dont rush it is all").hexdigest()[:16]


def test_four_words_are_no_run() -> None:
    assert list(runs("Let your arms rest.")) == []


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("You should rest.", "should"),
        ("Your shoulders rest.", None),
        ("A Deep  breath.", "Deep  breath"),
        ("It is treated.", "treated"),
        ("Don\u2019t worry.", "Don't worry"),
        ("A retreat.", None),
    ],
)
def test_what_is_never_said_is_found_as_whole_words(text: str, hit: str | None) -> None:
    listed = never("# a comment\nshould = the verb alone\ndeep breath = an easy breath\ntreat* = ease\n\ndon't worry\n")
    assert next((found for one in listed if (found := one.found_in(text))), None) == hit


def test_each_phrase_says_what_to_write_instead() -> None:
    (one,) = never("deep breath = an easy breath")
    assert (one.phrase, one.instead) == ("deep breath", "an easy breath")

"""The interface's words: found or refused, acting words, words of crisis; and no id too many or too few."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.check import OWN, read
from bot.guide.reading import parse
from bot.guide.source import BadContent
from bot.guide.words import UnknownWords, Words, entries, gates

BOT = Path(__file__).resolve().parents[2] / "bot"
ENGLISH = (OWN / "words" / "en.ftl").read_text("utf-8")
CRISIS = ("don't want to live", "suicide")


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(ENGLISH)


def test_variables_are_filled_in_without_hidden_marks(words: Words) -> None:
    assert words("step-place", name="Reach", n=5, of=11, minutes=5) == "Reach · 5 of 11 · about 5 min left"


def test_one_point_and_many_points_differ(words: Words) -> None:
    assert words("summary-easier", points=1).startswith("1 point easier")
    assert words("summary-easier", points=3).startswith("3 points easier")


def test_a_missing_message_is_an_error_and_not_papered_over(words: Words) -> None:
    with pytest.raises(UnknownWords, match="no message “no-such-thing”"):
        words("no-such-thing")


def test_a_missing_variable_is_an_error_and_not_papered_over(words: Words) -> None:
    with pytest.raises(UnknownWords, match=r"step-place.*minutes"):
        words("step-place", name="Reach", n=5, of=11)


def test_a_text_that_is_no_fluent_is_refused_with_its_line() -> None:
    with pytest.raises(BadContent, match=r"words/en\.ftl:2: “lost words” can't be read"):
        Words("found = words\nlost words\n")


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("stop", "stop"),
        ("STOP!!", "stop"),
        (" It hurts… ", "hurts"),
        ("I\u2019m back", "resume"),
        ("done.", "done"),
        ("pause", "pause"),
    ],
)
def test_a_word_that_is_the_whole_message_acts(words: Words, said: str, action: str) -> None:
    assert words.acts(said) == action


@pytest.mark.parametrize("said", ["", "…", "stopping", "please don't stop", "I am done with this day", "7"])
def test_any_other_message_acts_not(words: Words, said: str) -> None:
    assert words.acts(said) is None


def test_no_word_acts_in_two_ways() -> None:
    listed = [
        word for name, entry in entries(ENGLISH).items() if name.startswith("word-") for word in entry.source.split("|")
    ]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(
    "said",
    ["I don\u2019t want to live", "i dont WANT to live any more", "thinking about suicide, again", "Suicide."],
)
def test_words_of_crisis_are_found_anywhere(words: Words, said: str) -> None:
    assert words.in_crisis(said, CRISIS)


@pytest.mark.parametrize("said", ["", "I want to live", "suicidewatch", "I don't want to liven it up"])
def test_parts_of_words_are_no_crisis(words: Words, said: str) -> None:
    assert not words.in_crisis(said, CRISIS)


@pytest.mark.parametrize(
    "said",
    ["this pain is killing me", "I hurt myself lifting a box", "my leg feels dead", "I can't go on with this step"],
)
def test_the_plain_words_of_pain_are_no_crisis(words: Words, said: str) -> None:
    assert not words.in_crisis(said, parse(read(OWN)).safety.crisis_words)


def test_a_message_is_read_in_each_of_its_variants() -> None:
    entry = entries("left = { $n ->\n    [one] One more.\n   *[other] {$n} more.\n }")["left"]
    assert entry.readings == ("One more.", "{n} more.")
    assert entry.variables == {"n"}


def test_the_words_at_the_gates_are_signed_and_a_button_of_a_step_is_not() -> None:
    assert {"held-seen", "hurt-ease", "unsure-first"} <= gates(ENGLISH).keys()
    assert "button-skip" not in gates(ENGLISH)


def test_a_new_layout_of_the_file_changes_no_signature() -> None:
    assert gates("held-seen = Have you been seen?") == gates("# a comment\nheld-seen   =   Have you been seen?\n")


# ── no id too few, none too many ──────────────────────────────────────────────────────────────────────────────────────
def trees() -> Iterator[ast.Module]:
    for path in BOT.rglob("*.py"):
        yield ast.parse(path.read_text("utf-8"))


def asked_for() -> Iterator[str]:
    """The ids that the code names in full when it asks for words, shows buttons or says something."""
    for call in (node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        match name:
            case "words" | "w" | "Say":
                yield from texts[:1]
            case "button" | "column" | "pairs":
                yield from (
                    f"button-{action}" for action in texts if action not in ("", "success", "danger", "primary")
                )
            case "Idle":
                yield from (
                    f"idle-{key.value.value}"
                    for key in call.keywords
                    if key.arg == "words" and isinstance(key.value, ast.Constant) and key.value.value
                )


def test_every_message_that_the_code_asks_for_is_there(words: Words) -> None:
    asked = set(asked_for()) - {"idle-crisis"}  # the notice has that one
    assert len(asked) > 50
    assert asked - set(words.ids()) == set()


def test_every_message_is_used(words: Words) -> None:
    nodes = [node for tree in trees() for node in ast.walk(tree)]
    literals = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    made = {
        part.value
        for node in nodes
        if isinstance(node, ast.JoinedStr)
        for part in node.values[:1]
        if isinstance(part, ast.Constant)
    }

    def used(name: str) -> bool:
        return name in literals or any(
            name.removeprefix(start) in literals for start in made if start and name.startswith(start)
        )

    assert [name for name in words.ids() if not used(name) and not name.startswith("word-")] == []


def test_every_acting_word_does_what_some_button_or_command_does(words: Words) -> None:
    literals = {node.value for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert [
        name for name in words.ids() if name.startswith("word-") and name.removeprefix("word-") not in literals
    ] == []

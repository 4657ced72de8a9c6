"""The judge of the kill rig: a good story passes, and each broken promise is told."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from bot.app import read_content
from tests.kill.judge import Did, Event, Judge, Saw
from tests.notes import CONTENT

CONTENTS, WORDS = read_content(CONTENT)
JUDGE = Judge(CONTENTS, WORDS["en"])


def words(name: str) -> str:
    return WORDS["en"](name)


NOTICE, CHOOSING, HURTS, HELD = map(words, ("notice-short", "position-which", "hurt-ease", "held-see"))
STOPPED, GONE = words("idle-stopped"), words("forgotten")


def saw(message: int, text: str, rev: int | None = None, kind: str = "message") -> Saw:
    """The bot's message; its number is its rev, unless another is given; 0: it has no buttons."""
    rev = message if rev is None else rev
    return Saw("edit" if kind == "edit" else "message", message, text, (f"x:{rev}",) if rev else ())


def step(message: int, number: int, name: str = "A step", rev: int | None = None) -> Saw:
    return saw(message, f"Words.\n\n{name} · {number} of 11 · about 5 min left ●", rev)


def note(message: int, number: int, name: str) -> Saw:
    return saw(message, f"{words('step-caution')} Words.\n\n{name} · {number} of 11 · about 5 min left ●")


BEGIN: list[Event] = [
    Did("say", "/backpain"),
    saw(1, NOTICE),
    Did("tap", "none:1", 1, NOTICE),
    saw(2, CHOOSING),
    Did("tap", "chair:2", 2, CHOOSING),
    step(3, 1),
    Did("tap", "done:3", 3, "…"),
    step(4, 2),
]
"""From nothing to the second step."""


def said(log: list[Event], settled: Collection[int] = ()) -> list[str]:
    return [why for _, why in JUDGE.violations(log, settled)]


@pytest.mark.parametrize(
    "then",
    [
        [step(5, 3), step(6, 4), Did("tap", "back:6", 6), step(7, 3), Did("say", "/skip"), step(8, 4)],
        [Did("tap", "hurts:4", 4), saw(5, HURTS), Did("tap", "twin:5", 5), step(6, 2, "Soften"), step(7, 3)],
        [step(5, 2, "Quiet"), step(6, 2, "Quiet"), step(7, 3)],
        [note(5, 3, "Reach"), step(6, 3, "Reach"), Did("tap", "back:6", 6), step(7, 2)],
        [Did("tap", "over:4", 4), step(5, 1, "Settle"), Did("tap", "done:5", 5), step(6, 2)],
        [step(5, 3), step(6, 3, rev=5)],
        [Did("say", "stop"), saw(5, STOPPED, 0), Did("say", "/backpain"), saw(6, NOTICE)],
        [Did("tap", "end:4", 4), saw(5, STOPPED, 0), saw(6, STOPPED, 0)],
        [Did("say", "hello"), saw(5, words("idle"), 0), step(6, 3)],
    ],
    ids=[
        "timed, back, skip",
        "hurts",
        "quiet",
        "caution",
        "over",
        "a copy in doubt",
        "stop",
        "a last line in doubt",
        "an answer",
    ],
)
def test_a_good_story_passes(then: list[Event]) -> None:
    assert said([*BEGIN, *then]) == []


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ([step(6, 5)], "A step (5) after Breathe (3) by itself"),
        ([Did("tap", "done:4", 4), step(6, 5)], "A step (5) after Breathe (3): a step was skipped"),
        ([step(6, 2)], "A step (2) after Breathe (3) by itself"),
        ([step(6, 3, "Breathe")], "Breathe (3) by itself, anew"),
        ([step(6, 4), step(7, 5), Did("tap", "back:7"), step(8, 2)], "A step (2) after A step (5): too far back"),
        ([saw(6, HURTS), step(7, 4)], "A step (4) after Breathe (3) by itself, behind hurting"),
        ([saw(6, "Something else.")], "nobody knows this screen: 'Something else.'"),
        ([step(6, 2, rev=4)], "an older screen came after a newer one: A step"),
        ([step(6, 3, rev=5), step(7, 3, rev=5)], "3 copies of A step"),
        ([Did("tap", "see:4"), saw(6, HELD), Did("tap", "rest:5"), step(7, 1, "Reach")], "Reach came under a hold"),
    ],
)
def test_each_broken_promise_is_told(then: list[Event], why: str) -> None:
    told = said([*BEGIN, step(5, 3, "Breathe"), *then])
    assert any(one.startswith(why) for one in told), told


def test_what_hurts_before_it_was_shown_is_left_out() -> None:
    left: list[Event] = [*BEGIN[:5], Did("say", "it hurts"), saw(6, HURTS), Did("tap", "leave:6", 6), step(7, 2)]
    assert said(left) == []
    assert said([*BEGIN[:5], step(7, 2)]) == ["a run begins with A step (2)"]


def test_a_copy_needs_an_excuse() -> None:
    copied = [*BEGIN, step(5, 3), step(6, 3, rev=5)]
    assert said(copied, settled={6}) == []
    assert said(copied, settled={5, 6}) == ["a copy of A step, though message 5 was settled"]
    assert JUDGE.duplicates(copied) == 1
    last_line = [
        *BEGIN,
        Did("say", "stop"),
        saw(5, STOPPED, 0),
        saw(6, STOPPED, 0),
    ]
    assert said(last_line, settled={5, 6}) == ["a copy of idle, though message 5 was settled"]


def test_no_movement_before_the_notice_was_answered() -> None:
    unanswered: list[Event] = [Did("tap", "same:9", 9, CHOOSING), step(1, 1), Did("tap", "done:1"), step(2, 2, "Reach")]
    assert "Reach came before the notice was answered" in said(unanswered)
    assert said([*BEGIN, step(5, 3, "Reach")]) == []
    forgotten = [*BEGIN, Saw("erased"), Did("say", "/x"), step(5, 1), Did("tap", "done:5"), step(6, 2, "Reach")]
    assert "Reach came before the notice was answered" in said(forgotten)


def test_after_a_sign_of_now_only_breathing_comes() -> None:
    held: list[Event] = [*BEGIN, Did("tap", "now:4"), saw(5, words("held-wait")), Did("tap", "breathing:5", 5)]
    assert said([*held, step(6, 1, "Settle")]) == []
    assert said([*held, step(6, 1, "Let go")]) == ["Let go came where only breathing is open"]


def test_the_set_up_is_left_by_a_tap_alone() -> None:
    begin = [*BEGIN[:5], step(3, 1, "Settle")]
    told = said([*begin, step(4, 2)])
    assert told == []  # the tap that chose the chair may have been on its way: what a late judge can't know
    told = said([*begin, saw(3, "Words, edited.\n\nSettle · 1 of 11 · about 5 min left ●", 3, "edit"), step(4, 2)])
    assert told == ["A step (2) after Settle (1) by itself: the set-up is left by a tap alone"]


def test_nothing_comes_after_forget_until_they_write_again() -> None:
    asked: list[Event] = [*BEGIN, Did("say", "/forget"), saw(5, words("forget-ask"))]
    gone = [*asked, Did("tap", "erase:5", 5), saw(5, GONE, 0, "edit")]
    assert said([*gone, step(6, 3)])[-1] == "A step came after /forget"
    assert said([*gone, Did("say", "/backpain"), saw(6, NOTICE)]) == []
    crossed = [*asked, Did("tap", "erase:5", 5), Did("say", "/backpain"), saw(5, GONE, 0, "edit"), saw(6, NOTICE)]
    assert said(crossed) == []

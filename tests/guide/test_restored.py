"""A chat out of a backup: it waits in silence, and whatever the person does next shows where they are."""

from __future__ import annotations

import pytest

from bot.guide.chat import Chat, Forgetting, Hurting, Idle, Paused, Playing, Scoring
from bot.guide.events import Crisis, Spoke, Tick
from bot.guide.player import restored
from tests.guide.walk import Walk


def back(walk: Walk) -> Chat:
    """The chat is restored an hour after its backup was made."""
    walk.now = walk.now.replace(hour=walk.now.hour + 1)
    assert walk.chat is not None
    walk.chat = restored(walk.chat, walk.now)
    assert not walk.chat.state.waits, "nothing is sent by itself"
    return walk.chat


def at(walk: Walk) -> str:
    """Id of the step that a paused run waits at."""
    assert isinstance(walk.state, Paused)
    assert walk.chat is not None
    assert walk.chat.run is not None
    return walk.chat.run.plan.steps[walk.state.step].id


def test_a_step_under_way_is_paused_and_any_word_shows_it(walk: Walk) -> None:
    back(walk.to_step("reach"))
    assert at(walk) == "reach"
    walk.speak()
    assert "I lost track of the last part" in walk.text
    assert walk.screen[0].kind == "silence", "a note that may still be heard falls silent"
    walk.tap("resume")
    assert walk.step == "reach"


def test_a_step_that_time_called_for_and_nobody_saw_is_not_where_it_waits(walk: Walk) -> None:
    walk.to_step("reach")
    assert isinstance(walk.state, Playing)
    assert walk.state.due is not None
    walk.event(Tick(), walk.state.due)
    assert walk.step == "draw-back"
    back(walk)
    assert at(walk) == "reach"


@pytest.mark.parametrize("word", ["start", "backpain", "pause"])
def test_a_command_shows_the_pause(walk: Walk, word: str) -> None:
    back(walk.to_step("reach"))
    walk.word(word)
    assert walk.said is None
    assert at(walk) == "reach"
    assert walk.shown[-1][0] == walk.now


def test_it_hurts_and_stop_act_at_once(walk: Walk) -> None:
    back(walk.to_step("reach"))
    walk.speak().tap("hurts")
    assert isinstance(walk.state, Hurting)
    back(walk)
    assert isinstance(walk.state, Paused)
    assert walk.state.hurt == "choices"
    walk.speak().tap("resume")
    assert isinstance(walk.state, Hurting), "no movement before the question is answered"
    back(walk)
    walk.word("stop")
    assert isinstance(walk.state, Scoring)


def test_forget_not_meant_leads_back_to_the_run(walk: Walk) -> None:
    back(walk.to_step("reach").word("forget"))
    assert at(walk) == "reach"
    walk.word("forget")
    assert isinstance(walk.state, Forgetting)
    walk.tap("keep")
    assert at(walk) == "reach"


def test_left_alone_the_run_ends_by_itself_a_day_later(walk: Walk) -> None:
    back(walk.to_step("reach"))
    shown = len(walk.shown)
    walk.wait(86400 - 1)
    assert isinstance(walk.state, Paused)
    walk.wait(2)
    assert isinstance(walk.state, Idle)
    assert len(walk.shown) == shown, "in silence"


@pytest.mark.parametrize("there", ["idle", "notice", "position", "score", "summary", "forgetting", "last line"])
def test_what_is_around_a_run_closes_in_silence(walk: Walk, there: str) -> None:
    match there:
        case "notice":
            walk.word("backpain")
        case "position":
            walk.to_position()
        case "score":
            walk.to_step("reach").word("stop")
        case "summary":
            walk.to_step("reach").word("stop").tap("noscore")
        case "forgetting":
            walk.word("forget")
        case "last line":
            walk.event(Crisis())
    chat = back(walk)
    assert isinstance(walk.state, Idle)
    assert chat.run is None
    walk.event(Spoke())
    assert walk.said is not None
    assert walk.said.words == "idle", "and whoever comes is told how to begin"
    walk.word("backpain").tap("none" if "none" in walk.buttons else "same")


def test_a_hold_and_an_acknowledgement_stay(walk: Walk) -> None:
    walk.to_step("reach").word("stop").tap("noscore").word("backpain").tap("unsure", "see")
    assert walk.chat is not None
    person = walk.chat.person
    assert person.hold is not None
    assert person.acknowledged is not None
    assert back(walk).person == person

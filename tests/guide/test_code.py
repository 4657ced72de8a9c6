"""A printed code: short, signed, for one run; the notice comes first, and nothing of it is remembered."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guide.chat import Chat, Choosing, Held, Idle, Notice, Playing, dump_state
from bot.guide.code import BOXES, LONGEST, PACES, POSITIONS, Code, payload_of, read, write
from bot.guide.content import TICKS, Position
from bot.guide.events import Coded, Menu
from bot.guide.library import Library
from bot.guide.outcome import Say
from bot.guide.person import Hold, tags_of
from tests.guide.walk import Walk

DESK = Code(session="desk", position="chair", pace="slower", boxes=frozenset({"shoulder"}))


def sign(data: bytes) -> bytes:
    return hmac.digest(b"an operator's key", data, hashlib.sha256)


def signed(data: bytes, signature: bytes) -> bool:
    return sign(data)[:10] == signature


def opened(walk: Walk, code: Code | None = DESK) -> Walk:
    return walk.event(Coded(code, id="coded")).deliver()


def chat_of(walk: Walk) -> Chat:
    assert walk.chat is not None
    return walk.chat


def length(walk: Walk) -> float:
    run = chat_of(walk).run
    assert run is not None
    return sum(step.length for step in run.plan.steps)


# ── the payload ───────────────────────────────────────────────────────────────────────────────────────────────────────
codes = st.builds(
    Code,
    session=st.from_regex(r"[a-z0-9][a-z0-9-]{0,33}", fullmatch=True),
    position=st.sampled_from(POSITIONS),
    pace=st.sampled_from(PACES),
    boxes=st.frozensets(st.sampled_from(BOXES)),
)


@given(codes)
def test_what_is_written_is_read_and_fits_into_a_link(code: Code) -> None:
    payload = write(code, sign)
    assert len(payload) <= LONGEST
    assert payload_of(f"/start {payload}") == payload
    assert read(payload, signed) == code


@given(codes, st.integers(0, 47), st.integers(0, 7))
def test_a_code_that_was_changed_is_not_read(code: Code, byte: int, bit: int) -> None:
    import base64  # noqa: PLC0415 - here alone

    payload = write(code, sign)
    whole = bytearray(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    whole[byte % len(whole)] ^= 1 << bit
    changed = base64.urlsafe_b64encode(bytes(whole)).rstrip(b"=").decode()
    assert read(changed, signed) is None


@given(st.text(max_size=80))
def test_whatever_is_typed_behind_start_breaks_nothing(typed: str) -> None:
    assert read(typed, signed) is None
    payload_of(f"/start {typed}")


def test_a_code_can_say_every_box_and_every_position_that_there_is() -> None:
    assert set(BOXES) == set(TICKS)
    assert set(POSITIONS) == {str(position) for position in Position}


def test_an_id_that_is_too_long_is_told() -> None:
    with pytest.raises(ValueError, match="64 are the most"):
        write(replace(DESK, session="a" * 35), sign)


# ── the run ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_notice_comes_first_whoever_printed_the_code(walk: Walk) -> None:
    opened(walk)
    assert isinstance(walk.state, Notice)
    assert walk.text.startswith(
        "Your code: Desk break, chair.\nPace: slower\nLeft out this time: Sore shoulder or neck."
    )
    assert "Before you move" in walk.text
    assert walk.buttons == ["none", "unsure", "notnow"]


def test_behind_the_notice_it_begins_as_prescribed_for_this_run_only(walk: Walk) -> None:
    before = chat_of(walk).person
    opened(walk).tap("none")
    run = chat_of(walk).run
    assert isinstance(walk.state, Playing)
    assert run is not None
    assert (run.plan.session, run.plan.position) == ("desk", "chair")
    assert not [s.id for s in run.plan.steps if s.form == "led" and set(s.tags) & {"ARM", "NECK"}]
    slow = length(walk)
    after = chat_of(walk).person
    assert replace(after, acknowledged=before.acknowledged) == before
    walk.word("stop").wait(3600)
    assert isinstance(walk.state, Idle)
    assert b"shoulder" not in dump_state(chat_of(walk))
    walk.to_session("desk", "chair")
    assert length(walk) < slow


def test_a_short_notice_stays_short_and_says_what_the_code_is(walk: Walk) -> None:
    walk.to_settle().word("stop").wait(3600)
    opened(walk)
    assert walk.text.startswith("<b>Anything new since last time?</b>\n\nYour code: Desk break")
    walk.tap("none")
    assert isinstance(walk.state, Playing)


def test_what_the_person_leaves_out_stays_out(walk: Walk) -> None:
    walk.chat = replace(chat_of(walk), person=replace(chat_of(walk).person, left_out_tags=tags_of(["bones"])))
    opened(walk).tap("none")
    run = chat_of(walk).run
    assert run is not None
    assert run.left_out == tags_of(["bones", "shoulder"])
    assert chat_of(walk).person.left_out_tags == tags_of(["bones"])


def test_a_position_that_this_person_leaves_out_is_asked_for(walk: Walk) -> None:
    walk.chat = replace(chat_of(walk), person=replace(chat_of(walk).person, left_out_tags=tags_of(["floor"])))
    opened(walk, Code(session="classic", position="mat")).tap("none")
    assert isinstance(walk.state, Choosing)
    assert "mat" not in walk.buttons


def test_a_hold_holds_whoever_printed_the_code(walk: Walk) -> None:
    hold = Hold(until=walk.now + timedelta(hours=3))
    walk.chat = replace(chat_of(walk), person=replace(chat_of(walk).person, hold=hold))
    opened(walk)
    assert isinstance(walk.state, Held)
    assert "none" not in walk.buttons
    walk.wait(4 * 3600)
    opened(walk).tap("yes")
    assert isinstance(walk.state, Notice)
    assert "Your code: Desk break" in walk.text
    walk.tap("none")
    assert isinstance(walk.state, Playing)


def test_in_a_session_it_changes_nothing(walk: Walk) -> None:
    walk.to_step("reach")
    state = walk.state
    opened(walk)
    assert walk.said == Say("code-in-run")
    assert walk.state == state


@pytest.mark.parametrize(
    "code",
    [
        None,
        Code(session="long-gone", position="chair"),
        Code(session="hips", position="chair"),
        Code(session="desk", position="mat"),
    ],
)
def test_a_code_that_leads_nowhere_says_so_and_changes_nothing(walk: Walk, code: Code | None) -> None:
    state = walk.state
    opened(walk, code)
    assert walk.said == Say("code-unknown")
    assert walk.state == state


def test_breathing_has_no_movement_and_begins_at_once(walk: Walk) -> None:
    position = walk.library.content.sessions["breathing"].positions[0]
    opened(walk, Code(session="breathing", position=position))
    assert isinstance(walk.state, Playing)


def test_a_pace_that_is_set_in_the_run_goes_before_the_prescribed_one(walk: Walk) -> None:
    opened(walk).tap("none")
    before = length(walk)
    walk.event(Menu("settings.pace.faster"))
    assert length(walk) < before


def test_every_code_that_can_be_printed_is_led(library: Library) -> None:
    for session in library.content.sessions.values():
        if session.continues:
            continue
        for position in session.positions:
            walk = opened(Walk(library), Code(session=session.id, position=position, pace="slower"))
            if session.moves:
                assert re.search(r"^Your code: .+\.$", walk.text, re.MULTILINE)
                walk.tap("none")
            assert isinstance(walk.state, Playing), (session.id, position)


def test_a_session_that_is_taken_out_while_its_code_waits_is_the_classic(library: Library) -> None:
    walk = Walk(library).event(Coded(Code(session="desk", position="chair"), "run")).deliver()
    sessions = {name: session for name, session in library.content.sessions.items() if name != "desk"}
    walk.library = replace(library, content=replace(library.content, sessions=sessions))
    walk.tap("none")
    assert walk.step == "settle"

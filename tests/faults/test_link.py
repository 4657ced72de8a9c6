"""`link` as a therapist's helper types it, and what a person gets who opens what was printed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store.chats import open_store
from bot.store.secrets import find_keys
from tests.faults.rig import ROOT, YOU, Rig
from tests.faults.test_keys import typed


async def test_a_printed_link_opens_one_session_once_and_leaves_nothing(tmp_path: Path, full_shelf: Path) -> None:
    async with Rig(tmp_path, full_shelf, ROOT / "content") as rig:
        code, said = await typed(rig, "link", "desk", "--position", "chair")
        assert (code, said.partition(":")[0]) == (1, "There is no key yet")
        await rig.start()
        options = ("--position", "chair", "--pace", "slower", "--leave-out", "shoulder", "--leave-out", "leg")
        code, said = await typed(rig, "link", "desk", *options)
        assert code == 0, said
        assert said.startswith("https://t.me/")
        payload = said.strip().partition("?start=")[2]
        assert 0 < len(payload) <= 64
        await rig.say(f"/start {payload}")
        notice = await rig.sees("Your code: Desk break, chair.")
        assert "Left out this time: Leg pain or tingling, Sore shoulder or neck." in notice.text
        await rig.tap("None of these")
        await rig.sees("1 of ")
        await rig.say("/stop")
        await rig.sees("All right")
        await rig.say(f"/start {payload[:-1]}{'A' if payload[-1] != 'A' else 'B'}")
        await rig.sees("I don't know this code.")
        await rig.kill()
        store = await open_store(None, find_keys(None, rig.home), rig.home)
        row = await store.peek(YOU, datetime.now(UTC))
        tables = str(await store.held(YOU))
        await store.close()
        assert row is not None
        assert (row.chat.person.left_out_tags, row.chat.person.positions) == (frozenset(), {})
        assert row.chat.person.settings.pace == "normal"
        assert "shoulder" not in tables
        assert payload not in tables


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("yoga", "--position", "chair"), "There is no session yoga: "),
        (("desk", "--position", "mat"), "There is no position mat: chair, rest."),
        (("desk", "--position", "chair", "--pace", "fast"), "There is no pace fast: slower, normal, faster."),
        (("desk", "--position", "chair", "--leave-out", "hips"), "There is no box hips: bones, "),
    ],
)
async def test_what_can_not_be_printed_is_told(
    tmp_path: Path, full_shelf: Path, words: tuple[str, ...], sentence: str
) -> None:
    async with Rig(tmp_path, full_shelf, ROOT / "content") as rig:
        code, said = await typed(rig, "link", *words)
        assert code == 1
        assert said.startswith(sentence)

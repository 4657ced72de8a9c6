"""kill -9 of the real command, and started again at once: the same place, at most one repeated message.

At which point it dies, here nobody knows; `tests/kill` kills it at each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.rig import Rig


@pytest.fixture
async def rig(tmp_path: Path, full_shelf: Path) -> AsyncIterator[Rig]:
    async with Rig(tmp_path / "home", full_shelf) as rig:
        await rig.start()
        yield rig


async def to_settle(rig: Rig) -> None:
    await rig.say("/backpain")
    await rig.sees("Before you move")
    await rig.tap("None of these")
    await rig.sees("How would you like")
    await rig.tap("Chair")
    await rig.sees("Settle · 1 of 11")


async def test_killed_in_the_notice_the_score_and_a_step(rig: Rig) -> None:
    await rig.say("/backpain")
    await rig.sees("Before you move")
    await rig.kill()
    await rig.start()
    assert len(rig.having("Before you move")) <= 2, "at most one repetition"
    await rig.tap("None of these")
    await rig.sees("How would you like")
    await rig.tap("Chair")
    await rig.sees("Settle · 1 of 11")
    await rig.tap("4")
    await rig.wait_for(lambda: any("✓4" in b.text for row in rig.messages[-1].buttons for b in row), what="the score")
    await rig.kill()
    await rig.start()
    assert len(rig.having("Settle · 1 of 11")) <= 2
    await rig.tap("Done")
    await rig.sees("Breathe · 2 of 11")
    await rig.kill()
    await rig.start()
    assert len(rig.having("Breathe · 2 of 11")) <= 2
    await rig.tap("Done")
    await rig.sees("Three slow breaths · 3 of 11")
    await rig.tap("Done")
    await rig.sees("Three slow, easy breaths")  # a caution is no practice: without any, nothing is asked
    await rig.say("stop")
    await rig.sees("Well stopped.")
    await rig.tap("2")
    await rig.sees("2 points easier than when you began")


async def test_a_tap_that_was_not_committed_is_not_lost(rig: Rig) -> None:
    await to_settle(rig)
    await rig.kill()
    await rig.tap("Done", wait=False)
    await rig.start()
    await rig.sees("Breathe · 2 of 11")
    assert len(rig.having("Breathe · 2 of 11")) == 1


async def test_the_token_and_what_was_written_stand_in_no_log(rig: Rig, tmp_path: Path) -> None:
    await rig.kill()
    await rig.start(EASEBACK_LOG="debug")
    await to_settle(rig)
    await rig.say("a very private word")
    await rig.sees("Settle · 1 of 11")
    assert rig.process is not None
    rig.process.terminate()
    out, _ = await rig.process.communicate()
    printed = out.decode()
    assert "Easeback runs as @easeback_local_bot" in printed
    assert "a-token-that-opens-nothing" not in printed
    assert "private" not in printed
    assert "1001" not in printed, "no log names a person"

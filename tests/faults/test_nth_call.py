"""Whichever call of the database fails, once or for a while: nothing is lost, nothing comes twice, nobody restarts."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.guide.chat import Playing
from bot.localchat import Fault
from tests.conversations.conftest import House
from tests.conversations.test_first_session import to_settle
from tests.faults.every_call import ACTS, Driver, every_call


async def test_every_call_of_a_first_session_a_tap_a_tick_and_forget(tmp_path: Path, full_shelf: Path) -> None:
    failed = await every_call(tmp_path, full_shelf, [0], step=3)
    assert set(failed) == {act.what for act in ACTS}
    assert failed.total() > 100


async def test_what_was_sent_is_no_doubt_however_long_the_store_fails_to_note_it(house: House) -> None:
    house.before = driver = Driver()

    async def fault(method: str, _: object) -> Fault | None:
        if method == "sendVoice":
            driver.arm(1, "SQLITE_FULL", lasts=60)  # from now on: it is on the wire
        return None

    async with house.running():
        await to_settle(house)
        await house.quiet()
        house.telegram.fault, calls = fault, house.telegram.record()
        await house.tap("Done")
        sent = (await house.sees("Breathe · 2 of 11")).body["date"]
        await asyncio.sleep(2)
        assert len(driver.failed) > 3
        driver.disarm()
        await house.quiet(within=5)
        state = (await house.chat()).state
        assert [call.method for call in calls if call.method in ("sendVoice", "sendChatAction")] == ["sendVoice"]
    assert isinstance(state, Playing)
    assert state.seen is not None
    assert state.seen.timestamp() - sent < 2, "its clock runs since it came"

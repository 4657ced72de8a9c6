"""What stops the running program from outside: one plain sentence, an exit code, nothing more to Telegram."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from bot.localchat import Fault, refuse
from tests.faults.rig import Rig

NOT_KNOWN = "Telegram does not know this token. Set EASEBACK_TOKEN to the one that BotFather shows."
SECOND = refuse(
    409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
UNKNOWN = refuse(401, "Unauthorized")


@pytest.mark.parametrize(
    ("method", "fault", "sentence"),
    [
        ("getupdates", SECOND, "This bot already runs somewhere else with the same token"),
        (
            "getupdates",
            UNKNOWN,
            "Telegram does not know this token. Set EASEBACK_TOKEN to the one that BotFather shows.",
        ),
        ("sendmessage", UNKNOWN, "Telegram does not know the token any more."),
    ],
)
async def test_in_the_middle_of_a_run(
    tmp_path: Path, full_shelf: Path, method: str, fault: Fault, sentence: str
) -> None:
    async with Rig(tmp_path, full_shelf) as rig:
        await rig.start()
        refused: Counter[str] = Counter()

        async def refusing(asked: str, _: object) -> Fault | None:
            if asked.lower() != method:
                return None
            refused[asked.lower()] += 1
            return fault

        rig.telegram.fault = refusing
        await rig.say("/backpain")
        assert rig.process is not None
        out, _ = await asyncio.wait_for(rig.process.communicate(), 60)
        code = rig.process.returncode
    printed = out.decode()
    assert printed.count(sentence) == 1
    assert "Traceback" not in printed
    assert code == 1
    assert refused == {method: 1}, "it asked again"

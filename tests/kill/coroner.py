"""Finds out what a death has left behind. Touches the dead one's journal and a copy of its database."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections import Counter
from contextlib import closing, suppress

from tests.kill.case import Case
from tests.kill.points import SENDS
from tests.kill.world import Life

STILL = 0.1
"""Seconds (real) in which what had left the dead one arrives; its heir sends nothing so soon."""


async def account(case: Case, life: Life) -> None:
    """Which messages are settled, by the journal; which chats had one on the wire when it died."""
    if life.ended:
        case.points |= Counter(passing.point for passing in life.passings)
    under_way: dict[str, tuple[int, int]] = {}
    last: dict[str, str] = {}
    for passing in life.passings:
        last[passing.task] = passing.point
        if passing.message:
            case.answered.add(passing.message)
        if passing.point.startswith(SENDS):
            under_way[passing.task] = passing.chat, passing.message
        elif passing.point == "settle committed":
            _, message = under_way.pop(passing.task, (0, 0))
            if message:
                case.settled.add(message)
    if life.ended == 0:
        return
    await asyncio.sleep(STILL)  # what had left it may still arrive, but nothing new has
    rows = autopsy(case)
    case.doubts.update((chat, rev) for chat, rev in rows.items() if rev is not None)
    lost = 0
    for task, (chat, message) in under_way.items():
        if message and last[task] == "settle commit" and rows.get(chat, 1) is None:
            case.settled.add(message)  # it died while that commit went through
        elif message:
            lost += 1
        elif orphans := [m["message_id"] for m in case.screens_of(chat) if m["message_id"] not in case.answered]:
            case.answered.update(orphans)  # known to us, not to it
            lost += 1
    case.tally.between += lost > 0
    case.tally.lost += lost


def autopsy(case: Case) -> dict[int, int | None]:
    """The dead one's database, looked at in a copy: whole, and what was on the wire in each chat."""
    copy = case.world.folder / "autopsy"
    copy.mkdir(exist_ok=True)
    for old in copy.iterdir():
        old.unlink()
    for file in case.world.home.glob("easeback.db*"):
        shutil.copy(file, copy)
    if not (copy / "easeback.db").exists():
        return {}
    with closing(sqlite3.connect(copy / "easeback.db")) as database:
        if (found := database.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
            case.wrong(f"the database is not whole: {found}")
        if found := database.execute("PRAGMA foreign_key_check").fetchall():
            case.wrong(f"something hangs on nobody: {found}")
        with suppress(sqlite3.OperationalError):  # it died before it had tables
            return dict(database.execute("SELECT id, sending FROM chats"))
        return {}

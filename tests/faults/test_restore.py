"""Backup and restore as an operator types them, and kill -9 at each point: the old data or the backup, never both."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.store.backup import back_up
from bot.store.chats import Store, open_store
from bot.store.restore import come_back, restore
from bot.store.secrets import find_keys
from tests.faults.rig import ROOT, Rig
from tests.store.someone import ANNA, BORIS, NOW, kept, row_of

Mother = asyncio.subprocess.Process
BOT = 4711
AT = NOW.timestamp()

CHILD = """
import asyncio, os, sys, time
from datetime import UTC, datetime
from pathlib import Path
from bot.store.chats import open_store
from bot.store.lock import FolderLock
from bot.store.restore import come_back, restore
from bot.store.secrets import find_keys

def stopping_at(point):
    passed = []
    def before(name):
        passed.append(name)
        if f"{name} {passed.count(name)}" == point:
            print(os.getpid(), flush=True)
            time.sleep(60)
    return before

def due(row):
    row.send_at = row.sending = None

async def main(what, folder, backup, at, point):
    folder, keys, at = Path(folder), find_keys(None, Path(folder)), float(at)
    if what == "restore":
        await restore(Path(backup), None, keys, folder, 4711, at, before=stopping_at(point))
    else:
        before = None
        store = await open_store(None, keys, folder, before=lambda name: before and before(name))
        before = stopping_at(point)
        await come_back(store, keys, folder, at, datetime.now(UTC), due)

for line in sys.stdin:
    if not os.fork():
        what, folder, backup, at, point = line.rstrip().split("|")
        lock = FolderLock(Path(folder))
        asyncio.run(main(what, folder, backup, at, point))
        print("not stopped", flush=True)
        os._exit(0)
"""
"""Forks a process for each line it reads: that says who it is at the point which the line names, and waits there."""


@pytest.fixture(scope="module")
async def mother() -> AsyncIterator[Mother]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CHILD),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()


async def killed(process: Mother, *line: object) -> None:
    """Have it done by a process that is killed at a point."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("|".join(map(str, line)).encode() + b"\n")
    os.kill(int(await process.stdout.readline()), signal.SIGKILL)


def rows(file: Path, query: str) -> list[tuple[int, ...]]:
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return database.execute(query).fetchall()


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """Data with a backup: Anna's next step was on the wire then, and she left since; Boris came since."""
    folder = tmp_path / "data"
    store = await opened(folder)
    await store.claim_bot(BOT)
    await kept(store, row_of(ANNA, send_at=AT, sending=7))
    await back_up(None, folder, tmp_path / "backup", AT)
    async with store.transaction() as tx:
        await tx.erase(ANNA, 77, AT + 1)
    await kept(store, row_of(BORIS))
    await store.close()
    return folder


async def opened(folder: Path) -> Store:
    return await open_store(None, find_keys(None, folder), folder)


async def test_killed_while_it_restores(mother: Mother, folder: Path, tmp_path: Path) -> None:
    live = folder / "easeback.db"
    async with asyncio.timeout(60):
        for point, people in (("copied", [BORIS]), ("ready", [BORIS]), ("kept", [BORIS]), ("replaced", [])):
            place = tmp_path / point
            shutil.copytree(folder, place)
            await killed(mother, "restore", place, tmp_path / "backup", AT + 5, f"{point} 1")
            assert [id for (id,) in rows(place / live.name, "SELECT id FROM chats")] == people, point  # noqa: A001
            await (await opened(place)).close()
            put = await restore(tmp_path / "backup", None, find_keys(None, place), place, BOT, AT + 9)
            assert (put.people, put.erased) == (0, 1), point
            assert not (place / "easeback.db.restoring").exists()


async def test_killed_while_it_comes_back_to_life(mother: Mother, tmp_path: Path, folder: Path) -> None:
    store = await opened(folder)
    await kept(store, row_of(ANNA, send_at=AT, sending=7))  # she came again
    made = await back_up(None, folder, tmp_path / "again", AT + 3)
    await store.close()
    await restore(made.file, None, find_keys(None, folder), folder, BOT, AT + 5)
    before = rows(folder / "easeback.db", "SELECT id, send_at, sending FROM chats ORDER BY id")
    assert (ANNA, AT, 7) in before
    async with asyncio.timeout(60):
        for point in ("begin 1", "statement 2", "statement 6", "commit 1", "committed 1"):
            place = tmp_path / point
            shutil.copytree(folder, place)
            await killed(mother, "come back", place, "", AT + 7, point)
            after = rows(place / "easeback.db", "SELECT id, send_at, sending FROM chats ORDER BY id")
            whole = point == "committed 1"
            assert after == [(id, None, None) if whole else (id, *rest) for id, *rest in before], point  # noqa: A001
            again = await opened(place)
            done = await come_back(again, find_keys(None, place), place, AT + 9, NOW, lambda row: None)
            assert done == (None if whole else AT + 3), point
            await again.close()


# ── as an operator ────────────────────────────────────────────────────────────────────────────────────────────────────
async def typed(rig: Rig, *words: str) -> tuple[int | None, str]:
    """What the program answers to a verb."""
    process = await rig.spawn(*words)
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    assert b"Traceback" not in out
    return process.returncode, out.decode()


async def test_as_it_is_typed(tmp_path: Path, full_shelf: Path) -> None:
    backup = tmp_path / "mine.backup"
    async with Rig(tmp_path / "home", full_shelf) as rig:
        await rig.start()
        await rig.say("/backpain")
        await rig.sees("Before you move")
        await rig.tap("None of these")
        await rig.sees("How would you like")
        await rig.tap("Chair")
        await rig.sees("Settle · 1 of 11")
        code, said = await typed(rig, "backup", str(backup))
        assert (code, f"The backup is {backup}: 1 person" in said) == (0, True), said
        assert f"{rig.home / 'key'}" in said
        code, said = await typed(rig, "restore", str(backup))
        assert (code, "Another Easeback is running" in said) == (1, True)
        await rig.tap("Done")
        await rig.sees("Breathe · 2 of 11")
        await rig.kill()
        seen = [m.id for m in rig.messages]
        code, said = await typed(rig, "restore", str(backup))
        assert (code, ": 1 person." in said) == (0, True), said
        assert "kept for 30 days" in said
        await rig.start()
        assert [m.id for m in rig.messages] == seen, "nothing is sent by itself"
        assert await rig.tap("Done") == "That one is over. We are here now."
        await rig.sees("I lost track of the last part")
        await rig.tap("Go on")
        await rig.sees("Settle · 1 of 11")

"""kill -9 in the middle: a real process, a real database. All of a transaction is there afterwards, or nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.store.chats import Store
from bot.store.errors import FolderTaken
from bot.store.lock import FolderLock
from tests.places import Place
from tests.store.someone import ANNA, NOW, kept, row_of

CHILD = """
import asyncio, os, sys, time
from datetime import UTC, datetime
from pathlib import Path
from bot.store.chats import open_store
from bot.store.lock import FolderLock
from bot.store.secrets import find_keys

folder, chat, url = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] or None

async def main(stop_at):
    passed = None

    def before(name):
        if passed is not None:
            passed.append(name)
            if f"{name} {passed.count(name)}" == stop_at:
                print(os.getpid(), flush=True)
                time.sleep(60)

    store = await open_store(url, find_keys(None, folder), folder, before=before, alone=True)
    passed = []
    async with store.transaction() as tx:
        row = await tx.load(chat, datetime.now(UTC))
        assert await tx.first_sight(row.rev, 0.0)
        row.rev += 1
        await tx.save(row, None)

for line in sys.stdin:
    if not os.fork():
        lock = FolderLock(folder)
        if os.fork():
            asyncio.run(main(line.strip()))
        time.sleep(60)  # a worker that outlives its parent
"""
"""Forks a process for each line it reads: that says who it is at the point which the line names, and waits there."""


@asynccontextmanager
async def processes(place: Place) -> AsyncIterator[asyncio.subprocess.Process]:
    mother = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CHILD, str(place.folder), str(ANNA), place.url or ""),
        cwd=Path(__file__).parents[2],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield mother
    finally:
        os.killpg(mother.pid, signal.SIGKILL)
        await mother.communicate()


async def test_all_or_nothing_and_the_folder_is_free_at_once(store: Store, place: Place) -> None:
    await kept(store, row_of(ANNA, rev=7))
    await store.close()
    folder = place.folder
    async with processes(place) as mother, asyncio.timeout(60):
        assert mother.stdin is not None
        assert mother.stdout is not None
        for point, rev in (("begin 1", 7), ("statement 3", 7), ("commit 1", 7), ("committed 1", 8)):
            mother.stdin.write(f"{point}\n".encode())
            process = int(await mother.stdout.readline())
            with pytest.raises(FolderTaken, match=r"Another Easeback is running on the data in .*: stop that one"):
                FolderLock(folder)
            os.kill(process, signal.SIGKILL)
            lock = await taken(folder)
            again = await place.open(alone=True)
            row = await again.peek(ANNA, NOW)
            assert row is not None
            assert row.rev == rev, point
            assert await place.run("SELECT id FROM updates_seen") == ([(7,)] if rev == 8 else []), point
            await again.close()
            lock.release()


async def taken(folder: Path) -> FolderLock:
    """The lock of a folder, as soon as the kernel has buried who had it."""
    while True:
        try:
            return FolderLock(folder)
        except FolderTaken:
            await asyncio.sleep(0.001)


def test_a_folder_is_free_again_after_it_was_released(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "data")
    lock.release()
    lock.release()
    with FolderLock(tmp_path / "data"):
        pass

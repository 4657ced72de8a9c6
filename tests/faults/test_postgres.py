"""The real program with its data on PostgreSQL: killed, refused beside another, and the server restarted under it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from bot.store.postgres import LOCK
from tests.faults.rig import Rig
from tests.postgres import END_OTHERS, Server


@pytest.fixture
async def url(postgres: Server) -> AsyncIterator[str]:
    """A database that is empty."""
    name = await postgres.new()
    yield postgres.address(name)
    await postgres.drop(name)


async def other_than(kept: int, url: str) -> None:
    """Cut all other connections to this database."""
    connection = await asyncpg.connect(url)
    await connection.execute(END_OTHERS.replace("AND pid", f"AND pid <> {kept} AND pid"))
    await connection.close()


async def test_killed_and_refused_and_restarted_under_it(
    tmp_path: Path, full_shelf: Path, url: str, postgres: Server
) -> None:
    async with Rig(tmp_path / "one", full_shelf) as rig:
        await rig.start(EASEBACK_DATABASE_URL=url)
        await rig.say("/backpain")
        await rig.sees("Before you move")
        await rig.kill()
        await rig.start(EASEBACK_DATABASE_URL=url)
        await rig.tap("None of these")
        await rig.sees("How would you like")

        other = Rig(tmp_path / "two", full_shelf)
        other.address = rig.address
        second = await other.spawn(EASEBACK_DATABASE_URL=url)
        out, _ = await asyncio.wait_for(second.communicate(), 30)
        await other.telegram.close()
        said = out.decode().splitlines()
        assert len(said) == 1
        assert "Another Easeback is running on the database postgresql://" in said[0]
        assert second.returncode == 1

        if postgres.ours:
            postgres.stop()
            await rig.tap("Chair", wait=False)
            await asyncio.sleep(0.5)
            postgres.start()
        else:
            await rig.tap("Chair")
        await rig.sees("Settle · 1 of 11", 40)
        assert len(rig.having("Settle · 1 of 11")) == 1


async def test_it_stops_when_another_took_the_database_and_no_tap_is_lost(
    tmp_path: Path, full_shelf: Path, url: str
) -> None:
    async with Rig(tmp_path, full_shelf) as rig:
        await rig.start(EASEBACK_DATABASE_URL=url)
        await rig.say("/backpain")
        await rig.sees("Before you move")
        process = rig.process
        assert process is not None
        other = await asyncpg.connect(url)
        takes = asyncio.create_task(other.execute("SELECT pg_advisory_lock($1)", LOCK))
        await asyncio.sleep(0.2)
        await other_than(other.get_server_pid(), url)
        await takes
        await rig.tap("None of these", wait=False)
        out, _ = await asyncio.wait_for(process.communicate(), 40)
        assert process.returncode == 1
        assert b"Traceback" not in out
        assert "Another Easeback is running on the database postgresql://" in out.decode().splitlines()[-1]
        await other.close()
        await rig.start(EASEBACK_DATABASE_URL=url)
        await rig.sees("How would you like")
        process = rig.process
        assert process is not None
        process.terminate()
        out, _ = await process.communicate()
    assert b"Traceback" not in out
    assert process.returncode == 0

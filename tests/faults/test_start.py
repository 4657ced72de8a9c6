"""What stops the start, or the run, is one plain sentence that says what to do; never a traceback."""

from __future__ import annotations

import asyncio
import shutil
import signal
from pathlib import Path

import pytest

from tests.faults.rig import ROOT, TOKEN, Rig


async def said(rig: Rig, **settings: str) -> tuple[str, int | None]:
    """What the program prints when it ends by itself."""
    process = await rig.spawn(**settings)
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    assert b"Traceback" not in out
    return out.decode(), process.returncode


async def test_a_wrong_token(tmp_path: Path, full_shelf: Path) -> None:
    async with Rig(tmp_path, full_shelf) as rig:
        text, code = await said(rig, EASEBACK_TOKEN="4711:another-token-of-the-right-shape-0")
    assert "Telegram does not know this token. Set EASEBACK_TOKEN to the one that BotFather shows." in text
    assert code == 1


async def test_a_second_poller(tmp_path: Path, full_shelf: Path) -> None:
    async with Rig(tmp_path / "one", full_shelf) as rig:
        await rig.start()
        other = Rig(tmp_path / "two", full_shelf)
        other.address = rig.address
        second = await other.spawn()
        assert rig.process is not None
        out, _ = await asyncio.wait_for(rig.process.communicate(), 30)
        second.kill()
        await second.communicate()
        await other.telegram.close()
    assert "This bot already runs somewhere else with the same token" in out.decode()
    assert b"Traceback" not in out


async def test_a_second_process_on_the_same_data(tmp_path: Path, full_shelf: Path) -> None:
    async with Rig(tmp_path, full_shelf) as rig:
        await rig.start()
        text, code = await said(rig)
        await rig.kill()
    assert str(tmp_path) in text
    assert text.count("\n") <= 2
    assert code == 1


async def test_no_network_is_said_once_and_tried_again(tmp_path: Path, full_shelf: Path) -> None:
    async with Rig(tmp_path, full_shelf) as rig:
        address, rig.address = rig.address, "http://127.0.0.1:9"
        process = await rig.spawn()
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        process.terminate()
        rest, _ = await process.communicate()
        rig.address = address
    assert "Telegram can't be reached: is there a network?" in line.decode()
    assert b"Traceback" not in rest


async def test_a_database_of_another_bot(tmp_path: Path, full_shelf: Path) -> None:
    async with Rig(tmp_path, full_shelf) as rig:
        await rig.start()
        await rig.kill()
    other = TOKEN.replace("4711", "4712")
    async with Rig(tmp_path, full_shelf) as rig:
        rig.telegram.token = other
        rig.telegram.me["id"] = 4712
        text, code = await said(rig, EASEBACK_TOKEN=other)
    assert "4711" in text
    assert code == 1


async def test_bad_settings(tmp_path: Path, full_shelf: Path) -> None:
    async with Rig(tmp_path, full_shelf) as rig:
        text, code = await said(rig, EASEBACK_SPEED="fast", EASEBACK_TOKN="x")
    assert "EASEBACK_SPEED" in text
    assert "EASEBACK_TOKN" in text
    assert code == 2


async def test_bad_content_names_file_and_line(tmp_path: Path, full_shelf: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    session = content / "sessions" / "classic.yaml"
    session.write_text(session.read_text().replace("advance: tap", "advanec: tap"))
    async with Rig(tmp_path / "home", full_shelf, content) as rig:
        text, code = await said(rig)
    assert "sessions/classic.yaml:" in text
    assert "advance" in text
    assert code == 1


async def test_content_that_would_fail_only_in_use_is_told_at_the_start(tmp_path: Path, full_shelf: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    words = content / "words" / "en.ftl"
    words.write_text(words.read_text().replace("paused-you =", "paused-yuo ="))
    session = content / "sessions" / "two.yaml"
    session.write_text(session.read_text().replace("id: two\n", "id: short\n"))
    async with Rig(tmp_path / "home", full_shelf, content) as rig:
        text, code = await said(rig)
    assert "paused-you" in text
    assert "id: two" in text
    assert code == 1


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
async def test_it_stops_quickly_and_cleanly(tmp_path: Path, full_shelf: Path, name: str) -> None:
    async with Rig(tmp_path, full_shelf) as rig:
        await rig.start()
        assert rig.process is not None
        rig.process.send_signal(signal.Signals[name])
        out, _ = await asyncio.wait_for(rig.process.communicate(), 10)
        assert rig.process.returncode == 0
    assert b"Traceback" not in out

"""`python -m bot.localchat` as a process of its own, and how it closes."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path

import httpx
import pytest

from bot.localchat import Clock, LocalTelegram, serve
from bot.localchat.server import page_address
from tests.localchat.raw import TOKEN

ROOT = Path(__file__).parents[2]


async def start(*arguments: str, module: str = "bot.localchat") -> tuple[asyncio.subprocess.Process, dict[str, str]]:
    """The process, and what it printed: address, token, page."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE if module == "tests.wire" else None,
    )
    assert process.stdout is not None
    lines = [(await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip() for _ in range(3)]
    return process, dict(line.replace(": ", "=", 1).split("=", 1) for line in lines)


async def test_it_prints_what_a_bot_and_a_person_need_and_keeps_its_chat(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    process, first = await start("--data", data)
    api = f"{first['EASEBACK_API_URL']}/bot{first['EASEBACK_TOKEN']}"
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{api}/getMe")).json()["result"]["is_bot"]
        page = await client.get(first["page"])
        assert "Local chat" in page.text
        own = {"origin": first["EASEBACK_API_URL"]}
        assert (await client.post(f"{first['EASEBACK_API_URL']}/chat/say", json={"text": "hi"}, headers=own)).is_success
        poll = asyncio.create_task(client.get(f"{api}/getUpdates?timeout=40&offset=999999999", timeout=50))
        await asyncio.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 5) == 0
        await poll
    process, second = await start("--data", data)
    assert second["EASEBACK_TOKEN"] == first["EASEBACK_TOKEN"]
    assert second["page"].split("key=")[1] == first["page"].split("key=")[1]
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{second['EASEBACK_API_URL']}/bot{second['EASEBACK_TOKEN']}/getUpdates")
        assert answer.json()["result"][0]["message"]["text"] == "hi"
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 5) == 0


async def test_aiogram_reads_along_in_a_process_of_its_own_too() -> None:
    process, told = await start(module="tests.wire")
    async with httpx.AsyncClient(base_url=f"{told['EASEBACK_API_URL']}/bot{told['EASEBACK_TOKEN']}") as client:
        await client.get("/getMe")
        await client.get("/setMyName?nome=Ada")
    process.send_signal(signal.SIGTERM)
    _, complaints = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, complaints.decode()) == (1, "setMyName: aiogram knows no nome\n")


async def test_polls_and_streams_that_nobody_ends_do_not_hold_up_closing() -> None:
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    address, stop = await serve(telegram)
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        poll = asyncio.create_task(client.get(f"/bot{TOKEN}/getUpdates?timeout=50"))
        page = page_address(telegram, address).replace("/?", "/chat/events?")
        async with client.stream("GET", page) as stream:
            lines = stream.aiter_lines()
            assert await anext(lines) == "retry: 500"
            began = time.monotonic()
            await stop()
            assert time.monotonic() - began < 5
            assert (await poll).json() == {"ok": True, "result": []}
            assert [line async for line in lines][-1] == ""
    await telegram.close()


async def test_answers_come_at_once() -> None:
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    address, stop = await serve(telegram)
    async with httpx.AsyncClient(base_url=address) as client:
        took = []
        for _ in range(25):
            began = time.monotonic()
            await client.post(f"/bot{TOKEN}/getMe", json={})
            took.append(time.monotonic() - began)
        assert min(took) < 0.03  # if small packets are held back no answer comes in less than 40 ms
    await stop()
    await telegram.close()


async def test_a_port_that_is_taken_is_said_at_once() -> None:
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    address, stop = await serve(telegram)
    with pytest.raises(OSError, match="in use"):
        await serve(telegram, port=int(address.rpartition(":")[2]))
    await stop()
    await telegram.close()

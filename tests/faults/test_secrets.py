"""The token and the key are said nowhere: no log, no traceback, no process list, no file, nothing that is started."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bot.localchat import Fault, broken, flood, hang, lost, refuse
from bot.settings import Settings
from tests.faults.rig import ROOT, TOKEN, YOU, Rig
from tests.faults.test_kill import to_settle

OLD, KEY = (Fernet.generate_key().decode() for _ in "12")
SECRETS = tuple(secret.encode() for secret in (TOKEN.partition(":")[2], KEY, OLD))

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="the process list is read in /proc")


def processes(root: int) -> Iterator[Path]:
    """A process and all that came from it, as folders of /proc."""
    yield Path(f"/proc/{root}")
    for task in Path(f"/proc/{root}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from processes(int(child))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path in there."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def modes(folder: Path) -> dict[str, int]:
    """Who may do what with a folder and all that is in it."""
    return {path.relative_to(folder).as_posix(): path.stat().st_mode & 0o777 for path in [folder, *folder.rglob("*")]}


def said(data: bytes) -> list[bytes]:
    """The secrets in there."""
    return [secret for secret in SECRETS if secret in data]


@pytest.mark.malformed
async def test_whatever_the_network_does_no_secret_is_in_the_log_at_debug(tmp_path: Path, full_shelf: Path) -> None:
    async with Rig(tmp_path / "home", full_shelf) as rig:
        await rig.start(EASEBACK_LOG="debug", EASEBACK_KEY=f"{KEY}, {OLD}")
        assert rig.process is not None
        fates = [broken(after=False), refuse(418, "I'm a teapot"), lost(after=False), flood(1), hang(0.1, after=True)]

        async def fate(method: str, _: Mapping[str, Any]) -> Fault | None:
            return fates.pop() if method != "getupdates" and fates else None

        rig.telegram.fault = fate
        rig.telegram.put_raw_update({"message": {"chat": TOKEN}})
        for left in range(len(fates), 0, -1):
            await rig.say("a very private word")
            await rig.wait_for(lambda left=left: len(fates) < left, what="the next fate")
        await rig.say("/backpain")
        await rig.sees("Before you move")
        rig.process.send_signal(signal.SIGTERM)
        printed = (await rig.process.communicate())[0]
    assert b"an update could not be read" in printed
    assert said(printed) == []
    for word in (b"private", str(YOU).encode(), b"Traceback"):
        assert word not in printed


async def test_a_crash_leaves_its_traceback_without_the_secret_in_it(tmp_path: Path, full_shelf: Path) -> None:
    async with Rig(tmp_path / TOKEN, full_shelf) as rig:
        (rig.home / "notes").rename(rig.home / "kept")
        (rig.home / "notes").touch()  # the shelf's folder can't be made: an error that nobody foresaw
        process = await rig.spawn(EASEBACK_KEY=KEY)
        printed = (await asyncio.wait_for(process.communicate(), 30))[0]
    assert b"Traceback" in printed
    assert b"FileExistsError" in printed
    assert b"<secret>/notes" in printed
    assert said(printed) == []


CRASHES = """
import asyncio, gc, logging, sys, threading, warnings
import httpx, structlog
from telegram import Bot
from bot import logs

token = sys.argv[1]
logs.configure("debug", (token,))
logs.be_last((token,))
address = f"https://api.telegram.org/bot{token}/getMe"
request = httpx.Request("GET", address)

async def fails():
    httpx.Response(500, request=request).raise_for_status()

async def nobody_waits():
    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    del task
    gc.collect()

class Falls:
    def __del__(self):
        raise RuntimeError(address)

def falls():
    raise RuntimeError(address)

asyncio.run(nobody_waits(), debug=True)
thread = threading.Thread(target=falls)
thread.start()
thread.join()
Falls()
warnings.warn(address)
for name in ("telegram.Bot", "httpx", "uvicorn.error", "asyncio", "whoever"):
    try:
        falls()
    except RuntimeError:
        logging.getLogger(name).exception("failed: %r", Bot(token))
structlog.get_logger().error("failed", at=httpx.URL(address), of=[Bot(token)], by=RuntimeError(address))
print("the last", file=sys.stderr, flush=True)
falls()
"""


async def test_wherever_an_error_comes_to_light_the_secret_is_taken_out() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CRASHES, TOKEN), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    printed = (await asyncio.wait_for(process.communicate(), 30))[1]
    assert said(printed) == []
    seen = [
        *(b"Task exception was never retrieved", b"RuntimeError: https://api.telegram.org/bot<secret>/getMe"),
        *(b'"library": "uvicorn.error"', b'"library": "whoever"', b'"library": "py.warnings"'),
    ]
    assert [words for words in seen if words not in printed] == []
    assert printed.count(b"Traceback") == 3, "of the thread, of what was ignored, and the last"
    assert printed.index(b"the last") < printed.rindex(b"Traceback")


async def test_no_process_shows_a_secret_and_none_that_is_started_has_one(tmp_path: Path, full_shelf: Path) -> None:
    (tmp_path / "notes").mkdir()  # an empty shelf, so that the voice's processes are at work
    async with Rig(tmp_path, full_shelf) as rig:
        await rig.start(EASEBACK_KEY=KEY)
        assert rig.process is not None
        bot = rig.process.pid
        await rig.wait_for(lambda: any(b"voice.worker" in (p / "cmdline").read_bytes() for p in processes(bot)))
        own, *others = processes(bot)
        assert others
        for process in (own, *others):
            assert said((process / "cmdline").read_bytes()) == []
        for process in others:
            environment = (process / "environ").read_bytes()
            assert b"PATH=" in environment
            assert b"EASEBACK_" not in environment
        # The one thing that can't be helped, and that docs/security.md tells: how the bot itself was started.
        assert said((own / "environ").read_bytes()) != []
        assert own.stat().st_uid == os.geteuid()
        assert (own / "environ").stat().st_mode & 0o077 == 0


async def test_no_secret_is_in_a_file_but_the_keys_own(tmp_path: Path, full_shelf: Path) -> None:
    async with Rig(tmp_path, full_shelf) as rig:
        await rig.start()
        await to_settle(rig)
        files = contents(tmp_path)
        key = files.pop("key").strip()
        assert {"easeback.db", "easeback.db-wal"} <= files.keys()
        assert [name for name, data in files.items() if said(data) or key in data] == []


def test_every_secret_that_the_settings_know_is_taken_out() -> None:
    settings = Settings.load(
        {
            "EASEBACK_TOKEN": TOKEN,
            "EASEBACK_KEY": f"{KEY}, {OLD}",
            "EASEBACK_DATABASE_URL": "postgresql+asyncpg://ada:sesame%21@127.0.0.1/easeback",
            "EASEBACK_API_URL": "http://127.0.0.1",
        },
        None,
    )
    assert set(settings.secrets) == {TOKEN, TOKEN.partition(":")[2], KEY, OLD, "sesame%21", "sesame!"}
    assert Settings.load({}, None).secrets == ()


async def test_what_it_writes_is_for_this_user_alone_whatever_the_umask(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "data"
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("EASEBACK_", "DISPLAY", "WAYLAND"))
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=ROOT,
        env={**env, "EASEBACK_DATA_DIR": str(home)},
        stdout=asyncio.subprocess.PIPE,
        umask=0,
    )
    assert process.stdout is not None
    while b"Easeback is here" not in await asyncio.wait_for(process.stdout.readline(), 30):
        pass
    for _ in range(600):
        if any(name.endswith(".ogg") for name in modes(home)):
            break
        await asyncio.sleep(0.05)
    found = modes(tmp_path / "deep")
    process.terminate()
    await process.wait()
    for name in ("easeback.db", "easeback.db-wal", "key", "lock", "localchat.db", "localchat.db-wal"):
        assert found[f"data/local/{name}"] == 0o600
    assert {name: oct(mode) for name, mode in found.items() if mode & 0o077} == {}

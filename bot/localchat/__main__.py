"""`python -m bot.localchat`: the local chat alone, as a process of its own. Reads arguments, prints, takes signals."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
from pathlib import Path
from typing import Literal

from bot.localchat import Clock, LocalTelegram, serve
from bot.localchat.server import page_address


async def run(port: int, data: Path | None, token: str | None) -> None:
    """Serve until SIGINT or SIGTERM."""
    token = token or _kept_token(data)
    path: Path | Literal[":memory:"] = data / "localchat.db" if data else ":memory:"
    telegram = LocalTelegram(path, token=token, clock=Clock())
    address, stop = await serve(telegram, port=port)
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    print(f"EASEBACK_API_URL={address}")
    print(f"EASEBACK_TOKEN={token}")
    print(f"page: {page_address(telegram, address)}", flush=True)
    await ended.wait()
    await stop()
    await telegram.close()


def _kept_token(data: Path | None) -> str:
    """A token that stays the same as long as the data folder does."""
    if data is None:
        return f"1:{secrets.token_urlsafe(24)}"
    kept = data / "token"
    if not kept.exists():
        data.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(f"1:{secrets.token_urlsafe(24)}")
    return kept.read_text().strip()


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.localchat", description="A Telegram of your own, on this machine."
    )
    parser.add_argument("--port", type=int, default=0, help="TCP port on loopback; any free one if not given")
    parser.add_argument("--data", type=Path, default=None, help="folder that keeps the chat; nothing is kept without")
    parser.add_argument("--token", default=None, help="the bot's token, for tests; one is made up if not given")
    given = parser.parse_args()
    os.umask(0o077)  # what it keeps is for this user alone
    asyncio.run(run(given.port, given.data, given.token))


if __name__ == "__main__":
    main()

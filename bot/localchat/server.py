"""Runs the local chat inside a running event loop. Touches one TCP port, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence

import uvicorn

from bot.localchat.api import create_app
from bot.localchat.guard import LOOPBACK
from bot.localchat.telegram import LocalTelegram


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: uvicorn raises them again, which would end the process before the bot has stopped."""
        yield


async def serve(
    telegram: LocalTelegram, host: str = "127.0.0.1", port: int = 0, *, allowed_hosts: Sequence[str] = LOOPBACK
) -> tuple[str, Callable[[], Awaitable[None]]]:
    """Serve on loopback; (address without a slash at its end, stop). `port` 0: any free one.

    `stop()` ends polls and streams first, then the server; it leaves the database open for `telegram.close()`.
    Raises ValueError for a host that is not loopback and OSError if the port is taken.
    """
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"the local chat listens on loopback only, not on {host}")
    listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    # asyncio turns Nagle's algorithm off only on sockets that name their protocol; it makes each answer 40 ms slower.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        create_app(telegram, allowed_hosts=allowed_hosts),
        log_config=None,
        log_level="critical",  # errors are logged by the app itself; a broken connection that was asked for is none
        access_log=False,  # the token is in the address
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]), name="local chat")
    while not server.started:
        if running.done():
            await running
        await asyncio.sleep(0.005)

    async def stop() -> None:
        telegram.hang_up()
        server.should_exit = True
        await running
        listener.close()

    name, bound = listener.getsockname()[:2]
    return f"http://{f'[{name}]' if ':' in name else name}:{bound}", stop


def page_address(telegram: LocalTelegram, address: str) -> str:
    """The page's address with its key."""
    return f"{address}/?key={telegram.page_key}"

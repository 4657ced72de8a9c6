"""A local chat in the test's own process, and a bot that speaks raw HTTP to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.localchat import Clock, LocalTelegram, create_app
from tests.localchat.raw import TOKEN, Hands, RawBot, sound


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def telegram(hands: Hands) -> AsyncIterator[LocalTelegram]:
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock(real=hands), real=hands)
    yield telegram
    await telegram.close()


@pytest.fixture
async def http(telegram: LocalTelegram) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app(telegram))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture
def bot(http: httpx.AsyncClient) -> RawBot:
    return RawBot(http)


@pytest.fixture(scope="session")
def note() -> bytes:
    """A second of sound as OGG with Opus."""
    return sound(1.0)

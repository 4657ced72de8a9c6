"""A bot made of raw HTTP, sounds for it to send, and a clock that can be moved on."""

from __future__ import annotations

import io
import time
from typing import Any

import httpx
import numpy as np
import soundfile

TOKEN = "700:local-token"


class Hands:
    """The hands of a real clock, which a test can move on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class RawBot:
    """A bot made of HTTP calls: no library stands between a test and the wire."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def __call__(self, method: str, **given: Any) -> Any:
        """The result of a call that must succeed."""
        answer = await self.http.post(f"/bot{TOKEN}/{method}", json=given)
        assert answer.json()["ok"], answer.text
        return answer.json()["result"]

    async def refused(self, method: str, **given: Any) -> str:
        """What Telegram says to a call that must fail; its two codes are one."""
        answer = await self.http.post(f"/bot{TOKEN}/{method}", json=given)
        body = answer.json()
        assert body["ok"] is False
        assert body["error_code"] == answer.status_code
        return f"{answer.status_code} {body['description']}"

    async def send_voice(self, chat_id: int, data: bytes, **given: Any) -> Any:
        """Upload a voice note."""
        files = {"voice": ("step.ogg", data, "audio/ogg")}
        answer = await self.http.post(f"/bot{TOKEN}/sendVoice", data={"chat_id": chat_id, **given}, files=files)
        return answer.json()


def sound(seconds: float) -> bytes:
    """A quiet tone as OGG with Opus, mono."""
    times = np.arange(int(48_000 * seconds)) / 48_000
    out = io.BytesIO()
    soundfile.write(out, 0.1 * np.sin(2 * np.pi * 330 * times), 48_000, format="OGG", subtype="OPUS")
    return out.getvalue()

"""A bot made of raw HTTP, sounds and pictures for it to send, and a clock that can be moved on."""

from __future__ import annotations

import io
import struct
import time
import zlib
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


def picture(width: int, height: int) -> bytes:
    """A grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x90" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def gif(width: int, height: int, frames: int = 2, hundredths: int = 20) -> bytes:
    """A GIF whose frames are black and white in turn, each shown for so many hundredths of a second."""
    out = b"GIF89a" + struct.pack("<HH", width, height) + b"\xf0\0\0" + b"\0\0\0\xff\xff\xff"
    out += b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    for frame in range(frames):
        codes = [code for _ in range(width * height) for code in (4, frame % 2)] + [5]  # each pixel after a reset
        bits = sum(code << 3 * place for place, code in enumerate(codes))
        data = bits.to_bytes(len(codes) * 3 // 8 + 1, "little")
        blocks = b"".join(bytes([len(data[at : at + 255])]) + data[at : at + 255] for at in range(0, len(data), 255))
        out += b"\x21\xf9\x04\0" + struct.pack("<H", hundredths) + b"\0\0"
        out += b"\x2c" + struct.pack("<HHHH", 0, 0, width, height) + b"\0\x02" + blocks + b"\0"
    return out + b"\x3b"


def mp4(width: int, height: int, seconds: float, *, sounds: bool = False) -> bytes:
    """The head of an MP4 with a film in it: enough to be measured, not to be seen."""

    def box(kind: bytes, *parts: bytes) -> bytes:
        data = b"".join(parts)
        return struct.pack(">I", len(data) + 8) + kind + data

    def track(kind: bytes, wide: int, high: int) -> bytes:
        size = bytes(76) + struct.pack(">HHHH", wide, 0, high, 0)
        return box(b"trak", box(b"tkhd", size), box(b"mdia", box(b"hdlr", bytes(8), kind, bytes(13))))

    length = bytes(12) + struct.pack(">II", 1000, round(seconds * 1000)) + bytes(80)
    tracks = [track(b"vide", width, height), *([track(b"soun", 0, 0)] if sounds else [])]
    return box(b"ftyp", b"isom", bytes(4)) + box(b"moov", box(b"mvhd", length), *tracks)

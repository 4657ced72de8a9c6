"""How large a picture is and how long a loop runs, read from the files' own heads. Touches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

IMAGES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
_MARKERS_WITHOUT_SIZE = (0xC4, 0xC8, 0xCC)
"""JPEG's markers between 0xC0 and 0xCF that begin no frame."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A picture that moves. `seconds` of one turn; `sounds`: it has a track of sound."""

    mime: str
    width: int
    height: int
    seconds: float
    sounds: bool


def picture_type(data: bytes) -> str | None:
    """The media type of a still picture, by its first bytes."""
    return next((mime for magic, mime in IMAGES.items() if data.startswith(magic)), None)


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG, JPEG or WebP, in pixels; 0 where they can't be told."""
    if data.startswith(b"\x89PNG"):
        return _big(data, 16, 4), _big(data, 20, 4)
    if data.startswith(b"RIFF"):
        return _webp_size(data)
    place = 2
    while data.startswith(b"\xff\xd8") and place + 9 < len(data):
        marker = data[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in _MARKERS_WITHOUT_SIZE:
            return _big(data, place + 7, 2), _big(data, place + 5, 2)
        place += 2 + _big(data, place + 2, 2)
    return 0, 0


def loop_in(data: bytes) -> Loop | None:
    """The loop in a GIF or MP4; None if the bytes are neither."""
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Loop("image/gif", _little(data, 6, 2), _little(data, 8, 2), _gif_seconds(data), sounds=False)
    if data[4:8] == b"ftyp":
        return _mp4(data)
    return None


def _big(data: bytes, place: int, length: int) -> int:
    return int.from_bytes(data[place : place + length], "big")


def _little(data: bytes, place: int, length: int) -> int:
    return int.from_bytes(data[place : place + length], "little")


def _webp_size(data: bytes) -> tuple[int, int]:
    match data[12:16]:
        case b"VP8X":
            return _little(data, 24, 3) + 1, _little(data, 27, 3) + 1
        case b"VP8L":
            bits = _little(data, 21, 4)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF
    return 0, 0


def _gif_seconds(data: bytes) -> float:
    """The sum of all frames' times. A frame that names none counts as a tenth of a second, as browsers show it."""
    hundredths, place = 0, 13 + _table(data, 10)
    while place < len(data) and data[place] in b"\x21\x2c":
        if data[place] == 0x21:
            if data[place + 1 : place + 3] == b"\xf9\x04":
                hundredths += _little(data, place + 4, 2) or 10
            place += 2
        else:
            place += 11 + _table(data, place + 9)
        while place < len(data) and data[place]:  # blocks, each after its length; the last is empty
            place += 1 + data[place]
        place += 1
    return hundredths / 100


def _table(data: bytes, place: int) -> int:
    """Bytes of the colour table that the flags at this place tell of."""
    flags = data[place] if place < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _mp4(data: bytes) -> Loop | None:
    width = height = 0
    seconds, sounds = 0.0, False
    for kind, start, end in _boxes(data, 0, len(data), into=(b"moov", b"trak", b"mdia")):
        long = bool(data[start : start + 1] == b"\x01")
        if kind == b"mvhd":
            scale = _big(data, start + (20 if long else 12), 4)
            seconds = _big(data, start + (24 if long else 16), 8 if long else 4) / scale if scale else 0.0
        elif kind == b"tkhd":
            width, height = max(width, _big(data, end - 8, 2)), max(height, _big(data, end - 4, 2))
        elif kind == b"hdlr":
            sounds = sounds or data[start + 8 : start + 12] == b"soun"
    return Loop("video/mp4", width, height, seconds, sounds) if width and height else None


def _boxes(data: bytes, place: int, end: int, into: tuple[bytes, ...]) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start, end of the content) of an MP4's boxes, those inside `into` as well."""
    while place + 8 <= end:
        length, kind, head = _big(data, place, 4), data[place + 4 : place + 8], 8
        if length == 1:
            length, head = _big(data, place + 8, 8), 16
        stop = min(place + length, end) if length else end
        if stop < place + head:
            return
        yield kind, place + head, stop
        if kind in into:
            yield from _boxes(data, place + head, stop, into)
        place = stop

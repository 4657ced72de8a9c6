"""How long an OGG/Opus file sounds, read from its pages. Touches nothing."""

from __future__ import annotations

OPUS_RATE = 48_000
"""Granules a second, whatever the rate of the recording (RFC 7845, section 4)."""


def opus_seconds(data: bytes) -> float | None:
    """Seconds an OGG file with mono Opus sounds; None if the bytes are not one."""
    head = data[:64]
    if not head.startswith(b"OggS") or (start := head.find(b"OpusHead")) < 0:
        return None
    channels, skip = data[start + 9], int.from_bytes(data[start + 10 : start + 12], "little")
    last = data.rfind(b"OggS")
    granule = int.from_bytes(data[last + 6 : last + 14], "little", signed=True)
    if channels != 1 or granule <= skip:
        return None
    return (granule - skip) / OPUS_RATE

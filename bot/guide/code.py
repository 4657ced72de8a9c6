"""A therapist's printed code: which session, where, how paced, what to leave out; for that run only. Pure.

It goes into the payload of a `?start=` link: at most 64 characters of A to Z, a to z, 0 to 9, _ and - (Bot API). A code
is signed with the operator's key, so nobody can print one in their name; it says nothing about who it is for.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

LONGEST = 64
"""Characters of a payload."""
SIGNATURE = 10
"""Bytes: 80 bits."""
VERSION = 1
POSITIONS = ("chair", "mat", "rest", "stand", "lying")
PACES: tuple[Literal["slower", "normal", "faster"], ...] = ("slower", "normal", "faster")
BOXES = ("bones", "canal", "hip", "pregnant", "leg", "shoulder", "floor", "unsteady", "dizzy")
"""What is printed stays printed: to these three only add, at the end."""
PAYLOAD = re.compile(r"/start(?:@\w+)?\s+([A-Za-z0-9_-]{1,64})\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What is prescribed. `boxes`: what is left out, as the boxes of "Some movements aren't for me"."""

    session: str
    position: str
    pace: Literal["slower", "normal", "faster"] = "normal"
    boxes: frozenset[str] = frozenset()


def write(code: Code, sign: Callable[[bytes], bytes]) -> str:
    """The payload. Raises ValueError: it would be too long, or can't be said in a code."""
    boxes = sum(1 << BOXES.index(box) for box in code.boxes)
    place = POSITIONS.index(code.position) * len(PACES) + PACES.index(code.pace)
    said = bytes((VERSION, place)) + boxes.to_bytes(2, "big") + code.session.encode("ascii")
    payload = base64.urlsafe_b64encode(said + sign(said)[:SIGNATURE]).rstrip(b"=").decode()
    if len(payload) > LONGEST:
        raise ValueError(f"the code would have {len(payload)} characters, and {LONGEST} are the most")
    return payload


def read(payload: str, signed: Callable[[bytes, bytes], bool]) -> Code | None:
    """What a payload prescribes; None: it is not one of this bot's codes. `signed`: is this the data's signature?"""
    try:
        whole = base64.b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_", validate=True)
        said, signature = whole[:-SIGNATURE], whole[-SIGNATURE:]
        if len(said) < 5 or said[0] != VERSION or not signed(said, signature):
            return None
        position, pace = divmod(said[1], len(PACES))
        boxes = int.from_bytes(said[2:4], "big")
        return Code(
            session=said[4:].decode("ascii"),
            position=POSITIONS[position],
            pace=PACES[pace],
            boxes=frozenset(box for n, box in enumerate(BOXES) if boxes & 1 << n),
        )
    except (binascii.Error, ValueError, IndexError):
        return None


def payload_of(text: str) -> str | None:
    """What stands behind /start, if it looks like a payload."""
    found = PAYLOAD.fullmatch(text)
    return found[1] if found else None

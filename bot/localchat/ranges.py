"""Answers to HTTP's Range, which a player needs in order to seek. Touches nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.responses import Response


def sliced(data: bytes, mime: str, asked: str | None, headers: Mapping[str, str]) -> Response:
    """The bytes, or the one range of them that was asked for; several ranges count as none (RFC 9110 allows it)."""
    headers = {**headers, "Accept-Ranges": "bytes"}
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", asked or "")
    if found is None or not any(found.groups()):
        return Response(data, media_type=mime, headers=headers)
    first, last = found.groups()
    start = int(first) if first else max(0, len(data) - int(last))
    end = min(int(last), len(data) - 1) if first and last else len(data) - 1
    if start > end:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
    return Response(data[start : end + 1], 206, media_type=mime, headers=headers)

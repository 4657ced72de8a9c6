"""The plan of a run as a column: packed, then sealed. Touches nothing."""

from __future__ import annotations

import zlib
from contextlib import suppress

from bot.store.secrets import Keys


def column(plan: bytes | None, keys: Keys) -> bytes | None:
    """The column's value. `plan`: as JSON; None without a run."""
    return None if plan is None else keys.seal(zlib.compress(plan, 1))


def read(sealed: bytes | None, keys: Keys) -> bytes | None:
    """The plan as JSON; None if there is none, or none that can be read."""
    opened = None if sealed is None else keys.open_or_none(sealed)
    with suppress(zlib.error):
        return None if opened is None else zlib.decompress(opened)
    return None

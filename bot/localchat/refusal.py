"""A refusal in the Bot API's own form. Touches nothing."""

from __future__ import annotations


class Refusal(Exception):
    """What Telegram answers with `ok: false`. The texts are Telegram's own, where it has one."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def bad_request(why: str) -> Refusal:
    """A 400; Telegram writes the first letter of its reason small unless it is a name in capitals."""
    return Refusal(400, f"Bad Request: {why}")

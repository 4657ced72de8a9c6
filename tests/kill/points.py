"""Where the bot can die, and orders to do so. Pure: chance is given."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from tests.kill.victim import Order

SENDS = ("show sendMessage", "show sendVoice")
BETWEEN = (*(f"{send} answered" for send in SENDS), *(f"settle {name}" for name in ("begin", "load", "save", "commit")))
"""Points at which Telegram has a message that we don't know of yet."""

TRANSACTIONS: Mapping[str, Sequence[str]] = {
    "open": ("statement",),
    "claim_bot": ("statement",),
    "come_back": ("statement",),
    "release": ("statement",),
    "take": ("first_sight", "erased_upto", "load", "save"),
    "settle": ("load", "save"),
    "claim": ("load", "file_id", "save"),
    "clean": ("load", "save"),
    "tick": ("load", "save"),
}
REQUESTS: Mapping[str, Sequence[str]] = {
    "start": ("getMe", "deleteWebhook", "setMyCommands", "setMyDescription", "setMyShortDescription"),
    "poll": ("getupdates",),
    "reply": ("answerCallbackQuery", "sendMessage", "editMessageText"),
    "show": ("sendMessage", "sendVoice", "editMessageText", "editMessageCaption", "deleteMessages", "sendChatAction"),
    "clean": ("editMessageReplyMarkup",),
}
POINTS = (
    "settle keep_file_id",  # once for each note, so first
    *(f"{flow} {p}" for flow, said in TRANSACTIONS.items() for p in ("begin", *said, "commit", "committed")),
    *(f"{flow} {method} {p}" for flow, methods in REQUESTS.items() for method in methods for p in ("out", "answered")),
    "take erase",
)
"""Where it can die, but for what takes a race, or reads. At random it dies there, too."""

MAIN_POINTS = (
    *("take commit", "take committed", "claim commit", "settle commit", "settle committed", "tick commit"),
    *(f"{send} {p}" for send in SENDS for p in ("out", "answered")),
)
"""Those of the short form; the others that decide something have a story of their own in it."""
CLAIMS = tuple(f"remind {p}" for p in ("begin", "load", "save", "commit"))
REMINDS = (*CLAIMS, "remind committed", "reminder sendMessage out", "reminder sendMessage answered")
"""Where it can die while it reminds somebody: they have tests of their own, since a reminder comes once a day."""


def chance_of(seed: str) -> random.Random:
    """Chance that is the same again."""
    return random.Random(seed)


def at_random(chance: random.Random, points: Mapping[str, int]) -> Iterator[Order | float]:
    """Outside at any time, inside at any known point, and often between send and settle; often the same once more."""
    order: Order | float = 0.5
    while True:
        kind = chance.random()
        if kind < 0.25 and isinstance(order, Order):
            order = Order(order.point, 1, order.after)
        elif kind < 0.55:
            order = 2.5 * chance.random()
        elif kind < 0.80 and points:
            point = chance.choice(list(points))
            order = Order(point, chance.randint(1, min(4, points[point])))
        elif kind < 0.93:
            order = Order(chance.choice(BETWEEN), chance.randint(1, 6))
        else:
            order = Order(f"{chance.choice(SENDS)} out", chance.randint(1, 4), chance.uniform(0.001, 0.02))
        yield order

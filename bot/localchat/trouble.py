"""Trouble on purpose: what the person at the page does to the wire, to see how the bot comes through. Touches nothing.

It is asked after `LocalTelegram.fault`, which tests set: the two don't get into each other's way. Nothing of it is kept
over a restart of the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from bot.localchat.faults import Fault, flood, lost
from bot.localchat.news import News

Kind = Literal["down", "flood", "lost", "slow"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Nothing goes through · too many requests · carried out, but the answer is lost · slow."""
RETRY_AFTER = 5
"""Seconds (real) that a 429 names."""
SLOW = 3.0
"""Seconds (real) that an answer takes."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble. `once`: it is over with the next message that it hits. `person`: only their chat; None: all."""

    kind: Kind
    once: bool = False
    person: int | None = None


class Troubles:
    """The troubles there are now, at most one of a kind."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._on: dict[Kind, Trouble] = {}

    def begin(self, trouble: Trouble) -> None:
        """From now on; another of its kind ends."""
        self._on[trouble.kind] = trouble
        self._tell()

    def end(self, kind: Kind) -> None:
        """All goes well again, as far as this kind is concerned."""
        if self._on.pop(kind, None):
            self._tell()

    def fault(self, method: str, parameters: Mapping[str, Any]) -> Fault | None:
        """What happens to a request of the bot."""
        for kind in KINDS:
            if (trouble := self._on.get(kind)) and _hits(trouble, method.lower(), parameters):
                if trouble.once:
                    self.end(kind)
                return _FAULTS[kind]
        return None

    def swallows(self, method: str) -> bool:
        """True for a poll that was waiting when all went down: what it has found stays in the queue."""
        down = self._on.get("down")
        return down is not None and not down.once and method.lower() == "getupdates"

    def _tell(self) -> None:
        self._news.post("trouble", [asdict(self._on[kind]) for kind in KINDS if kind in self._on])


_FAULTS = {"down": lost(after=False), "flood": flood(RETRY_AFTER), "lost": lost(after=True), "slow": Fault(wait=SLOW)}


def _hits(trouble: Trouble, method: str, parameters: Mapping[str, Any]) -> bool:
    if trouble.person is not None and str(parameters.get("chat_id")) != str(trouble.person):
        return False
    writes = method.startswith(("send", "edit", "deletemessage", "copy", "forward"))
    if trouble.once:  # a sign that something is typed is no message
        return writes and method != "sendchataction"
    match trouble.kind:
        case "down":
            return True
        case "flood":
            return writes  # answers to taps don't count at Telegram
        case _:
            return method != "getupdates"  # else the bot would be deaf, and nothing were to be seen

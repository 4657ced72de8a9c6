"""When one person writes or taps beyond all measure: "slow down" once, then silence until it calms down. No I/O.

Decided before the transaction, so that a flood costs neither commits nor sends, and nobody else waits for it. What is
dropped is confirmed to Telegram like all else. What must never be refused is let through, and so are the buttons that
it leads to: each kind of it once a second, for the same again within that second would say nothing new.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.chat.messenger import Elsewhere, Incoming, Left, Nothing, Tap, Word
from bot.chat.reply import Reply
from bot.guide.events import ALWAYS, Crisis, Do, read
from bot.guide.library import Library

AT_ONCE = 40.0
"""Updates that one chat may bring at once: what gathers while the bot is away comes at once, too."""
A_SECOND = 2.0
"""Updates a second that one chat may bring for ever."""
CALM = 20.0
"""Of `AT_ONCE`, so many must be free again before a flood is over: ten quiet seconds."""
SAME = 1.0
"""Seconds (real) within which the same again, in a flood, says nothing new."""
SPINNING = 4.0
"""Dropped taps that get an empty answer at once; then one a second. An unanswered tap spins on the phone."""
REMEMBERED = 10_000
"""Chats that are known to be loud or quiet; the one that was quiet longest is forgotten first."""
LET_THROUGH = ALWAYS | {
    *("pause", "erase", "keep"),
    *("twin", "leave", "sharp"),  # it hurts: what now?
    *("none", "unsure", "now", "see", "return"),  # the signs
}
"""Actions that a flood does not stop."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`handle`: hand it on. `reply`: what to answer if not."""

    handle: bool
    reply: Reply | None = None


HANDLE, DROP = Verdict(handle=True), Verdict(handle=False)


@dataclass(slots=True)
class Level:
    """How much a chat may still bring. Times in real unix seconds."""

    at: float
    left: float = AT_ONCE
    toasts: float = SPINNING
    flooded: bool = False
    told: bool = False
    """Whether "slow down" was said in this flood."""
    let_through: dict[str, float] = field(default_factory=dict)
    """When each kind was let through in this flood."""


class Flood:
    """Judges what comes, by how much of it came."""

    def __init__(self, library: Callable[[], Library]) -> None:
        """`library` for the words: those that are always let through, and "slow down" itself."""
        self._library = library
        self._levels: OrderedDict[int, Level] = OrderedDict()

    def judge(self, came: Incoming, now: float) -> Verdict:
        """May this be handled? `now`: real unix seconds."""
        if isinstance(came, Left | Nothing):
            return HANDLE
        level = self._level(came.chat, now)
        level.flooded = level.left < (CALM if level.flooded else 1.0)
        level.left = max(0.0, level.left - 1.0)
        if not level.flooded:
            level.told = False
            level.let_through.clear()
            return HANDLE
        if isinstance(came, Elsewhere):
            return DROP
        # The clock may have gone back since: that refuses nobody.
        if (kind := self._kind(came)) is not None and abs(now - level.let_through.get(kind, 0.0)) >= SAME:
            level.let_through[kind] = now
            return HANDLE
        query = came.query if isinstance(came, Tap) else None
        if not level.told:
            level.told = True
            words = self._library().words_in(came.language.split("-")[0])
            return Verdict(handle=False, reply=Reply(came.chat, words("slow-down"), query=query))
        if query is None or level.toasts < 1.0:
            return DROP
        level.toasts -= 1.0
        return Verdict(handle=False, reply=Reply(came.chat, query=query))

    def _level(self, chat: int, now: float) -> Level:
        level = self._levels.pop(chat, None) or Level(now)
        passed = max(0.0, now - level.at)
        level.at = now
        level.left = min(AT_ONCE, level.left + passed * A_SECOND)
        level.toasts = min(SPINNING, level.toasts + passed)
        self._levels[chat] = level
        while len(self._levels) > REMEMBERED:
            self._levels.popitem(last=False)
        return level

    def _kind(self, came: Tap | Word) -> str | None:
        """What is let through in a flood, by its kind: an action, or words of crisis. None for all else."""
        if isinstance(came, Tap):
            head, _, rest = came.data.partition(":")
            action = rest if head == "menu" else head
            return action if action in LET_THROUGH else None
        library = self._library()
        # Which language is theirs is in the store, where a flood must not go.
        for language, words in library.words.items():
            match read(came.text, words, library.content_in(language).safety, ""):
                case Crisis():
                    return "crisis"
                case Do(action=action) if action in LET_THROUGH:
                    return action
        return None

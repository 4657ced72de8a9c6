"""The rate of sending: one bucket for all, one for each chat. Touches nothing but the clock's real time (seconds)."""

from __future__ import annotations

from collections import OrderedDict

from bot.clock import Clock

CHAT_RATE = 1.0
"""Messages a second in one chat in the long run (telegram.md, Limits); short bursts are allowed."""
CHAT_BURST = 4.0
BURST = 0.2
"""Seconds of the rate that may go at once: as many as in a second would be 50 in the first, beyond Telegram's 30."""
REMEMBERED = 10_000
FOR_REMINDERS = 0.6
"""Of the rate: 15 a second of Easeback's 25 (reliability.md)."""
CROWDED = 0.05
"""Seconds (real) between two looks at whether sessions leave room."""
MARGIN = 1.1
"""Of the seconds that a 429 names: a moment too early would cost as many again."""


class Bucket:
    """Tokens that come back at a rate, up to a burst."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst, self._tokens, self._at = rate, burst, burst, now

    def take(self, now: float) -> float:
        """Take a token; gives the seconds to wait until it is really there."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate) - 1.0
        self._at = now
        return max(0.0, -self._tokens / self._rate)

    def give_back(self) -> None:
        """A token that was taken is there again."""
        self._tokens += 1.0

    def until(self, tokens: float, now: float) -> float:
        """The seconds until so many tokens are there, if nobody takes one."""
        return max(0.0, (tokens - self._tokens) / self._rate - (now - self._at))

    def spare(self, now: float) -> bool:
        """True while at least half of the burst is left: what can wait may go."""
        return self._tokens + (now - self._at) * self._rate >= self._burst / 2


class Rate:
    """When may the next message go?"""

    def __init__(self, rate: float, clock: Clock) -> None:
        """`rate`: messages a second, all chats together."""
        self._clock = clock
        self._all = Bucket(rate, rate * BURST, clock.real())
        self._reminders = Bucket(rate * FOR_REMINDERS, 1.0, clock.real())
        self._chats: OrderedDict[int, Bucket] = OrderedDict()
        self._all_held = 0.0
        self._held: dict[int, float] = {}
        self._refused: dict[int, float] = {}

    async def take(self, chat: int | None = None) -> None:
        """Wait until a message to this chat may go, or (None) a call that makes no message."""
        while True:
            # The hold first, then a token: else all that waited would go at once when it ends.
            while (held := self._all_held - self._clock.real()) > 0:
                await self._clock.sleep(held)
            now = self._clock.real()
            wait = max(self._all.take(now), 0.0 if chat is None else self._in_chat(chat, now).take(now))
            if wait > 0:
                await self._clock.sleep(wait)
            if self._all_held <= self._clock.real():
                return

    def give_back(self, chat: int | None) -> None:
        """What was taken for this chat (or None) is not used: what it was for is not wanted any more."""
        self._all.give_back()
        if chat is not None:
            self._in_chat(chat, self._clock.real()).give_back()

    async def take_for_answer(self, chat: int) -> None:
        """Wait until a direct answer may go to this chat: it leaves the chat's next screen a token of its own."""
        while True:
            now = self._clock.real()
            wait = max(self.held(chat) - now, self._in_chat(chat, now).until(2.0, now))
            if wait < 0.001:
                break
            await self._clock.sleep(wait)
        await self.take(chat)

    async def take_for_reminder(self, chat: int) -> None:
        """Wait until a reminder may go: so many a second, and only while sessions leave room."""
        await self._clock.sleep(max(self._reminders.take(self._clock.real()), 0.0))
        while not self.spare:
            await self._clock.sleep(CROWDED)
        await self.take(chat)

    def _in_chat(self, chat: int, now: float) -> Bucket:
        bucket = self._chats.pop(chat, None) or Bucket(CHAT_RATE, CHAT_BURST, now)
        self._chats[chat] = bucket
        while len(self._chats) > REMEMBERED:
            self._chats.popitem(last=False)
        return bucket

    def refused(self, chat: int, wait: float) -> None:
        """A 429 came for this chat, which is held for so many seconds and a tenth; three in ten seconds hold all."""
        now = self._clock.real()
        self._held = {c: until for c, until in self._held.items() if until > now}
        self._held[chat] = max(self.held(chat), now + wait * MARGIN)
        self._refused = {c: at for c, at in self._refused.items() if now - at < 10.0} | {chat: now}
        if len(self._refused) >= 3:
            self._all_held = max(self._all_held, now + wait * MARGIN)

    def held(self, chat: int) -> float:
        """Until when (real unix seconds) nothing may go to this chat after a 429; the past, if it may."""
        return self._held.get(chat, 0.0)

    @property
    def spare(self) -> bool:
        """True while there is room for what may be left out under load."""
        now = self._clock.real()
        return self._all.spare(now) and now >= self._all_held

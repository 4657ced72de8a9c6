"""People as they are: they tap twice, late, at once and on old copies, write, clear the chat, block us, come back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.simulation.judge import Judge
from tests.simulation.telegram import Message, Telegram

WORDS = (
    *("done", "done", "done", "/backpain", "/backpain", "resume", "again", "pause", "back", "skip", "/stop"),
    *("it hurts", "ouch", "is anybody there?", "7", "/start", "/pause", "go on", "/sessions", "/sessions"),
)
RARE = ("/forget", "I want to die")
PAGES = ("/remind", "/remind", "/settings", "/privacy", "/progress", "/export")
TOWNS = ("berlin", "london", "kolkata", "auckland", "new york", "honolulu", "nowhere at all")
READILY = {
    "remind.time": 60,
    "remind.off": 1,
    "remind": 4,
    "zone.is": 12,
    "zone": 4,
    "later": 12,
    "backpain": 20,
    "resume": 20,
    "forget": 1,
    "": 2,
}
"""How readily a button without a rev is tapped, by how its path begins."""
FASTER = "menu:settings.pace.faster"
"""Nobody does: the judge knows by heart how long a step takes at least."""
WEIGHTS = {"end": 1, "stop": 1, "hurts": 2, "none": 40, "notnow": 2, "unsure": 3, "erase": 6, "keep": 4, "more": 2} | {
    **dict.fromkeys(("keep-out", "today", "further"), 12),
    **dict.fromkeys(("tick", "return", "leave-out"), 3),
    "score": 1,
}
"""How readily a button is tapped; all others: 6."""


def readily(data: str) -> int:
    """How readily a button is tapped."""
    action, _, path = data.partition(":")
    if data == FASTER:
        return 0
    if action == "menu":
        return next(weight for start, weight in READILY.items() if path.startswith(start))
    return WEIGHTS.get(action.partition(".")[0], 6)


class Person:
    """One of them, in a chat of their own."""

    def __init__(
        self,
        chat: int,
        telegram: Telegram,
        judge: Judge,
        dice: random.Random,
        now: Callable[[], float],
        wall: Callable[[], datetime],
    ) -> None:
        """`wall`: what the clocks show, in UTC."""
        self.chat, self._telegram, self._judge, self._dice, self._now = chat, telegram, judge, dice, now
        self._wall = wall
        self._pace = dice.choice(("restless", "restless", "steady", "still"))

    async def live(self, until: float) -> None:
        """Begin soon, then act now and then."""
        await asyncio.sleep(self._dice.uniform(0, 60))
        self.say(self._dice.choice(("/backpain", "/backpain", "/remind")))
        while self._now() < until:
            await asyncio.sleep(self._dice.expovariate(1 / self._dice.choice(self._waits())))
            if self._now() < until:
                await self._act()

    def _waits(self) -> tuple[float, ...]:
        """How long they wait, on average, in seconds."""
        match self._pace:
            case "restless":
                return (0.5, 5, 30, 30, 300)
            case "steady":
                return (5, 30, 45, 45, 1800)
        running = any("done" in m.actions for m in self._telegram.of(self.chat)[-3:])
        return (400, 900) if running else (10, 30)

    def say(self, text: str, answers: Message | None = None) -> None:
        """Write a message, as a reply or as none."""
        message = self._telegram.say(self.chat, text, answers)
        self._judge.said(self.chat, text, message)

    async def tap(self, on: Message, data: str) -> None:
        """Tap a button, once or more often."""
        for _ in range(self._dice.choice((1, 1, 1, 2, 3))):
            self._judge.tapped(on, data)
            self._telegram.tap(on, data)
            await asyncio.sleep(self._dice.choice((0.0, 0.2, 1.2)))

    def _reply(self, prompt: Message) -> None:
        """Where they are, by a town or by the clock; or the hour at which a reminder shall come: soon."""
        dice, row = self._dice, self._telegram.row(self.chat)
        zone = ZoneInfo((row.chat.person.zone if row else None) or "Europe/Berlin")
        there = self._wall().astimezone(zone)
        if "town" in prompt.text and dice.random() < 0.8:
            self.say(dice.choice(TOWNS), prompt)
            return
        at = there if "town" in prompt.text else there + timedelta(minutes=dice.uniform(1, 20))
        self.say(f"{at:%H:%M}", prompt)

    async def _act(self) -> None:
        dice, ours = self._dice, self._telegram.of(self.chat)
        with_buttons = [m for m in ours[-12:] if m.buttons]
        if ours and ours[-1].asks and dice.random() < 0.8:
            self._reply(ours[-1])
            return
        roll = dice.random()
        if roll < 0.72 and with_buttons:
            message = with_buttons[-1] if dice.random() < 0.8 else dice.choice(with_buttons)
            weights = [readily(data) for _, data in message.buttons]
            _, data = dice.choices(message.buttons, weights)[0]
            if dice.random() < 0.1:
                await asyncio.sleep(dice.choice((0.5, 5.0, 60.0)))  # seen now, tapped later
            await self.tap(message, data)
        elif roll < 0.76:
            self.say(dice.choice(PAGES))
        elif roll < 0.94:
            for _ in range(dice.choice((1, 1, 2, 3))):
                self.say(dice.choice(WORDS))
        elif roll < 0.96:
            self.say(dice.choice(RARE))
        elif roll < 0.97 and ours:
            self._judge.deleted(ours.pop(dice.randrange(len(ours))))
        elif roll < 0.975:
            self._telegram.block(self.chat)
            self._judge.blocked(self.chat)
            await asyncio.sleep(dice.uniform(10, 3600))
            self._telegram.blocked.discard(self.chat)
        elif roll < 0.98:
            self._telegram.no_voice ^= {self.chat}

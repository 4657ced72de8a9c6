"""Telegram as far as a person can tell: messages, buttons, updates, and everything that goes wrong on the way.

`Line` stands where a process has its Messenger: same calls, same answers. What Telegram accepts, it accepts whether or
not anybody waits for the answer.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.chat.messenger import Answer, Kind, Me, data_of
from bot.guide.parts import Button, Part
from tests.simulation.loop import BEGAN

if TYPE_CHECKING:
    from bot.store.rows import Row
    from tests.simulation.judge import Judge

ME = Me(1, "easeback_bot")
TIMEOUT = 10.0
KEPT = 86400.0
"""Seconds for which Telegram keeps an update."""


@dataclass
class Message:
    """One of the bot's messages, as the person sees it."""

    id: int
    chat: int
    text: str
    buttons: tuple[tuple[str, str], ...]
    """Label and data."""
    at: float
    seconds: float | None = None
    """Length, of a voice note."""
    asks: bool = False
    """It opened the field to reply to it."""

    @property
    def actions(self) -> frozenset[str]:
        """What its buttons do."""
        return frozenset(data.partition(":")[0] for _, data in self.buttons)

    @property
    def rev(self) -> int | None:
        """The rev on its buttons."""
        revs = (data.partition(":")[2] for _, data in self.buttons)
        return next((int(rev) for rev in revs if rev.isdecimal()), None)


@dataclass
class Telegram:
    """The server."""

    dice: random.Random
    faults: bool
    messages: dict[int, list[Message]] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    outage: str = ""
    blocked: set[int] = field(default_factory=set)
    no_voice: set[int] = field(default_factory=set)
    count: Counter[str] = field(default_factory=Counter)
    ids: int = 100
    numbers: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    flooded: float = 0.0
    """Until when (loop time) everything gets a 429."""
    unknown: set[str] = field(default_factory=set)
    """File ids that mean nothing here, until their bytes come again."""
    slow: list[tuple[float, float]] = field(default_factory=list)
    """Seconds until the next requests are accepted, and from there to their answers, which may be lost (infinite)."""
    judge: Judge = field(init=False)
    row: Callable[[int], Row | None] = field(init=False)
    """What is committed about a chat."""

    def next_id(self) -> int:
        """Ids of messages, the person's and the bot's in one row."""
        self.ids += 1
        return self.ids

    # what people do
    def say(self, chat: int, text: str, answers: Message | None = None) -> int:
        """A message was written, as a reply to one of the bot's or as none. Gives its id."""
        message = self.next_id()
        said = {**self._message(chat, message), "from": self._user(chat), "text": text}
        if answers is not None:
            asked = {**self._message(chat, answers.id), "from": self._user(1), "text": unescape(answers.text)}
            said["reply_to_message"] = asked
        self._update(message=said)
        return message

    def tap(self, on: Message, data: str) -> None:
        """A button was tapped."""
        number = self.numbers + 1
        query = {"id": f"q{number}", "from": self._user(on.chat), "chat_instance": "1", "data": data}
        self._update(callback_query={**query, "message": {**self._message(on.chat, on.id), "from": self._user(1)}})

    def block(self, chat: int) -> None:
        """The bot was blocked."""
        self.blocked.add(chat)
        status = [{"status": status, "user": self._user(1), "until_date": 0} for status in ("member", "kicked")]
        change = {"chat": self._chat(chat), "from": self._user(chat), "date": int(BEGAN.timestamp())}
        self._update(my_chat_member={**change, "old_chat_member": status[0], "new_chat_member": status[1]})

    def _update(self, **what: Any) -> None:
        self.numbers += 1
        self.updates.append({"update_id": self.numbers, **what})
        self.arrived.set()

    def _message(self, chat: int, message: int) -> dict[str, Any]:
        return {"message_id": message, "date": int(BEGAN.timestamp()), "chat": self._chat(chat)}

    @staticmethod
    def _chat(chat: int) -> dict[str, Any]:
        return {"id": chat, "type": "private", "first_name": "A"}

    @staticmethod
    def _user(user: int) -> dict[str, Any]:
        return {"id": user, "is_bot": user == 1, "first_name": "A", "language_code": "en"}

    def of(self, chat: int) -> list[Message]:
        """What stands in a chat."""
        return self.messages.setdefault(chat, [])

    def find(self, chat: int, message: int) -> Message | None:
        """A message that is still there."""
        return next((m for m in self.of(chat) if m.id == message), None)


class Line:
    """What a process has of Telegram: the calls of a Messenger."""

    myself = ME

    def __init__(self, telegram: Telegram, before: Callable[[str], None], loop: asyncio.AbstractEventLoop) -> None:
        """`before` may raise to let the process die there."""
        self._telegram, self._before, self._loop = telegram, before, loop
        self.wire: dict[int, tuple[int, str]] = {}
        """By chat: rev and kind of what was sent and not yet written down."""
        self._waits: dict[int, float] = {}
        """By chat: until when a 429 asked us to wait."""
        self._gone: dict[int, int] = {}
        """By chat: the mark of a 403."""

    def forget(self, chat: int) -> None:
        """What was sent is not written down, and will not be: it may come once more."""
        self._gone.pop(chat, None)
        if (sent := self.wire.pop(chat, None)) is not None:
            self._telegram.judge.excuse(chat, *sent, "sends not written down")

    # ── updates ───────────────────────────────────────────────────────────────────────────────────────────────────────
    async def updates(self, offset: int | None, wait: float) -> list[dict[str, Any]] | Answer:
        """The next updates; an offset confirms all before it, also if the answer is lost."""
        self._before("poll")
        telegram = self._telegram
        if refused := await self._refused():
            return refused
        if offset is not None:
            telegram.updates = [raw for raw in telegram.updates if raw["update_id"] >= offset]
        if not telegram.updates and wait > 0:
            telegram.arrived.clear()
            try:
                async with asyncio.timeout(wait):
                    await telegram.arrived.wait()
            except TimeoutError:
                return []
        found = telegram.updates[: telegram.dice.choice((1, 3, 100))]
        if self._unlucky(0.01):
            telegram.count["lost answers"] += 1
            await asyncio.sleep(TIMEOUT)
            return Answer(Kind.DOUBT)
        await asyncio.sleep(0.05)
        self._before("updates")
        return list(found)

    async def renew_poller(self) -> None:
        """Polling anew."""

    async def no_webhook(self) -> Answer:
        """There is none."""
        return Answer(Kind.DONE)

    # ── sending ───────────────────────────────────────────────────────────────────────────────────────────────────────
    async def show(self, chat: int, part: Part, rev: int, note: Path | str | None) -> Answer:
        """Send or edit a part of a screen."""
        telegram, began = self._telegram, self._telegram.judge.mark()
        buttons = tuple((b.text, data_of(b, rev)) for row in part.buttons for b in row)
        seconds = part.seconds if part.kind == "voice" else None

        def accept() -> Answer:
            if part.edit is not None:
                message = telegram.find(chat, part.edit)
                if message is None:
                    return Answer(Kind.NOTHING_TO_EDIT)
                message.text, message.buttons = part.text, buttons
                telegram.judge.edited(message, began)
                return Answer(Kind.DONE, message=message.id)
            if part.kind == "voice" and chat in telegram.no_voice:
                return Answer(Kind.NO_VOICE)
            if isinstance(note, str) and (note in telegram.unknown or self._unlucky(0.02)):
                return Answer(Kind.BAD_FILE)
            message = Message(telegram.next_id(), chat, part.text, buttons, self._loop.time(), seconds)
            telegram.of(chat).append(message)
            telegram.count["messages"] += 1
            telegram.judge.came(message, rev, part.kind, began)
            file_id = f"file-{part.telling.key}" if part.telling else None
            telegram.unknown.discard(file_id or "")
            return Answer(Kind.DONE, message=message.id, file_id=file_id)

        if self._loop.time() < self._waits.get(chat, 0.0):
            telegram.judge.wrong(f"tried again {self._waits[chat] - self._loop.time():.1f} s too early after a 429")
        if chat in self._gone and not telegram.judge.acted_since(chat, self._gone.pop(chat)):
            telegram.judge.wrong("tried again after a 403, and the person had done nothing")
        if part.edit is None:
            self.wire[chat] = (rev, part.kind)
        answer = await self._call(chat, accept)
        if answer.kind is Kind.WAIT:
            self._waits[chat] = self._loop.time() + answer.wait
        if answer.kind is Kind.GONE:
            self._gone[chat] = telegram.judge.mark()
        if answer.kind is Kind.DOUBT and part.edit is None:
            telegram.judge.excuse(chat, rev, part.kind, "lost answers")
        return answer

    async def probe(self, chat: int) -> Answer:
        """Typing."""
        return await self._call(chat, lambda: Answer(Kind.DONE))

    async def delete(self, chat: int, messages: Iterable[int]) -> Answer:
        """Delete messages; those that are gone are fine."""
        gone = set(messages)

        def accept() -> Answer:
            self._telegram.messages[chat] = [m for m in self._telegram.of(chat) if m.id not in gone]
            return Answer(Kind.DONE)

        return await self._call(chat, accept)

    async def strip(self, chat: int, message: int) -> Answer:
        """Take buttons away."""

        def accept() -> Answer:
            if (found := self._telegram.find(chat, message)) is not None:
                found.buttons = ()
            return Answer(Kind.DONE)

        return await self._call(chat, accept)

    async def toast(self, query: str, text: str = "") -> Answer:
        """Answer a tap."""
        return await self._call(None, lambda: Answer(Kind.DONE))

    async def say(
        self,
        chat: int,
        text: str,
        buttons: Sequence[Sequence[Button]] = (),
        instead_of: int | None = None,
        *,
        html: bool = False,
        ask: str = "",
        silent: bool = True,
        file: object = None,
    ) -> Answer:
        """A direct answer, or (with a sound) a reminder."""
        made = tuple((b.text, data_of(b, None)) for row in buttons for b in row)
        reminded = None if silent else self._telegram.judge.reminded.asked(chat, self._telegram.row(chat))

        def accept() -> Answer:
            message = self._telegram.find(chat, instead_of) if instead_of is not None else None
            if message is not None:
                message.text, message.buttons = text, made
                return Answer(Kind.DONE)
            new = Message(self._telegram.next_id(), chat, text, made, self._loop.time(), asks=bool(ask))
            self._telegram.of(chat).append(new)
            if reminded is not None:
                reminded()
            return Answer(Kind.DONE)

        return await self._call(chat, accept)

    # ── what befalls a call ───────────────────────────────────────────────────────────────────────────────────────────
    async def _call(self, chat: int | None, accept: Callable[[], Answer]) -> Answer:
        """The request goes out, is accepted or not, and its answer comes or doesn't."""
        self._before("send")
        telegram, dice = self._telegram, self._telegram.dice
        if refused := await self._refused():
            return refused
        if self._loop.time() < telegram.flooded or self._unlucky(0.01):
            telegram.count["429"] += 1
            return Answer(Kind.WAIT, wait=dice.choice((1.0, 3.0, 20.0)))
        if chat in telegram.blocked:
            return Answer(Kind.GONE)
        answers: list[Answer] = []
        there = dice.uniform(0.02, 0.3) if not self._unlucky(0.02) else dice.uniform(0.3, 9.0)
        there, back = telegram.slow.pop(0) if telegram.slow else (there, dice.uniform(0.01, 0.2))
        self._loop.call_later(there, lambda: answers.append(accept()))
        if back == math.inf or self._unlucky(0.02):
            telegram.count["lost answers"] += 1
            await asyncio.sleep(dice.choice((there + 0.1, TIMEOUT)))  # a broken connection, or no answer at all
            return Answer(Kind.DOUBT)
        await asyncio.sleep(there + back)
        self._before("answer")
        return answers[0]

    async def _refused(self) -> Answer | None:
        """During an outage no request gets through."""
        match self._telegram.outage:
            case "refuse":
                await asyncio.sleep(0.05)
                return Answer(Kind.NOT_SENT)
            case "hang":
                await asyncio.sleep(TIMEOUT)
                return Answer(Kind.DOUBT)
            case "broken":
                await asyncio.sleep(0.2)
                return Answer(Kind.DOUBT)
        return None

    def _unlucky(self, chance: float) -> bool:
        return self._telegram.faults and self._telegram.dice.random() < chance

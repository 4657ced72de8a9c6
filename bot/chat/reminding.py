"""Sends reminders that are due: one after the other, behind all else. Touches the messenger and the turns.

Each is claimed (turns.py) right before it is sent, so that 20,000 at once wait in the database and not here, and a run
that began meanwhile needs none. What was surely not sent is due as before; what is in doubt is not sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from bot.chat.messenger import Kind, Messenger
from bot.chat.rate import Rate
from bot.chat.reply import Reply, turned
from bot.chat.stop import where
from bot.chat.turns import Turns, arm, catch_up, due_of
from bot.clock import Clock
from bot.guide.library import Library
from bot.guide.remind import ring
from bot.guide.reminders import Reminder
from bot.store.chats import Store
from bot.store.errors import StoreFailed
from bot.store.rows import Row

AT_ONCE = 8
"""Requests under way together."""
BATCH = 200
AGAIN = (2.0, 5.0, 15.0, 30.0)
"""Seconds (real) until the next try where nothing could be sent."""
BROKEN = 1.0
"""Seconds (real) until the next try when the store failed."""
LEFT_ALONE = 60.0
"""Seconds (real) for which a chat is left alone whose reminder failed by a mistake of ours."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A reminder that is to be sent now, and counts as sent. `due`: virtual unix seconds."""

    reply: Reply
    due: float
    before: Reminder | None
    after: Reminder | None


class Reminding:
    """Sends what the store says is due, whenever it is woken."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        turns: Turns,
        clock: Clock,
        library: Callable[[], Library],
        rate: Rate,
        changed: Callable[[Row], None],
    ) -> None:
        """`rate` is the one of all sends. `changed` is called after each commit that changed a row."""
        self._store, self._messenger, self._turns, self._clock = store, messenger, turns, clock
        self._library, self._rate, self._changed = library, rate, changed
        self._due = asyncio.Event()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._alone: dict[int, float] = {}
        """Chats that wait while all others go on, and until when (real): held by a 429, or it failed by a mistake."""
        self._failures = 0
        self._wait = 0.0

    def wake(self) -> None:
        """Something is due."""
        self._due.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._until_again()):
                    await self._due.wait()
            self._due.clear()
            try:
                while await self.once():
                    pass
            except StoreFailed:
                self._due.set()
                await self._clock.sleep(BROKEN)

    async def once(self) -> bool:
        """Send what is due now; True if there was anything to send."""
        now = self._clock.real()
        self._alone = {chat: until for chat, until in self._alone.items() if until > now}
        found = await self._store.reminders_due(self._clock.now().timestamp(), BATCH + len(self._alone))
        chats = [chat for chat in found if chat not in self._alone][:BATCH]
        self._wait = 0.0
        async with asyncio.TaskGroup() as group:
            for chat in chats:
                if (held := self._rate.held(chat)) > now:
                    self._alone[chat] = held
                    continue
                await self._places.acquire()
                if self._wait:
                    self._places.release()
                    break
                await self._rate.take_for_reminder(chat)
                group.create_task(self._one(chat))
        if self._wait:
            await self._clock.sleep(self._wait)
        return bool(chats)

    def _until_again(self) -> float | None:
        """Seconds (real) until somebody who was left alone is asked about again; None: nobody is."""
        return max(0.0, min(self._alone.values()) - self._clock.real()) if self._alone else None

    async def _one(self, chat: int) -> None:
        try:
            claimed = await self.claim(chat)
            if claimed is None:
                return
            reply = claimed.reply
            answer = await self._messenger.say(reply.chat, reply.text, reply.buttons, html=True, silent=False)
            match answer.kind:
                case Kind.NOT_SENT:
                    self._hold()  # before others go: there is no network for them either
                    await self.give_back(claimed)
                case Kind.WAIT:
                    self._rate.refused(chat, answer.wait)
                    await self.give_back(claimed)
                case Kind.GONE:
                    await self._turns.gone(chat)
                case Kind.BUG:
                    log.error("Telegram refused a reminder", why=answer.why)
                case _:
                    self._failures = 0
        except StoreFailed:
            self._wait = max(self._wait, BROKEN)
        except Exception as error:
            log.error("a reminder failed", error=type(error).__name__, where=where(error))
            self._alone[chat] = self._clock.real() + LEFT_ALONE
        finally:
            self._places.release()

    async def claim(self, chat: int) -> Claimed | None:
        """A reminder's time has come: it is claimed for its local day, and moved on, before anything is sent."""
        row: Row | None = None
        try:
            async with self._store.transaction() as tx:
                now, library = self._clock.now(), self._library()
                row = await tx.load(chat, now)
                if row is None or row.remind_at is None or row.remind_at > now.timestamp():
                    return None
                catch_up(row, self._clock, library)
                due, before = row.remind_at, row.chat.reminder
                rung, page = ring(row.chat, datetime.fromtimestamp(due, UTC), now, library)
                row.chat = rung
                arm(row, now)
                await tx.save(row, due_of(row))
        finally:
            if row is not None:
                self._changed(row)
        return Claimed(turned(chat, page), due, before, row.chat.reminder) if page else None

    async def give_back(self, claimed: Claimed) -> None:
        """It was surely not sent: it is due as before, unless the person did something about it meanwhile.

        Tried until the store takes it: that nothing was sent is known here alone.
        """
        while True:
            try:
                return await self._give_back_once(claimed)
            except StoreFailed as error:
                log.error("the store failed a reminder", error=type(error).__name__, where=where(error))
            await self._clock.sleep(BROKEN)

    async def _give_back_once(self, claimed: Claimed) -> None:
        async with self._store.transaction() as tx:
            row = await tx.load(claimed.reply.chat, self._clock.now())
            if row is None or row.chat.person.inactive_since or row.chat.reminder != claimed.after:
                return
            row.chat = replace(row.chat, reminder=claimed.before)
            row.remind_at = claimed.due
            await tx.save(row, due_of(row))

    def _hold(self) -> None:
        """Nothing goes for a while."""
        self._wait = max(self._wait, AGAIN[min(self._failures, len(AGAIN) - 1)])
        self._failures += 1

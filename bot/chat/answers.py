"""Direct answers to taps and words: in order for each person, paced, not durable. Touches the messenger.

They must never cost a session anything: an answer leaves its chat's next screen a token of the rate, a 429 that answers
a direct answer holds direct answers alone, and there are only so many of them at once. What was surely not sent is
tried again for a while; what is in doubt is not, so that nothing comes twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

import structlog

from bot.chat.messenger import Answer, Kind, Messenger
from bot.chat.rate import MARGIN, Rate
from bot.chat.reply import Reply
from bot.chat.stop import where
from bot.clock import Clock

SPINNING = 8
"""Taps of a chat that are being answered at once; one more gets no answer."""
AT_ONCE = 32
"""Requests under way together."""
FRESH = 60.0
"""Seconds (real) for which an answer that was surely not sent is tried again; a toast has its own time."""
TOAST_FRESH = 10.0
"""Seconds (real) in which a tap can still be answered."""
AGAIN = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds (real) between tries."""

log = structlog.get_logger()


@dataclass(slots=True)
class Lane:
    """What waits in one chat, the oldest first."""

    waiting: list[Reply]
    cleared: int = 0
    """How often all of it was dropped, and what is being tried with it."""

    def clear(self) -> None:
        """Nothing of it is wanted any more."""
        self.waiting.clear()
        self.cleared += 1


class Answers:
    """Sends direct answers."""

    def __init__(
        self, messenger: Messenger, rate: Rate, clock: Clock, bring: Callable[[Reply], Awaitable[Reply]] | None = None
    ) -> None:
        """`rate` is the one of all sends. `bring` makes what an answer brings, right before it goes out."""
        self._messenger, self._rate, self._clock, self._bring = messenger, rate, clock, bring
        self._lanes: dict[int, Lane] = {}
        """What waits in each chat; a chat is here as long as somebody sends for it."""
        self._spinning: Counter[int] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    def give(self, reply: Reply) -> None:
        """Send an answer as soon as may be."""
        if reply.query is not None and self._spinning[reply.chat] < SPINNING:
            self._spinning[reply.chat] += 1
            self._start(self._toast(reply.chat, reply.query, reply.text if reply.as_toast else ""))
        if not reply.text or reply.as_toast:
            return
        lane = self._lanes.get(reply.chat)
        if lane is None:
            self._lanes[reply.chat] = Lane([reply])
            self._start(self._lane(reply.chat))
            return
        if reply.page:  # the page that is turned is over, and no other
            lane.waiting = [
                one for one in lane.waiting if reply.instead_of is None or one.instead_of != reply.instead_of
            ]
        elif reply.instead_of is not None:
            lane.clear()  # all is forgotten: what was asked before it must not come after it
        if all(waiting.text != reply.text for waiting in lane.waiting):
            lane.waiting.append(reply)  # the same words twice say no more; of different ones there are few

    async def finish(self, within: float) -> None:
        """Let them go out, for so many seconds (real); what is left then is left out."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)
        for task in (left := list(self._tasks)):
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _toast(self, chat: int, query: str, text: str) -> None:
        try:
            await self._send(lambda: self._messenger.toast(query, text), TOAST_FRESH)
        finally:
            self._spinning[chat] -= 1
            if not self._spinning[chat]:
                del self._spinning[chat]

    async def _lane(self, chat: int) -> None:
        """One after the other, as long as something waits in this chat."""
        lane = self._lanes[chat]
        try:
            while lane.waiting:
                await self._rate.take_for_answer(chat)
                if lane.waiting:  # it may have been cleared meanwhile
                    await self._say(lane.waiting.pop(0), lane)
        finally:
            del self._lanes[chat]

    async def _say(self, reply: Reply, lane: Lane) -> None:
        cleared = lane.cleared
        if reply.brings is not None and self._bring is not None:
            try:
                reply = await self._bring(reply)
            except Exception as error:  # it would say what is not so: the person asks again, and others wait behind it
                log.error("what an answer brings could not be made", error=type(error).__name__, where=where(error))
                return
        page = reply
        await self._send(
            lambda: self._messenger.say(
                page.chat, page.text, page.buttons, page.instead_of, html=page.page, ask=page.ask, file=page.file
            ),
            FRESH,
            lambda: lane.cleared == cleared,
        )

    async def _send(
        self, call: Callable[[], Awaitable[Answer]], fresh: float, wanted: Callable[[], bool] = lambda: True
    ) -> None:
        until = self._clock.real() + fresh
        for pause in AGAIN:
            if not wanted():
                return
            async with self._places:
                answer = await call()
            match answer.kind:
                case Kind.NOT_SENT:
                    wait = pause
                case Kind.WAIT:
                    wait = answer.wait * MARGIN
                case Kind.BUG:
                    log.error("Telegram refused an answer", why=answer.why)
                    return
                case _:
                    return
            if self._clock.real() + wait > until:
                return
            await self._clock.sleep(wait)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a direct answer failed", error=type(error).__name__, where=where(error))

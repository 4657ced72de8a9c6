"""Updates in order, each committed before it is confirmed: Telegram is the queue. Touches the messenger and the turns.

Stock polling confirms what it has only read; here the next poll's offset confirms what is committed, so while the store
fails nothing is lost. A malformed update stops nobody: it is parked with the error's kind. The offset begins anew at
each start (ids restart after a quiet week).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog

from bot.chat.answers import Answers
from bot.chat.flood import Verdict
from bot.chat.messenger import POLL_FOR, Answer, Elsewhere, Incoming, Kind, Messenger, incoming
from bot.chat.reply import Reply
from bot.chat.stop import Stop, where
from bot.store.errors import StoreFailed

WATCH = 90.0
"""Seconds (real) without a poll that worked after which the polling client is built anew."""
LEAST = 1.0
"""Seconds (real) of a pause after a 429 that names less."""
FINISH = 2.0
"""Seconds (real) that direct answers, and the last poll, are given at the end."""
GROUPS = 1_000
"""Groups that are remembered as answered, as long as the process runs."""
BACK_OFF = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)

log = structlog.get_logger()


class Polling:
    """Asks for updates and hands them on, one after the other."""

    def __init__(
        self,
        messenger: Messenger,
        take: Callable[[Incoming], Awaitable[Reply | None]],
        park: Callable[[int, str], Awaitable[None]],
        answers: Answers,
        judge: Callable[[Incoming], Verdict],
        *,
        wait: float = POLL_FOR,
        watch: float = WATCH,
        groups: int = GROUPS,
    ) -> None:
        """`take` handles one update and commits. `park` notes one that can't be handled. `answers` sends direct ones.
        `judge` says what is too much to be handled at all.

        `wait` and `watch` in real seconds. `groups`: how many are remembered as answered.
        """
        self._messenger, self._take, self._park, self._answers = messenger, take, park, answers
        self._judge = judge
        self._wait, self._watch, self._most_groups = wait, watch, groups
        self._offset: int | None = None
        self.brought = 0
        """How many updates the last poll brought."""
        self._failures = 0
        """Polls in a row without updates: while only the store fails, a person waits a second for it, not thirty."""
        self._groups: dict[int, None] = {}
        """Groups that were answered, in order."""
        self._worked: float | None = None
        """When (by the loop's time) a poll worked, or polling began with the client that it has."""
        self._failing = False

    async def run(self) -> None:
        """Poll until cancelled. Raises Stop where polling can't go on."""
        try:
            while True:
                if not await self.poll_once(self._wait):
                    await asyncio.sleep(BACK_OFF[min(self._failures, len(BACK_OFF) - 1)])
                    self._failures += 1
        except Stop:
            self._offset = None  # one more poll would end the other one's, or ask again with a token that is none
            raise
        finally:
            await self._finish()

    async def poll_once(self, wait: float) -> bool:
        """One poll and all it brought. False if it failed and a pause is due."""
        now = asyncio.get_running_loop().time
        if self._worked is None:
            self._worked = now()
        found: list[dict[str, Any]] | Answer
        try:
            async with asyncio.timeout(self._watch):
                found = await self._messenger.updates(self._offset, wait)
        except TimeoutError:
            found = Answer(Kind.DOUBT, why="it hangs")
        if isinstance(found, Answer):
            self.brought = 0
            return await self._failed(found, now() - self._worked)
        self._worked, self._failures = now(), 0
        if self._failing:
            self._failing = False
            log.info("updates come again")
        self.brought = len(found)
        for raw in found:
            if not await self._one(raw):
                return False
            self._offset = raw["update_id"] + 1
        return True

    async def _watched(self, answer: Answer, since: float) -> None:
        """A poll failed: say so once, and if none worked for long, take a new client. A wedged one stays dead."""
        if not self._failing:
            self._failing = True
            log.warning("updates can't be fetched; trying again", kind=answer.kind.value, why=answer.why)
        if since >= self._watch:
            self._worked = None
            log.warning("no poll worked for long; polling anew")
            await self._messenger.renew_poller()

    async def _failed(self, answer: Answer, since: float) -> bool:
        """A poll brought no updates; `since` so many seconds (real) none did. False if a pause is due."""
        match answer.kind:
            case Kind.SECOND_POLLER:
                raise Stop(
                    "This bot already runs somewhere else with the same token: stop the other one, then start again."
                )
            case Kind.BAD_TOKEN:
                raise Stop("Telegram does not know this token. Set EASEBACK_TOKEN to the one that BotFather shows.")
            case Kind.WEBHOOK:
                log.warning("updates went to a webhook that was set earlier; it is taken away")
                await self._messenger.no_webhook()
            case Kind.WAIT:
                await asyncio.sleep(max(LEAST, answer.wait))
                return True
            case _:
                await self._watched(answer, since)
        return False

    async def _one(self, raw: dict[str, Any]) -> bool:
        """Handle one update. False: it could not be committed and comes again with the next poll."""
        number: int = raw["update_id"]
        try:
            came = self._once(incoming(raw, self._messenger.myself))
            verdict = self._judge(came)
        except Exception as error:
            return await self._leave(number, "an update could not be read", error)
        if verdict.reply is not None:
            self._answers.give(verdict.reply)
        if not verdict.handle:
            return True
        for _ in range(2):
            try:
                reply = await self._take(came)
            except StoreFailed as error:
                log.error("an update could not be kept", error=type(error).__name__, where=where(error))
                return False
            except Exception as error:
                failed = error
                continue
            if isinstance(came, Elsewhere) and came.speaks:
                self._remember(came.chat)
            if reply is not None:
                self._answers.give(reply)
            return True
        return await self._leave(number, "an update could not be handled", failed)

    def _once(self, came: Incoming) -> Incoming:
        """A group is answered once, as long as this process runs."""
        return replace(came, speaks=False) if isinstance(came, Elsewhere) and came.chat in self._groups else came

    def _remember(self, group: int) -> None:
        self._groups[group] = None
        while len(self._groups) > self._most_groups:
            del self._groups[next(iter(self._groups))]

    async def _leave(self, number: int, why: str, error: Exception) -> bool:
        """Park an update that nobody can handle. False: not even that could be committed, so it comes again."""
        kind, place = type(error).__name__, where(error)
        log.error(why, error=kind, where=place)
        try:
            await self._park(number, f"{kind} {place}")
        except StoreFailed as failed:
            log.error("an update could not be kept", error=type(failed).__name__, where=where(failed))
            return False
        except Exception as failed:
            # Not even a note of it can be made: it is left behind without one, for it must not stop all others.
            log.error("an update could not be parked", error=type(failed).__name__, where=where(failed))
        return True

    async def _finish(self) -> None:
        """Let direct answers go out, and confirm what is committed with one last, short poll."""
        await self._answers.finish(FINISH)
        if self._offset is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FINISH):
                    await self._messenger.updates(self._offset, 0)

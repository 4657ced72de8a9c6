"""Makes each chat show its state: claim → screen → send → settle. Touches the store, the shelf and the messenger.

A send happens outside every transaction, after a committed claim and before a settle (reliability.md). What was lost in
between is in doubt, and repeated once after a probe. Nothing is queued: what is drawn is the state as it is now.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import structlog

from bot.chat.messenger import TIMEOUT, Answer, Kind, Messenger
from bot.chat.rate import Rate
from bot.chat.stop import Stop, where
from bot.chat.turns import catch_up, due_of, feed
from bot.clock import Clock
from bot.guide.events import Delivered, GaveUp, Gone, NoVoice
from bot.guide.library import Library
from bot.guide.parts import Part
from bot.guide.screens import screen
from bot.store.chats import Store, Transaction
from bot.store.errors import StoreFailed
from bot.store.rows import Row

LEASE = 3 * TIMEOUT
"""Seconds (real) of a claim: longer than a probe and a send together."""
NOTE_WITHIN = 8.0
"""Seconds (real) a note may take to be made at the last moment; after that the run goes on in text."""
CLEAN_AGAIN = 30.0
"""Seconds (real) for which a chat is left alone whose delivery, or cleaning, failed."""
AGAIN = 1.0
"""Seconds (real) until the next try when the store failed."""
SETTLE_AGAIN = (0.1, 0.2, 0.4, AGAIN)
"""Seconds (real) between tries to write down what became of a send: the answer is known here alone."""
AT_ONCE, CLEANERS = 48, 12
"""Sends, and cleanings, under way together."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A part of a screen that this claim may send."""

    chat: int
    rev: int
    at: datetime
    """When this screen, or this change of its buttons, was asked for."""
    claim: int
    part: Part
    last: bool
    again: bool
    file_id: str | None

    def shows(self, row: Row) -> bool:
        """True if this is still what must be shown."""
        return (self.rev, self.at) == (row.rev, row.chat.state.at) and row.chat.state.waits


class Delivery:
    """Sends what must be shown."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        note: Callable[[str], Awaitable[Path | None]],
        clock: Clock,
        library: Callable[[], Library],
        rate: Rate,
        changed: Callable[[Row], None],
    ) -> None:
        """`note` gives the file of a finished note, waiting for it if need be. `changed`: called after each settle."""
        self._store, self._messenger, self._note = store, messenger, note
        self._clock, self._library, self._rate, self._changed = clock, library, rate, changed
        self._wake = asyncio.Event()
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._cleaning: dict[int, asyncio.Task[None]] = {}
        self._rest: dict[int, float] = {}
        """Chats that could not be cleaned, and until when (real) they are left alone."""
        self._looked = 0.0
        """When (real) it was last looked for what is due."""
        self._stopped: Stop | None = None

    def wake(self) -> None:
        """Something must be shown."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled. Raises Stop."""
        try:
            while True:
                self._wake.clear()
                wait = await self._look()
                if self._stopped:
                    raise self._stopped
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._wake.wait()
        finally:
            await self._end()

    async def _look(self) -> float | None:
        """Start what is due. Gives the seconds (real) until something may be due again; None: until woken."""
        try:
            await self._start_due()
            return await self._until_next()
        except Exception as error:
            log.error("what must be shown can't be looked up", error=type(error).__name__, where=where(error))
            await self._clock.sleep(AGAIN)
            return 0.0

    async def _start_due(self) -> None:
        self._looked = self._clock.real()
        for chat in await self._store.to_send(self._looked, AT_ONCE) if len(self._busy) < AT_ONCE else ():
            if chat not in self._busy and len(self._busy) < AT_ONCE:
                if chat in self._cleaning:
                    self._cleaning[chat].cancel()  # what must be shown waits for no old button
                self._start(self._busy, chat, self._chat(chat))
        self._rest = {chat: until for chat, until in self._rest.items() if until > self._looked}
        if self._rate.spare and len(self._cleaning) < CLEANERS:
            for chat in await self._store.to_clean(CLEANERS + len(self._rest)):
                if chat not in self._cleaning and chat not in self._rest and len(self._cleaning) < CLEANERS:
                    self._start(self._cleaning, chat, self._clean(chat))

    async def _until_next(self) -> float | None:
        waits = []
        if (following := await self._store.next_send()) is not None:
            # What was due when it was looked for is under way, not claimed yet, or waits for a place: that wakes us.
            waits.append(following - self._clock.real() if following > self._looked else AGAIN)
        if self._rest:
            waits.append(min(self._rest.values()) - self._clock.real())
        if not self._rate.spare:
            waits.append(1.0)
        return max(0.0, min(waits)) if waits else None

    def _start(self, tasks: dict[int, asyncio.Task[None]], chat: int, work: Coroutine[None, None, None]) -> None:
        def ended(_: asyncio.Task[None]) -> None:
            del tasks[chat]
            self._wake.set()

        tasks[chat] = asyncio.create_task(work)
        tasks[chat].add_done_callback(ended)  # also of one that was dropped before it began

    async def _chat(self, chat: int) -> None:
        try:
            while await self.step_once(chat):
                pass
        except Stop as stop:
            self._stopped = stop
        except StoreFailed as error:
            log.error("the store failed a delivery", error=type(error).__name__, where=where(error))
            await self._clock.sleep(AGAIN)
        except Exception as error:
            # A poison row goes to the future first: nobody else waits for it.
            log.error("a delivery failed", error=type(error).__name__, where=where(error))
            await self._put_off(chat)

    async def _put_off(self, chat: int) -> None:
        await self._clock.sleep(AGAIN)
        try:
            await self._store.put_off(chat, self._clock.real() + CLEAN_AGAIN)
        except Exception as error:
            log.error("a delivery could not be put off", error=type(error).__name__, where=where(error))

    async def _clean(self, chat: int) -> None:
        rest = CLEAN_AGAIN
        try:
            done = await self.clean_once(chat)
        except Exception as error:
            log.error("old buttons could not be taken away", error=type(error).__name__, where=where(error))
            done, rest = False, AGAIN if isinstance(error, StoreFailed) else CLEAN_AGAIN
        if not done:
            self._rest[chat] = self._clock.real() + rest

    async def _end(self) -> None:
        """Let what is on the wire be settled, within a request's time."""
        for task in self._cleaning.values():
            task.cancel()
        if self._busy:
            await asyncio.wait(list(self._busy.values()), timeout=2.0)
        for task in self._busy.values():
            task.cancel()
        if left := [*self._busy.values(), *self._cleaning.values()]:
            await asyncio.wait(left)  # they let go of the store first

    # ── one part ──────────────────────────────────────────────────────────────────────────────────────────────────────
    async def step_once(self, chat: int) -> bool:
        """Claim, send and settle one part of a chat's screen. True if something was done."""
        job = await self.claim(chat)
        if job is None:
            return False
        answer = await self._send(job)
        await self.settle(job, answer)
        if answer.kind is Kind.BAD_TOKEN:
            raise Stop("Telegram does not know the token any more. Set EASEBACK_TOKEN to the one that BotFather shows.")
        return True

    async def claim(self, chat: int) -> Job | None:
        """Take what must be shown next, if it is due; a claim that nobody settled is in doubt."""
        job: Job | None = None
        try:
            async with self._store.transaction() as tx:
                row = await tx.load(chat, self._clock.now())
                if row is None or row.send_at is None or row.send_at > self._clock.real():
                    return None
                job = await self._claimed(tx, row)
                await tx.save(row, due_of(row))
        except StoreFailed:
            if job is not None:
                # Whether it was committed may be unknown; that nothing was sent is known here.
                await self.settle(job, Answer(Kind.NOT_SENT))
            raise
        self._changed(row)
        return job

    async def _claimed(self, tx: Transaction, row: Row) -> Job | None:
        library = self._library()
        if (held := self._rate.held(row.id)) > self._clock.real():
            row.send_at = held  # Telegram said when, whatever happened in the chat since
            return None
        catch_up(row, self._clock, library)  # time comes first
        parts = screen(row.chat, library)[row.part :]
        unsettled, row.sending = row.sending, None
        if not row.chat.state.waits:
            row.send_at = None
        elif not parts:
            feed(row, Delivered(), None, self._clock, library)
        elif unsettled == row.rev and not parts[0].repeats:
            self._doubt(row, parts[0])
        else:
            row.sending, row.claim, row.send_at = row.rev, row.claim + 1, self._clock.real() + LEASE
            key = parts[0].telling.key if parts[0].telling else None
            file_id = await tx.file_id(key) if key else None
            last, again = len(parts) == 1, row.doubts > 0
            return Job(row.id, row.rev, row.chat.state.at, row.claim, parts[0], last, again, file_id)
        return None

    async def _send(self, job: Job) -> Answer:
        note: Path | str | None = job.file_id
        if job.part.telling and note is None:
            assert job.part.telling.key is not None
            try:
                async with asyncio.timeout(NOTE_WITHIN):
                    note = await self._note(job.part.telling.key)
            except TimeoutError:
                note = None
            if note is None:
                return Answer(Kind.NO_NOTE)
        counts = job.chat if job.part.kind != "silence" and job.part.edit is None else None
        await self._rate.take(counts)
        if job.again:
            answer = await self._messenger.probe(job.chat)
            if answer.kind is not Kind.DONE:
                return Answer(Kind.NOT_SENT) if answer.kind is Kind.DOUBT else answer
        try:
            if not await self._current(job):
                self._rate.give_back(counts)  # else who writes fast would wait for screens that nobody saw
                return Answer(Kind.NOT_SENT)
        except StoreFailed as error:
            self._rate.give_back(counts)
            log.error("the store failed a delivery", error=type(error).__name__, where=where(error))
            return Answer(Kind.NOT_SENT)  # what was not sent is not in doubt
        if job.part.kind == "silence":
            return await self._messenger.delete(job.chat, job.part.messages)
        return await self._messenger.show(job.chat, job.part, job.rev, note)

    async def _current(self, job: Job) -> bool:
        """After any wait between claim and wire: is it still ours and still what must be shown?"""
        row = await self._store.peek(job.chat, self._clock.now())
        return row is not None and row.claim == job.claim and job.shows(row)

    async def settle(self, job: Job, answer: Answer) -> None:
        """Write down what became of a send, also when the claim is lost or the screen moved on.

        Tried until the store takes it: if the answer were lost, the send would be in doubt, and repeated for nothing.
        """
        if answer.kind is Kind.WAIT:
            self._rate.refused(job.chat, answer.wait)
        answered, tries = self._clock.now(), 0
        while True:
            try:
                return await self._settle_once(job, answer, answered)
            except StoreFailed as error:
                log.error("the store failed a delivery", error=type(error).__name__, where=where(error))
            await self._clock.sleep(SETTLE_AGAIN[min(tries, len(SETTLE_AGAIN) - 1)])
            tries += 1

    async def _settle_once(self, job: Job, answer: Answer, answered: datetime) -> None:
        library = self._library()
        async with self._store.transaction() as tx:
            row = await tx.load(job.chat, self._clock.now())
            key = job.part.telling.key if job.part.telling else None
            if key and answer.file_id and answer.file_id != job.file_id:
                await tx.keep_file_id(key, answer.file_id)
            if key and answer.kind is Kind.BAD_FILE:
                await tx.drop_file_id(key)
            if row is None:
                return  # forgotten meanwhile
            if answer.kind is Kind.DONE and answer.message is not None:
                self._note_message(row, job, answer.message)
            if row.sending is not None and row.claim == job.claim:
                row.sending = None
                row.send_at = self._clock.real() if row.chat.state.waits else None
                self._settled(row, job, answer, answered, library)
            await tx.save(row, due_of(row))
        self._changed(row)

    def _note_message(self, row: Row, job: Job, message: int) -> None:
        """Its buttons live if the screen is still the same; else they, and the note with its voice, must go."""
        if job.rev == row.rev:
            if job.part.buttons and message not in row.live:
                row.live.append(message)
        elif message not in row.live and (job.part.buttons or job.part.kind == "voice"):
            if job.part.kind != "voice" or job.part.edit is not None:
                row.dead.append((message, "strip"))
            elif row.claim == job.claim and row.chat.state.waits and row.part == 0:
                # What must be shown waits for this very settle: the note falls silent with it, as its first part.
                state = row.chat.state
                row.chat = replace(row.chat, state=replace(state, silence=(*state.silence, message)))
            else:
                row.dead.append((message, "delete"))

    def _settled(self, row: Row, job: Job, answer: Answer, answered: datetime, library: Library) -> None:
        match answer.kind:
            case Kind.WAIT:
                row.send_at = self._rate.held(job.chat)
            case Kind.GONE:
                feed(row, Gone(), None, self._clock, library)
            case _ if not job.shows(row):
                pass  # moved on meanwhile, or a tap was the receipt
            case Kind.DONE:
                row.part, row.doubts = row.part + 1, 0
                if job.part.kind == "silence":
                    row.dead = [(m, how) for m, how in row.dead if m not in job.part.messages]
                if job.last:
                    # Its clock runs since then, however late it could be written down.
                    feed(row, Delivered(answer.message), answered.timestamp(), self._clock, library)
            case Kind.NOTHING_TO_EDIT:
                row.chat = replace(row.chat, state=replace(row.chat.state, on=None))
            case Kind.NO_VOICE:
                feed(row, NoVoice(), None, self._clock, library)
            case Kind.NO_NOTE:
                doubts = row.doubts
                feed(row, NoVoice(forbidden=False), None, self._clock, library)
                row.doubts = doubts  # what may have come as a note is the same step: it comes once more at most
            case Kind.BAD_FILE:
                pass  # the id is dropped: the bytes go up again at once
            case Kind.DOUBT if not job.part.repeats:
                self._doubt(row, job.part)
            case Kind.BUG:
                log.error("Telegram refused a screen", why=answer.why, state=row.chat.state.kind, part=job.part.kind)
                feed(row, GaveUp(), None, self._clock, library)
            case _:
                row.send_at = self._clock.real() + self._patience(row)

    def _doubt(self, row: Row, part: Part) -> None:
        row.doubts += 1
        if row.doubts < part.copies:
            row.send_at = self._clock.real() + self._patience(row)
        else:
            feed(row, GaveUp(), None, self._clock, self._library())

    def _patience(self, row: Row) -> float:
        """Seconds (real) until the next try: 1 at first, growing with the time it has waited, at most 60."""
        waited = (self._clock.now() - row.chat.state.at).total_seconds() / self._clock.speed
        return min(60.0, max(1.0, waited / 2))

    # ── old buttons ───────────────────────────────────────────────────────────────────────────────────────────────────
    async def clean_once(self, chat: int) -> bool:
        """Take old buttons away, after what is new: repeatable, best effort. False if Telegram does not take it now."""
        while (row := await self._store.peek(chat, self._clock.now())) and row.dead and row.send_at is None:
            message, how = row.dead[0]
            await self._rate.take()
            if how == "delete":
                answer = await self._messenger.delete(chat, [message])
            else:
                answer = await self._messenger.strip(chat, message)
            if answer.kind not in (Kind.DONE, Kind.GONE, Kind.BUG):
                return False
            async with self._store.transaction() as tx:
                fresh = await tx.load(chat, self._clock.now())
                if fresh is None:
                    return True
                fresh.dead = [entry for entry in fresh.dead if entry[0] != message]
                await tx.save(fresh, due_of(fresh))
        return True

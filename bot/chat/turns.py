"""One event = one transaction: load the chat, update, save state and due time. Touches the store only.

Everything that decides lies in the guide; here is which event an update is, whose it is, and which screen it answers.
Direct answers are returned and go out after the commit; they are not durable.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bot.chat.messenger import Elsewhere, Incoming, Left, Nothing, Tap, Word
from bot.chat.reply import Reply, turned
from bot.clock import Clock
from bot.guide import code
from bot.guide.chat import Chat, Idle
from bot.guide.events import ACTS, ALWAYS, COMMANDS, Coded, Crisis, Delivered, Do, Event, Gone, Menu, Spoke, Tick, read
from bot.guide.library import Library
from bot.guide.menus import prompt_in
from bot.guide.outcome import Page, Say
from bot.guide.parts import Button
from bot.guide.player import cut_if_late, is_ahead, restored, same_screen, update, wake_at
from bot.guide.remind import reminder_due
from bot.store.chats import Store, Transaction
from bot.store.rows import Row


class Forgotten(Exception):
    """The person said yes to /forget: the row is to be erased, not saved."""


def feed(row: Row, event: Event, at: float | None, clock: Clock, library: Library) -> Say | Page | None:
    """Let an event happen to a chat; a new screen gets a new rev. `at`: virtual unix seconds, None for now.

    Raises Forgotten.
    """
    now = clock.now() if at is None else datetime.fromtimestamp(at, UTC)
    before = row.chat.state
    outcome = update(row.chat, event, now, library)
    if outcome.chat is None:
        raise Forgotten
    rearm(row, outcome.chat, now)
    state = row.chat.state
    if state is before:
        return outcome.say
    if state.waits and same_screen(before, state):
        row.part = row.doubts = 0
        if row.sending is None:
            row.send_at = clock.real()
    elif state.waits:
        if before.waits and not row.part:  # what was to fall silent with a screen that never came goes with this one
            left = tuple(message for message in before.silence if message not in state.silence)
            row.chat = replace(row.chat, state=replace(state, silence=(*left, *state.silence)))
        _new_screen(row, clock)
        if row.sending is None:
            row.send_at = clock.real()
    elif isinstance(state, Idle) and not isinstance(before, Idle):  # closed in silence: its buttons go
        _new_screen(row, clock)
        if row.sending is None:
            row.send_at = None
    else:
        row.dead = [(message, how) for message, how in row.dead if message not in row.live]
        if row.sending is None:
            row.send_at = None
    return outcome.say


def rearm(row: Row, chat: Chat, now: datetime) -> None:
    """The chat as it is now; its reminder is armed anew only if something about it changed: what is due stays due."""
    was, row.chat = row.chat, chat
    if (was.reminder, was.person.inactive_since) != (chat.reminder, chat.person.inactive_since):
        arm(row, now)


def arm(row: Row, now: datetime) -> None:
    """What was due is done with: the reminder is due when it is next."""
    due = reminder_due(row.chat, now)
    row.remind_at = due.timestamp() if due else None


def _new_screen(row: Row, clock: Clock) -> None:
    """What is shown belongs to the past: the next rev, never used twice, not even after /forget or a restore."""
    row.rev = max(row.rev + 1, int(clock.real() * 1000))
    row.part = row.doubts = 0
    row.dead = [*row.dead, *((message, "strip") for message in row.live)]
    row.live = []


def mend(row: Row, clock: Clock) -> None:
    """A state that could not be read became another when it was loaded: that one must be shown."""
    if row.chat.state.waits and row.send_at is None and row.sending is None:
        _new_screen(row, clock)
        row.send_at = clock.real()


def revive(row: Row, clock: Clock) -> None:
    """A row out of a backup: nothing of it is sent, and no button that anybody has seen acts on it."""
    now = clock.now()
    row.chat = restored(row.chat, now)
    due = reminder_due(row.chat, now)  # strictly after now: what was due meanwhile came already, or is over
    row.remind_at = due.timestamp() if due else None
    _new_screen(row, clock)
    row.send_at = row.sending = None


def catch_up(row: Row, clock: Clock, library: Library) -> None:
    """All that is due, each at the time when it was due: no burst, one truth."""
    now = clock.now()
    mend(row, clock)
    while (due := wake_at(row.chat.state)) is not None and due <= now:
        feed(row, Tick(), due.timestamp(), clock, library)
    if is_ahead(row.chat.state, now):
        feed(row, Tick(), now.timestamp(), clock, library)
    row.chat = cut_if_late(row.chat, now)


def due_of(row: Row) -> float | None:
    """When time itself is the next event for this chat, in virtual unix seconds."""
    due = wake_at(row.chat.state)
    return due.timestamp() if due else None


class Turns:
    """Handles what comes in."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        library: Callable[[], Library],
        changed: Callable[[Row], None],
        allow: frozenset[int] = frozenset(),
    ) -> None:
        """`changed` is called after each commit that changed a row. `allow`: only these people; empty: everybody."""
        self._store, self._clock, self._library, self._changed, self._allow = store, clock, library, changed, allow

    async def take(self, came: Incoming) -> Reply | None:
        """Handle one update in one transaction that also notes its id. Gives the direct answer that is due after it."""
        row: Row | None = None
        reply: Reply | None = None
        try:
            async with self._store.transaction() as tx:
                if not await tx.first_sight(came.update, self._clock.real()):
                    return None
                match came:
                    case Tap() | Word() if self._allow and came.chat not in self._allow:
                        reply = self._say(came, "", Say("not-allowed"))
                    case Tap():
                        reply, row = await self._tap(tx, came)
                    case Word():
                        reply, row = await self._word(tx, came)
                    case Left():
                        row = await self._left(tx, came)
                    case Elsewhere(speaks=speaks):
                        reply = self._say(came, "", Say("group")) if speaks else Reply(came.chat, query=came.query)
                    case Nothing():
                        pass
        finally:
            if row is not None:
                self._changed(row)  # also after a commit that failed: it may have been done all the same
        return reply

    async def tick(self, chat: int) -> None:
        """Time has come for a chat."""
        row: Row | None = None
        try:
            async with self._store.transaction() as tx:
                row = await tx.load(chat, self._clock.now())
                if row is None:
                    return
                catch_up(row, self._clock, self._library())
                await tx.save(row, due_of(row))
        finally:
            if row is not None:
                self._changed(row)  # also after a commit that failed: it may have been done all the same

    async def gone(self, chat: int) -> None:
        """A direct answer met somebody who blocked the bot, or is no longer there."""
        async with self._store.transaction() as tx:
            row = await self._leave(tx, chat)
        if row is not None:
            self._changed(row)

    async def _left(self, tx: Transaction, left: Left) -> Row | None:
        return await self._leave(tx, left.chat)

    async def _leave(self, tx: Transaction, chat: int) -> Row | None:
        row = await tx.load(chat, self._clock.now())
        if row is not None:
            feed(row, Gone(), None, self._clock, self._library())
            await tx.save(row, due_of(row))
        return row

    async def _word(self, tx: Transaction, word: Word) -> tuple[Reply | None, Row | None]:
        gone = await tx.erased_upto(word.chat)
        if gone is not None and word.message <= gone:
            return None, None  # said before they left
        library, now = self._library(), self._clock.now()
        row = await tx.load(word.chat, now)
        if row is not None:
            mend(row, self._clock)
        else:
            language = word.language.split("-")[0] if word.language.split("-")[0] in library.words else "en"
            row = Row(id=word.chat, chat=Chat.new(language, now), rev=int(self._clock.real() * 1000))
        language = row.chat.person.language
        safety = library.content_in(language).safety
        words = library.words_in(language)
        prompt = prompt_in(word.answers, words) if word.answers else None
        event: Event = read(word.text, words, safety, secrets.token_hex(8), prompt)
        if (payload := code.payload_of(word.text)) is not None:
            event = Coded(code.read(payload, self._store.signed), secrets.token_hex(8))
        said_after = word.message > row.heard
        fits = said_after
        if isinstance(event, Do):
            shown = max([row.heard, *row.live, row.chat.state.there or 0])
            answers = word.message > shown and row.chat.state.seen is not None
            fits = event.action in ALWAYS or (said_after if event.action in COMMANDS else answers)
        elif isinstance(event, Crisis):
            fits = True
        row.heard = max(row.heard, word.message)
        if not fits and said_after and row.chat.state.lost:
            event, fits = Spoke(), True  # a word for a screen that may never have come: show it again
        return await self._do(tx, row, event if fits else None, word)

    async def _tap(self, tx: Transaction, tap: Tap) -> tuple[Reply | None, Row | None]:
        row = await tx.load(tap.chat, self._clock.now())
        action, _, rev = tap.data.partition(":")
        if row is None:  # a tap never creates a chat
            number = self._library().number(None, tap.language).emergency
            unknown = Say("hurts-outside", {"number": number}) if action == "hurts" else Say("no-chat")
            return self._say(tap, tap.language, unknown), None
        mend(row, self._clock)
        if action == "menu":
            event = Do(rev, id=secrets.token_hex(8)) if rev in ACTS else Menu(rev)
            return await self._do(tx, row, event, tap)
        if rev != str(row.rev):
            if tap.message not in row.live and all(tap.message != message for message, _ in row.dead):
                row.dead.append((tap.message, "strip"))  # a late tap heals its own message
            if action == "erase":
                action = "forget"  # asked again: neither refused nor done by an old button
            if action in ALWAYS:
                return await self._do(tx, row, Do(action, id=secrets.token_hex(8)), tap)
            answer = "late-tap"
            # Where we are may never have been seen: show it, or say that there is nothing to show.
            if row.chat.state.lost and feed(row, Spoke(), None, self._clock, self._library()):
                answer = "nothing-running"
            await tx.save(row, due_of(row))
            return self._say(tap, row.chat.person.language, Say(answer)), row
        if tap.message not in row.live:
            row.live.append(tap.message)
        now = self._clock.now().timestamp()
        if row.chat.state.seen is None and row.chat.state.on != tap.message:
            feed(row, Delivered(tap.message), now, self._clock, self._library())  # a tap is a receipt
        return await self._do(tx, row, Do(action, on=tap.message, id=secrets.token_hex(8)), tap, now)

    async def _do(
        self, tx: Transaction, row: Row, event: Event | None, came: Tap | Word, at: float | None = None
    ) -> tuple[Reply | None, Row | None]:
        language = row.chat.person.language
        try:
            say = feed(row, event, at, self._clock, self._library()) if event else None
        except Forgotten:
            await tx.erase(row.id, max([row.heard, came.message, *row.live]), self._clock.real())
            return self._say(came, language, Say("forgotten")), None
        await tx.save(row, due_of(row))
        if say is None:
            return (Reply(came.chat, query=came.query) if isinstance(came, Tap) else None), row
        return self._say(came, language, say, (*row.live, *(message for message, _ in row.dead))), row

    def _say(
        self, came: Tap | Word | Elsewhere, language: str, say: Say | Page, screens: tuple[int, ...] = ()
    ) -> Reply:
        if isinstance(say, Page):  # in the place of the tapped page; a screen of the session stays
            query, on = (came.query, came.message) if isinstance(came, Tap) else (None, None)
            return turned(came.chat, say, query, None if say.ask or on in screens else on)
        words = self._library().words_in(language)
        begin = Button(words("button-begin"), "menu:backpain", "primary")
        remind = Button(words("button-daily"), "menu:remind")
        buttons = {"start": ((begin,), (remind,)), "code-unknown": ((begin,),)}.get(say.words, ())
        query = came.query if isinstance(came, Tap | Elsewhere) else None
        asked = came.message if isinstance(came, Tap) and say.words == "forgotten" else None
        return Reply(came.chat, words(say.words, **say.args), query=query, buttons=buttons, instead_of=asked)

    async def park(self, update: int, error: str) -> None:
        """Note an update that can't be handled, so that it stops nobody: the kind of error, no word of a person."""
        async with self._store.transaction() as tx:
            if await tx.first_sight(update, self._clock.real()):
                await tx.park(update, error, self._clock.real())

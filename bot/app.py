"""The composition root: builds, starts and stops everything, in order. Every part is a parameter of the next."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import structlog

from bot.chat.alarm import Alarm, earliest
from bot.chat.answers import Answers
from bot.chat.bringing import Bringing
from bot.chat.delivery import Delivery
from bot.chat.flood import Flood
from bot.chat.messenger import Kind, Me, Messenger
from bot.chat.polling import Polling
from bot.chat.rate import Rate
from bot.chat.reminding import Reminding
from bot.chat.stop import Stop
from bot.chat.turns import Turns, due_of, revive
from bot.clock import Clock, PacedClock, SystemClock
from bot.desk import Desk
from bot.guide.events import SLASH
from bot.guide.library import Library
from bot.guide.words import Words
from bot.inside import Inside
from bot.led import ahead, orders, read_content
from bot.local import asked_again, local_chat
from bot.localchat.server import page_address
from bot.media.shelf import Shelf
from bot.media.voice.engine import Hibari
from bot.parts import Led, Parts
from bot.settings import Settings
from bot.store.chats import open_store
from bot.store.database import Before
from bot.store.lock import FolderLock
from bot.store.restore import come_back
from bot.store.rows import Row
from bot.store.secrets import find_keys
from bot.zones import COUNTRIES, cities_in, usual_zone

LATE = 120.0
"""Seconds (real) after which a step is too late to be sent."""
TWICE = 0.8
"""Seconds (real) within which the same tap again is a double tap."""
TRY_AGAIN = (2.0, 5.0, 10.0, 30.0)
"""Seconds (real) between tries to reach the Bot API at the start."""
FULL_POLL = 100
"""Updates that one poll brings at most: fewer, and no older one waits (Bot API, getUpdates)."""

log = structlog.get_logger()
Tell = Callable[[str], None]


async def run(
    settings: Settings,
    tell: Tell,
    stop: asyncio.Event,
    show: Tell,
    *,
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    before: Before | None = None,
) -> None:
    """Run until `stop` is set. `tell` prints a line for the operator, `show` opens the local chat's page.

    For a rig that kills it: `clock` goes on over its deaths, `transport` carries the requests, and `before` is told of
    each point in a transaction (database.py). With the local chat, clock and transport are its own.
    Raises Stop, StoreError, BadContent: each text is plain and says what to do.
    """
    led = Led(*read_content(settings.content))
    async with AsyncExitStack() as stack:
        home, inside = settings.home, None
        stack.enter_context(FolderLock(home))
        if settings.token is None:
            telegram, address = await stack.enter_async_context(local_chat(home, settings.speed))
            clock = PacedClock(telegram.clock)
            stage = telegram.stage
            messenger = Messenger(telegram.token, address)
            desk = Desk(settings.content, home / "measured", led, Hibari)
            desk.on_change(lambda: telegram.news.tell(None, "desk", desk.news))
            desk.on_words(lambda: introduce(messenger, led.words))
            inside = telegram.inside = Inside(stage.ahead.changed, desk)
            await stack.enter_async_context(desk.watching())
        else:
            clock = clock or SystemClock(settings.speed)
            messenger = Messenger(settings.token.get_secret_value(), settings.api_url, transport)
        stack.push_async_callback(messenger.close)
        me = await reach(messenger, tell, stop)
        if me is None:
            return
        voices, greeted = {"en": Hibari.name}, False
        while not stop.is_set():
            shelf = Shelf(home / "notes", Hibari, on_progress=progress(tell))
            async with AsyncExitStack() as once:
                try:
                    start = running(settings, home, led, clock, messenger, me, shelf, voices, tell, before)
                    parts = await once.enter_async_context(start)
                except Exception as error:
                    if inside is None or not greeted:
                        raise
                    if not await asked_again(error, stage.behind, tell, stop, inside.asked):
                        raise
                    continue
                if inside is None:
                    greeting = f"Easeback runs as @{me.username}. Ctrl+C stops it."
                else:
                    inside.begin(parts)
                    once.push_async_callback(inside.end)
                    stage.behind.runs()
                    greeting = f"Easeback is here: {page_address(telegram, address)}"
                if not greeted:
                    tell(greeting)
                if inside is not None and not greeted:
                    show(page_address(telegram, address))
                greeted = True
                await until((stop, inside.asked) if inside else (stop,), parts)
            if inside is not None:
                inside.asked.clear()
                await inside.desk.read_again()


async def reach(messenger: Messenger, tell: Tell, stop: asyncio.Event) -> Me | None:
    """Who we are, as soon as the Bot API answers; None if it is time to stop meanwhile. Raises Stop (wrong token)."""
    tries = 0
    while not stop.is_set():
        found = await messenger.me()
        if isinstance(found, Me):
            return found
        if found.kind is Kind.BAD_TOKEN:
            raise Stop("Telegram does not know this token. Set EASEBACK_TOKEN to the one that BotFather shows.")
        if tries == 0:
            tell("Telegram can't be reached: is there a network? I keep trying; Ctrl+C stops it.")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TRY_AGAIN[min(tries, len(TRY_AGAIN) - 1)]):
                await stop.wait()
        tries += 1
    return None


async def until(ends: Iterable[asyncio.Event], parts: Parts) -> None:
    """Deliver and poll until one of `ends` is set. Raises Stop where one of them can't go on, DatabaseTaken."""
    runs = (
        parts.delivery.run(),
        parts.reminding.run(),
        parts.polling.run(),
        parts.store.displaced(),
        *(end.wait() for end in ends),
    )
    tasks = [asyncio.create_task(run) for run in runs]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception) and not isinstance(error, asyncio.CancelledError):
            raise error


@asynccontextmanager
async def running(
    settings: Settings,
    home: Path,
    led: Led,
    clock: Clock,
    messenger: Messenger,
    me: Me,
    shelf: Shelf,
    voices: Mapping[str, str],
    tell: Tell,
    before: Before | None = None,
) -> AsyncIterator[Parts]:
    """Everything from the store on, ready to deliver and to poll; stopped in order. `voices`: engines by language.

    `before`: for tests that crash or fail at the database's calls (store/database.py).
    """
    async with AsyncExitStack() as stack:
        keys = find_keys(settings.key.get_secret_value() if settings.key else None, home)
        store = await open_store(settings.database_url, keys, home, before=before, alone=True)
        stack.push_async_callback(store.close)
        if store.notice:
            tell(store.notice)
        await store.claim_bot(me.id)

        def back(row: Row) -> float | None:
            revive(row, clock)
            return due_of(row)

        if await come_back(store, keys, home, clock.real(), clock.now(), back):
            tell("This is a backup that was restored: what was under way is paused, and nothing is sent by itself.")
        await store.release(clock.real())
        cities = {language: cities_in(language) for language in led.words}
        usual = {language: usual_zone(language) for language in led.words}
        await shelf.start()
        stack.push_async_callback(shelf.close)

        def library() -> Library:
            return Library(
                content=led.content,
                words=led.words,
                voices=voices,
                ready=shelf.ready,
                work=shelf.work,
                late_after=LATE * clock.speed,
                twice_within=TWICE * clock.speed,
                zones=COUNTRIES,
                cities=cities,
                usual_zones=usual,
                operator=settings.operator or "",
                contact=settings.contact or "",
            )

        watchers: list[Callable[[], None]] = []

        def changed(row: Row) -> None:
            """After each commit: have made what this run plays, show what must be shown, arm for what is due next."""
            if row.chat.run and row.chat.run.voice:
                shelf.want(orders(row.chat.run.plan.notes()))
            alarm.notice(earliest(due_of(row), row.remind_at))
            delivery.wake()
            for watch in watchers:
                watch()

        turns = Turns(store, clock, library, changed, settings.allow)
        rate = Rate(settings.rate, clock)
        delivery = Delivery(store, messenger, shelf.note, clock, library, rate, changed)
        reminding = Reminding(store, messenger, turns, clock, library, rate, changed)
        alarm = Alarm(store, clock, turns.tick, reminding.wake)
        answers, flood = Answers(messenger, rate, clock, Bringing(store, clock, library).bring), Flood(library)
        polling = Polling(messenger, turns.take, turns.park, answers, lambda came: flood.judge(came, clock.real()))
        shelf.want(orders(ahead(led.content, led.words, voices)))
        await messenger.no_webhook()
        await introduce(messenger, led.words)
        while await polling.poll_once(0) and polling.brought >= FULL_POLL:
            pass  # what people did while we were away comes before what time did; who goes on writing holds up nothing
        await alarm.start()
        stack.callback(alarm.stop)
        yield Parts(
            led=led,
            store=store,
            shelf=shelf,
            clock=clock,
            turns=turns,
            delivery=delivery,
            reminding=reminding,
            alarm=alarm,
            polling=polling,
            watchers=watchers,
        )


def progress(tell: Tell) -> Callable[[int, int], None]:
    """Says when the voice is made: at the first note and at the last, no more."""

    def on_progress(done: int, total: int) -> None:
        if total > 1 and done == 1:
            tell(f"Making {total} voice notes; sessions can begin meanwhile.")
        elif total > 1 and done == total:
            tell("All voice notes are made.")

    return on_progress


async def introduce(messenger: Messenger, words: Mapping[str, Words]) -> None:
    """Tell Telegram the commands and descriptions: English for all, every other language for its own."""
    for language, said in words.items():
        commands = {name: said(f"command-{name}") for name in SLASH if name != "start"}
        answer = await messenger.introduce(
            commands, said("bot-description"), said("bot-short-description"), None if language == "en" else language
        )
        if answer.kind is not Kind.DONE:
            log.warning("the command menu could not be set", why=answer.kind.value)

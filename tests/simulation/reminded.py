"""The judge's eye on reminders and pages: held against what was promised about them (product.md, reliability.md).

A reminder is known by its sound: of all that is answered directly, it alone has one. Its day is the day where the
person is when its request goes out; what is asked of the state is where the person was and whether they practised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.chat.messenger import Incoming, Left, Tap, Word
from bot.guide.chat import Paused
from bot.guide.events import PAGES
from bot.guide.library import Library
from bot.guide.reminders import EVERY_DAY, Reminder
from bot.store.rows import Row

GRACE = 60.0
"""Seconds by which a reminder may be due and not sent yet at the end."""
DAY = timedelta(hours=25)
"""A day, and what a clock may be set by."""


@dataclass
class Days:
    """What is remembered of the reminders in one chat."""

    had: set[date] = field(default_factory=set)
    """The local days on which one came."""
    put_off: bool = False
    """It was put off since the last one came."""
    last: datetime | None = None
    gone: bool = False
    """They were forgotten, and have not come back."""
    left: bool = False
    """They blocked us, we were told, and they have done nothing since."""


class Reminded:
    """Watches the reminders of one world."""

    def __init__(self, library: Library, now: Callable[[], datetime], wrong: Callable[[str], None]) -> None:
        """`now`: the wall clock's time, in UTC."""
        self._now, self._wrong = now, wrong
        self._over = library.words_in("en")("late-tap")
        self._days: dict[int, Days] = {}
        self.count: Counter[str] = Counter()

    def _of(self, chat: int) -> Days:
        return self._days.setdefault(chat, Days())

    def handled(self, came: Incoming, before: Row | None, after: Row | None) -> None:
        """An update was handled: what it means for the reminder."""
        if isinstance(came, Left):
            self._of(came.chat).left = True
        if not isinstance(came, Tap | Word):
            return
        days = self._of(came.chat)
        if before is not None and after is None:
            self._days[came.chat] = Days(gone=True)
            return
        days.gone = days.gone and after is None
        if after is None:
            return
        was, now = before.chat.reminder if before else None, after.chat.reminder
        days.left = days.left and (before is None or before.chat == after.chat)
        if now is not None and now.again is not None and now.again != (was.again if was else None):
            days.put_off = True
            self.count["reminders put off"] += 1
        if now is None or now.again is None:
            days.put_off = False
        if was is None and now is not None:
            days.had.clear()  # off, and asked for anew: they chose an hour that was still to come
        if isinstance(came, Tap) and was is not None and now is not None and self._today(came, was):
            self._did(came, was, now)

    def _today(self, came: Tap, reminder: Reminder) -> bool:
        """True if this button stands under a reminder of today."""
        head, _, day = came.data.rpartition(".")
        return head.startswith("menu:later.") and day == self._day(reminder).isoformat()

    def _did(self, came: Tap, was: Reminder, now: Reminder) -> None:
        """A button of a reminder acts, whatever has come since."""
        today = self._day(was)
        if came.data.startswith("menu:later.not.") and (now.settled is None or now.settled < today or now.again):
            self._wrong(f"“not today” was not heard: {was} became {now}")
        if came.data.startswith("menu:later.ten.") and now.again is None and not self._late(was):
            self._wrong(f"ten minutes were not put off: {was} became {now}")

    def _late(self, reminder: Reminder) -> bool:
        """In ten minutes it is another day."""
        zone = ZoneInfo(reminder.zone)
        return self._now().astimezone(zone).date() != (self._now() + timedelta(minutes=10)).astimezone(zone).date()

    def answered(self, came: Tap, text: str, row: Row | None) -> None:
        """A tap got a direct answer: pages are never over, and a reminder is not on its own day."""
        head = came.data.removeprefix("menu:").partition(".")[0]
        if not came.data.startswith("menu:") or text != self._over:
            return
        today = row is not None and row.chat.reminder is not None and self._today(came, row.chat.reminder)
        if head in {*PAGES, "zone"} or today:
            self._wrong(f"a button without a rev did not act: {came.data}")

    def asked(self, chat: int, row: Row | None) -> Callable[[], None]:
        """The request with a reminder goes out now; the result is called if it is accepted, now or later."""
        days = self._of(chat)
        reminder = row.chat.reminder if row else None
        if days.gone or row is None:
            self._wrong("a reminder after /forget")
        elif reminder is None:
            self._wrong("a reminder that nobody asked for")
        elif days.left or row.chat.person.inactive_since:
            self._wrong("a reminder to somebody who blocked us")
        elif row.chat.run is not None and not isinstance(row.chat.state, Paused):
            self._wrong(f"a reminder into a session: {row.chat.state}")
        at, day = self._now(), self._day(reminder) if reminder else self._now().date()

        def came() -> None:
            self.count["reminders"] += 1
            if day in days.had and not days.put_off:
                self._wrong(f"a second reminder on {day}")
            days.had.add(day)
            days.put_off, days.last = False, at

        return came

    def at_the_end(self, chat: int, row: Row) -> None:
        """Two quiet days later: nothing that was due is left, and who asked for it was reminded of the last day."""
        reminder, now = row.chat.reminder, self._now()
        if row.remind_at is not None and row.remind_at < now.timestamp() - GRACE:
            self._wrong(f"a reminder is due and does not come: {reminder}")
        if reminder is None or row.chat.person.inactive_since or reminder.slow or reminder.weekdays != EVERY_DAY:
            return
        if row.remind_at is None:
            self._wrong(f"nobody will remind of this: {reminder}")
        last = self._of(chat).last
        if last is None or now - last > DAY:
            self._wrong(f"no reminder for a day: {reminder}, the last at {last}")

    def _day(self, reminder: Reminder) -> date:
        return self._now().astimezone(ZoneInfo(reminder.zone)).date()

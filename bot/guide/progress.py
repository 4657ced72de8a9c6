"""How it goes: /progress, the picture's figures and the same in words, and the look back at a week. Pure.

No streak that could break: days of this week against what the person set out to do, and empty days are only empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from bot.guide.chat import Chat
from bot.guide.kept import SHOWN_FOR, KeptRun, days_this_week, found_easier, local_days
from bot.guide.library import Library
from bot.guide.outcome import Page, Say
from bot.guide.parts import Button, Rows, w
from bot.guide.words import Words

Sheet = tuple[Chat, Say | Page]
WEEKS = 5
"""Rows of the calendar; the last one holds today."""
WEEK = timedelta(days=7)
MONTHS = (
    *("month-1", "month-2", "month-3", "month-4", "month-5", "month-6"),
    *("month-7", "month-8", "month-9", "month-10", "month-11", "month-12"),
)
"""Their short names."""


@dataclass(frozen=True, slots=True)
class Pain:
    """Pain on one day, 0 to 10: before the first session and after the last that have a score. `ago`: days."""

    ago: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar. `minutes` of practice: 0 for none, None for a day that is still to come."""

    label: str
    minutes: int | None
    today: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What the picture shows, with all its words: whoever draws it knows no language and no clock."""

    title: str
    about: str
    pain_title: str
    pains: tuple[Pain, ...]
    before: str
    after: str
    scale: str
    marks: tuple[tuple[int, str], ...]
    """Days ago, and what stands under the line there."""
    calendar_title: str
    weekdays: tuple[str, ...]
    days: tuple[Day, ...]
    """Whole weeks from Monday on, the oldest first."""
    easier_title: str
    easier: tuple[str, ...]


def progress(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """The page with its picture; the same day by day in words; last week; or the look back asked for, or not."""
    words = library.words_in(chat.person.language)
    runs = recent(chat, now)
    verb, _, rest = path.partition(".")
    match verb:
        case "back" if rest in ("yes", "no"):
            settings = replace(chat.person.settings, look_back=rest == "yes")
            chat = replace(chat, person=replace(chat.person, settings=settings))
            if rest == "yes" and chat.reminder is None:
                row = ((Button(words("button-daily"), "menu:remind"),),)
                return chat, Page(text=w(words, "progress-back-needs"), buttons=row)
            return chat, Say(f"progress-back-{rest}")
        case _ if not chat.person.keeps:
            row = ((Button(words("button-keep-yes"), "menu:privacy.yes"),),)
            return chat, Page(text=w(words, "progress-not-kept"), buttons=row)
        case "week":
            return chat, Page(text=_last_week(runs, chat, now, words))
        case _ if not runs:
            row = ((Button(words("button-begin"), "menu:backpain", "primary"),),)
            return chat, Page(text=w(words, "progress-none"), buttons=row)
        case "days":
            return chat, Page(text=_day_by_day(runs, chat, now, words, library))
    return chat, Page(
        text=_words(runs, chat, now, words, library),
        buttons=_rows(chat, words),
        brings=chart(runs, chat, now, words, library),
    )


def recent(chat: Chat, now: datetime) -> tuple[KeptRun, ...]:
    """The kept runs of the last 30 days, the oldest first."""
    return tuple(sorted((run for run in chat.kept if now - SHOWN_FOR < run.at <= now), key=lambda run: run.at))


def chart(runs: Iterable[KeptRun], chat: Chat, now: datetime, words: Words, library: Library) -> Chart:
    """The picture's figures."""
    runs, zone = tuple(runs), chat.person.zone
    today = _day(now, zone)
    monday = today - timedelta(days=today.weekday()) - WEEK * (WEEKS - 1)
    minutes: dict[date, int] = {}
    for run in chat.kept:
        minutes[_day(run.at, zone)] = minutes.get(_day(run.at, zone), 0) + run.minutes
    days = tuple(
        Day(
            label=str(day.day) if day.day > 1 else words(MONTHS[day.month - 1]),
            minutes=None if day > today else minutes.get(day, 0),
            today=day == today,
        )
        for day in (monday + timedelta(days=n) for n in range(WEEKS * 7))
    )
    return Chart(
        title=words("progress-week", days=days_this_week(runs, now, zone), goal=chat.person.settings.days),
        about=words("progress-count", sessions=len(runs), days=len(local_days(runs, zone))),
        pain_title=words("progress-pain"),
        pains=pains(runs, today, zone),
        before=words("progress-before"),
        after=words("progress-after"),
        scale=words("progress-scale"),
        marks=(*((ago, _date(today - timedelta(days=ago), words)) for ago in (29, 20, 10)), (0, words("today"))),
        calendar_title=words("progress-calendar"),
        weekdays=tuple(words(f"day-{n}") for n in range(7)),
        days=days,
        easier_title=words("progress-easier"),
        easier=tuple(easier(runs, chat, words, library)),
    )


def pains(runs: Iterable[KeptRun], today: date, zone: str | None) -> tuple[Pain, ...]:
    """Pain by day, where a day has both scores."""
    by_day: dict[date, list[KeptRun]] = {}
    for run in runs:
        if run.change is not None and _day(run.at, zone) > today - SHOWN_FOR:  # by days, as the picture counts them
            by_day.setdefault(_day(run.at, zone), []).append(run)
    return tuple(
        Pain((today - day).days, scored[0].before or 0, scored[-1].after or 0) for day, scored in sorted(by_day.items())
    )


def last_times(runs: Iterable[KeptRun], zone: str | None, words: Words) -> tuple[str, ...]:
    """A small chart in a few lines, the newest last: before → after, with ● a point that is left and ○ one that went.

    Words and figures come first, for who has it read aloud.
    """
    scored = sorted((run for run in runs if run.change is not None), key=lambda run: run.at)[-LAST_TIMES:]
    return tuple(
        f"{words(f'day-{day.weekday()}')} {_date(day, words)}: {before} → {after} {'●' * after}{'○' * (before - after)}"
        for run in scored
        for day, before, after in ((_day(run.at, zone), run.before or 0, run.after or 0),)
    )


LAST_TIMES = 5
"""Sessions in the small chart."""


# ── words ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _words(runs: tuple[KeptRun, ...], chat: Chat, now: datetime, words: Words, library: Library) -> str:
    zone = chat.person.zone
    lines = [
        f"<b>{w(words, 'progress-week', days=days_this_week(runs, now, zone), goal=chat.person.settings.days)}</b>",
        w(words, "progress-count", sessions=len(runs), days=len(local_days(runs, zone))),
        *_changes(runs, words),
    ]
    if found := easier(runs, chat, words, library):
        lines.append("\n".join((w(words, "progress-easier"), *(f"• {escape(line)}" for line in found))))
    return "\n\n".join(lines)


def _changes(runs: Iterable[KeptRun], words: Words) -> list[str]:
    """After how many sessions pain was less, the same, more: of those that say so."""
    changes = [run.change for run in runs if run.change is not None]
    if not changes:
        return []
    less, more = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
    same = len(changes) - less - more
    return [w(words, "progress-changes", scored=len(changes), less=less, same=same, more=more)]


def easier(runs: Iterable[KeptRun], chat: Chat, words: Words, library: Library) -> list[str]:
    """Sessions found easier, each with the number of runs that say so."""
    sessions = library.content_in(chat.person.language).sessions
    return [
        words("progress-easier-one", name=sessions[name].name, runs=count)
        for name, count in found_easier(runs)
        if name in sessions
    ]


def _last_week(runs: Iterable[KeptRun], chat: Chat, now: datetime, words: Words) -> str:
    zone = chat.person.zone
    today = _day(now, zone)
    monday = today - timedelta(days=today.weekday()) - WEEK
    week = [run for run in runs if monday <= _day(run.at, zone) < monday + WEEK]
    if not week:
        return w(words, "week-none")
    days, minutes = len(local_days(week, zone)), sum(run.minutes for run in week)
    lines = [
        f"<b>{w(words, 'week-title')}</b>",
        w(words, "week-days", days=days, goal=chat.person.settings.days, minutes=minutes),
        *_changes(week, words),
    ]
    return "\n\n".join(lines)


def _day_by_day(runs: Iterable[KeptRun], chat: Chat, now: datetime, words: Words, library: Library) -> str:
    """Each session with its day, the newest first: what the picture shows, for who can't see it."""
    sessions = library.content_in(chat.person.language).sessions
    lines = []
    for run in sorted(runs, key=lambda run: run.at, reverse=True):
        day = _day(run.at, chat.person.zone)
        name = sessions[run.session].name if run.session in sessions else run.session
        line = words("days-run", weekday=words(f"day-{day.weekday()}"), date=_date(day, words), name=name)
        lines.append(f"{line}, {words('days-minutes', minutes=run.minutes)}")
        if run.before is not None and run.after is not None:
            lines[-1] += f": {words('days-pain', before=run.before, after=run.after)}"
    return "\n".join((f"<b>{w(words, 'days-title')}</b>", *(escape(line) for line in lines[:MOST_DAYS])))


MOST_DAYS = 45
"""Sessions that are told one by one: a message has its end."""


def _rows(chat: Chat, words: Words) -> Rows:
    back = chat.person.settings.look_back
    return (
        (
            Button(words("button-progress-days"), "menu:progress.days"),
            Button(words("button-last-week"), "menu:progress.week"),
        ),
        (
            Button(
                words("button-no-look-back" if back else "button-look-back"),
                f"menu:progress.back.{'no' if back else 'yes'}",
            ),
        ),
    )


def _day(at: datetime, zone: str | None) -> date:
    return at.astimezone(ZoneInfo(zone or "Etc/UTC")).date()


def _date(day: date, words: Words) -> str:
    return words("date", day=day.day, month=words(MONTHS[day.month - 1]))

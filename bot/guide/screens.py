"""What a chat looks like: its state as messages, buttons, what sounds and which notes must go. Pure; touches nothing.

Buttons stand on the last message only. What stands before a run is drawn in before.py, a step in steps.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape

from bot.guide.before import boxes, browsing, choosing, notice, prescribed, see_first, weighing
from bot.guide.chat import (
    Browsing,
    Chat,
    Choosing,
    Forgetting,
    Held,
    Hurting,
    Idle,
    LeavingOut,
    Notice,
    Paused,
    Playing,
    Scoring,
    Signs,
    Summary,
    Unsure,
    Weighing,
)
from bot.guide.code import Code
from bot.guide.content import LIGHTER
from bot.guide.kept import ENOUGH, days_this_week, up_in_a_row
from bot.guide.library import Library
from bot.guide.parts import Button, Part, Rows, Screen, as_text, bullets, button, column, fold, pairs, score_rows, w
from bot.guide.player import offered, usual_way
from bot.guide.progress import easier, last_times, recent
from bot.guide.safety import Number
from bot.guide.steps import step_part
from bot.guide.words import Words


def screen(chat: Chat, library: Library) -> Screen:
    """The parts that show the chat's state, in order; none if there is nothing to show."""
    words = library.words_in(chat.person.language)
    main = _main(chat, words, library)
    silence = (Part(kind="silence", messages=chat.state.silence),) if chat.state.silence else ()
    return silence + main


def _main(chat: Chat, words: Words, library: Library) -> Screen:
    content = library.content_in(chat.person.language)
    state, safety = chat.state, content.safety
    match state:
        case Idle(words=""):
            return ()
        case Idle():
            return (as_text(chat, _last_line(chat, state.words, words, library)),)
        case Browsing():
            return (browsing(chat, words, content),)
        case Notice(code=Code(session=asked) as code) if asked in content.sessions:
            told = prescribed(code, words, content)
            full = notice(safety, words) if state.full else fold(notice(safety, words, flat=True))
            lines = (told, full) if state.full else (f"<b>{w(words, 'notice-short')}</b>", told, full)
            return (as_text(chat, "\n\n".join(lines), column(words, "none", "unsure", "notnow")),)
        case Notice(full=True):
            return (as_text(chat, notice(safety, words), column(words, "none", "unsure", "notnow")),)
        case Notice():
            again = "same" if usual_way(chat.person, state.session, library) else "none"
            short = f"<b>{w(words, 'notice-short')}</b>\n\n{fold(notice(safety, words, flat=True))}"
            return (as_text(chat, short, column(words, again, "change", "unsure", "notnow")),)
        case Unsure():
            now = f"<b>{w(words, 'notice-now')}</b>\n{bullets(safety.now)}"
            see = see_first(safety, words, folded=False)
            text = f"<b>{w(words, 'unsure-which')}</b>\n\n{now}\n\n{see}\n\n{w(words, 'unsure-first')}"
            return (as_text(chat, text, column(words, "now", "see", "return")),)
        case Held(why=why):
            answers = ("yes", "notyet") if why in ("seen", "agreed") else ()
            still = ("rest", "breathing") if state.resting else ("breathing",)
            last = () if answers else ("notnow",)
            return (as_text(chat, w(words, f"held-{why}"), column(words, *answers, *still, *last)),)
        case Choosing(session=asked, left_out=today):
            return (choosing(chat, asked, offered(chat.person, asked, today, library), words),)
        case LeavingOut():
            return (boxes(chat, state, words),)
        case Weighing():
            return (weighing(chat, state, words),)
        case Playing():
            return (step_part(chat, state, words),)
        case Paused(why="crisis"):
            return (as_text(chat, _crisis(chat, library)),)
        case Paused(why=why):
            resume, end = button(words, "resume"), button(words, "over" if why == "restart" else "end")
            # What hurt since a backup was made is not known: it is one tap away.
            row = (resume, button(words, "hurts", "danger"), end) if why == "restored" else (resume, end)
            if why == "restart":
                row = (*row, button(words, "sessions"))
            return (as_text(chat, w(words, f"paused-{why}"), (row,), silent=why not in ("late", "lost")),)
        case Hurting(asked=asked):
            text = f"<b>{w(words, 'hurt-ease')}</b>\n\n{w(words, 'hurt-then' if asked else 'hurt-what')}"
            sharp = () if asked else ("sharp",)
            return (as_text(chat, text, pairs(words, "twin", "leave", *sharp, "end")),)
        case Signs():
            signs = f"{w(words, 'signs-any')}\n{bullets(safety.now)}\n\n{see_first(safety, words)}"
            text = f"<b>{w(words, 'hurt-ease')}</b>\n\n{signs}"
            return (as_text(chat, text, column(words, "none", "unsure", "end")),)
        case Scoring(why=why):
            text = f"{w(words, f'closing-{why}')}\n\n{w(words, 'closing-score')}"
            return (as_text(chat, text, (*score_rows(None), (button(words, "noscore"),))),)
        case Summary():
            lighter = (Button(words("button-go-two"), f"go.{LIGHTER}"), button(words, "rest"))
            rows: Rows = (lighter,) if state.went_up else ()
            if state.run:
                rows = (*rows, (button(words, "keep-yes"), button(words, "keep-no")))
            elif state.first:
                rows = (*rows, (Button(words("button-remind-me"), "menu:remind"),))
            elif len(chat.kept) >= ENOUGH:
                rows = (*rows, (Button(words("button-progress"), "menu:progress"),))
            return (as_text(chat, _summary(chat, state, words, library), rows),)
        case Forgetting():
            return (as_text(chat, w(words, "forget-ask"), ((button(words, "erase"), button(words, "keep")),)),)


# ── texts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _last_line(chat: Chat, name: str, words: Words, library: Library) -> str:
    if name == "crisis":
        return _crisis(chat, library)
    return w(words, f"idle-{name}", number=_number(chat, library).emergency)


def _crisis(chat: Chat, library: Library) -> str:
    """The one fixed reply, with the numbers of where the person is."""
    number = _number(chat, library)
    return escape(
        library.content_in(chat.person.language).safety.crisis.format(emergency=number.emergency, talk=number.talk)
    )


def _number(chat: Chat, library: Library) -> Number:
    """Where this person can turn."""
    return library.number(chat.person.zone, chat.person.language)


def _summary(chat: Chat, state: Summary, words: Words, library: Library) -> str:
    lines = [w(words, "summary-time", minutes=state.minutes)]
    if state.before is not None and state.after is not None:
        change = state.before - state.after
        if state.went_up:
            number = _number(chat, library).emergency
            lines.append(f"{w(words, 'summary-up-much', number=number)}\n\n{w(words, 'summary-lighter')}")
        elif change < 0:
            lines.append(w(words, "summary-up", points=-change))
        elif change == 0:
            lines.append(w(words, "summary-same"))
        else:
            lines.append(w(words, "summary-easier", points=change))
    if chat.person.keeps:
        days = days_this_week(chat.kept, state.at, chat.person.zone)
        lines.append(w(words, "summary-week", days=days, goal=chat.person.settings.days))
        if up_in_a_row(chat.kept):
            lines.append(w(words, "summary-up-thrice"))
        elif not state.went_up:  # with that, what it says stands alone
            lines.extend(_how_it_goes(chat, state.at, words, library))
    if state.run:
        lines.append(f"<b>{w(words, 'keep-ask')}</b>\n{w(words, 'keep-what')}")
    return "\n\n".join(lines)


def _how_it_goes(chat: Chat, now: datetime, words: Words, library: Library) -> Iterator[str]:
    """From the third run on: a small chart, and what was found easier."""
    if len(chat.kept) < ENOUGH:
        return
    runs = recent(chat, now)
    if len(times := last_times(runs, chat.person.zone, words)) > 1:
        yield "\n".join((w(words, "summary-times"), *map(escape, times)))
    if found := easier(runs, chat, words, library):
        yield w(words, "summary-found-easier", sessions=", ".join(found))

"""What stands before a run: the notice, the list of sessions, the position, what is left out. Pure; touches nothing."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from bot.guide.chat import Chat, LeavingOut, Weighing
from bot.guide.code import BOXES, Code
from bot.guide.content import CLASSIC, TICKS, Content
from bot.guide.parts import Button, Part, as_text, bold, bullets, button, fold, pairs, w
from bot.guide.safety import Safety
from bot.guide.words import Words


def notice(safety: Safety, words: Words, *, flat: bool = False) -> str:
    """The safety notice. `flat`: without a fold of its own, to stand inside one."""
    return "\n\n".join(
        [
            escape(safety.opening),
            f"<b>{w(words, 'notice-before')}</b> {bold(safety.before)}",
            f"<b>{w(words, 'notice-now')}</b>\n{bullets(safety.now)}",
            see_first(safety, words, folded=not flat),
            f"<i>{escape(safety.small)}</i>",
        ]
    )


def prescribed(code: Code, words: Words, content: Content) -> str:
    """What a printed code says, before anything is agreed to."""
    name, where = content.sessions[code.session].name, words(f"in-{code.position}")
    lines = [w(words, "code-says", session=name, where=where), w(words, f"set-pace-{code.pace}")]
    if code.boxes:
        lines.append(w(words, "code-out", boxes=", ".join(words(f"tick-{box}") for box in BOXES if box in code.boxes)))
    return "\n".join(lines)


def see_first(safety: Safety, words: Words, *, folded: bool = True) -> str:
    """The second list; folded it says that it can be opened."""
    text = f"<b>{w(words, 'notice-see-fold' if folded else 'notice-see')}</b>\n{bullets(safety.see_first)}"
    return fold(text) if folded else text


def browsing(chat: Chat, words: Words, content: Content) -> Part:
    """The sessions with their length and positions: the classic first, then by length."""
    listed = sorted(
        (session for session in content.sessions.values() if session.continues is None),
        key=lambda session: (session.id != CLASSIC, session.shortest),
    )
    lines = [f"<b>{w(words, 'sessions-which')}</b>"]
    for session in listed:
        where = ", ".join(words(f"in-{position}") for position in session.positions)
        about = words("sessions-about", minutes=max(1, round(session.shortest / 60)), where=where)
        lines.append(f"<b>{escape(session.name)}</b> · {escape(about)}\n{escape(session.summary)}")
    buttons = [Button(session.name, f"go.{session.id}") for session in listed]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    return as_text(chat, "\n\n".join(lines), rows)


def choosing(chat: Chat, session: str, ways: Iterable[str], words: Words) -> Part:
    ways = tuple(ways)
    lines = [f"<b>{w(words, 'position-which')}</b>", *([""] + [w(words, f"position-{way}") for way in ways])]
    rows = (tuple(button(words, way) for way in ways), (button(words, "leave-out"),))
    return as_text(chat, "\n".join(lines), rows)


def boxes(chat: Chat, state: LeavingOut, words: Words) -> Part:
    """One box a row, what is ticked with a mark; then how it is told, and for how long it holds."""
    rows = [
        (Button(("☑ " if tick in state.ticks else "☐ ") + words(f"tick-{tick}"), f"tick.{tick}"),) for tick in TICKS
    ]
    seen = button(words, "resting" if state.imagine else "imagine")
    way = "leave-out-imagine" if state.imagine else "leave-out-rest"
    lines = [f"<b>{w(words, 'leave-out-which')}</b>", w(words, way), w(words, "leave-out-ask")]
    last = ((button(words, "keep-out"), button(words, "today")), (seen, button(words, "return")))
    return as_text(chat, "\n\n".join(lines), (*rows, *last))


def weighing(chat: Chat, state: Weighing, words: Words) -> Part:
    """How much of the session is led in each position."""
    lines = [w(words, "weigh-intro")]
    lines += [
        w(words, "weigh-in", position=words(f"weigh-{position}"), out=out, of=of)
        for position, out, of in state.figures
        if position != "rest"
    ]
    ways = pairs(words, *(position for position, _, _ in state.figures))
    return as_text(chat, "\n".join(lines), (*ways, (button(words, "return"),)))

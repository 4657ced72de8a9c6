"""What a chat looks like: its state as messages, buttons, what sounds and which notes must go. Pure; touches nothing.

Texts are Telegram's HTML; words of the interface are plain and escaped here. Buttons stand on the last message only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Literal

from bot.guide.chat import (
    Chat,
    Choosing,
    Forgetting,
    Held,
    Hurting,
    Idle,
    Notice,
    Paused,
    Playing,
    Run,
    Scoring,
    Signs,
    Summary,
    Unsure,
)
from bot.guide.content import Safety
from bot.guide.library import Library
from bot.guide.plan import Telling
from bot.guide.words import Words

UP_MUCH = 2
"""Points by which pain after must be above pain before to be answered with care (content.md, section 7)."""


@dataclass(frozen=True, slots=True)
class Button:
    """`style`: success, danger, primary or none; meaning never hangs on it."""

    text: str
    action: str
    style: Literal["", "success", "danger", "primary"] = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A message of a screen, or (`silence`) the notes to delete with it. `copies`: how often it may go out in doubt."""

    kind: Literal["text", "voice", "silence"]
    text: str = ""
    telling: Telling | None = None
    buttons: Rows = ()
    silent: bool = True
    edit: int | None = None
    copies: int = 2
    messages: tuple[int, ...] = ()

    @property
    def seconds(self) -> float:
        """Length of the voice note."""
        return self.telling.script.length if self.telling else 0.0

    @property
    def repeats(self) -> bool:
        """True if doing it twice does no harm: it is never in doubt."""
        return self.kind == "silence" or self.edit is not None


Screen = tuple[Part, ...]


def screen(chat: Chat, library: Library) -> Screen:
    """The parts that show the chat's state, in order; none if there is nothing to show."""
    words = library.words_in(chat.person.language)
    main = _main(chat, words, library.content.safety)
    silence = (Part(kind="silence", messages=chat.state.silence),) if chat.state.silence else ()
    return silence + main


def _main(chat: Chat, words: Words, safety: Safety) -> Screen:
    state = chat.state
    match state:
        case Idle(words=""):
            return ()
        case Idle():
            return (_text(chat, _last_line(state.words, words, safety)),)
        case Notice(full=True):
            return (_text(chat, notice(safety, words), _column(words, "none", "unsure", "notnow")),)
        case Notice():
            again = "same" if chat.person.position else "none"
            short = f"<b>{_w(words, 'notice-short')}</b>\n\n{_folded(notice(safety, words, flat=True))}"
            return (_text(chat, short, _column(words, again, "change", "unsure", "notnow")),)
        case Unsure():
            now = f"<b>{_w(words, 'notice-now')}</b>\n{_list(safety.now)}"
            see = _see_first(safety, words, folded=False)
            text = f"<b>{_w(words, 'unsure-which')}</b>\n\n{now}\n\n{see}\n\n{_w(words, 'unsure-first')}"
            return (_text(chat, text, _column(words, "now", "see", "return")),)
        case Held(why=why):
            buttons = {
                "see": ("rest", "notnow"),
                "wait": ("rest", "notnow"),
                "seen": ("yes", "notyet", "rest"),
                "agreed": ("yes", "notyet", "rest"),
            }[why]
            return (_text(chat, _w(words, f"held-{why}"), _column(words, *buttons)),)
        case Choosing():
            text = (
                f"<b>{_w(words, 'position-which')}</b>\n\n{_w(words, 'position-chair')}\n{_w(words, 'position-rest')}"
            )
            return (_text(chat, text, ((_button(words, "chair"), _button(words, "rest")),)),)
        case Playing():
            return (_step(chat, state, words),)
        case Paused(why="crisis"):
            return (_text(chat, escape(safety.crisis)),)
        case Paused(why=why):
            resume, end = _button(words, "resume"), _button(words, "over" if why == "restart" else "end")
            # What hurt since a backup was made is not known: it is one tap away.
            row = (resume, _button(words, "hurts", "danger"), end) if why == "restored" else (resume, end)
            return (_text(chat, _w(words, f"paused-{why}"), (row,), silent=why not in ("late", "lost")),)
        case Hurting(asked=asked):
            text = f"<b>{_w(words, 'hurt-ease')}</b>\n\n{_w(words, 'hurt-then' if asked else 'hurt-what')}"
            sharp = () if asked else ("sharp",)
            return (_text(chat, text, _pairs(words, "twin", "leave", *sharp, "end")),)
        case Signs():
            signs = f"{_w(words, 'signs-any')}\n{_list(safety.now)}\n\n{_see_first(safety, words)}"
            text = f"<b>{_w(words, 'hurt-ease')}</b>\n\n{signs}"
            return (_text(chat, text, _column(words, "none", "unsure", "end")),)
        case Scoring(why=why):
            text = f"{_w(words, f'closing-{why}')}\n\n{_w(words, 'closing-score')}"
            return (_text(chat, text, (*_scores(None), (_button(words, "noscore"),))),)
        case Summary():
            return (_text(chat, _summary(state, words, safety)),)
        case Forgetting():
            return (_text(chat, _w(words, "forget-ask"), ((_button(words, "erase"), _button(words, "keep")),)),)


# ── a step ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _step(chat: Chat, playing: Playing, words: Words) -> Part:
    run = chat.run
    assert run is not None, "a step without its run"
    step = run.plan.steps[playing.step]
    lines = [f"<i>{_w(words, 'step-listen')}</i>"] if run.voice and playing.cut else []
    if step.caution:
        lines.append(f"<b>{_w(words, 'step-caution')}</b> {escape(step.caution)}")
    lines.append(escape(step.told.show))
    if step.advance == "tap":
        lines.append(_w(words, "settle-score"))
    lines.append(f"<i>{_place(run, playing, words)}</i>")
    buttons = _settle(run, words) if step.advance == "tap" else _buttons(chat, playing, words)
    voice = run.voice and step.told.key is not None
    return Part(
        kind="voice" if voice else "text",
        text="\n\n".join(lines),
        telling=step.told if voice else None,
        buttons=buttons,
        silent=voice or step.advance == "tap",
        edit=playing.on,
    )


def _place(run: Run, playing: Playing, words: Words) -> str:
    n, of = run.plan.place(playing.step)
    minutes = max(1, round(run.plan.seconds_left(playing.step) / 60))
    step = run.plan.steps[playing.step]
    name = words("step-soften") if step.form == "rest" else step.name  # a movement's name would invite to it
    line = words("step-place", name=name, n=n, of=of, minutes=minutes)
    return f"{escape(line)} {run.plan.dots(playing.step)}"


def _settle(run: Run, words: Words) -> Rows:
    """Done alone on its row: next to the scores "It hurts" would be taken for one."""
    last = (_button(words, "hurts", "danger"), _button(words, "end"))
    return ((_button(words, "done", "success"),), *_scores(run.before), last)


def _buttons(chat: Chat, playing: Playing, words: Words) -> Rows:
    first = (_button(words, "done", "success"), _button(words, "hurts", "danger"))
    if not playing.more:
        return first, tuple(_button(words, a) for a in ("pause", "again", "more"))
    timed = chat.person.settings.timed
    second = ("back", "skip", "plus") if playing.timed else ("back", "skip")
    pace = _button(words, "pace-mine" if timed else "pace-timed")
    return (
        first,
        tuple(_button(words, a) for a in second),
        (pace, _button(words, "end"), _button(words, "less")),
    )


def _scores(chosen: int | None) -> Rows:
    def row(numbers: Iterable[int]) -> tuple[Button, ...]:
        return tuple(Button(f"✓{n}" if n == chosen else str(n), f"score.{n}") for n in numbers)

    return row(range(6)), row(range(6, 11))


# ── texts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def notice(safety: Safety, words: Words, *, flat: bool = False) -> str:
    """The safety notice. `flat`: without a fold of its own, to stand inside one."""
    return "\n\n".join(
        [
            escape(safety.opening),
            f"<b>{_w(words, 'notice-before')}</b> {_bold(safety.before)}",
            f"<b>{_w(words, 'notice-now')}</b>\n{_list(safety.now)}",
            _see_first(safety, words, folded=not flat),
            f"<i>{escape(safety.small)}</i>",
        ]
    )


def _see_first(safety: Safety, words: Words, *, folded: bool = True) -> str:
    """The second list; folded it says that it can be opened."""
    text = f"<b>{_w(words, 'notice-see-fold' if folded else 'notice-see')}</b>\n{_list(safety.see_first)}"
    return _folded(text) if folded else text


def _last_line(name: str, words: Words, safety: Safety) -> str:
    if name == "crisis":
        return escape(safety.crisis)
    return _w(words, f"idle-{name}", number=safety.emergency)


def _summary(state: Summary, words: Words, safety: Safety) -> str:
    lines = [_w(words, "summary-time", minutes=state.minutes)]
    if state.before is not None and state.after is not None:
        change = state.before - state.after
        if change <= -UP_MUCH:
            lines.append(_w(words, "summary-up-much", number=safety.emergency))
        elif change < 0:
            lines.append(_w(words, "summary-up", points=-change))
        elif change == 0:
            lines.append(_w(words, "summary-same"))
        else:
            lines.append(_w(words, "summary-easier", points=change))
    return "\n\n".join(lines)


def _text(chat: Chat, text: str, buttons: Rows = (), *, silent: bool = True) -> Part:
    return Part(kind="text", text=text, buttons=buttons, silent=silent, edit=chat.state.on)


def _button(words: Words, action: str, style: Literal["", "success", "danger", "primary"] = "") -> Button:
    return Button(words(f"button-{action}"), action, style)


def _column(words: Words, *actions: str) -> Rows:
    return tuple((_button(words, action),) for action in actions)


def _pairs(words: Words, *actions: str) -> Rows:
    return tuple(tuple(_button(words, a) for a in actions[i : i + 2]) for i in range(0, len(actions), 2))


def _w(words: Words, name: str, **args: str | int) -> str:
    return escape(words(name, **args))


def _folded(text: str) -> str:
    return f"<blockquote expandable>{text}</blockquote>"


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"• {_bold(item)}" for item in items)


def _bold(text: str) -> str:
    """`**so**` becomes bold: the one mark-up that the safety texts may use."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text))

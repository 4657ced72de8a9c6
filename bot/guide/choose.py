"""The pages of /settings: what is set, in plain words, changed in place. Pure; touches nothing.

What it changes takes hold at the next step of a run; language, and voice or text, at the next session (player.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.guide.chat import Chat
from bot.guide.content import TICKS
from bot.guide.library import Library
from bot.guide.outcome import Page, Say
from bot.guide.parts import Button, Rows, w
from bot.guide.person import Person, Settings, leaving_out, tags_of, ticked
from bot.guide.words import Words

Sheet = tuple[Chat, Say | Page]
PACES, BREATHS = ("slower", "normal", "faster"), ("calm", "easier", "own")
DAYS = range(1, 8)


def settings(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """The page itself, or what was chosen on it."""
    verb, _, rest = path.partition(".")
    words = library.words_in(chat.person.language)
    if verb in CHOICES and rest in CHOICES[verb]:
        chat = replace(chat, person=CHOICES[verb][rest](chat.person))
        return chat, _main(chat, library)
    match verb:
        case "pace" | "breath" | "days":
            return chat, _choice(chat, verb, words)
        case "out":
            return _left_out(chat, rest, now, words)
        case "where":
            chat = replace(chat, person=replace(chat.person, positions={}))
        case "language" if rest in library.words:
            chat = replace(chat, person=replace(chat.person, language=rest))
        case "language":
            return chat, _languages(chat, library)
    return chat, _main(chat, library)


def _set(name: str, value: object) -> Callable[[Person], Person]:
    def change(person: Person) -> Person:
        return replace(person, settings=replace(person.settings, **{name: value}))  # type: ignore[arg-type]

    return change


CHOICES: dict[str, dict[str, Callable[[Person], Person]]] = {
    "pace": {pace: _set("pace", pace) for pace in PACES},
    "days": {str(n): _set("days", n) for n in DAYS},
    "breath": {breath: lambda person, b=breath: replace(person, breath=b) for breath in BREATHS},  # type: ignore[misc]
    "timed": {"yes": _set("timed", True), "no": _set("timed", False)},
    "voice": {"yes": _set("voice", True), "no": _set("voice", False)},
    "sounds": {"yes": _set("sounds", True), "no": _set("sounds", False)},
}
"""What can be set with one tap: by setting and value, how the person changes."""


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _main(chat: Chat, library: Library) -> Page:
    person, words = chat.person, library.words_in(chat.person.language)
    own = person.settings
    lines = [
        w(words, f"set-pace-{own.pace}"),
        w(words, "set-timed-yes" if own.timed else "set-timed-no"),
        w(words, "set-voice-yes" if own.voice else "set-voice-no"),
        *([] if own.voice else [w(words, "set-sounds-yes" if own.sounds else "set-sounds-no")]),
        w(words, f"set-breath-{person.breath}"),
        w(words, "set-days", days=own.days),
    ]
    if person.positions:
        lines.append(w(words, "set-where"))
    if person.left_out_tags or person.left_out_poses:
        lines.append(w(words, "set-out-some"))
    return Page(
        text="\n".join((f"<b>{w(words, 'set-title')}</b>", *(f"• {line}" for line in lines))),
        buttons=_rows(person, own, words, library),
    )


def _rows(person: Person, own: Settings, words: Words, library: Library) -> Rows:
    def to(name: str, path: str) -> Button:
        return Button(words(f"button-set-{name}"), f"menu:{path}")

    last = [to("zone", "zone.only"), to("remind", "remind")]
    if len(library.words) > 1:
        last.append(to("language", "settings.language"))
    sounds = (
        []
        if own.voice
        else [to("silent" if own.sounds else "sounds", f"settings.sounds.{'no' if own.sounds else 'yes'}")]
    )
    return (
        (
            to("pace", "settings.pace"),
            to("mine" if own.timed else "timed", f"settings.timed.{'no' if own.timed else 'yes'}"),
        ),
        (
            to("text" if own.voice else "voice", f"settings.voice.{'no' if own.voice else 'yes'}"),
            *sounds,
            to("breath", "settings.breath"),
        ),
        (to("days", "settings.days"), *([to("where", "settings.where")] if person.positions else [])),
        (to("out", "settings.out"),),
        tuple(last),
    )


def _choice(chat: Chat, verb: str, words: Words) -> Page:
    person, question, present = chat.person, "", ""
    match verb:
        case "pace":
            question, present = "set-pace-which", person.settings.pace
            names = {pace: words(f"button-pace-{pace}") for pace in PACES}
        case "breath":
            question, present = "set-breath-which", person.breath
            names = {breath: words(f"button-breath-{breath}") for breath in BREATHS}
        case _:
            question, present = "set-days-which", str(person.settings.days)
            names = {str(n): str(n) for n in DAYS}
    buttons = tuple(
        Button(f"✓ {name}" if value == present else name, f"menu:settings.{verb}.{value}")
        for value, name in names.items()
    )
    rows: Rows = (buttons[:4], buttons[4:]) if verb == "days" else tuple((one,) for one in buttons)
    return Page(text=w(words, question), buttons=(*rows, (Button(words("button-return"), "menu:settings"),)))


def _left_out(chat: Chat, change: str, now: datetime, words: Words) -> Sheet:
    """The boxes of "Some movements aren't for me", ticked in place; and the moves that were left out by name."""
    person, ticks = chat.person, ticked(chat.person.left_out_tags)
    verb, _, tick = change.partition(".")
    match verb:
        case "tick" if tick in TICKS and ticked(tags_of(ticks ^ {tick})) == ticks:
            return chat, Say("tick-in-another")
        case "tick" if tick in TICKS:
            person = leaving_out(person, ticks ^ {tick}, now)
        case "imagine" | "resting":
            person = replace(person, imagine=verb == "imagine")
        case "poses":
            person = replace(person, left_out_poses=frozenset())
    ticks = ticked(person.left_out_tags)
    lines = [f"<b>{w(words, 'leave-out-which')}</b>"]
    lines += [w(words, "leave-out-imagine" if person.imagine else "leave-out-rest"), w(words, "set-out-kept")]
    boxes: Rows = tuple(
        (Button(f"{'☑' if tick in ticks else '☐'} {words(f'tick-{tick}')}", f"menu:settings.out.tick.{tick}"),)
        for tick in TICKS
    )
    seen = "resting" if person.imagine else "imagine"
    last = [Button(words(f"button-{seen}"), f"menu:settings.out.{seen}")]
    if person.left_out_poses:
        lines.append(w(words, "set-out-poses", moves=len(person.left_out_poses)))
        last.append(Button(words("button-set-poses"), "menu:settings.out.poses"))
    page = Page(
        text="\n\n".join(lines), buttons=(*boxes, tuple(last), (Button(words("button-return"), "menu:settings"),))
    )
    return replace(chat, person=person), page


def _languages(chat: Chat, library: Library) -> Page:
    words = library.words_in(chat.person.language)
    rows = tuple(
        (Button(said("language"), f"menu:settings.language.{name}"),) for name, said in sorted(library.words.items())
    )
    return Page(
        text=w(words, "set-language-which"), buttons=(*rows, (Button(words("button-return"), "menu:settings"),))
    )

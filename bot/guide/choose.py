"""The pages of /settings: what is set, in plain words, changed in place. Pure; touches nothing.

What it changes takes hold at the next step of a run; language, and voice or text, at the next session (player.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.guide.chat import Chat
from bot.guide.library import Library
from bot.guide.outcome import Page, Say
from bot.guide.parts import Button, Rows, w
from bot.guide.person import Person, Settings
from bot.guide.words import Words

Sheet = tuple[Chat, Say | Page]
PACES, BREATHS = ("slower", "normal", "faster"), ("calm", "easier", "own")
DAYS = range(1, 8)


def settings(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """The page itself, or what was chosen on it."""
    verb, _, rest = path.partition(".")
    if verb in CHOICES and rest in CHOICES[verb]:
        chat = replace(chat, person=CHOICES[verb][rest](chat.person))
        return chat, _main(chat, library)
    words = library.words_in(chat.person.language)
    match verb:
        case "pace" | "breath" | "days":
            return chat, _choice(chat, verb, words)
        case "out":
            return chat, _left_out(chat, words)
        case "out-none":
            nothing = frozenset[str]()
            person = replace(chat.person, left_out_tags=nothing, left_out_poses=nothing, left_out_kept=None)
            chat = replace(chat, person=replace(person, positions={}))
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
    "imagine": {
        "yes": lambda person: replace(person, imagine=True),
        "no": lambda person: replace(person, imagine=False),
    },
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

    last = [to("zone", "zone"), to("remind", "remind")]
    if len(library.words) > 1:
        last.append(to("language", "settings.language"))
    sounds = (
        []
        if own.voice
        else [to("silent" if own.sounds else "sounds", f"settings.sounds.{'no' if own.sounds else 'yes'}")]
    )
    some = person.left_out_tags or person.left_out_poses
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
        *(((to("out", "settings.out"),),) if some else ()),
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


def _left_out(chat: Chat, words: Words) -> Page:
    """What kind of movements are left out is told by their number: which they are stands at the boxes alone."""
    kept = len(chat.person.left_out_tags) + len(chat.person.left_out_poses)
    rows: Rows = (
        (Button(words("button-set-out-none"), "menu:settings.out-none", "danger"),),
        (
            Button(
                words("button-resting" if chat.person.imagine else "button-imagine"),
                f"menu:settings.imagine.{'no' if chat.person.imagine else 'yes'}",
            ),
        ),
        (Button(words("button-return"), "menu:settings"),),
    )
    return Page(text=w(words, "set-out-which", kinds=kept), buttons=rows)


def _languages(chat: Chat, library: Library) -> Page:
    words = library.words_in(chat.person.language)
    rows = tuple(
        (Button(said("language"), f"menu:settings.language.{name}"),) for name, said in sorted(library.words.items())
    )
    return Page(
        text=w(words, "set-language-which"), buttons=(*rows, (Button(words("button-return"), "menu:settings"),))
    )

"""/help, /safety and /privacy: how it works, when to stop, and what is kept. Pure; touches nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.guide.before import notice
from bot.guide.chat import Chat
from bot.guide.library import Library
from bot.guide.outcome import Page, Say
from bot.guide.parts import Button, w
from bot.guide.person import CONSENT_VERSION, PRIVACY, PRIVACY_DATE, Dated

Sheet = tuple[Chat, Say | Page]


def help_(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """How it works, in a few lines."""
    words = library.words_in(chat.person.language)
    text = "\n\n".join(
        (
            f"<b>{w(words, 'help-title')}</b>",
            w(words, "help-how"),
            w(words, "help-words"),
            w(words, "help-end"),
        )
    )
    begin = Button(words("button-begin"), "menu:backpain", "primary")
    pages = tuple(
        Button(words(f"button-{name}"), f"menu:{name}") for name in ("settings", "remind", "safety", "privacy")
    )
    rows = ((begin, Button(words("button-sessions"), "menu:sessions")), pages[:2], pages[2:])
    return chat, Page(text=text, buttons=rows)


def safety(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """The whole notice, and where to call; nothing is acknowledged by reading it here."""
    words, person = library.words_in(chat.person.language), chat.person
    content, number = library.content_in(person.language), library.number(person.zone, person.language)
    where = w(words, "safety-numbers", number=number.emergency, talk=number.talk or number.emergency)
    zone = () if person.zone else ((Button(words("button-set-zone"), "menu:zone.only"),),)
    return chat, Page(text=f"{notice(content.safety, words)}\n\n{where}", buttons=zone)


def privacy(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """Who runs it, what is kept, why and how long; and the consent, undone in one tap."""
    words = library.words_in(chat.person.language)
    if path in ("yes", "no"):
        consent = Dated(version=CONSENT_VERSION, at=now, yes=path == "yes")
        kept = chat.kept if consent.yes else ()
        poses = chat.person.left_out_poses if consent.yes else frozenset()
        chat = replace(chat, person=replace(chat.person, consent=consent, left_out_poses=poses), kept=kept)
    person = chat.person
    who = "privacy-who" if library.operator else "privacy-local"
    consent_line = "privacy-kept" if person.keeps else "privacy-not-kept"
    lines = (
        f"<b>{w(words, 'privacy-title')}</b>",
        w(words, who, operator=library.operator, contact=library.contact),
        w(words, "privacy-always"),
        w(words, consent_line),
        w(words, "privacy-rights"),
        f"<i>{w(words, 'privacy-version', version=PRIVACY, date=PRIVACY_DATE)}</i>",
    )
    undo = Button(
        words("button-privacy-no" if person.keeps else "button-keep-yes"),
        f"menu:privacy.{'no' if person.keeps else 'yes'}",
    )
    show, export = Button(words("button-rows"), "menu:rows"), Button(words("button-export"), "menu:export")
    forget = Button(words("button-privacy-forget"), "menu:forget", "danger")
    return chat, Page(text="\n\n".join(lines), buttons=((undo,), (show, export), (forget,)))

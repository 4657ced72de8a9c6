"""What is held about a person, in their own hands: as a file, and row by row, each with its button to erase it. Pure.

The rows themselves lie in the store. The guide says which is wanted, and makes a page of it once the shell has read it;
so a page shows what is there when it is shown, and nothing here reads anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any

from bot.guide.chat import Chat, Summary
from bot.guide.library import Library
from bot.guide.outcome import Everything, Page, RowHeld, Say
from bot.guide.parts import Button, Rows, w
from bot.guide.person import Person
from bot.guide.words import Words

Sheet = tuple[Chat, Say | Page]
LONGEST_VALUE, LONGEST = 700, 3300
"""Characters of one value, and of a page with what it needs around it (Bot API: 4,096)."""
TABLES = ("chats", "people", "reminders", "runs", "erased")
"""Tables that have a name in words."""
ERASES = ("people", "reminders", "runs")
"""Tables whose rows are erased one by one; a chat's own row is the whole: it goes with /forget."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is held, opened. `means`: what its columns are, by name."""

    table: str
    key: str
    values: Mapping[str, Any]
    means: Mapping[str, str]
    why: str


def export(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """It says first that the file travels through Telegram."""
    words = library.words_in(chat.person.language)
    if path == "yes":
        return chat, Page(text=w(words, "export-here"), brings=Everything())
    yes = Button(words("button-export-yes"), "menu:export.yes", "primary")
    return chat, Page(text=w(words, "export-ask"), buttons=((yes,), (Button(words("button-rows"), "menu:rows"),)))


def rows(chat: Chat, path: str, now: datetime, library: Library) -> Sheet:
    """A row by its place; or one is to be erased, which is asked once."""
    words, language = library.words_in(chat.person.language), chat.person.language
    verb, _, rest = path.partition(".")
    table, _, key = rest.partition(".")
    match verb:
        case "ask" if table in ERASES:
            yes = Button(words("button-rows-erase"), f"menu:rows.yes.{rest}", "danger")
            back = Button(words("button-return"), f"menu:rows.of.{rest}")
            return chat, Page(text=w(words, f"rows-erase-{table}"), buttons=((yes, back),))
        case "yes" if table in ERASES:
            back = Button(words("button-rows"), f"menu:rows.of.{table}")
            return _without(chat, table, key), Page(text=w(words, "rows-gone"), buttons=((back,),))
        case "of" if table in ERASES:
            return chat, Page(text=w(words, "rows-none"), brings=RowHeld(0, language, table, key))
    at = int(verb) if verb.isdecimal() and len(verb) < 6 else 0
    return chat, Page(text=w(words, "rows-none"), brings=RowHeld(at, language))


def place(held: Sequence[Row], wanted: RowHeld) -> int:
    """Where the wanted row is. After one was erased the next of its table comes: there may be more to erase."""
    theirs = [at for at, row in enumerate(held) if row.table == wanted.table]
    return next((at for at in theirs if held[at].key == wanted.key), theirs[0] if theirs else wanted.at)


def page(held: Sequence[Row], at: int, words: Words) -> Page:
    """One of the rows, as it is held."""
    if not held:
        return Page(text=w(words, "rows-none"))
    at = min(at, len(held) - 1)
    row = held[at]
    name = f"rows-table-{row.table if row.table in TABLES else 'other'}"
    lines = [
        f"<b>{w(words, name)}</b> · {w(words, 'rows-place', at=at + 1, of=len(held))}",
        f"<i>{escape(row.why)}</i>",
    ]
    for column, value in row.values.items():
        about = f" · {escape(row.means[column])}" if row.means.get(column) else ""
        line = f"<b>{escape(column)}</b>{about}\n<code>{escape(_shown(value))}</code>"
        if sum(map(len, lines)) + len(line) > LONGEST:
            lines.append(w(words, "rows-cut"))
            break
        lines.append(line)
    return Page(text="\n\n".join(lines), buttons=_buttons(row, at, len(held), words))


def _buttons(row: Row, at: int, of: int, words: Words) -> Rows:
    turn = []
    if at:
        turn.append(Button(words("button-rows-before"), f"menu:rows.{at - 1}"))
    if at + 1 < of:
        turn.append(Button(words("button-rows-after"), f"menu:rows.{at + 1}"))
    erase: tuple[Button, ...] = ()
    if row.table in ERASES:
        erase = (Button(words("button-rows-erase"), f"menu:rows.ask.{row.table}.{row.key}", "danger"),)
    elif row.table == "chats":
        erase = (Button(words("button-privacy-forget"), "menu:forget", "danger"),)
    back = (Button(words("button-return"), "menu:privacy"),)
    return tuple(line for line in (tuple(turn), erase, back) if line)


def _without(chat: Chat, table: str, key: str) -> Chat:
    """The chat when that row is gone. What nobody is safe without stays: a hold, and that the notice was read."""
    match table:
        case "runs":
            kept = tuple(run for run in chat.kept if run.id != key)
            return replace(_unscored(chat), kept=kept, unkept=frozenset({key}))
        case "reminders":
            return replace(chat, reminder=None)
    old = chat.person
    new = Person(
        language=old.language,
        hold=old.hold,
        acknowledged=old.acknowledged,
        voice_forbidden_until=old.voice_forbidden_until,
        inactive_since=old.inactive_since,
    )
    return replace(_unscored(chat), person=new, kept=(), reminder=None)  # a reminder has its person's zone


def _unscored(chat: Chat) -> Chat:
    """The summary that still stands holds the scores of its run for half an hour: they go with it."""
    if isinstance(chat.state, Summary):
        return replace(chat, state=replace(chat.state, before=None, after=None, run=None))
    return chat


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]} …"

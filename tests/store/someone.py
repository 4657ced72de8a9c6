"""A person in the middle of a run, and what the store's tests do with rows and bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.guide.chat import Chat, Playing, Run, Sent
from bot.guide.kept import KeptRun
from bot.guide.marks import Phrase, Script
from bot.guide.person import Dated, Hold, Person, Settings
from bot.guide.planned import Plan, PlannedStep, Telling
from bot.guide.reminders import Reminder
from bot.store.chats import Store
from bot.store.rows import Row

NOW = datetime(2026, 3, 14, 8, 30, tzinfo=UTC)
ANNA, BORIS = 78_187_493_530, 61_203_344_127
"""Ids of two chats."""


def telling(words: str) -> Telling:
    script = Script(40.0, (Phrase(0.0, 10.0, words), Phrase(12.5, 8.0, "And let go.")))
    return Telling(words, script, 0.65, script.key("an-engine", 0.65))


PLAN = Plan(
    session="classic",
    name="The classic",
    position="chair",
    steps=tuple(
        PlannedStep(
            id=f"classic-0{n}",
            name="Knees apart",
            form="led",
            told=telling("Let both knees fall a little apart."),
            rest=telling("Stay as you are, and breathe."),
            advance="tap" if n == 0 else "timed",
            pose="seated-knees",
            tags=("HIPX", "FLEX"),
            caution_id="classic-04",
        )
        for n in range(3)
    ),
)

PERSON = Person(
    language="en",
    zone="Pacific/Chatham",
    settings=Settings(pace="slower", timed=False),
    positions={"classic": "mat"},
    hold=Hold(until=NOW + timedelta(hours=24)),
    acknowledged=Dated(version="notice-1", at=NOW),
    consent=Dated(version="keep-1", at=NOW),
    cautions=frozenset({"classic-04"}),
    pictures={"classic-01": 2},
    left_out_tags=frozenset({"NECK", "FLEX"}),
    left_out_poses=frozenset({"seated-knees"}),
    voice_forbidden_until=NOW + timedelta(days=7),
    inactive_since=NOW,
)

CHAT = Chat(
    person=PERSON,
    run=Run(
        id="a1b2c3",
        plan=PLAN,
        voice=True,
        before=4,
        practised=61.5,
        hurts=1,
        notes=(Sent(41, NOW, NOW + timedelta(seconds=40)),),
    ),
    state=Playing(at=NOW, step=1, heard=1, after=NOW, late_at=NOW + timedelta(seconds=120)),
    reminder=Reminder(at=time(7, 30), zone=PERSON.zone or "", settled=NOW.date()),
)


def row_of(chat: int, **values: object) -> Row:
    """A new row, in the middle of a run, with another that is kept."""
    run = KeptRun(id=f"of-{chat}", at=NOW, session="classic", position="chair", minutes=8, before=5, after=3)
    row = Row(id=chat, chat=replace(CHAT, kept=(run,)), rev=7, remind_at=NOW.timestamp() + 3600)
    return replace(row, **values)  # type: ignore[arg-type]


async def kept(store: Store, *rows: Row, due_at: float | None = None) -> None:
    """Save rows as new ones."""
    async with store.transaction() as tx:
        for row in rows:
            await tx.save(row, due_at)


def bytes_in(folder: Path) -> bytes:
    """All that lies in a data folder, but the key."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file() and file.name != "key")
    return b"".join(file.read_bytes() for file in files)

"""A data folder without its key tells nothing about a person's health; what it does tell stands in docs/security.md."""

from __future__ import annotations

import json
import re
import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bot.guide.person import Settings
from bot.store.backup import back_up
from bot.store.secrets import find_keys
from bot.store.sqlite import copy
from tests.conversations.conftest import House
from tests.conversations.test_first_session import to_settle
from tests.places import OnFile

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"
NOTE = re.compile(r"[0-9a-f]{32}")
"""A note's key: which notes were ever made or sent, by anybody, is plain."""
COPY = "copy.db"
"""As it is made before a migration, while the database is in use."""


@pytest.fixture
def place(tmp_path: Path) -> OnFile:
    """In a file: what another database keeps is the same, column by column."""
    return OnFile(tmp_path / "home")


def files(folder: Path) -> dict[str, bytes]:
    """All that a thief of the folder has, by its path: names may tell something, too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def sealed_and_plain(database: Path) -> tuple[set[str], set[str]]:
    """Columns of a database, as `table.column`."""
    with closing(sqlite3.connect(database)) as there:
        tables = [name for (name,) in there.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {
            f"{table}.{name}": kind
            for table in tables
            for _, name, kind, *_ in there.execute(f"PRAGMA table_info({table})")
        }
    sealed = {name for name, kind in columns.items() if kind == "BLOB"}
    return sealed, columns.keys() - sealed


def opened(folder: Path) -> dict[str, Any]:
    """What the key opens, by column."""
    keys = find_keys(None, folder)
    with closing(sqlite3.connect(folder / "easeback.db")) as there:
        state, plan, health = there.execute("SELECT state, plan, health FROM chats JOIN people ON chat = id").fetchone()
    texts = {"chats.state": keys.open(state), "people.health": keys.open(health)}
    if plan is not None:
        texts["chats.plan"] = zlib.decompress(keys.open(plan))
    return {name: json.loads(text) for name, text in texts.items()}


def words(value: Any) -> Iterator[str]:
    """Every name and every text in a JSON value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words(inner)
    elif isinstance(value, str):
        yield value


async def test_what_lies_in_the_data_folder_tells_nothing_about_a_persons_health(house: House) -> None:
    said: set[str] = set()
    stolen: list[dict[str, bytes]] = []

    async def look() -> dict[str, Any]:
        copy(house.home / "easeback.db", house.home / COPY)
        await back_up(None, house.home, house.home / f"{len(stolen)}.backup", time.time())
        stolen.append(files(house.home))
        found = opened(house.home)
        said.update(words(found))
        return found

    async with house.running():
        await to_settle(house)
        await house.tap("4")
        await house.tap("Done")
        await house.sees("Breathe · 2 of 11")
        for told in ("Dizzy?", "Three slow, easy", "Let your mind go", "Sore shoulder?", "Reach on"):
            await house.tap("Done")
            await house.sees(told)
        await house.quiet()
        run = await look()
        assert run["chats.state"]["run"]["before"] == 4
        assert run["chats.plan"]["session"] == "classic"
        await house.tap("It hurts")
        await house.sees("Ease out slowly.")
        await house.quiet()
        assert (await look())["chats.state"]["run"]["hurts"] == 1
        await house.tap("Leave it out")
        await house.quiet()
        forms = [
            {step["form"] for step in found["chats.plan"]["steps"] if step["id"] == "reach"}
            for found in (run, await look())
        ]
        assert forms == [{"led"}, {"rest"}], "this move is left out"
        await house.say("stop")
        await house.sees("Well stopped.")
        await house.tap("2")
        await house.sees("You gave your back")
        await house.say("/backpain")
        await house.sees("Anything new since last time?")
        await house.tap("Yes or not sure")
        await house.sees("Which list?")
        await house.tap("Get help now")
        await house.sees("It may need care today.")
        await house.say("/backpain")
        await house.sees("Movements wait")
        await house.tap("Breathing")
        await house.sees("Settle · 1 of 8")
        await house.quiet()
        held = (await look())["people.health"]
        assert held["hold"]["until"] is not None
        assert held["positions"] == {"classic": "chair"}
    await look()

    with closing(sqlite3.connect(house.home / "easeback.db")) as there:
        schema = " ".join(text for (text,) in there.execute("SELECT sql FROM sqlite_master WHERE sql NOTNULL"))
    plain = " ".join([schema, *(field.name for field in fields(Settings)), *stolen[0]])
    said = {word for word in said if word and word not in plain and not NOTE.fullmatch(word)}
    assert len(said) > 100, "there is something to look for"
    assert {"Reach", "classic", "positions", "hold", "before", "left_out_poses", "kind", "playing", "chair"} <= said
    for folder in stolen:
        assert {COPY, "0.backup"} <= folder.keys()
        there = b"\n".join([*(name.encode() for name in folder), *(folder[name] for name in folder if name != "key")])
        for known in (b"acknowledged", b'"pace"', b'"version"'):
            assert known in there, "what is plain is found, so what is not found is not there"
        # What is sealed looks like chance, and chance says short words: those are looked for as JSON has them.
        looked_for = {word if len(word) > 7 else f'"{word}"' for word in said}
        assert [word for word in sorted(looked_for) if word.encode() in there] == []


async def test_what_stays_plain_is_what_the_page_on_security_says(house: House) -> None:
    async with house.running():
        await house.say("/start")
        await house.sees("I'm Easeback")
    sealed, plain = sealed_and_plain(house.home / "easeback.db")
    assert sealed == {"chats.state", "chats.plan", "people.health", "runs.run"}
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", page, re.MULTILINE)
    assert {f"{table}.{column}" for table, columns in rows for column in re.findall(r"`(\w+)`", columns)} == plain
    (chosen,) = re.findall(r"^`settings` holds ([^.]+)\.", page, re.MULTILINE)
    assert re.findall(r"`(\w+)`", chosen) == [field.name for field in fields(Settings)]

"""What is kept of runs: under a consent, for twelve months, and not a row longer than their person wants."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.guide.kept import KeptRun
from bot.guide.person import Dated
from bot.store.chats import Store
from bot.store.rows import Row
from tests.store.someone import ANNA, BORIS, NOW, PERSON, kept, row_of


def run(name: str, at: datetime) -> KeptRun:
    return KeptRun(id=name, at=at, session="classic", position="chair", minutes=8, before=5, after=3)


def somebody(chat: int, *runs: KeptRun) -> Row:
    row = row_of(chat)
    row.chat = replace(row.chat, kept=runs)
    return row


async def ids(store: Store, chat: int) -> set[str]:
    tables = {table.name: table.rows for table in await store.held(chat)}
    return {row["id"] for row in tables["runs"]}


async def test_a_run_is_let_go_after_twelve_months_of_the_time_in_which_it_ended(store: Store) -> None:
    year = timedelta(days=365)
    await kept(store, somebody(ANNA, run("old", NOW - year - timedelta(hours=1)), run("young", NOW - year / 2)))
    await store.tidy((NOW - 2 * year).timestamp(), NOW.timestamp())  # the local chat's clock was put ahead
    assert await ids(store, ANNA) == {"young"}


async def test_a_chat_comes_with_the_runs_of_five_weeks_and_keeps_the_others(store: Store) -> None:
    await kept(store, somebody(ANNA, run("old", NOW - timedelta(days=36)), run("new", NOW - timedelta(days=34))))
    async with store.transaction() as tx:
        row = await tx.load(ANNA, NOW)
        assert row is not None
        assert [one.id for one in row.chat.kept] == ["new"]
        row.chat = replace(row.chat, kept=(*row.chat.kept, run("newest", NOW)))
        await tx.save(row, None)
    assert await ids(store, ANNA) == {"old", "new", "newest"}


async def test_one_that_is_erased_is_gone_whatever_its_age_and_nobody_elses(store: Store) -> None:
    await kept(store, somebody(ANNA, run("old", NOW - timedelta(days=200)), run("new", NOW)))
    await kept(store, somebody(BORIS, run("other", NOW)))
    async with store.transaction() as tx:
        row = await tx.load(ANNA, NOW)
        assert row is not None
        row.chat = replace(row.chat, unkept=frozenset({"old", "other"}))
        await tx.save(row, None)
    assert await ids(store, ANNA) == {"new"}
    assert await ids(store, BORIS) == {"other"}


async def test_a_consent_that_is_undone_takes_all_of_them_along(store: Store) -> None:
    await kept(store, somebody(ANNA, run("old", NOW - timedelta(days=200)), run("new", NOW)))
    async with store.transaction() as tx:
        row = await tx.load(ANNA, NOW)
        assert row is not None
        person = replace(PERSON, consent=Dated(version="keep-1", at=NOW, yes=False))
        row.chat = replace(row.chat, person=person, kept=())
        await tx.save(row, None)
    assert await ids(store, ANNA) == set()

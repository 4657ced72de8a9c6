"""The tables are what the migrations make; an old database comes along with all it holds, a newer one is left alone."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine

from alembic import command
from bot.store.chats import Store, open_store
from bot.store.errors import NewerSchema, NotOurs
from bot.store.migrate import SCHEMA, Schema
from bot.store.secrets import find_keys
from bot.store.tables import metadata
from tests.store.someone import ANNA, NOW, kept, row_of

SECOND = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"
def upgrade():
    with op.batch_alter_table("chats", recreate="always") as chats:
        chats.add_column(sa.Column("mood", sa.Text(), server_default="calm"))
    {then}
"""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return create_engine(f"sqlite:///{tmp_path / 'other.db'}")


def alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCHEMA.folder))
    config.attributes["connection"] = connection
    return config


def made(connection: Connection) -> dict[str, str]:
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql NOTNULL")
    return {name: " ".join(sql.split()) for name, sql in found if name != "alembic_version"}


@pytest.fixture
def schema(tmp_path: Path) -> Callable[[str], Schema]:
    """A later version of the program, whose second migration makes the table of chats anew and `then` does more."""

    def make(then: str) -> Schema:
        folder = shutil.copytree(SCHEMA.folder, tmp_path / "later%20version", dirs_exist_ok=True)
        (folder / "versions" / "0002_second.py").write_text(SECOND.format(then=then))
        return Schema(head="0002", folder=folder)

    return make


async def again(folder: Path, schema: Schema = SCHEMA) -> Store:
    return await open_store(None, find_keys(None, folder), folder, schema=schema)


def test_the_head_is_what_the_tables_say_to_the_letter(tmp_path: Path) -> None:
    migrated, described = (create_engine(f"sqlite:///{tmp_path / name}.db") for name in ("migrated", "described"))
    with migrated.begin() as one, described.begin() as other:
        command.upgrade(alembic(one), "head")
        metadata.create_all(other)
        assert compare_metadata(MigrationContext.configure(one), metadata) == []
        assert made(one) == made(other)
    migrated.dispose()
    described.dispose()


def test_the_program_knows_its_head() -> None:
    folder = Config()
    folder.set_main_option("script_location", str(SCHEMA.folder))
    assert ScriptDirectory.from_config(folder).get_heads() == [SCHEMA.head]


def test_up_down_and_up_again(engine: Engine) -> None:
    with engine.begin() as connection:
        command.upgrade(alembic(connection), "head")
        first = made(connection)
        command.downgrade(alembic(connection), "base")
        assert made(connection) == {}
        command.upgrade(alembic(connection), "head")
        assert made(connection) == first
    engine.dispose()


async def test_a_run_under_way_comes_along_and_a_copy_was_made_before(
    store: Store, folder: Path, schema: Callable[[str], Schema]
) -> None:
    await kept(store, row_of(ANNA, live=[40]))
    await store.close()
    later = await again(folder, schema("pass"))
    assert await later.peek(ANNA, NOW) == row_of(ANNA, live=[40])
    async with later.transaction() as tx:
        await tx.erase(ANNA, 40, 0.0)  # what hangs on a chat still goes with it
    await later.close()
    with closing(sqlite3.connect(folder / "easeback.db")) as database:
        assert database.execute("SELECT count(*) FROM people").fetchone() == (0,)
    shutil.move(folder / "easeback.db.before-0002", folder / "easeback.db")
    restored = await again(folder)
    assert await restored.peek(ANNA, NOW) == row_of(ANNA, live=[40])
    await restored.close()


async def test_a_migration_that_fails_half_way_leaves_the_old_schema(
    store: Store, folder: Path, schema: Callable[[str], Schema]
) -> None:
    await kept(store, row_of(ANNA))
    await store.close()
    with pytest.raises(ZeroDivisionError):
        await again(folder, schema("1 / 0"))
    old = await again(folder)
    assert await old.peek(ANNA, NOW) == row_of(ANNA)
    await old.close()


async def test_a_database_of_a_newer_version_is_left_alone(
    store: Store, folder: Path, schema: Callable[[str], Schema]
) -> None:
    await store.close()
    await (await again(folder, schema("pass"))).close()
    before = (folder / "easeback.db").read_bytes()
    with pytest.raises(NewerSchema, match=r"made by a newer Easeback \(its schema is 0002\): start that version"):
        await again(folder)
    assert (folder / "easeback.db").read_bytes() == before


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "easeback.db")) as database:
        database.execute("CREATE TABLE chats (id INTEGER)")
    with pytest.raises(NotOurs, match="holds another program's tables"):
        await again(tmp_path)


async def test_old_copies_go_since_they_hold_who_left_meanwhile(store: Store, folder: Path) -> None:
    copy = folder / "easeback.db.before-0002"
    copy.touch()
    made_at = copy.stat().st_mtime
    await store.tidy(made_at + 29 * 86400)
    assert copy.exists()
    await store.tidy(made_at + 31 * 86400)
    assert not copy.exists()

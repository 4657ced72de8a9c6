"""The tables are what the migrations make; an old database comes along with all it holds, a newer one is left alone."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from structlog.testing import capture_logs

from alembic import command
from bot.store.chats import Store
from bot.store.errors import NewerSchema, NotOurs
from bot.store.lock import make_folder
from bot.store.migrate import SCHEMA, Schema
from bot.store.tables import metadata
from tests.places import BOTH, OnFile, OnServer, Place
from tests.postgres import STRANGER, Server
from tests.store.someone import ANNA, NOW, kept, row_of

LATER = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "later", "{head}"
def upgrade():
    anew = "always" if op.get_bind().dialect.name == "sqlite" else "auto"
    with op.batch_alter_table("chats", recreate=anew) as chats:
        chats.add_column(sa.Column("mood", sa.Text(), server_default="calm"))
    {then}
"""
STOPPED = """
import asyncio, sys
from pathlib import Path
from bot.store.chats import open_store
from bot.store.lock import make_folder
from bot.store.migrate import Schema
from bot.store.secrets import find_keys

url, folder, later = sys.argv[1] or None, Path(sys.argv[2]), Path(sys.argv[3])
asyncio.run(open_store(url, find_keys(None, folder), folder, schema=Schema("later", later)))
"""
MADE_IN_SQLITE = "SELECT name, sql FROM sqlite_master WHERE sql NOTNULL AND name != 'alembic_version'"
MADE_IN_POSTGRES = """
    SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        col_description(c.oid, a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname != 'alembic_version'
    UNION ALL
    SELECT conname, pg_get_constraintdef(oid), NULL, NULL, NULL FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid != 'alembic_version'::regclass
    UNION ALL
    SELECT indexname, indexdef, NULL, NULL, NULL FROM pg_indexes
    WHERE schemaname = 'public' AND tablename != 'alembic_version'
"""


@pytest.fixture(params=BOTH)
async def place(request: pytest.FixtureRequest, folder: Path, postgres: Server) -> AsyncIterator[Place]:
    """One that may be spoiled."""
    if request.param == "sqlite":
        yield OnFile(folder)
    else:
        name = await postgres.new()
        yield OnServer(folder, postgres, name)
        await postgres.drop(name)


@pytest.fixture
async def connection(place: Place, folder: Path) -> AsyncIterator[AsyncConnection]:
    """To the place, without the store."""
    make_folder(folder)
    if isinstance(place, OnServer):
        engine = create_async_engine(place.url.replace("postgresql:", "postgresql+asyncpg:"))
    else:
        engine = create_async_engine(f"sqlite+aiosqlite:///{folder / 'other.db'}")
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


def alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCHEMA.folder))
    config.attributes["connection"] = connection
    return config


def made(connection: Connection) -> set[tuple[object, ...]]:
    query = MADE_IN_SQLITE if connection.dialect.name == "sqlite" else MADE_IN_POSTGRES
    return {
        tuple(" ".join(value.split()) if isinstance(value, str) else value for value in row)
        for row in connection.exec_driver_sql(query)
    }


@pytest.fixture
def schema(tmp_path: Path) -> Callable[[str], Schema]:
    """A later version of the program, whose last migration changes the table of chats and `then` does more."""

    def make(then: str) -> Schema:
        folder = shutil.copytree(SCHEMA.folder, tmp_path / "later%20version", dirs_exist_ok=True)
        (folder / "versions" / "later.py").write_text(LATER.format(then=then, head=SCHEMA.head))
        return Schema(head="later", folder=folder)

    return make


@contextmanager
def path(*folders: Path) -> Iterator[None]:
    """What programs there are."""
    before = os.environ["PATH"]
    os.environ["PATH"] = os.pathsep.join(map(str, folders))
    try:
        yield
    finally:
        os.environ["PATH"] = before


async def test_the_head_is_what_the_tables_say_to_the_letter(connection: AsyncConnection) -> None:
    def compare(connection: Connection) -> None:
        command.upgrade(alembic(connection), "head")
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        migrated = made(connection)
        command.downgrade(alembic(connection), "base")
        metadata.create_all(connection)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert made(connection) == migrated
        assert len(migrated) > len(metadata.tables)

    await connection.run_sync(compare)


def test_the_program_knows_its_head() -> None:
    folder = Config()
    folder.set_main_option("script_location", str(SCHEMA.folder))
    assert ScriptDirectory.from_config(folder).get_heads() == [SCHEMA.head]


async def test_up_down_and_up_again(connection: AsyncConnection) -> None:
    def up_down_up(connection: Connection) -> None:
        command.upgrade(alembic(connection), "head")
        first = made(connection)
        command.downgrade(alembic(connection), "base")
        assert made(connection) == set()
        command.upgrade(alembic(connection), "head")
        assert made(connection) == first

    await connection.run_sync(up_down_up)


async def test_a_run_under_way_comes_along(store: Store, place: Place, schema: Callable[[str], Schema]) -> None:
    await kept(store, row_of(ANNA, live=[40]))
    await store.close()
    later = await place.open(schema=schema("pass"))
    assert await later.peek(ANNA, NOW) == row_of(ANNA, live=[40])
    assert await place.run("SELECT mood FROM chats") == [("calm",)]
    async with later.transaction() as tx:
        await tx.erase(ANNA, 40, 0.0)  # what hangs on a chat still goes with it
    await later.close()
    assert await place.run("SELECT count(*) FROM people") == [(0,)]


async def test_a_copy_of_the_file_is_made_before(on_file: Store, folder: Path, schema: Callable[[str], Schema]) -> None:
    await kept(on_file, row_of(ANNA))
    await on_file.close()
    await (await OnFile(folder).open(schema=schema("pass"))).close()
    shutil.move(folder / "easeback.db.before-later", folder / "easeback.db")
    restored = await OnFile(folder).open()
    assert await restored.peek(ANNA, NOW) == row_of(ANNA)
    await restored.close()


async def test_a_copy_of_what_is_on_a_server_is_made_before_by_pg_dump(
    on_server: OnServer, schema: Callable[[str], Schema]
) -> None:
    programs = on_server.server.programs
    if programs is None:
        pytest.skip("there is no pg_dump of the server's own version")
    secret = r"to:p\s@cret"  # what a file of passwords must write in its own way
    await on_server.run(
        f"DROP ROLE IF EXISTS {STRANGER}",
        f"CREATE ROLE {STRANGER} LOGIN PASSWORD '{secret}'",
        f"ALTER DATABASE {on_server.name} OWNER TO {STRANGER}",
        "SELECT 1",
    )
    owned = replace(on_server, user=STRANGER, secret=secret)
    store = await owned.open()
    await kept(store, row_of(ANNA))
    await store.close()
    with path(programs):
        await (await owned.open(schema=schema("pass"))).close()
    copy = on_server.folder / "easeback.sql.before-later"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in on_server.folder.iterdir()) == [copy.name, "key"]
    other = OnServer(on_server.folder, on_server.server, await on_server.server.new())
    with path(programs):
        psql = await asyncio.create_subprocess_exec(
            *("psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={copy}", other.url),
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert await psql.wait() == 0
    restored = await other.open()
    assert await restored.peek(ANNA, NOW) == row_of(ANNA)
    await restored.close()
    await on_server.server.drop(other.name)


async def test_a_password_goes_to_pg_dump_in_no_argument(
    on_server: OnServer, schema: Callable[[str], Schema], tmp_path: Path
) -> None:
    await (await on_server.open()).close()
    (tmp_path / "pg_dump").write_text(
        f"#!{sys.executable}\nimport re, sys\nprint('|'.join(sys.argv[1:]), file=sys.stderr)\n"
        "secret = re.search(r'passfile=([^&]+)', sys.argv[-1])[1].replace('%2F', '/')\n"
        "print(open(secret).read(), file=open(sys.argv[0] + '.saw', 'w'))\nsys.exit(1)\n"
    )
    (tmp_path / "pg_dump").chmod(0o755)
    with path(tmp_path), capture_logs() as told:
        store = await replace(on_server, secret=r"to:p\s@cret").open(schema=schema("pass"))
    await store.close()
    assert (tmp_path / "pg_dump.saw").read_text() == r"*:*:*:*:to\:p\\s@cret" + "\n"
    assert "--no-password" in str(told), "what it was called with"
    assert "cret" not in str(told)
    assert "***" not in str(told)


async def test_where_pg_dump_is_not_there_the_log_says_so(
    on_server: OnServer, schema: Callable[[str], Schema], tmp_path: Path
) -> None:
    store = await on_server.open()
    await kept(store, row_of(ANNA))
    await store.close()
    with path(tmp_path), capture_logs() as told:
        store = await on_server.open(schema=schema("pass"))
    assert [line["why"] for line in told] == ["pg_dump is not there"]
    assert await store.peek(ANNA, NOW) == row_of(ANNA)
    await store.close()


async def test_a_migration_that_fails_half_way_leaves_the_old_schema(
    store: Store, place: Place, schema: Callable[[str], Schema]
) -> None:
    await kept(store, row_of(ANNA))
    await store.close()
    with pytest.raises(ZeroDivisionError):
        await place.open(schema=schema("1 / 0"))
    old = await place.open()
    assert await old.peek(ANNA, NOW) == row_of(ANNA)
    await old.close()


async def test_a_migration_that_is_killed_half_way_leaves_the_old_schema(
    store: Store, place: Place, schema: Callable[[str], Schema]
) -> None:
    await kept(store, row_of(ANNA))
    await store.close()
    later = schema("import time; print('half way', flush=True); time.sleep(60)")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STOPPED, place.url or "", str(place.folder), str(later.folder)),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    while b"half way" not in (line := await asyncio.wait_for(process.stdout.readline(), 30)):
        assert line, "it ended before"
    process.kill()
    await process.communicate()
    old = await place.open()
    assert await old.peek(ANNA, NOW) == row_of(ANNA)
    await old.close()
    await (await place.open(schema=schema("pass"))).close()
    assert await place.run("SELECT mood FROM chats") == [("calm",)]


async def test_a_database_of_a_newer_version_is_left_alone(
    store: Store, place: Place, schema: Callable[[str], Schema]
) -> None:
    await kept(store, row_of(ANNA))
    await store.close()
    await (await place.open(schema=schema("pass"))).close()
    before = await place.run("SELECT * FROM chats")
    with pytest.raises(NewerSchema, match=r"made by a newer Easeback \(its schema is later\): start that version"):
        await place.open()
    assert await place.run("SELECT * FROM chats") == before
    assert await place.run("SELECT version_num FROM alembic_version") == [("later",)]


async def test_another_programs_database_is_left_alone(place: Place, folder: Path) -> None:
    make_folder(folder)
    await place.run("CREATE TABLE chats (id INTEGER)", "INSERT INTO chats VALUES (1) RETURNING id")
    with pytest.raises(NotOurs, match="holds another program's tables"):
        await place.open()
    assert await place.run("SELECT * FROM chats") == [(1,)]


async def test_old_copies_go_since_they_hold_who_left_meanwhile(store: Store, place: Place) -> None:
    copy = place.folder / f"easeback.{'db' if isinstance(place, OnFile) else 'sql'}.before-later"
    copy.touch()
    made_at = copy.stat().st_mtime
    await store.tidy(made_at + 29 * 86400, made_at)
    assert copy.exists()
    await store.tidy(made_at + 31 * 86400, made_at)
    assert not copy.exists()

"""Brings a database to the schema of this version, by alembic, in one transaction. Touches the database and its copy.

DDL in SQLite is as transactional as all else once the driver keeps its hands off BEGIN (database.py): killed half way,
the old schema is there. The copy made before is for what a migration does wrong, not for a kill.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.store.errors import NewerSchema, NotOurs

COPY = ".before-"
"""A copy's name is the database's, this, and the revision that it was brought to."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a database is brought to."""

    head: str = "0001"
    folder: Path = Path(__file__).parents[2] / "alembic"


SCHEMA = Schema()


def revision(connection: Connection) -> str | None:
    """The revision of a database; None: nothing is there yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def to_head(connection: Connection, schema: Schema, place: str, file: Path | None) -> None:
    """Bring it to the head, inside the transaction that is open; a SQLite `file` that holds something is copied first.

    Raises NewerSchema, NotOurs.
    """
    # Not at the top: alembic takes 0.15 s to import, and nearly every start has nothing to do here.
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    from alembic import command  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(schema.folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    found = revision(connection)
    if found is None:
        if set(inspect(connection).get_table_names()) - {"alembic_version"}:
            raise NotOurs(place)
    elif found not in {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}:
        raise NewerSchema(found)
    elif file is not None:
        copy(file, file.with_name(f"{file.name}{COPY}{schema.head}"))
    command.upgrade(config, "head")


def copy(file: Path, to: Path) -> None:
    """Copy a SQLite database while it is in use, whole or not at all."""
    half = to.with_name(to.name + ".half")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(half)) as target:
        source.backup(target)
    half.replace(to)

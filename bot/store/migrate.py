"""Brings a database to the schema of this version, by alembic, in one transaction. Touches the database.

DDL in PostgreSQL is as transactional as all else, and in SQLite, too, once the driver keeps its hands off BEGIN
(sqlite.py): killed half way, the old schema is there. The copy made before is for what a migration does wrong, not for
a kill.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.store.errors import NewerSchema, NotOurs

if TYPE_CHECKING:
    from alembic.config import Config

COPY = ".before-"
"""A copy's name is the database's, this, and the revision that it was brought to."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a database is brought to."""

    head: str = "0002"
    folder: Path = Path(__file__).parents[2] / "alembic"


SCHEMA = Schema()


def revision(connection: Connection) -> str | None:
    """The revision of a database; None: nothing is there yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def holds_something(connection: Connection, schema: Schema, place: str) -> bool:
    """Is there a schema of ours to be brought to the head, or nothing yet? Raises NewerSchema, NotOurs."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    found = revision(connection)
    if found is None and set(inspect(connection).get_table_names()) - {"alembic_version"}:
        raise NotOurs(place)
    known = {script.revision for script in ScriptDirectory.from_config(_config(schema)).walk_revisions()}
    if found is not None and found not in known:
        raise NewerSchema(found)
    return found is not None


def to_head(connection: Connection, schema: Schema) -> None:
    """Bring it to the head, inside the transaction that is open."""
    from alembic import command  # noqa: PLC0415

    config = _config(schema)
    config.attributes["connection"] = connection
    command.upgrade(config, schema.head)


def _config(schema: Schema) -> Config:
    # Not at the top: alembic takes 0.15 s to import, and nearly every start has nothing to do here.
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(schema.folder).replace("%", "%%"))
    return config

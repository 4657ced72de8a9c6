"""How alembic reaches the database: by the connection that bot/store/migrate.py hands it, in its open transaction."""

from __future__ import annotations

from alembic import context
from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # true of SQLite, too, since the driver begins nothing by itself
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

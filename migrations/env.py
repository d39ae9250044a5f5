"""How Alembic reaches the tables: through the application that runs it."""

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def migrate() -> None:
    """Bring the database of the current application to the newest version."""
    with database.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=database.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()


migrate()

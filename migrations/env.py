"""How Alembic reaches the tables: through the application that runs it."""

from alembic import context
from flask import current_app

from course.progress.writing import migrating

database = current_app.extensions["migrate"].db


def migrate() -> None:
    """Bring the database of the current application to the newest version."""
    with migrating(database.engine) as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()


migrate()

"""option ids of four digits

Revision ID: 0003
Revises: 0002

The id of an option was the first ten hex digits of a hash and is now the first four. What learners chose is kept by
these ids, so they are cut here. A client of a delivery question (``B``, ``B:2``) is no such id and stays.
"""

import re

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEN_DIGITS = re.compile(r"[0-9a-f]{10}")


def upgrade():
    # Read and written as JSON by SQLAlchemy: the column is text on SQLite and of its own type on Postgres.
    answer = sa.table("answer", sa.column("id", sa.Integer()), sa.column("choices", sa.JSON()))
    cut = []
    for row in op.get_bind().execute(sa.select(answer)):
        choices = [choice[:4] if TEN_DIGITS.fullmatch(choice) else choice for choice in row.choices]
        if choices != row.choices:
            cut.append({"of": row.id, "now": choices})
    if cut:
        change = sa.update(answer).where(answer.c.id == sa.bindparam("of"))
        op.get_bind().execute(change.values(choices=sa.bindparam("now")), cut)


def downgrade():
    """Leave the ids as they are: the other six digits are gone.

    Older code still counts such answers as right or wrong; only which option was chosen it can't show.
    """

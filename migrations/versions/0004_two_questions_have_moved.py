"""two questions have moved

Revision ID: 0004
Revises: 0003

They stood in the lesson about connections and are in the expert zone now. Their answers go with them.
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOVED = ("too-early", "false-goodbye")


def upgrade():
    move("connections", "expert-zone")


def downgrade():
    move("expert-zone", "connections")


def move(source, target):
    answer = sa.table("answer", sa.column("lesson", sa.String()), sa.column("question", sa.String()))
    there = (answer.c.lesson == source) & answer.c.question.in_(MOVED)
    op.execute(sa.update(answer).where(there).values(lesson=target))

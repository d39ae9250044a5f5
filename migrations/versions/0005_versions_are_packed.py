"""versions are packed, counted and protected

Revision ID: 0005
Revises: 0004

The files of a version are compressed, and stand there alone: a piece of work no longer has a second copy of its newest
version. Each version says why it must not be thinned, each learner how much is kept of them, and the results of the
last check stand with the work. Of those who are deleted a hash stays.

No table is made anew: SQLite would delete what refers to it.
"""

import json
import time
import zlib
from hashlib import blake2b

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AT_ONCE = 100
TAB, CONFLICT, PASSED, CHECKED = 1, 2, 4, 8

learner = sa.table("learner", sa.column("id"), sa.column("created_at"), sa.column("seen_at"))
work = sa.table(
    "work",
    *(sa.column(name) for name in ("id", "learner_id", "version", "newest", "saved_at", "checked_version")),
    sa.column("files", sa.JSON()),
    sa.column("results", sa.JSON()),
)
versions = sa.table(
    "work_version",
    *(sa.column(name) for name in ("id", "work_id", "version", "kind", "saved_at", "held", "digest", "size")),
    sa.column("tab", sa.String()),
    sa.column("files", sa.JSON()),
    sa.column("packed", sa.LargeBinary()),
)
attempts = sa.table(
    "attempt",
    *(sa.column(name) for name in ("id", "work_id", "version", "passed", "total")),
    sa.column("results", sa.JSON()),
)


def whole(name, value="0"):
    return sa.Column(name, sa.Integer(), nullable=False, server_default=value)


def upgrade():
    op.create_table(
        "forgotten_learner",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.add_column("learner", sa.Column("seen_at", sa.Double(), nullable=False, server_default="0"))
    op.add_column("learner", whole("kept_versions"))
    op.add_column("learner", whole("kept_bytes"))
    for name in ("newest", "thinned_through", "checked_version"):
        op.add_column("work", whole(name))
    op.add_column("work", sa.Column("results", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("work_version", sa.Column("tab", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("work_version", whole("held"))
    op.add_column("work_version", sa.Column("digest", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("work_version", whole("size"))
    op.add_column("work_version", sa.Column("packed", sa.LargeBinary(), nullable=False, server_default=""))
    connection = op.get_bind()
    give_missing_versions(connection)
    pack(connection)
    protect(connection)
    keep_last_results(connection)
    count(connection)
    op.drop_column("work", "files")
    op.drop_column("work_version", "files")
    op.drop_column("attempt", "results")
    op.drop_index("ix_work_version_work_id", table_name="work_version")
    op.drop_index("ix_answer_learner_id", table_name="answer")
    op.create_index("ix_answer_question", "answer", ["learner_id", "lesson", "question"])
    op.create_index("ix_learner_seen_at", "learner", ["seen_at"])
    op.create_index("ix_work_version_tab", "work_version", ["work_id", "tab", "version"])
    op.create_index("ix_work_version_held", "work_version", ["work_id", "held", "saved_at"])


def give_missing_versions(connection):
    """The newest version of each piece of work has always been in its history; this makes sure."""
    there = sa.exists().where(versions.c.work_id == work.c.id, versions.c.version == work.c.version)
    for row in connection.execute(sa.select(work).where(work.c.version > 0, ~there)).all():
        new = {"work_id": row.id, "version": row.version, "kind": "save", "saved_at": row.saved_at, "files": row.files}
        connection.execute(sa.insert(versions).values(**new, held=0, digest="", size=0, packed=b"", tab=""))


def pack(connection):
    """A few at a time: all of them may not fit into memory."""
    last = 0
    while rows := connection.execute(
        sa.select(versions.c.id, versions.c.files).where(versions.c.id > last).order_by(versions.c.id).limit(AT_ONCE)
    ).all():
        last = rows[-1].id
        change = sa.update(versions).where(versions.c.id == sa.bindparam("of"))
        change = change.values({name: sa.bindparam(f"new_{name}") for name in ("packed", "digest", "size")})
        connection.execute(change, [packed(row) for row in rows])


def packed(row):
    text = json.dumps(row.files, ensure_ascii=False, separators=(",", ":"))
    small = zlib.compress(text.encode("utf-8", "surrogatepass"), 1)
    digest = blake2b(digest_size=16)
    for name, source in sorted(row.files.items()):
        for part in (name.encode("utf-8", "surrogatepass"), source.encode("utf-8", "surrogatepass")):
            digest.update(len(part).to_bytes(8, "big") + part)
    return {"of": row.id, "new_packed": small, "new_digest": digest.hexdigest(), "new_size": len(small)}


def protect(connection):
    """What the editor holds is some tab's last text; what was checked and what passed is known from the attempts."""
    now = sa.exists().where(work.c.id == versions.c.work_id, work.c.version == versions.c.version)
    checked = sa.exists().where(attempts.c.work_id == versions.c.work_id, attempts.c.version == versions.c.version)
    passed = checked.where(attempts.c.passed == attempts.c.total)
    reasons = sum(sa.case((there, why), else_=0) for there, why in ((now, TAB), (checked, CHECKED), (passed, PASSED)))
    connection.execute(sa.update(versions).values(held=reasons))


def keep_last_results(connection):
    connection.execute(sa.update(work).values(newest=work.c.version))
    newest = sa.select(sa.func.max(attempts.c.id)).group_by(attempts.c.work_id)
    last = 0
    while rows := connection.execute(
        sa.select(attempts)
        .where(attempts.c.id.in_(newest), attempts.c.id > last)
        .order_by(attempts.c.id)
        .limit(AT_ONCE)
    ).all():
        last = rows[-1].id
        change = sa.update(work).where(work.c.id == sa.bindparam("of"))
        change = change.values(results=sa.bindparam("found"), checked_version=sa.bindparam("checked"))
        connection.execute(change, [{"of": row.work_id, "found": row.results, "checked": row.version} for row in rows])


def count(connection):
    """Who was here before counts as here now: how long they have been away is not known."""
    connection.execute(sa.update(learner).values(seen_at=time.time()))
    counted = (
        sa.select(work.c.learner_id, sa.func.count(), sa.func.sum(versions.c.size))
        .select_from(versions.join(work, work.c.id == versions.c.work_id))
        .group_by(work.c.learner_id)
    )
    kept = sa.table("learner", *(sa.column(name) for name in ("id", "kept_versions", "kept_bytes")))
    change = sa.update(kept).where(kept.c.id == sa.bindparam("of"))
    change = change.values(kept_versions=sa.bindparam("some"), kept_bytes=sa.bindparam("size"))
    rows = [{"of": row[0], "some": row[1], "size": int(row[2])} for row in connection.execute(counted)]
    if rows:
        connection.execute(change, rows)


def downgrade():
    """Everything comes back but the results of attempts before the last one."""
    for table in ("work_version", "work"):
        op.add_column(table, sa.Column("files", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("attempt", sa.Column("results", sa.JSON(), nullable=False, server_default="[]"))
    connection = op.get_bind()
    unpack(connection)
    op.drop_index("ix_work_version_held", table_name="work_version")
    op.drop_index("ix_work_version_tab", table_name="work_version")
    op.drop_index("ix_learner_seen_at", table_name="learner")
    op.drop_index("ix_answer_question", table_name="answer")
    op.create_index("ix_answer_learner_id", "answer", ["learner_id"])
    op.create_index("ix_work_version_work_id", "work_version", ["work_id"])
    for table, names in {
        "work_version": ("packed", "size", "digest", "held", "tab"),
        "work": ("results", "checked_version", "thinned_through", "newest"),
        "learner": ("kept_bytes", "kept_versions", "seen_at"),
    }.items():
        for name in names:
            op.drop_column(table, name)
    op.drop_table("forgotten_learner")


def unpack(connection):
    last = 0
    while rows := connection.execute(
        sa.select(versions.c.id, versions.c.packed).where(versions.c.id > last).order_by(versions.c.id).limit(AT_ONCE)
    ).all():
        last = rows[-1].id
        change = sa.update(versions).where(versions.c.id == sa.bindparam("of")).values(files=sa.bindparam("whole"))
        text = [(row.id, zlib.decompress(row.packed).decode("utf-8", "surrogatepass")) for row in rows]
        connection.execute(change, [{"of": number, "whole": json.loads(each)} for number, each in text])
    now = (versions.c.work_id == work.c.id) & (versions.c.version == work.c.version)
    for row in connection.execute(sa.select(work.c.id, versions.c.files).select_from(work.join(versions, now))).all():
        connection.execute(sa.update(work).where(work.c.id == row.id).values(files=row.files))
    newest = sa.select(sa.func.max(attempts.c.id)).group_by(attempts.c.work_id)
    of = sa.select(attempts.c.id, work.c.results).select_from(attempts.join(work, work.c.id == attempts.c.work_id))
    for row in connection.execute(of.where(attempts.c.id.in_(newest))).all():
        connection.execute(sa.update(attempts).where(attempts.c.id == row.id).values(results=row.results))

"""For whoever watches over the site."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import text

from course.extensions import db
from course.web.site import site

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> tuple[dict[str, object], int]:
    """Answer 200 while pages can be served; running code may be off, and says so."""
    db.session.execute(text("SELECT 1"))
    sandboxes = site().learning.sandboxes
    return {
        "ok": True,
        "lessons": len(site().course.lessons),
        "sandboxes": len(sandboxes.all()),
        "run": sandboxes.unavailable or "available",
    }, 200

"""The health check for load balancers and monitors."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import text

from course.extensions import db
from course.web.site import site

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> tuple[dict[str, object], int]:
    """Answer 200 while pages can be served, even when no code can be run; the answer says so."""
    db.session.execute(text("SELECT 1"))
    sandboxes, connections = site().learning.sandboxes, site().connections
    return {
        "ok": True,
        "lessons": len(site().course.lessons),
        "sandboxes": len(sandboxes.all()),
        "run": sandboxes.unavailable or "available",
        "runtimes_off": sandboxes.runtimes_off,
        "connections": {
            "open": connections.open,
            "ceiling": connections.ceilings.connections,
            "lasting": connections.lasting,
            "lasting_ceiling": connections.ceilings.lasting,
        },
    }, 200

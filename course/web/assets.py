"""The built front end: which hashed file stands for a name."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, url_for


class Assets:
    """Reads the build's manifest, again whenever it has changed."""

    def __init__(self, dist: Path) -> None:
        self._manifest = dist / "manifest.json"
        self._names: dict[str, str] = {}
        self._read_at = 0

    @property
    def names(self) -> dict[str, str]:
        """Return logical name → built file; empty when nothing has been built."""
        try:
            changed = self._manifest.stat().st_mtime_ns
        except OSError:
            return {}
        if changed != self._read_at:
            self._names, self._read_at = json.loads(self._manifest.read_text()), changed
        return self._names

    def url(self, name: str) -> str:
        """Return the address of a built file; empty when it has not been built."""
        built = self.names.get(name)
        return url_for("static", filename=f"dist/{built}") if built else ""


def install_assets(app: Flask) -> None:
    """Give templates `asset(name)` and `built`, and let built files be cached for ever: their names carry a hash."""
    assets = Assets(Path(app.static_folder or "static") / "dist")

    @app.context_processor
    def offer() -> dict[str, object]:
        return {"asset": assets.url, "built": bool(assets.names)}

    @app.after_request
    def cache(response):  # type: ignore[no-untyped-def]
        from flask import request

        if request.path.startswith("/static/dist/") and response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

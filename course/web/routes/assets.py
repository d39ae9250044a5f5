"""The built front end: which hashed file belongs to a name, and how it is sent."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request, send_from_directory, url_for

A_YEAR_SECONDS = 365 * 24 * 3600
ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Encoding that a browser may accept → suffix of the file that the build has compressed; the smaller one first."""

assets = Blueprint("assets", __name__)


class Manifest:
    """Reads the build's manifest, and reads it again when it has changed."""

    def __init__(self, dist: Path) -> None:
        self._file = dist / "manifest.json"
        self._names: dict[str, str] = {}
        self._read_at = 0

    @property
    def names(self) -> dict[str, str]:
        """Return logical name → built file; empty when nothing has been built."""
        try:
            changed = self._file.stat().st_mtime_ns
        except OSError:
            return {}
        if changed != self._read_at:
            self._names, self._read_at = json.loads(self._file.read_text()), changed
        return self._names

    def shared(self) -> list[str]:
        """Return the addresses of the chunks that app.js imports immediately, the largest first."""
        return [self.url(name) for name in self.names if name.startswith("shared-")]

    def url(self, name: str) -> str:
        """Return the address of a built file; empty when it has not been built."""
        built = self.names.get(name)
        return url_for("assets.built", name=built) if built else ""

    def path(self, name: str) -> str:
        """Return the same outside a request."""
        built = self.names.get(name)
        return f"/static/dist/{built}" if built else ""


@assets.get("/static/dist/<name>")
def built(name: str) -> Response:
    """Send a built file in its compressed form; it may be cached forever, since its name carries a hash."""
    dist = _dist(current_app)
    accepted = {encoding for encoding, quality in request.accept_encodings if quality > 0}
    for encoding, suffix in ENCODINGS.items():
        if encoding in accepted and (dist / (name + suffix)).is_file():
            response = send_from_directory(dist, name + suffix, mimetype=_mimetype(name), max_age=A_YEAR_SECONDS)
            response.headers["Content-Encoding"] = encoding
            break
    else:
        response = send_from_directory(dist, name, mimetype=_mimetype(name), max_age=A_YEAR_SECONDS)
    response.headers["Vary"] = "Accept-Encoding"
    response.cache_control.immutable = True
    return response


def install_assets(app: Flask) -> Manifest:
    """Give templates `asset(name)`, `shared_pieces()` and `built`; return the manifest."""
    manifest = Manifest(_dist(app))

    @app.context_processor
    def offer() -> dict[str, object]:
        return {"asset": manifest.url, "shared_pieces": manifest.shared, "built": bool(manifest.names)}

    app.register_blueprint(assets)
    return manifest


def _dist(app: Flask) -> Path:
    return Path(app.static_folder or "static") / "dist"


def _mimetype(name: str) -> str | None:
    """Return the type of the content: for a .br or .gz file Flask would guess that of the compression."""
    return {"js": "text/javascript", "css": "text/css", "woff2": "font/woff2"}.get(name.rpartition(".")[2])

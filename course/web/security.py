"""What every course page carries: a strict Content Security Policy, and an Origin check on changes."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def install_security(app: Flask, sandbox_url: str = "") -> None:
    """Add the checks and headers to `app`; its pages may connect to `sandbox_url`, the programs' own host if any."""
    programs = f" {sandbox_url}" if sandbox_url else ""
    sockets = f" ws{sandbox_url.removeprefix('http')}" if sandbox_url else ""

    @app.before_request
    def refuse_foreign_origin() -> None:
        """Refuse changes that a page of another site asks for: browsers always send Origin with a POST."""
        if request.method in SAFE_METHODS:
            return
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            abort(403, "This form was sent from another site, so nothing was changed.")
        if origin is None and request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            abort(403, "This form was sent from another site, so nothing was changed.")

    @app.context_processor
    def csp_nonce() -> dict[str, str]:
        if "csp_nonce" not in g:
            g.csp_nonce = secrets.token_urlsafe(16)
        return {"csp_nonce": g.csp_nonce}

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if request.is_secure or urlsplit(request.host_url).hostname in ("localhost", "127.0.0.1"):
            # Over plain HTTP from elsewhere browsers ignore it, and say so on the console of every page.
            response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if response.mimetype == "text/html":
            nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
            response.headers["Content-Security-Policy"] = (
                "default-src 'none'; script-src 'self'; "
                f"style-src 'self'{nonce}; connect-src 'self'{programs}{sockets}; "
                "img-src 'self' data:; font-src 'self'; "
                f"frame-src 'self'{programs}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
            )
            # A 304 would bring a new nonce with an old body, so the second visit would have no styles.
            response.headers["Cache-Control"] = "no-store"
        return response

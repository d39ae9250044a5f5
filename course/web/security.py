"""What every course page carries: a strict Content Security Policy. `course.web.front_gate` does the rest."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g


def install_security(app: Flask, sandbox_url: str = "") -> None:
    """Add the policy to the pages of `app`; they may connect to `sandbox_url`, the programs' own host if any."""
    programs = f" {sandbox_url}" if sandbox_url else ""
    sockets = f" ws{sandbox_url.removeprefix('http')}" if sandbox_url else ""

    @app.context_processor
    def csp_nonce() -> dict[str, str]:
        if "csp_nonce" not in g:
            g.csp_nonce = secrets.token_urlsafe(16)
        return {"csp_nonce": g.csp_nonce}

    @app.after_request
    def add_policy(response: Response) -> Response:
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

"""The first and the last that happens to a request for the course: who may ask, and what every answer carries.

It stands around Flask and Socket.IO together: no route, error, redirect or file can be without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from course.browser_features import permissions_policy
from course.origin import is_of_another_site, own_origin, read_origin

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SOCKETS = "/socket.io"
BUILT = "/static/dist/"
"""Scripts, styles and fonts: never a page. Learners' pages, which have no origin, load some: everybody may."""
TRUSTWORTHY = frozenset({"localhost", "127.0.0.1", "[::1]"})
HSTS = ("Strict-Transport-Security", "max-age=31536000")

FOREIGN = "This was sent from a page of another site, so nothing was changed. Open the course itself, and try again."
OTHER_SCHEME = (
    "This page was opened over {said}, but the course takes itself to be reached over {own}, so nothing was changed. "
    "Whoever runs this site should set HTTPS=1, or TRUSTED_PROXIES to the number of proxies in front of it."
)
NO_HOST = "The request names no usable host. Open the course by the address that you were given."

Headers = list[tuple[str, str]]

_STANDING = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
    # For pages there is a stricter one: see `course.web.security`. A picture (SVG) may style itself.
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)
"""Set on what does not say otherwise itself."""
_FEATURES = ("Permissions-Policy", permissions_policy(own=("clipboard-write",)))


def front_gate(app: WSGIApplication) -> WSGIApplication:
    """Wrap the course: refuse what no page of its own can have sent, and complete the headers of every answer."""

    def gate(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: Headers, *more: Any) -> Callable[[bytes], object]:
            return start_response(status, with_standing_headers(headers, environ), *more)

        refused = _refusal(environ)
        if refused is None:
            return app(environ, start)
        status, words = refused
        body = f"{words}\n".encode()
        start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return gate


def over_https(app: WSGIApplication) -> WSGIApplication:
    """Wrap the whole site, gateway included, where the outside reaches it over HTTPS: say so inwards and outwards."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: Headers, *more: Any) -> Callable[[bytes], object]:
            return start_response(status, [*headers, HSTS], *more)

        environ["wsgi.url_scheme"] = "https"
        return app(environ, start)

    return wrapped


def with_standing_headers(headers: Headers, environ: WSGIEnvironment) -> Headers:
    """Return the headers of an answer with all that it lacks."""
    said = {name.lower() for name, _ in headers}
    return [*headers, *((name, value) for name, value in _owed(environ) if name.lower() not in said)]


def _owed(environ: WSGIEnvironment) -> Headers:
    if environ.get("PATH_INFO", "").startswith(BUILT):
        return [*_STANDING, ("Cross-Origin-Resource-Policy", "cross-origin")]
    owed = [*_STANDING, _FEATURES, ("Cross-Origin-Resource-Policy", "same-origin")]
    own = own_origin(environ)
    if own is not None and (own.scheme == "https" or own.host in TRUSTWORTHY):
        # Over plain HTTP from elsewhere browsers ignore it, and say so on the console of every page.
        owed.append(("Cross-Origin-Opener-Policy", "same-origin"))
    return owed


def _refusal(environ: WSGIEnvironment) -> tuple[str, str] | None:
    own = own_origin(environ)
    if own is None and "HTTP_HOST" in environ:  # without one it is HTTP/1.0: a health check, perhaps
        return "400 Bad Request", NO_HOST
    changes = environ["REQUEST_METHOD"] not in SAFE_METHODS or environ.get("PATH_INFO", "").startswith(SOCKETS)
    if not (changes and is_of_another_site(environ)):
        return None
    said = read_origin(environ.get("HTTP_ORIGIN", ""))
    if said and own and said.host == own.host and said.scheme != own.scheme:
        return "403 Forbidden", OTHER_SCHEME.format(said=said.scheme, own=own.scheme)
    return "403 Forbidden", FOREIGN

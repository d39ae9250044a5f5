"""Which headers pass between a client and a learner's server, and what the gateway puts on every answer. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote, urljoin, urlsplit
from wsgiref.types import WSGIEnvironment

from course.browser_features import permissions_policy
from course.sandbox.gateway.address import METHODS, Address, has_dot_segment
from course.server_request import HOST, ORIGIN, PASSED_ON, Headers, asked

NOTHING_ALLOWED = permissions_policy()

TO_CLIENT = frozenset({"allow", "content-encoding", "content-language", "content-type"})
"""Nothing that outlives the answer or speaks for the whole origin: no Set-Cookie, Service-Worker-Allowed,
Clear-Site-Data, Refresh, Link, Strict-Transport-Security, X-Accel-*, Content-Disposition, and none of the guards
below."""


def request_headers(environ: WSGIEnvironment, address: Address, cookie: str | None) -> Headers:
    """Return what the learner's server is told: the allowed headers, its own Host, an Origin, its own cookies.

    And whose request it is.
    """
    given = {name: environ.get(_variable(name), "") for name in PASSED_ON}
    real = address.origin if address.is_foreign else ORIGIN if address.origin else None
    return asked(given, client=address.client, origin=address.pretended_origin or real, cookie=cookie)


def response_headers(status: int, backend: Sequence[tuple[str, str]], address: Address) -> Headers:
    """Return the learner's headers that may pass (names in lower case), with our guards put on."""
    passed = [(name.title(), value) for name, value in backend if name in TO_CLIENT]
    return passed + guards(address, readable=_is_readable(status, backend, address))


def _is_readable(status: int, backend: Iterable[tuple[str, str]], address: Address) -> bool:
    """Return whether the page that asked may read the answer.

    A page of another origin may if the learner's server allows it, and a refusal in any case: without a word of why,
    its author sees nothing but "xhr poll error".
    """
    allowed = [value for name, value in backend if name == "access-control-allow-origin"]
    return not address.is_foreign or status >= 400 or allowed in (["*"], [address.origin])


def guards(address: Address | None, *, readable: bool = True) -> Headers:
    """Return what every answer of the gateway carries, refusals included.

    A learner's HTML comes from the course's own host: without `sandbox` in this policy it would run as the course.
    The sandboxed page has the opaque origin ``null``, so it needs CORS even for its own server.
    Never are credentials allowed: what a browser keeps for the course means nothing here.
    """
    return [
        ("Content-Security-Policy", _policy(address)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
        ("Permissions-Policy", NOTHING_ALLOWED),
        # A page in a sandbox has no origin: for its own server, too, it is of another one. And a browser refuses to
        # show a sandboxed page that carries a Cross-Origin-Opener-Policy.
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        *_cors(address if readable else None),
    ]


def client_page_headers(address: Address, scripts: list[str]) -> Headers:
    """Return what the page of a client's own code carries, instead of the guards of a learner's server.

    `scripts` are the absolute addresses of our own scripts in it. The page may fetch from the learner's server under
    its own client's tag, and from nowhere else. It may frame and submit to nobody, and only the course may frame it.
    """
    return [("Content-Security-Policy", _client_page_policy(address, scripts)), *guards(address)[1:]]


def preview_headers(headers: Headers, address: Address, script: str) -> Headers:
    """Return the headers of a learner's page for the preview: of another length, and with our script let in.

    `script` is its absolute address, or "".
    """
    kept = [(name, value) for name, value in headers if name not in ("Content-Length", "Content-Security-Policy")]
    return [*kept, ("Content-Security-Policy", _policy(address, script))]


def preflight_headers() -> Headers:
    """Return what an answer to a CORS preflight holds beside the guards."""
    return [
        ("Access-Control-Allow-Methods", ", ".join(METHODS)),
        ("Access-Control-Allow-Headers", "Content-Type, X-Requested-With"),
        ("Access-Control-Max-Age", "600"),
    ]


def rewritten_location(location: str, address: Address) -> str | None:
    """Turn a redirect of the learner's server into the same one under its prefix.

    Returns None where it leads to another site. A browser drops the path from a policy's sources when it follows a
    redirect (CSP 3, section 7.7), so no redirect may lead to the course either: each stays in the prefix.
    """
    try:
        target = urlsplit(urljoin(ORIGIN + address.path, location))
    except ValueError:
        return None
    if target.scheme not in ("http", "https") or target.netloc.lower() != HOST or has_dot_segment(target.path):
        return None
    path = "/" + quote(target.path.lstrip("/"), safe="/:@!$&'()*+,;=~%")
    query = f"?{quote(target.query, safe='/:@!$&()*+,;=~?%')}" if target.query else ""
    fragment = f"#{quote(target.fragment, safe='/:@!$&()*+,;=~?%')}" if target.fragment else ""
    return address.prefix + path + query + fragment


def _variable(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key == "CONTENT_TYPE" else f"HTTP_{key}"


def _policy(address: Address | None, script: str = "") -> str:
    if address is None or not address.client or address.is_page:
        return "sandbox; default-src 'none'"
    own = f"{address.base}{address.prefix}/"
    own_websocket = "ws" + own.removeprefix("http")
    usual = f"'unsafe-inline' data: blob: {own}"
    scripts = f"script-src {usual} {script}; " if script else ""
    return (
        f"sandbox allow-scripts allow-forms; default-src {usual}; {scripts}"
        f"connect-src {own} {own_websocket}; "
        f"form-action {own}; base-uri {own}"
    )


def _client_page_policy(address: Address, scripts: list[str]) -> str:
    own, server = f"{address.base}{address.page_prefix}/", f"{address.base}{address.prefix}/"
    return (
        "sandbox allow-scripts allow-forms; default-src 'none'; "
        f"script-src 'unsafe-inline' {' '.join([own, *scripts])}; style-src 'unsafe-inline' {own}; "
        f"img-src data: blob: {own} {server}; media-src data: blob: {own} {server}; font-src data: {own}; "
        f"connect-src {server} ws{server.removeprefix('http')} {own}; "
        f"form-action 'none'; base-uri 'none'; frame-ancestors {address.course}"
    )


def _cors(address: Address | None) -> Headers:
    if address is None or address.origin is None:
        return [("Vary", "Origin")]
    return [("Vary", "Origin"), ("Access-Control-Allow-Origin", address.origin)]

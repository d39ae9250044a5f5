"""How a request arrives at a learner's server, whoever sends it: a client through the gateway, or a check.

Both build it here, so a program can't tell by it who is asking. Pure, standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping

Headers = list[tuple[str, str]]
"""In their order; names in lower case."""

HOST = "localhost:5000"
"""The host name that a learner's server is told: the address that Flask prints when it starts."""
ORIGIN = f"http://{HOST}"

TAG = "x-duplex-client"
"""Names the client that asks. The prepared server takes it out again: see `course.sandbox.client_tag`."""

PASSED_ON = frozenset({"accept", "accept-language", "content-type", "user-agent", "x-requested-with"})
"""Cookie and Authorization are the course's; Accept-Encoding would hide polling bodies from the trace;
Sec-WebSocket-Extensions would do so with frames, and costs 100 KB a connection."""

WITH_BODY = ("POST", "PUT", "PATCH")


def asked(given: Mapping[str, str], *, client: str, origin: str | None, cookie: str | None) -> Headers:
    """Return what a learner's server is told: its own Host, whose request it is, and what is allowed of the `given`."""
    headers = [("host", HOST), (TAG, client)]
    headers += [(name, given[name]) for name in sorted(PASSED_ON) if given.get(name)]
    headers += [("origin", origin)] if origin else []
    headers += [("cookie", cookie)] if cookie else []
    return headers


def upgrade(key: str, protocol: str | None) -> Headers:
    """Return what makes a request a WebSocket's handshake. No extension is ever offered."""
    headers = [
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-key", key),
        ("sec-websocket-version", "13"),
    ]
    return [*headers, ("sec-websocket-protocol", protocol)] if protocol else headers


def framing(method: str, length: int, headers: Headers) -> Headers:
    """Return what ends the head: how long the body is, and that one connection carries one request."""
    framed = [("content-length", str(length))] if length or method in WITH_BODY else []
    return framed if any(name == "connection" for name, _ in headers) else [*framed, ("connection", "close")]

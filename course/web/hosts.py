"""The one reading of Host, and the guard in front of everything: the site answers to its own names only.

Whoever owns a name can let it lead to any address, also to 127.0.0.1. A page under that name then talks to the site as
if it were a page of the site's own (DNS rebinding): the browser sees one origin. What it can't do is to send another
name than its own in Host.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from course.sandbox.gateway.address import NotPassed
from course.sandbox.gateway.client_socket import client_socket

HEALTH_PATHS = frozenset({"/healthz", "/readyz"})
"""Whoever watches over the site asks by an address of its own choice, and learns nothing there that others may not."""

_HOST = re.compile(
    r"(?P<name>\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?)\.?(?::(?P<port>[0-9]{1,5}))?"
)


@dataclass(frozen=True)
class Host:
    """A host as it stands in Host or in an address: ``example.org``, ``127.0.0.1:5000``, ``[::1]:5000``."""

    name: str
    """In small letters, without a final dot, an IPv6 address without its brackets."""
    port: int | None = None

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The IP address, when the name is one."""
        try:
            return ip_address(self.name)
        except ValueError:
            return None

    @property
    def is_loopback(self) -> bool:
        """Whether browsers look for this name on their own machine without asking anybody (RFC 6761, section 6.3)."""
        if self.address is not None:
            return (getattr(self.address, "ipv4_mapped", None) or self.address).is_loopback
        return self.name == "localhost" or self.name.endswith(".localhost")


def read_host(text: str) -> Host | None:
    """Return the host that `text` names; None for anything that is not plainly one (RFC 9110, section 7.2)."""
    found = _HOST.fullmatch(text.lower()) if text.isascii() else None
    if found is None:
        return None
    port = int(found["port"]) if found["port"] else None
    host = Host(found["name"].strip("[]"), port)
    if ("[" in found["name"] and not isinstance(host.address, IPv6Address)) or not 0 < (
        1 if port is None else port
    ) < 65536:
        return None
    return host


@dataclass(frozen=True)
class KnownHosts:
    """The names of one site. Loopback names are always among them: nobody can let them lead elsewhere."""

    names: frozenset[str] = frozenset()
    """Such as ``example.org``; ``*.example.org`` for all below it; ``*`` for any at all."""
    own_addresses: bool = False
    """Whether the address that a connection has come to is a name of the site, too."""

    def __contains__(self, host: Host) -> bool:
        """Return whether `host` is known by its name."""
        if host.is_loopback or "*" in self.names or host.name in self.names:
            return True
        parents = host.name.split(".")[1:]
        return any("*." + ".".join(parents[place:]) in self.names for place in range(len(parents)))


class HostGuard:
    """WSGI middleware: passes on what is meant for this site, and refuses the rest with a sentence.

    Stands inside of what applies the headers of trusted proxies, and outside of everything else: of pages, the course's
    own Socket.IO and the gateway, with their WebSockets.
    """

    def __init__(self, app: WSGIApplication, known: KnownHosts) -> None:
        self._app = app
        self._known = known

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        if environ.get("PATH_INFO") in HEALTH_PATHS and not _names_another_host(environ):
            return self._app(environ, start_response)
        host = read_host(environ.get("HTTP_HOST", ""))
        if host is None or _names_another_host(environ):
            return _refuse(
                environ, start_response, "400 Bad Request", "A request must name one host, and name it plainly."
            )
        if host in self._known or (self._known.own_addresses and _has_come_to(host, environ)):
            return self._app(environ, start_response)
        return _refuse(
            environ,
            start_response,
            "421 Misdirected Request",
            f"This site does not answer to the name {host.name}. "
            f"If it should, whoever runs it adds that name to the setting ALLOWED_HOSTS and starts it again.",
        )


def _names_another_host(environ: WSGIEnvironment) -> bool:
    """Return whether the target of a request is a whole address: it would count more than Host (RFC 9112, 3.2.2).

    Only proxies are asked in this form, and this is none.
    """
    return not str(environ.get("RAW_URI") or "/").startswith(("/", "*"))


def _has_come_to(host: Host, environ: WSGIEnvironment) -> bool:
    """Return whether `host` is the address on this machine that the client has connected to."""
    if host.address is None:
        return False
    try:
        own = ip_address(client_socket(environ).getsockname()[0])
    except (NotPassed, OSError, ValueError, IndexError):
        return False
    return host.address in (own, getattr(own, "ipv4_mapped", None))


def _refuse(environ: WSGIEnvironment, start_response: StartResponse, status: str, sentence: str) -> Iterable[bytes]:
    body = f"{sentence}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response(status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

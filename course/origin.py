"""Origins: what a browser says about the page that a request comes from, and where this site itself is.

Everything that asks "is this page one of ours?" asks here. An Origin that is not exactly what a browser writes (RFC
6454, section 7) is nobody's: so whatever else stands in the header, the question is answered with no. Standard library
only.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CHARACTERS = 300
"""A host name has 253 at most."""
DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9a-f:.]{{2,45}}\]"
_ORIGIN = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_HOST})(?::(?P<port>[1-9][0-9]{{0,4}}))?", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port, written in one way only: two are the same exactly when they are equal."""

    scheme: str
    host: str
    """In lower case; an IPv6 address in brackets, in its shortest form."""
    port: int

    def __str__(self) -> str:
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


def read_origin(text: str) -> Origin | None:
    """Return the origin that `text` names; None for everything else: ``null``, several, a path, a user, nonsense."""
    found = _ORIGIN.fullmatch(text) if len(text) <= CHARACTERS else None
    if found is None:
        return None
    scheme, host = found["scheme"].lower(), _host(found["host"].lower())
    port = int(found["port"] or DEFAULT_PORTS[scheme])
    return Origin(scheme, host, port) if host and port < 1 << 16 else None


def own_origin(environ: Mapping[str, Any]) -> Origin | None:
    """Return the origin under which a WSGI request has reached this site; None if its Host is unusable.

    Proxies that are trusted have been heard before, and the scheme is the one outside.
    """
    return read_origin(f"{environ.get('wsgi.url_scheme')}://{environ.get('HTTP_HOST', '')}")


def is_of_another_site(environ: Mapping[str, Any]) -> bool:
    """Return whether a page of another origin has sent this WSGI request, or one that can't be told.

    Programs that are no browsers send neither of the two headers: nobody can be made to send a request by them.
    """
    said = environ.get("HTTP_ORIGIN")
    if said is None:
        return environ.get("HTTP_SEC_FETCH_SITE", "same-origin") not in ("same-origin", "none")
    origin = read_origin(said)
    return origin is None or origin != own_origin(environ)


def _host(text: str) -> str:
    if not text.startswith("["):
        return text
    try:
        return f"[{ipaddress.IPv6Address(text[1:-1]).compressed}]"
    except ValueError:
        return ""

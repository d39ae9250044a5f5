"""The cookies of a learner's app, kept on our side: one jar for each client, as two browsers would have."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

COOKIES_PER_JAR = 50
COOKIE_BYTES = 4096
"""What browsers promise at least (RFC 6265, section 6.1)."""
ATTRIBUTES = 20
"""What stands behind so many attributes of a cookie is not read: there are eight."""


@dataclass(frozen=True)
class _Cookie:
    value: str
    path: str
    expires: float | None


class CookieJar:
    """Takes the learner app's ``Set-Cookie`` and gives back the ``Cookie`` of a later request.

    Domain, Secure and SameSite have no meaning here: a jar belongs to one client of one sandbox.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._cookies: dict[tuple[str, str], _Cookie] = {}

    def store(self, set_cookie: str, request_path: str) -> None:
        """Take one ``Set-Cookie`` value (RFC 6265, section 5.2). What makes no sense is ignored, as browsers do."""
        pair, *attributes = set_cookie.split(";", ATTRIBUTES)
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not name or len(name) + len(value) > COOKIE_BYTES:
            return
        path, expires = self._read_attributes(attributes)
        if not path.startswith("/"):
            path = request_path.rpartition("/")[0] or "/"
        self._cookies.pop((name, path), None)
        if expires is None or expires > self._clock():
            self._cookies[name, path] = _Cookie(value, path, expires)
        while len(self._cookies) > COOKIES_PER_JAR:
            del self._cookies[next(iter(self._cookies))]

    def header(self, path: str) -> str | None:
        """Return the ``Cookie`` header for a request to `path`, longest paths first, or None."""
        now = self._clock()
        fitting = [
            (name, cookie)
            for (name, _), cookie in self._cookies.items()
            if _path_matches(path, cookie.path) and (cookie.expires is None or cookie.expires > now)
        ]
        fitting.sort(key=lambda item: -len(item[1].path))
        return "; ".join(f"{name}={cookie.value}" for name, cookie in fitting) or None

    def _read_attributes(self, attributes: list[str]) -> tuple[str, float | None]:
        path, max_age, expires = "", None, None
        for attribute in attributes:
            name, _, value = (part.strip() for part in attribute.partition("="))
            match name.lower():
                case "path":
                    path = value
                case "max-age" if value.removeprefix("-").isdecimal():
                    max_age = self._clock() + int(value[:12])
                case "expires":
                    try:
                        expires = parsedate_to_datetime(value).timestamp()
                    except (ValueError, OverflowError, OSError, TypeError, IndexError):  # a date of anybody's making
                        continue
        return path, expires if max_age is None else max_age


def _path_matches(path: str, cookie_path: str) -> bool:
    """RFC 6265, section 5.1.4."""
    if not path.startswith(cookie_path):
        return False
    return cookie_path.endswith("/") or path[len(cookie_path) : len(cookie_path) + 1] in ("", "/")

"""A page of the learner's server as the preview shows it: what begins with ``/`` stays on the learner's server. Pure.

On the learner's machine the server has an address of its own: ``/about`` is its page. Here all its pages lie below a
prefix that neither ``url_for`` nor the author of the page knows about. So the gateway puts the prefix into the page's
tags as they pass, and a script in the page does the same for what other scripts request. The page's policy stays as it
is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from course.sandbox.gateway.address import Address
from course.sandbox.gateway.headers import preview_headers
from course.server_request import Headers

TAG = "preview"
"""The tag of the preview pane: a client of its own, with its own cookies."""
SCRIPT = "preview-frame.js"
HELD_BYTES = 4096
"""A tag that arrives in pieces is held back until it is complete or this long."""

_ADDRESS = re.compile(rb"(<[a-z][^<>]*?\s(?:href|src|action|formaction|poster)\s*=\s*[\"']?)/(?![/\\])", re.IGNORECASE)
_DOCTYPE = re.compile(rb"\s*<!doctype[^>]*>", re.IGNORECASE)
_HTML = re.compile(r"text/html\s*(;\s*charset=\"?utf-8\"?\s*)?", re.IGNORECASE)


def is_previewed(environ: WSGIEnvironment, address: Address) -> bool:
    """Return whether a request is for a page in the preview pane; what its scripts fetch is left unchanged."""
    return address.client == TAG and environ.get("HTTP_SEC_FETCH_DEST", "iframe") in ("iframe", "document")


class PreviewPage:
    """Stands between an answer and its client: `start` in place of ``start_response``, `of` around the body.

    Args:
        start_response: the client's own.
        address: of the request.
        script: absolute address of the built `SCRIPT`; "" while there is none.
    """

    def __init__(self, start_response: StartResponse, address: Address, script: str) -> None:
        self._start_response, self._address, self._script = start_response, address, script
        self._is_html = False

    def start(self, status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        """Begin the answer; a page gets another length, and a policy that allows our script."""
        named = {name.lower(): value for name, value in headers}
        self._is_html = bool(_HTML.fullmatch(named.get("content-type", ""))) and "content-encoding" not in named
        if self._is_html:
            headers = preview_headers(headers, self._address, self._script)
        return self._start_response(status, headers, exc_info)

    def of(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """Return the body of the answer that `start` has begun."""
        return _Changed(body, self._pieces(body)) if self._is_html else body

    def _pieces(self, body: Iterable[bytes]) -> Iterator[bytes]:
        prefix = self._address.prefix.encode()
        script = f'<script src="{escape(self._script)}" data-server="{self._address.prefix}"></script>'.encode()
        begun = not self._script
        for text in _whole_tags(body):
            changed = _ADDRESS.sub(rb"\1" + prefix + rb"/", text)
            if not begun:  # behind the doctype, and on its line: every line keeps its number
                doctype = _DOCTYPE.match(changed)
                place = doctype.end() if doctype else 0
                changed, begun = changed[:place] + script + changed[place:], True
            yield changed


def _whole_tags(body: Iterable[bytes]) -> Iterator[bytes]:
    """Pass on the pieces of a page as they come, cut so that no tag is split unless it is absurdly long."""
    held = b""
    for piece in body:
        text = held + piece
        place = text.rfind(b"<")
        is_torn = place >= 0 and b">" not in text[place:] and len(text) - place < HELD_BYTES
        passed, held = (text[:place], text[place:]) if is_torn else (text, b"")
        if passed:
            yield passed
    if held:
        yield held


class _Changed:
    """The changed pieces, which close the body they are made of."""

    def __init__(self, body: Iterable[bytes], pieces: Iterator[bytes]) -> None:
        self._body, self._pieces = body, pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """Give back what the answer holds."""
        close = getattr(self._body, "close", None)
        if close:
            close()

"""The page that runs a program's own client code, at ``/sandbox/<id>/~<client>/``. Pure: files in, an answer out.

A learner's script runs under the course's host: docs/decisions/0008-client-code-in-a-frame.md says what confines it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from course.program import CLIENT_FILES, CLIENT_PAGE, CLIENT_SCRIPT, Files
from course.sandbox.gateway.address import Address, NotPassed
from course.sandbox.gateway.headers import client_page_headers
from course.server_request import Headers

FRAME = "client-frame.js"
"""What runs first in every page: Socket.IO, and the script that reports to the pane."""
KITS = {"client.jsx": "client-react.js", "client.vue": "client-vue.js"}
"""A component's file → the script that brings its framework and mounts it in the page."""
LIBRARY = "socket.io.min.js"
"""Where a client page finds Socket.IO on the learner's machine. Here the frame's script brings it, before any other."""

_KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".jsx": "text/plain",
    ".svg": "image/svg+xml",
    ".vue": "text/plain",
}
_DOCTYPE = re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE)
_FOREIGN_SCRIPT = re.compile(r"<script(?=[^<>]*\ssrc\s*=)(?![^<>]*\scrossorigin)", re.IGNORECASE)
"""A tag ends at the next one at the latest: else a page of unfinished tags would be read to its end at each of them."""
_PLAIN_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="color-scheme" content="light dark"><title>{title}</title>'
    "<body>{script}</body></html>"
)


def has_client(files: Files) -> bool:
    """Return whether a program brings code for its clients."""
    return any(files.get(name, "").strip() for name in CLIENT_FILES)


def client_answer(address: Address, files: Files, built: Callable[[str], str]) -> tuple[Headers, bytes]:
    """Return headers and body of one of the files that a client page is made of.

    Args:
        address: of a client's page.
        files: the running program's, as they were when it was started.
        built: returns the absolute address of a script that is built for these pages, by name; "" without one.

    Raises:
        NotPassed: the program has no such file for its clients.
    """
    name = address.path.removeprefix("/") or CLIENT_PAGE
    kits = [script for script in (built(kit) for file, kit in KITS.items() if file in files) if script]
    scripts = [script for script in (built(FRAME), *kits) if script]
    if not has_client(files):
        raise NotPassed(404, "no_client", "This program has no client.js. Add one beside server.py, then press Run.")
    if name == CLIENT_PAGE:
        kind, text = _KINDS[".html"], _page(files, address, built(FRAME), kits)
    elif name == LIBRARY and name not in files:
        kind, text = _KINDS[".js"], "// Socket.IO's client is here already: the course has put it into this page.\n"
    else:
        kind, text = _KINDS.get(name[name.rfind(".") :], ""), files.get(name, "")
        if not kind or name not in files:
            raise NotPassed(404, "no_file", f"This program has no file {name[:40]!r} for its clients.")
    body = text.encode("utf-8", "replace")
    headers = [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body)))]
    return headers + client_page_headers(address, scripts), body


def _page(files: Files, address: Address, frame: str, kits: list[str]) -> str:
    """Return the learner's page, or a plain one, with the frame's script before everything else and the kits behind.

    The first goes onto the line of the doctype, so that every line keeps its number. Scripts are asked for with CORS:
    of one that was not, a browser tells an opaque origin nothing but "Script error.".
    """
    text = files.get(CLIENT_PAGE, "")
    if not text.strip():
        script = f'<script src="{CLIENT_SCRIPT}"></script>' if CLIENT_SCRIPT in files else ""
        text = _PLAIN_PAGE.format(title=f"Client {address.client}", script=script)
    own = f'data-server="{address.prefix}" data-course="{escape(address.course)}"'
    first = f'<script src="{escape(frame)}" {own}></script>' if frame else ""
    last = "".join(f'<script src="{escape(kit)}"></script>' for kit in kits)
    doctype = _DOCTYPE.match(text)
    begin = doctype.end() if doctype else 0
    return text[:begin] + first + _FOREIGN_SCRIPT.sub("<script crossorigin", text[begin:]) + last

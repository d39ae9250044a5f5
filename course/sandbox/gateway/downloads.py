"""Nothing that a learner's server sends is saved as a file under the course's host: it is shown instead. Pure.

A file that a stranger's program offers would carry the course's name in the browser's list of downloads. A page in
the sandbox of our policy can't start one; but an address that is opened alone could.
"""

from __future__ import annotations

from collections.abc import Sequence
from wsgiref.types import WSGIEnvironment

SHOWN = frozenset(
    "application/json application/xhtml+xml application/xml audio/mpeg audio/ogg audio/wav audio/webm image/avif "
    "image/bmp image/gif image/jpeg image/png image/svg+xml image/webp image/x-icon text/css text/html text/javascript "
    "text/plain text/xml video/mp4 video/ogg video/webm".split()
)
"""What every browser shows by itself when it is opened; most of what is not in here it would save."""
AS_TEXT = "text/plain; charset=utf-8"
PAGES = frozenset({"document", "embed", "fencedframe", "frame", "iframe", "object"})

SENTENCE = (
    "Your server sent “{name}” as a file to be saved. Under the course's address nothing is downloaded, so a browser "
    "shows it instead. On your own machine it is saved."
)

Pairs = Sequence[tuple[str, str]]


def opens(environ: WSGIEnvironment) -> bool:
    """Return whether a browser would show the answer, as opposed to a script or a program that asks for it.

    Browsers say so where the connection is secure; elsewhere only a page is asked for with ``text/html``.
    """
    target = environ.get("HTTP_SEC_FETCH_DEST")
    return target in PAGES if target else "text/html" in environ.get("HTTP_ACCEPT", "")


def shown_in_place(headers: Pairs, environ: WSGIEnvironment) -> tuple[list[tuple[str, str]], str]:
    """Return the headers of a server's answer (names in lower case) with nothing in them that would save it.

    And a sentence for the learner; "" where nothing had to be changed.
    """
    kept = [(name, value) for name, value in headers if name not in ("content-disposition", "content-type")]
    kinds = [value for name, value in headers if name == "content-type"][:1]
    saves = any(_saves(value) for name, value in headers if name == "content-disposition")
    if opens(environ) and any(kind.partition(";")[0].strip().lower() not in SHOWN for kind in kinds):
        kinds, saves = [AS_TEXT], True
    kept += [("content-type", kind) for kind in kinds]
    path = environ["PATH_INFO"].rpartition("/")[2].encode("latin-1", "replace").decode("utf-8", "replace")[:60]
    return kept, SENTENCE.format(name=path or "/") if saves else ""


def _saves(disposition: str) -> bool:
    return disposition.partition(";")[0].strip().lower() != "inline"

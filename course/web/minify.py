"""Removes the indentation of the templates from pages: a twentieth of a lesson, which nobody sees."""

from __future__ import annotations

import re

from flask import Flask, Response

AS_WRITTEN = re.compile(rb"(<(pre|textarea|script)\b.*?</\2>)", re.DOTALL)
"""Elements in which every space matters."""
INDENTATION = re.compile(rb"\n\s+")


def install_small_pages(app: Flask) -> None:
    """Remove the indentation from every page. Call it after compression is installed: the last hook runs first."""

    @app.after_request
    def make_small(response: Response) -> Response:
        if response.mimetype == "text/html" and not response.is_streamed and not response.direct_passthrough:
            response.set_data(without_indentation(response.get_data()))
        return response


def without_indentation(html: bytes) -> bytes:
    """Return the page with its lines at the margin; the content of pre, textarea and script stays as it is."""
    pieces = AS_WRITTEN.split(html)
    # split returns: text, element, the element's name, text, element, …
    return b"".join(
        INDENTATION.sub(b"\n", piece) if place % 3 == 0 else piece
        for place, piece in enumerate(pieces)
        if place % 3 != 2
    )

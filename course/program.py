"""What a program is made of, wherever it is read, run or checked. Standard library only: fork servers import it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, get_args

Files = Mapping[str, str]
"""Name inside the program (``server.py``, ``templates/index.html``) → text."""

MAX_SOURCE_BYTES = 64 * 1024
"""All files of one program together, as UTF-8."""
FILES_AT_MOST = 20
FILE_NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]{0,99}")

CLIENT_PAGE = "index.html"
CLIENT_SCRIPT = "client.js"
CLIENT_FILES = (CLIENT_SCRIPT, "client.jsx", "client.vue", CLIENT_PAGE)
"""Files that a program may bring for its clients, in the order of the text. Any of them counts as client code."""

Runtime = Literal["threading", "gevent", "gevent-patched"]
"""``threading``: real threads. ``gevent``: greenlets on one loop, with the standard library as it is.
``gevent-patched``: the same, with the standard library replaced by gevent's before anything else is imported."""

RUNTIMES: tuple[Runtime, ...] = get_args(Runtime)
AsyncMode = Literal["threading", "gevent"]


class ProgramRefused(ValueError):
    """The files can't be run at all; `code` is stable, the message is a sentence for the learner."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check_files(files: Files) -> None:
    """Check what claims to be a program's files.

    Raises:
        ProgramRefused: too many, too large, or badly named.
    """
    if not files or len(files) > FILES_AT_MOST:
        raise ProgramRefused("bad_files", f"A program has between one and {FILES_AT_MOST} files.")
    for name in files:
        if not FILE_NAME.fullmatch(name):
            raise ProgramRefused("bad_files", f"{name[:40]!r} can't be the name of a file here.")
    if source_bytes(files) > MAX_SOURCE_BYTES:
        raise ProgramRefused(
            "source_too_large",
            f"Your program is larger than {MAX_SOURCE_BYTES // 1024} KB. This browser keeps it, but it can't run here.",
        )


def source_bytes(files: Files) -> int:
    """Return the size of all files together, in bytes of UTF-8."""
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in files.values())


def is_gevent(runtime: Runtime) -> bool:
    """Return whether a program under this runtime has one event loop in place of threads."""
    return runtime != "threading"


def async_mode(runtime: Runtime) -> AsyncMode:
    """Return the async mode of Flask-SocketIO under this runtime: there is only one for each."""
    return "gevent" if is_gevent(runtime) else "threading"

"""The folder of one site's sockets: private, locked while the site lives, and swept by the next one if it was killed.

A folder is stale when nobody holds the lock in it: the kernel lets go of that whatever becomes of a process.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from course.sandbox.guarded import guarded

log = logging.getLogger(__name__)

LOCK = "lock"
NAME = re.compile(r"duplex-(?:[0-9a-f]{16}|rehearsal-[a-z0-9_]{8})")
"""A site's folder, or that of a fork server's rehearsal, which has no lock."""
UNLOCKED_SECONDS = 3600.0
"""A folder without a lock is being made at this moment, unless it is older than this."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def name() -> str:
    """Return a new name that a later `sweep` will recognise."""
    return f"duplex-{secrets.token_hex(8)}"


class SocketFolder:
    """Made by `open`, gone after `close`.

    Args:
        path: where it will be.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: int | None = None

    def open(self) -> None:
        """Make the folder and lock it, and remove what killed sites have left beside it.

        Raises:
            OSError: it can't be made.
        """
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.chmod(0o700)
        self._lock = os.open(self._path / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with contextlib.suppress(OSError):  # a file system without locks: then nobody finds anything stale, either
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with guarded("sweeping the folders of sites that were killed"):
            sweep(self._path.parent)

    def close(self) -> None:
        """Remove the folder and what is in it. Closing twice is harmless."""
        lock, self._lock = self._lock, None
        if lock is not None:
            with contextlib.suppress(OSError), _opened(self._path) as folder:
                _empty(folder)
                self._path.rmdir()
            os.close(lock)


def sweep(parent: Path) -> list[str]:
    """Remove the folders in `parent` that sites of this user have left behind; return their names."""
    gone = []
    for each in sorted(parent.iterdir()):
        if not NAME.fullmatch(each.name):
            continue
        # Somebody else may be sweeping, or be the owner of a folder of that name, or have made a link of it.
        with contextlib.suppress(OSError), _opened(each) as folder:
            if _is_stale(folder):
                _empty(folder)
                each.rmdir()
                gone.append(each.name)
    if gone:
        log.info("removed the socket folders of sites that were killed: %s", ", ".join(gone))
    return gone


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    folder = os.open(path, _FOLDER)
    try:
        yield folder
    finally:
        os.close(folder)


def _is_stale(folder: int) -> bool:
    """Return whether it is ours and nobody lives in it."""
    about = os.fstat(folder)
    if about.st_uid != os.geteuid() or stat.S_IMODE(about.st_mode) & 0o077:
        return False
    try:
        lock = os.open(LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        return time.time() - about.st_mtime > UNLOCKED_SECONDS
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _empty(folder: int) -> None:
    """Remove the files of a folder: never another folder, and never what a link leads to.

    The lock goes last, so that a sweep that is cut short leaves a folder that the next one still finds stale.
    """
    for each in sorted(os.listdir(folder), key=lambda name: name == LOCK):
        os.unlink(each, dir_fd=folder)

"""The learner's own files as a folder in memory: what is there, and what is in it. No path reaches the system.

Pure, standard library only. Runs inside the child.
"""

from __future__ import annotations

import errno
import io
import os
import posixpath
import stat
import time
from pathlib import PurePosixPath
from typing import Any

from course.program import Files, content_of

HOME = "/home/learner"
"""Where the program's folder seems to lie."""
MADE_AT_MOST = 200
"""Folders and databases that a program may make besides its files."""

Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]


class OwnFiles:
    """The folder of one program.

    Args:
        files: of the program.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._folders = {""} | {str(folder) for name in files for folder in PurePosixPath(name).parents} - {"."}
        self._made: dict[str, int] = {}
        """What the program has made: name → kind, as `stat` has it."""
        self._since = time.time()
        self.working_folder = HOME

    def name_of(self, path: Path) -> str | None:
        """Return the name of a path inside the folder, "" for the folder itself; None for a path elsewhere."""
        whole = posixpath.normpath(posixpath.join(self.working_folder, os.fsdecode(path)))
        if whole == HOME:
            return ""
        return whole.removeprefix(f"{HOME}/") if whole.startswith(f"{HOME}/") else None

    def is_file(self, name: str) -> bool:
        """Return whether there is such a file."""
        return name in self._files or self._made.get(name) == stat.S_IFREG

    def is_folder(self, name: str) -> bool:
        """Return whether there is such a folder."""
        return name in self._folders or self._made.get(name) == stat.S_IFDIR

    def content(self, name: str) -> bytes:
        """Return what is in a file.

        Raises:
            OSError: there is no such file.
        """
        if self.is_folder(name):
            raise _error(errno.EISDIR, name)
        if not self.is_file(name):
            raise self._missing(name)
        return content_of(name, self._files[name]) if name in self._files else b""

    def text(self, name: str) -> str:
        """Return the text of a file that is not binary."""
        return self._files[name]

    def listed(self, name: str) -> list[str]:
        """Return the names of what lies in a folder.

        Raises:
            OSError: there is no such folder.
        """
        if not self.is_folder(name):
            raise _error(errno.ENOTDIR, name) if self.is_file(name) else self._missing(name)
        inside = f"{name}/" if name else ""
        known = (*self._files, *self._made)
        found = {each.removeprefix(inside).partition("/")[0] for each in known if each.startswith(inside)}
        return sorted(found - {""})

    def stat(self, name: str) -> os.stat_result:
        """Return what the system would tell of a file or folder.

        Raises:
            OSError: there is neither.
        """
        if self.is_folder(name):
            mode, size = stat.S_IFDIR | 0o555, 0
        else:
            mode, size = stat.S_IFREG | 0o444, len(self.content(name))
        at = int(self._since)
        number = hash(name) & 0xFFFFFFFF
        times = {f"st_{kind}time": self._since for kind in "amc"} | {f"st_{kind}time_ns": at * 10**9 for kind in "amc"}
        return os.stat_result((mode, number, 1, 1, os.getuid(), os.getgid(), size, at, at, at), times)

    def make_folder(self, name: str) -> None:
        """Make an empty folder, where programs expect one: nothing can be written into it.

        Raises:
            OSError: it is there already, or what it should lie in is not.
        """
        if self.is_folder(name) or self.is_file(name):
            raise _error(errno.EEXIST, name)
        if not self.is_folder(posixpath.dirname(name)):
            raise self._missing(name)
        self._make(name, stat.S_IFDIR)

    def note_database(self, name: str) -> None:
        """Let a database that was opened be there for whoever asks whether it exists."""
        if not self.is_file(name):
            self._make(name, stat.S_IFREG)

    def _missing(self, name: str) -> OSError:
        above = [str(folder) for folder in PurePosixPath(name).parents]
        return _error(errno.ENOTDIR if any(map(self.is_file, above)) else errno.ENOENT, name)

    def _make(self, name: str, kind: int) -> None:
        if len(self._made) >= MADE_AT_MOST:
            raise _error(errno.ENOSPC, name)
        self._made[name] = kind


class OwnFile(io.BytesIO):
    """One of the program's files, opened."""

    def __init__(self, name: Any, content: bytes) -> None:
        super().__init__(content)
        self.name = name

    @property
    def mode(self) -> str:
        """Return how it was opened."""
        return "rb"

    def writable(self) -> bool:
        """Return that nothing can be written."""
        return False

    def write(self, data: Any, /) -> int:
        """Refuse, as Python does for every file that was opened for reading."""
        raise io.UnsupportedOperation("write")

    def truncate(self, size: int | None = None, /) -> int:
        """Refuse, for the same reason."""
        raise io.UnsupportedOperation("truncate")


def _error(number: int, name: str) -> OSError:
    return OSError(number, os.strerror(number), name)

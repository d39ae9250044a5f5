"""The files of a course as they lie on disk: which of them belong to it, and their text. Nothing here raises.

Authors work on every system and with every editor. What those leave behind is never part of a course, and what can't be
read as a text of a sensible size is a problem of its own file, whatever it is: a device, a link, another encoding.
"""

from __future__ import annotations

import codecs
import functools
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from course.content.problems import ProblemList

MAX_TEXT_BYTES = 256 * 1024
"""Of one file of text: nine times the longest lesson of this course."""
MAX_FILE_BYTES = 2 * 1024 * 1024
"""Of any other file; a picture that weighs a tenth of it is reported as heavy already."""
TEXTS = frozenset({".md", ".py", ".toml", ".json", ".js", ".jsx", ".vue", ".html", ".css", ".txt"})
Kind = Literal["folder", "file", "other"]

_LEFT_BEHIND = re.compile(
    r"\..*|.*~|~\$.*|#.*#|.*\.(swp|swo|swx|bak|orig|rej|tmp|temp|pyc|pyo|kate-swp)|4913"
    r"|___jb_\w+___|thumbs\.db|desktop\.ini|icon\r|__pycache__|__macosx|node_modules",
    re.IGNORECASE,
)
_OTHER_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SAVE_AS_UTF_8 = "Save the file as UTF-8: editors offer it under “Save with encoding”."


def is_left_behind(name: str) -> bool:
    """Return whether a file or folder of that name was made by an editor or a system: it is part of no course."""
    return _LEFT_BEHIND.fullmatch(name) is not None


def folders_in(folder: Path) -> list[Path]:
    """Return the folders directly inside a folder, by name; none when it is not there."""
    return [path for path, kind in _entries(folder) if kind == "folder"]


def files_in(folder: Path, pattern: str = "*") -> list[Path]:
    """Return the files directly inside a folder whose names fit, by name; none when it is not there."""
    return [path for path, kind in _entries(folder) if kind == "file" and path.match(pattern)]


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and of all folders inside it, by path. Links are not followed."""
    for path, kind in _entries(folder):
        if kind == "folder":
            yield from files_below(path)
        elif kind == "file":
            yield path


def is_there(path: Path) -> bool:
    """Return whether there is anything of that name; if it is no file, `read_text` says so."""
    return os.path.lexists(path)


def report_odd_files(folder: Path, problems: ProblemList, *, deep: bool = True) -> None:
    """Report what nobody can read or serve: names that are not UTF-8, links, devices, files that are far too large.

    Args:
        folder: of a lesson, or of the course.
        problems: collects those of the folder.
        deep: look into the folders inside, too.
    """
    for path, kind in _entries(folder, whole=True):
        name = _printable(path.name)
        here = problems.beside(f"{problems.file}/{name}" if problems.file else name)
        if not _is_utf_8(path.name):
            fix = "Give it a name of letters, digits and hyphens."
            here.add(1, "file-name", f"The name “{name}” is not UTF-8, so no page and no link could write it.", fix)
        elif kind != "folder":
            _may_be_read(path, here)
        elif deep:
            report_odd_files(path, here)


def read_text(path: Path, problems: ProblemList) -> str | None:
    """Return the text of a file with ``\\n`` between its lines, or None after reporting why it has none.

    A byte order mark of UTF-8, which Windows' editors write, is not part of the text.
    """
    try:
        data = path.read_bytes() if _may_be_read(path, problems) else None
    except OSError as error:
        _unreadable(error, problems)
        return None
    return _decoded(data, problems) if data is not None else None


def fingerprint(path: Path) -> bytes:
    """Return a hash of a file's content; empty when it can't be read. A file that is as it was is not read again."""
    try:
        known = path.stat()
        return _fingerprint(path, known.st_mtime_ns, known.st_size)
    except OSError:
        return b""


@functools.lru_cache(maxsize=4096)
def _fingerprint(path: Path, _changed: int, _size: int) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _may_be_read(path: Path, problems: ProblemList) -> bool:
    """Return whether a file is an ordinary one of a sensible size; report why it is not."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        problems.add(1, "file-missing", "The file is not there.", "Create it, or remove what asks for it.")
        return False
    except (OSError, ValueError) as error:
        _unreadable(error, problems)
        return False
    most = MAX_TEXT_BYTES if path.suffix.lower() in TEXTS else MAX_FILE_BYTES
    if stat.S_ISLNK(found.st_mode):
        fix = "Put a copy of the file in its place: links are not followed."
        problems.add(1, "file-kind", "This is a link to another file.", fix)
    elif not stat.S_ISREG(found.st_mode):
        problems.add(1, "file-kind", "This is not an ordinary file.", "Remove it, or put a file in its place.")
    elif found.st_size > most:
        message = f"The file has {found.st_size // 1024:,} KB; {most // 1024:,} KB is the most."
        problems.add(1, "file-too-large", message, "Make it smaller, or divide it.")
    else:
        return True
    return False


def _unreadable(error: Exception, problems: ProblemList) -> None:
    why = getattr(error, "strerror", None) or str(error)
    problems.add(1, "file-unreadable", f"The file can't be read: {why}.", "Look at its owner and its rights.")


def _decoded(data: bytes, problems: ProblemList) -> str | None:
    for mark, encoding in _OTHER_ENCODINGS:
        if data.startswith(mark):
            problems.add(1, "file-encoding", f"The file is saved as {encoding}, not as UTF-8.", _SAVE_AS_UTF_8)
            return None
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"The byte 0x{error.object[error.start]:02x} on this line is not UTF-8."
        problems.add(line, "file-encoding", message, _SAVE_AS_UTF_8)
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        message = f"There is an invisible control character on this line (U+{ord(found[0]):04X})."
        problems.add(line, "control-character", message, "Delete the character, or write the line anew.")
        return None
    return text


def _entries(folder: Path, *, whole: bool = False) -> list[tuple[Path, Kind]]:
    """Return what belongs to a course in a folder, and what each is; with `whole` what can't be named or read, too."""
    found: list[tuple[Path, Kind]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if is_left_behind(entry.name) or not (whole or _is_utf_8(entry.name)):
                    continue
                is_folder, is_file = entry.is_dir(follow_symlinks=False), entry.is_file(follow_symlinks=False)
                found.append((folder / entry.name, "folder" if is_folder else "file" if is_file else "other"))
    except OSError:
        return []
    return sorted(found)


def _is_utf_8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _printable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")

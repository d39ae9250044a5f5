"""Python's calls that take a path, answered from the program's own folder in memory; all others go to the kernel.

The kernel refuses those, and its refusal gets words here. This is a convenience and no lock: a program that gets around
it meets the filter. Put in place once, before the fork, so a child pays nothing for it. Runs inside the child.
"""

from __future__ import annotations

import builtins
import errno
import functools
import io
import os
import posixpath
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

from course.sandbox.learner.own_files import HOME, OwnFile, OwnFiles, Path
from course.sandbox.learner.refusals import NO_DISK, NO_PROGRAMS, OUTSIDE, in_words

_own: OwnFiles | None = None
"""The folder of this process's program, from its start on; None in the fork server."""

_CHANGING = (
    "chmod chown lchown link mkfifo mknod open remove removexattr rename replace rmdir setxattr symlink truncate "
    "unlink utime"
).split()
_WRITING = frozenset("wax+")
"""Letters of a file's mode."""
_STARTING = "execv execve fork forkpty posix_spawn posix_spawnp".split()


def begin(own: OwnFiles) -> None:
    """Answer from this folder from now on. In the child."""
    global _own
    _own = own
    os.environ.update(HOME=HOME, USER=posixpath.basename(HOME))
    tempfile.tempdir = "/tmp"  # noqa: S108  (looking for one that can be written to ends in an error without a hint)


def has_begun() -> bool:
    """Return whether this process is a program's by now."""
    return _own is not None


def working_folder() -> str:
    """Return where a relative path begins."""
    return HOME if _own is None else _own.working_folder


def note_database(path: str) -> None:
    """Let a database be there for whoever asks whether it exists."""
    if _own is not None and (name := _own.name_of(path)):
        _own.note_database(name)


def install() -> None:
    """Put the calls in place. Once, in the fork server."""
    builtins.open = io.open = _opening(io.open)
    for name in ("stat", "lstat"):
        _answer(name, lambda own, name, *_, **__: own.stat(name))
    _answer("listdir", _listed, without=".")
    _answer("scandir", _scanned, without=".")
    _answer("access", _accessible)
    _answer("mkdir", lambda own, name, *_, **__: own.make_folder(name), words=NO_DISK)
    _answer("chdir", _go_to)
    _answer("readlink", _no_link)
    for name in _CHANGING:
        _answer(name, _refuse, words=NO_DISK)
    os.umask = _mask(os.umask)
    os.getcwd, os.getcwdb = _where(os.getcwd, str), _where(os.getcwdb, os.fsencode)
    for name in _STARTING:
        _explain(os, name)
    _explain(subprocess.Popen, "__init__")
    # What is uploaded is kept in memory, however large: there is no disk to roll it over to.
    tempfile.SpooledTemporaryFile.rollover = lambda self: None  # type: ignore[method-assign]


def _answer(call: str, from_own: Callable[..., Any], *, without: str = "", words: str = OUTSIDE) -> None:
    """Let `os.<call>(path, …)` be answered by ``from_own(own, name, path, …)`` where it lies in the program's folder.

    Args:
        call: the function's name.
        from_own: answers; what it raises names the path as it was given.
        without: the path that a call without one means.
        words: said where the kernel refuses a path elsewhere.
    """
    real: Callable[..., Any] = getattr(os, call)

    @functools.wraps(real)
    def answered(*args: Any, **named: Any) -> Any:
        own = _own
        path = args[0] if args else named.get("path", named.get("src", without))
        if own is None or not isinstance(path, (str, bytes, os.PathLike)):
            return real(*args, **named)
        name = own.name_of(path or without)
        try:
            if name is None:
                return real(*args, **named)
            rest = {key: value for key, value in named.items() if key not in ("path", "src")}
            return from_own(own, name, path or without, *args[1:], **rest)
        except OSError as error:
            told = in_words(error, words) if name is None else error
            raise OSError(told.errno, told.strerror, os.fspath(path)) from None

    setattr(os, call, answered)


def _refuse(own: OwnFiles, name: str, *_: Any, **__: Any) -> None:
    raise OSError(errno.EACCES, NO_DISK)


def _listed(own: OwnFiles, name: str, path: Path) -> list[Any]:
    names = own.listed(name)
    return [os.fsencode(each) for each in names] if isinstance(path, bytes) else names


def _accessible(own: OwnFiles, name: str, path: Path, mode: int, **_: Any) -> bool:
    return not mode & os.W_OK and (own.is_folder(name) or (own.is_file(name) and not mode & os.X_OK))


def _go_to(own: OwnFiles, name: str, path: Path) -> None:
    own.listed(name)
    own.working_folder = f"{HOME}/{name}".rstrip("/")


def _no_link(own: OwnFiles, name: str, path: Path, **_: Any) -> str:
    own.stat(name)
    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))


def _where(real: Callable[[], Any], as_asked: Callable[[str], Any]) -> Callable[[], Any]:
    @functools.wraps(real)
    def where() -> Any:
        return real() if _own is None else as_asked(_own.working_folder)

    return where


def _mask(real: Callable[[int], int]) -> Callable[[int], int]:
    @functools.wraps(real)
    def mask(mode: int, /) -> int:
        return real(mode) if _own is None else 0o077  # the real one is refused, and is no error in the C library

    return mask


def _opening(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def opened(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        own = _own
        at_path = own is not None and opener is None and isinstance(file, (str, bytes, os.PathLike))
        name = own.name_of(file) if own is not None and at_path else None
        try:
            if own is None or name is None:
                return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
            if set(mode) & _WRITING:
                _refuse(own, name)
            content = own.content(name)
        except OSError as error:
            if not at_path:
                raise
            words = NO_DISK if set(mode) & _WRITING else OUTSIDE
            told = in_words(error, words) if name is None else error
            raise OSError(told.errno, told.strerror, os.fspath(file)) from None
        binary = OwnFile(file, content)
        if "b" in mode:
            return binary
        text = io.TextIOWrapper(binary, encoding or "utf-8", errors, newline)
        text.mode = mode  # type: ignore[misc]
        return text

    return opened


def _explain(owner: Any, call: str) -> None:
    """Let the refusal to start another program say so."""
    real: Callable[..., Any] | None = getattr(owner, call, None)
    if real is None:  # not on this system
        return

    @functools.wraps(real)
    def explained(*args: Any, **named: Any) -> Any:
        try:
            return real(*args, **named)
        except OSError as error:
            raise in_words(error, NO_PROGRAMS) from None

    setattr(owner, call, explained)


class _Entry:
    """One entry of a folder, as `os.scandir` gives it."""

    def __init__(self, own: OwnFiles, folder: str, name: str, path: str) -> None:
        self.name = name
        self.path = os.path.join(path, name)
        self._own = own
        self._name = f"{folder}/{name}" if folder else name

    def __fspath__(self) -> str:
        return self.path

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Return whether it is a folder."""
        return self._own.is_folder(self._name)

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        """Return whether it is a file."""
        return self._own.is_file(self._name)

    def is_symlink(self) -> bool:
        """Return that it is no link."""
        return False

    def is_junction(self) -> bool:
        """Return that it is none of Windows' links."""
        return False

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """Return what the system would tell of it."""
        return self._own.stat(self._name)

    def inode(self) -> int:
        """Return its number."""
        return self.stat().st_ino


class _Scan:
    """The entries of a folder, once; use it with `with`."""

    def __init__(self, entries: Iterator[_Entry]) -> None:
        self._entries = entries

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _Entry:
        return next(self._entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the list."""
        self._entries = iter(())


def _scanned(own: OwnFiles, folder: str, path: Path) -> _Scan:
    return _Scan(_Entry(own, folder, name, os.fsdecode(path)) for name in own.listed(folder))

"""Tracebacks as a learner should read them: their own lines in full, library frames folded, ours never. Stdlib only."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import PurePath
from types import TracebackType
from typing import Any

OURS = "course/sandbox/"


def folded(error: BaseException, own_files: frozenset[str]) -> str:
    """Return the traceback of `error` as text, its causes first.

    Args:
        error: what was raised.
        own_files: names of the learner's files, as they were compiled (``server.py``).
    """
    return "\n".join(_lines(error, own_files, set())) + "\n"


def last_own_line(error: BaseException, own_files: frozenset[str]) -> int | None:
    """Return the line of the learner's innermost frame (of a syntax error: its place); None when there is none."""
    if isinstance(error, SyntaxError) and error.filename in own_files:
        return error.lineno
    own = [frame for frame in _frames(error.__traceback__) if frame.filename in own_files]
    return own[-1].lineno if own else None


def own_function(error: BaseException, own_files: frozenset[str]) -> str:
    """Return the name of the learner's outermost function on the way to the error: the handler that was called."""
    for frame in _frames(error.__traceback__):
        if frame.filename in own_files:
            return frame.name
    return ""


def _lines(error: BaseException, own_files: frozenset[str], seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen and last_own_line(before, own_files) is not None:
        yield from _lines(before, own_files, seen)
        yield ""
        yield "The above exception led to this one:" if error.__cause__ else "While that was handled, another came:"
        yield ""
    frames = list(_frames(error.__traceback__))
    if frames:
        yield "Traceback (most recent call last):"
        yield from _frame_lines(frames, own_files)
    for line in traceback.format_exception_only(type(error), error):
        yield line.rstrip("\n")


def _frame_lines(frames: list[traceback.FrameSummary], own_files: frozenset[str]) -> Iterator[str]:
    inside: list[str] = []
    for frame in frames:
        if frame.filename in own_files:
            yield from _fold(inside)
            inside = []
            yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
            if frame.line:
                yield f"    {frame.line}"
        elif OURS not in frame.filename.replace("\\", "/"):
            inside.append(_package(frame.filename))
    yield from _fold(inside)


def _fold(inside: list[str]) -> Iterator[str]:
    if inside:
        where = ", ".join(dict.fromkeys(inside))
        yield f"  … {len(inside)} line{'s' if len(inside) > 1 else ''} inside {where}"


def _package(filename: str) -> str:
    parts = PurePath(filename).parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1].removesuffix(".py")
    return "Python" if filename.startswith("<frozen") else PurePath(filename).stem


def _frames(trace: TracebackType | None) -> Iterator[traceback.FrameSummary]:
    # Only linecache's memory is read: the files themselves are out of reach in the sandbox.
    yield from traceback.extract_tb(trace)


def described(error: BaseException, own_files: frozenset[str]) -> dict[str, Any]:
    """Return ``{type, message, line, text}``: what a page shows of the error in one line."""
    text = traceback.format_exception_only(type(error), error)[-1].strip()
    return {
        "type": type(error).__name__,
        "message": str(error)[:500],
        "line": last_own_line(error, own_files),
        "text": text[:500],
    }

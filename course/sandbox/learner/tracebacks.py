"""Tracebacks for learners: their own lines in full, library frames folded, ours never. Standard library only."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from pathlib import PurePath
from types import TracebackType
from typing import Any

CONCEALED = "/usr/lib/sandbox/"
"""Where our own code seems to lie, once the fork server is prepared."""
OURS = (os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep, CONCEALED)
FIRST_CALLS, LAST_CALLS = 4, 12
"""Shown of a long traceback: an endless recursion has a thousand calls, and those in the middle say nothing."""
TEXT_AT_MOST = 500


def folded(error: BaseException, own_files: frozenset[str]) -> str:
    """Return the traceback of `error` as text, its causes first.

    Args:
        error: what was raised.
        own_files: names of the learner's files, as they were compiled (``server.py``).
    """
    return "\n".join(_lines(error, own_files, set())) + "\n"


def last_own_place(error: BaseException, own_files: frozenset[str]) -> tuple[str, int | None] | None:
    """Return file and line of the learner's innermost frame (of a syntax error: its place); None without any."""
    if isinstance(error, SyntaxError) and error.filename in own_files:
        return error.filename or "", error.lineno
    own = [(frame.co_filename, line) for frame, line in _walk(error.__traceback__) if frame.co_filename in own_files]
    return own[-1] if own else None


def last_own_line(error: BaseException, own_files: frozenset[str]) -> int | None:
    """Return the line of that place; None without any."""
    place = last_own_place(error, own_files)
    return place[1] if place else None


def innermost_function(error: BaseException) -> tuple[str, str]:
    """Return file and name of the function that raised the error; "" for both without any."""
    frames = [(code.co_filename, code.co_name) for code, _ in _walk(error.__traceback__)]
    return frames[-1] if frames else ("", "")


def outermost_function(error: BaseException, own_files: frozenset[str]) -> str:
    """Return the name of the learner's outermost function on the way to the error; "" where there is none."""
    functions = [code.co_name for code, _ in _walk(error.__traceback__) if code.co_filename in own_files]
    return functions[0] if functions and functions[0] != "<module>" else ""


def local_in(error: BaseException, package: str, function: str, name: str) -> Any:
    """Return a local variable of a library function that the error passed through; None if it did not pass there."""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_name == function and package in PurePath(code.co_filename).parts:
            return trace.tb_frame.f_locals.get(name)
        trace = trace.tb_next
    return None


def described(error: BaseException, own_files: frozenset[str]) -> dict[str, Any]:
    """Return ``{type, message, file, line, text}``: what a page shows of the error in one line."""
    place = last_own_place(error, own_files)
    return {
        "type": type(error).__name__[:80],
        "message": _message(error)[:TEXT_AT_MOST],
        "file": place[0] if place else None,
        "line": place[1] if place else None,
        "text": traceback.format_exception_only(type(error), error)[-1].strip()[:TEXT_AT_MOST],
    }


def short_name(filename: str, own_files: frozenset[str]) -> str:
    """Return a file's name as a learner knows it: their own as it is, a library's by its package."""
    if filename in own_files:
        return filename
    parts = PurePath(filename).parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1].removesuffix(".py")
    return "Python" if filename.startswith("<") else PurePath(filename).stem


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a learner's own class may fail here too
        return ""


def _lines(error: BaseException, own_files: frozenset[str], seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen and last_own_line(before, own_files) is not None:
        yield from _lines(before, own_files, seen)
        yield ""
        yield "The above exception led to this one:" if error.__cause__ else "While that was handled, another came:"
        yield ""
    # Only linecache's memory is read: the files themselves are out of reach in the sandbox.
    calls = list(_calls(traceback.extract_tb(error.__traceback__), own_files))
    if calls:
        yield "Traceback (most recent call last):"
        yield from _shortened(calls)
    for line in traceback.format_exception_only(type(error), error):
        yield line.rstrip("\n")


def _calls(frames: list[traceback.FrameSummary], own_files: frozenset[str]) -> Iterator[str]:
    """Yield one text for each of the learner's frames, and one for each run of library frames."""
    inside: list[str] = []
    for frame in frames:
        if frame.filename in own_files:
            yield from _fold(inside)
            inside = []
            place = f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
            yield f"{place}\n    {frame.line}" if frame.line else place
        elif not frame.filename.startswith(OURS):
            inside.append(short_name(frame.filename, own_files))
    yield from _fold(inside)


def _fold(inside: list[str]) -> Iterator[str]:
    if inside:
        where = ", ".join(dict.fromkeys(inside))
        yield f"  … {len(inside)} line{'s' if len(inside) > 1 else ''} inside {where}"


def _shortened(calls: list[str]) -> Iterator[str]:
    left_out = len(calls) - FIRST_CALLS - LAST_CALLS
    if left_out <= 1:
        yield from calls
    else:
        yield from calls[:FIRST_CALLS]
        yield f"  … {left_out} more calls"
        yield from calls[-LAST_CALLS:]


def _walk(trace: TracebackType | None) -> Iterator[tuple[Any, int]]:
    while trace is not None:
        yield trace.tb_frame.f_code, trace.tb_lineno
        trace = trace.tb_next

"""Reads a ``checks.py`` and runs its checks one after another."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.grading.author_fault import AuthorFault
from course.grading.clients.server import Server
from course.grading.failures import AuthorError, CheckFailed
from course.grading.model import CheckResult, Outcome, RunSummary, TraceRows

CheckFunction = Callable[[Server], None]

SMALL_TRACE = 60
"""Rows of a passed check that are worth keeping; a failed one keeps all."""

TRIES = 3
"""How often a check is run at most if only its timing fails."""

OUR_FAULT = "Something broke on our side, not in your program. It does not count as an attempt."


@dataclass(frozen=True)
class Check:
    """One check function and the checks it depends on."""

    name: str
    title: str
    function: CheckFunction
    after: tuple[Check, ...] = ()

    @classmethod
    def of(cls, function: CheckFunction, after: tuple[Check, ...]) -> Check:
        """Return the check that this function makes.

        Raises:
            AuthorError: it has no docstring.
        """
        title = " ".join((function.__doc__ or "").split())
        if not title:
            raise AuthorError(f"{function.__name__} has no docstring: a check's docstring is its title")
        return cls(function.__name__, title, function, after)

    def __call__(self, server: Server) -> None:
        """Run the check's function."""
        self.function(server)


def load_checks(path: Path) -> list[Check]:
    """Return the checks of a ``checks.py``, in the order of the file.

    Raises:
        AuthorError: the file can't be read or run, or holds no check.
    """
    namespace: dict[str, Any] = {"__name__": "checks", "__file__": str(path)}
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), namespace)  # noqa: S102  # the course's own file
    except AuthorError:
        raise
    except (Exception, SystemExit) as error:
        raise AuthorError(f"checks.py can't be read: {type(error).__name__}: {error}") from error
    checks = [value for value in namespace.values() if isinstance(value, Check)]
    if not checks:
        raise AuthorError("checks.py holds no check")
    return checks


def run_checks(
    checks: list[Check],
    open_server: Callable[[], Server],
    *,
    begins: Callable[[Check], None],
    report: Callable[[CheckResult], None],
) -> RunSummary:
    """Run every check and report each result as soon as it is known.

    Args:
        checks: in the order in which they run.
        open_server: called once for each check; what it returns is closed at the check's end.
        begins: called before a check runs, so that a check that never ends can be named.
        report: called with each result.
    """
    outcomes: dict[Check, Outcome] = {}
    broken: str | None = None
    for check in checks:
        missing = next((needed for needed in check.after if outcomes.get(needed) != "passed"), None)
        if missing is not None:
            result = CheckResult(check.name, check.title, "skipped", f"First get this one to pass: {missing.title}")
        else:
            begins(check)
            result = run_check(check, open_server)
        outcomes[check] = result.outcome
        broken = OUR_FAULT if result.outcome == "error" else broken
        report(result)
    return RunSummary(list(outcomes.values()).count("passed"), len(checks), broken)


def run_check(check: Check, open_server: Callable[[], Server]) -> CheckResult:
    """Run one check and return its result; no exception of the check escapes.

    If only its timing fails, it is run again: a busy machine does not make a right program fail three times in a row.
    """
    begun = time.perf_counter()
    for _ in range(TRIES):
        result, timing = _run_once(check, open_server, begun)
        if not timing:
            break
    return result


def _run_once(check: Check, open_server: Callable[[], Server], begun: float) -> tuple[CheckResult, bool]:
    """Return the result, and whether it is a failure that depends on timing."""
    server = open_server()
    failure: CheckFailed | None = None
    failed_at = 0.0
    fault: AuthorFault | None = None
    try:
        check(server)
    except CheckFailed as error:
        failure, failed_at = error, server.recording.seconds
        server.settle()
    except (Exception, SystemExit) as error:
        fault = AuthorFault.of(error, check.function.__code__.co_filename)
        print(f"{check.function.__code__.co_filename}:{fault.line}: {check.name}: {fault.message}", file=sys.stderr)
    finally:
        server.close()
    duration = round((time.perf_counter() - begun) * 1000)
    rows = server.recording.rows
    marks = (failure.points.as_mark(failed_at),) if failure and failure.points else ()
    if fault:
        broken = CheckResult(check.name, check.title, "error", OUR_FAULT, trace=rows, duration_ms=duration, fault=fault)
        return broken, False
    if failure:
        return _failed(check, failure, (rows, marks), duration), failure.timing
    kept = rows if len(rows) <= SMALL_TRACE else ()
    return CheckResult(check.name, check.title, "passed", trace=kept, duration_ms=duration), False


def _failed(check: Check, failure: CheckFailed, seen: tuple[TraceRows, TraceRows], duration: int) -> CheckResult:
    return CheckResult(
        check.name,
        check.title,
        "failed",
        failure.message,
        failure.expected,
        failure.actual,
        failure.hint,
        failure.mistake,
        failure.line,
        trace=seen[0],
        marks=seen[1],
        duration_ms=duration,
    )

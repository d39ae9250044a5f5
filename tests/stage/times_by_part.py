"""Where a run's time went: one line for each part, printed at the end of the run."""

from __future__ import annotations

from collections import defaultdict

import pytest


class TimesByPart:
    """Adds up how long the tests of each part took, including set-up and teardown."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._tests: defaultdict[str, int] = defaultdict(int)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count one phase of one test; under several workers, the reports of all of them come here."""
        part = part_of(report.nodeid)
        self._seconds[part] += report.duration
        self._tests[part] += report.when == "call"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, the slowest part first."""
        if len(self._seconds) < 2:
            return
        terminalreporter.section("seconds by part, all workers together")
        for part, seconds in sorted(self._seconds.items(), key=lambda each: -each[1]):
            terminalreporter.write_line(f"{seconds:8.1f}  {part} ({self._tests[part]} tests)")


def part_of(nodeid: str) -> str:
    """Return the folder that a test belongs to: a part of the site, or the lessons' claims."""
    path = nodeid.split("::")[0].split("/")
    if path[0] == "lessons":
        return "lessons/**/claims"
    return "/".join(path[:2]) if len(path) > 2 else path[0]

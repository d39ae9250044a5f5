"""A copy of the tree in which faults are planted, one after the other, and tests are run."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

from dev.planted_faults.named_tests import NamedTest

LEFT_OUT = shutil.ignore_patterns(
    *(
        ".git",
        ".venv",
        ".node",
        "node_modules",
        "instance",
        "__pycache__",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
    )
)
RUN_SECONDS = 1800
"""A run that takes longer hangs: it is killed, and its tests count as red."""
NEEDS_BUILDING = re.compile(r"(static/(js|css)|frontend)/")
_TOLD = re.compile(r"^# (pass|fail|cancelled) (\d+)$", re.M)


class Unusable(Exception):
    """Tests could not be run at all: neither red nor green."""


class Trial:
    """Made for one command; the copy is removed afterwards. Installed packages are shared with the tree itself."""

    def __init__(self, root: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="planted-"))
        self._folder.chmod(0o755)  # learners' processes have users of their own
        self.root = self._folder / "tree"
        shutil.copytree(root, self.root, ignore=LEFT_OUT, symlinks=True)
        for name in (".venv", ".node"):
            if (root / name).exists():
                (self.root / name).symlink_to((root / name).resolve())
        self._link_packages(root / "frontend" / "node_modules")
        self._sound_build = self._folder / "dist"
        self._dist = self.root / "static" / "dist"
        self._changes = 0
        if self._dist.is_dir():
            shutil.copytree(self._dist, self._sound_build)

    def close(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _link_packages(self, packages: Path) -> None:
        # The copy's own folder: the build writes into it, and moves the result from there.
        own = self.root / "frontend" / "node_modules"
        own.mkdir()
        for package in packages.iterdir() if packages.is_dir() else ():
            (own / package.name).symlink_to(package.resolve())

    @contextmanager
    def planted(self, file: Path, text: str, *, build: bool) -> Iterator[None]:
        """Let `file` hold `text` while the block runs; `build` the front end from it.

        Raises:
            Unusable: it could not be built.
        """
        sound = file.read_text(encoding="utf-8")
        try:
            self._write(file, text)
            if build:
                self._build()
            yield
        finally:
            self._write(file, sound)
            if build:
                shutil.rmtree(self._dist, ignore_errors=True)
                shutil.copytree(self._sound_build, self._dist)

    def _write(self, file: Path, text: str) -> None:
        """Write with a new modification time: Python compares size and second to see whether a file has changed."""
        file.write_text(text, encoding="utf-8")
        self._changes += 2
        now = file.stat().st_mtime
        os.utime(file, (now + self._changes, now + self._changes))

    def _build(self) -> None:
        ran = subprocess.run(
            ["node", "build.mjs"],
            cwd=self.root / "frontend",
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode != 0:
            raise Unusable(f"the front end was not built: {ran.stderr.strip()}")

    def red(self, tests: Sequence[NamedTest]) -> set[NamedTest]:
        """Run the tests and return those that failed.

        Raises:
            Unusable: one was not found, or nothing could be run.
        """
        in_python = [test for test in tests if not test.is_javascript]
        red = self._red_in_python(in_python) if in_python else set()
        return red | {test for test in tests if test.is_javascript and self._is_red_in_javascript(test)}

    def _red_in_python(self, tests: Sequence[NamedTest]) -> set[NamedTest]:
        report = self._folder / "report.xml"
        report.unlink(missing_ok=True)
        nodes = [f"{test.file.relative_to(self.root)}::{test.node}" for test in tests]
        options = ["-p", "no:cacheprovider", "-q", "--no-header", "--tb=line", f"--junitxml={report}"]
        code, said = self._run([str(self.root / ".venv" / "bin" / "python"), "-m", "pytest", *options, *nodes])
        if code is None:
            return set(tests)
        if code not in (0, 1):
            raise Unusable(f"pytest ended with {code}: {said[-600:]}")
        return {test for test in tests if any(_is_case_of(test, name) for name in _failed(report))}

    def _is_red_in_javascript(self, test: NamedTest) -> bool:
        pattern = ["--test-name-pattern", f"/^{re.escape(test.node)}/"] if test.node else []
        code, said = self._run(["node", "--test", "--test-reporter=tap", *pattern, str(test.file)])
        told = dict(_TOLD.findall(said))
        if code is not None and int(told.get("pass", 0)) + int(told.get("fail", 0)) == 0:
            raise Unusable(f"Node ran no test of {test.name}")
        return code != 0

    def _run(self, command: Sequence[str]) -> tuple[int | None, str]:
        """Return the exit status, None for a command that had to be killed, and the output."""
        with subprocess.Popen(
            command,
            cwd=self.root,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                said, _ = process.communicate(timeout=RUN_SECONDS)
            except BaseException as stopped:  # when this is interrupted, what it has started ends with it
                os.killpg(process.pid, signal.SIGKILL)
                if isinstance(stopped, subprocess.TimeoutExpired):
                    return None, ""
                raise
            return process.returncode, said

    def _environment(self) -> dict[str, str]:
        path = os.pathsep.join([os.environ["PATH"], str(self.root / ".node" / "bin"), "/usr/sbin"])
        return {**os.environ, "PATH": path, "REQUIRE_BROWSER": "1", "REQUIRE_SERVICES": "1"}


def needs_building(file: Path, tests: Iterable[NamedTest]) -> bool:
    """Whether tests see a changed file only in the built front end; Node's tests read the sources."""
    return bool(NEEDS_BUILDING.search(file.as_posix())) and any(not test.is_javascript for test in tests)


def _failed(report: Path) -> set[str]:
    """Return the names of the cases that failed or could not even start."""
    cases = ElementTree.parse(report).iter("testcase")  # noqa: S314  (pytest has just written it)
    return {
        case.get("name", "") for case in cases if case.find("failure") is not None or case.find("error") is not None
    }


def _is_case_of(test: NamedTest, name: str) -> bool:
    return name == test.function or ("[" not in test.function and name.partition("[")[0] == test.function)

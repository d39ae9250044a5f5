"""A program can't tell whether a warm Python has forked it or a terminal has started it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.stage.serving import PATIENCE, serving
from tests.stage.starting import Process, start

pytestmark = pytest.mark.programs

LOOKS = """
import json, os, random, signal, sys, threading, warnings
print(json.dumps({
    "name": __name__,
    "file": __file__,
    "main": sys.modules["__main__"].__dict__ is globals(),
    "argv": sys.argv,
    "path": sys.path[:2],
    "folder": os.getcwd(),
    "environment": dict(os.environ),
    "signals": {number: str(signal.getsignal(number)) for number in sorted(signal.valid_signals())},
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "descriptors": sorted(os.listdir("/proc/self/fd"))[:3],
    "opened": len(os.listdir("/proc/self/fd")),
    "threads": [threading.current_thread().name, threading.active_count()],
    "streams": [[stream.encoding, stream.errors, stream.line_buffering, stream.isatty(), stream.fileno()]
                for stream in (sys.stdin, sys.stdout, sys.stderr)],
    "filters": [str(one) for one in warnings.filters],
    "finalizers": len(threading._threading_atexits),
}))
"""
SPEAKS = """
import atexit, sys, warnings
atexit.register(print, "at the end")
print("to stdout")
print("to stderr", file=sys.stderr)
warnings.warn("something old", DeprecationWarning)
print("to stdout again")
def fails(): raise KeyError("nothing there")
fails()
"""
both = pytest.mark.parametrize("cold", [True, False], ids=["cold", "warm"])


def ended(program: str, folder: Path, cold: bool, *, environment: dict[str, str] | None = None) -> tuple[int, str]:
    """Run a program to its end; return its status and what it printed."""
    process = started(program, folder, cold, environment=environment)
    with process.stdout:
        printed = process.stdout.read()
    return process.wait(PATIENCE), printed


def started(program: str, folder: Path, cold: bool, *, environment: dict[str, str] | None = None) -> Process:
    path = folder / "server.py"
    path.write_text(program)
    return start("launched.py", str(path), cold=cold, folder=folder, environment=environment)


def looked_around(folder: Path, cold: bool) -> dict[str, Any]:
    status, printed = ended(LOOKS, folder, cold, environment={**os.environ, "ONLY_HERE": "yes"})
    assert status == 0, printed
    seen: dict[str, Any] = json.loads(printed)
    assert seen["environment"]["ONLY_HERE"] == "yes"
    return seen


def test_it_finds_everything_as_a_new_python_finds_it(tmp_path: Path) -> None:
    assert looked_around(tmp_path, cold=False) == looked_around(tmp_path, cold=True)


def test_it_says_the_same_in_the_same_order(tmp_path: Path) -> None:
    def told(cold: bool) -> tuple[int, str]:
        status, printed = ended(SPEAKS, tmp_path, cold)
        return status, re.sub(r'  File ".*(?<!server\.py)", line.*\n(    .*\n)*', "", printed)  # without our own frames

    cold, warm = told(cold=True), told(cold=False)
    assert warm == cold
    assert warm[0] == 1 and [line for line in warm[1].splitlines() if not line.startswith(" ")] == [
        "to stdout",
        "to stderr",
        f"{tmp_path}/server.py:6: DeprecationWarning: something old",
        "to stdout again",
        "Traceback (most recent call last):",
        "KeyError: 'nothing there'",
        "at the end",
    ]


@both
@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("", 0),
        ("raise SystemExit(3)", 3),
        ("raise SystemExit('no')", 1),
        ("1 / 0", 1),
        ("import os; os._exit(4)", 4),
        ("import os; os.abort()", -signal.SIGABRT),
        ("import threading; threading.Timer(0.2, print, ['later']).start()", 0),
    ],
)
def test_its_exit_status_is_told(tmp_path: Path, ending: str, status: int, cold: bool) -> None:
    assert ended(ending, tmp_path, cold)[0] == status


@both
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_signal_ends_it(tmp_path: Path, number: int, cold: bool) -> None:
    with serving(
        "import socket; from flask import Flask\nfrom flask_socketio import SocketIO\n"
        "app = Flask(__name__)\nSocketIO(app, async_mode='threading').run(app)",
        tmp_path,
        cold=cold,
    ) as served:
        assert served.process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            served.process.wait(0.01)
        served.process.send_signal(number)
        status = served.process.wait(PATIENCE)
        assert status == served.process.poll() == served.process.returncode
        assert status in ((-number, 1, 0) if number == signal.SIGINT else (-number,))
        served.process.kill()  # nothing is killed if the process has ended already


def test_each_has_chances_of_its_own(tmp_path: Path) -> None:
    assert len({ended("import random; print(random.random())", tmp_path, False)[1] for _ in range(3)}) == 3


def test_many_can_be_started_at_once(tmp_path: Path) -> None:
    told: list[tuple[int, str]] = []

    def run(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        told.append(ended(f"print({number}); raise SystemExit({number})", folder, cold=False))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [(number, f"{number}\n") for number in range(12)]


def test_they_end_with_the_process_that_asked_for_them(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("import os, time; print(os.getpid(), os.getppid()); time.sleep(600)")
    asks = (
        "import os, signal, sys; from tests.stage.starting import start\n"
        "print(start('launched.py', sys.argv[1]).stdout.readline(), flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", asks, str(tmp_path / "server.py")]
    asked = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert asked.returncode == -signal.SIGKILL, asked.stderr
    processes = [psutil.Process(int(pid)) for pid in asked.stdout.split() if psutil.pid_exists(int(pid))]
    assert psutil.wait_procs(processes, timeout=PATIENCE)[1] == []


def test_the_claims_of_each_lesson_start_one_program_from_cold() -> None:
    lessons = Path(__file__).parents[2] / "lessons"
    claims = {file: file.read_text() for file in lessons.glob("**/claims/test_*.py")}
    starting = {file for file, text in claims.items() if re.search(r"with (serving|examples_of)\(", text)}
    assert len(starting) > 10
    assert [str(file) for file in sorted(starting) if not re.search(r', cold=(True|"\w+")\)', claims[file])] == []

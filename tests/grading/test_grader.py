"""Checks run in a process that can be killed: whatever a checks.py or a server does, the web process goes on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from course.grading.grader import Grader
from course.grading.grader_process import CHILD_OPEN_FILES, NICE, OOM_SCORE_ADJ
from course.grading.model import CheckResult, RunSummary
from course.grading.reports import MAX_NOTES, ReportRelay, Reports
from tests.grading.talkative import SOURCE
from tests.stage.unconfined import ROOT, served

pytestmark = pytest.mark.programs

HEAD = "from course.grading.author import Server, check, fail, random_word\n\n"

GOOD = (
    HEAD
    + '''
@check
def echoes(server: Server) -> None:
    """It echoes"""
    word = random_word()
    server.client("asker").ask("echo", word).expect(word)


@check
def shouts(server: Server) -> None:
    """It shouts"""
    server.client("asker").ask("echo", "hi").expect("HI", mistake="whispers")


@check(after=shouts)
def shouts_twice(server: Server) -> None:
    """It shouts twice"""


@check
def echoes_again(server: Server) -> None:
    """It echoes again"""
    server.client("asker").ask("echo", 1).expect(1)
'''
)

ENDLESS = (
    HEAD
    + '''
@check
def passes(server: Server) -> None:
    """One that passes"""


@check
def never_ends(server: Server) -> None:
    """One that never ends"""
    while True:
        pass


@check
def comes_after(server: Server) -> None:
    """One that comes after"""
'''
)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    grader = Grader(run_seconds=4)
    grader.open()
    yield grader
    grader.close()


@pytest.fixture
def short_grader() -> Iterator[Grader]:
    grader = Grader(run_seconds=1, queue_seconds=30)
    grader.open()
    yield grader
    grader.close()


class Bundle:
    """Writes a checks.py and runs it."""

    def __init__(self, folder: Path, socket_path: Path) -> None:
        self._folder = folder
        self._socket_path = socket_path
        self.results: list[CheckResult] = []

    def run(self, grader: Grader, checks: str, notes: ReportRelay | None = None) -> RunSummary:
        file = self._folder / "checks.py"
        file.write_text(checks)
        return grader.run(file, self._socket_path, on_result=self.results.append, notes=notes)

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(result.name, result.outcome) for result in self.results]


@pytest.fixture
def bundle(tmp_path: Path, program: tuple[Path, Reports]) -> Bundle:
    return Bundle(tmp_path, program[0])


def test_results_come_in_order_and_are_summed_up(grader: Grader, bundle: Bundle) -> None:
    summary = bundle.run(grader, GOOD)
    assert bundle.outcomes == [
        ("echoes", "passed"),
        ("shouts", "failed"),
        ("shouts_twice", "skipped"),
        ("echoes_again", "passed"),
    ]
    assert summary == RunSummary(passed=2, total=4, error=None)


def test_a_failure_brings_its_words_its_mistake_and_its_trace(grader: Grader, bundle: Bundle) -> None:
    bundle.run(grader, GOOD)
    failed = bundle.results[1]
    assert (failed.title, failed.expected, failed.actual, failed.mistake) == ("It shouts", '"HI"', '"hi"', "whispers")
    assert [row["frame"] for row in failed.trace if row["client"] == "asker"][-3:-2] == ['431["hi"]']


@pytest.mark.timed
def test_a_right_program_is_checked_quickly(grader: Grader, bundle: Bundle) -> None:
    bundle.run(grader, GOOD)  # the first may find cold caches
    begun = time.monotonic()
    bundle.run(grader, GOOD)
    assert time.monotonic() - begun < 0.5


@pytest.mark.parametrize("endless", ["pass", "__import__('time').sleep(1)"], ids=["it computes", "it waits"])
def test_a_check_that_never_ends_is_our_fault(short_grader: Grader, bundle: Bundle, endless: str) -> None:
    begun = time.monotonic()
    summary = bundle.run(short_grader, ENDLESS.replace("        pass\n", f"        {endless}\n"))
    assert time.monotonic() - begun < 20, "not its own time has ended it, but whoever waits for its results"
    assert bundle.outcomes == [("passes", "passed"), ("never_ends", "error")]
    assert (summary.passed, summary.total) == (1, 3)
    assert summary.error and "does not count" in summary.error


@pytest.mark.timed
def test_the_grader_is_warm_again_after_an_endless_check(short_grader: Grader, bundle: Bundle) -> None:
    bundle.run(short_grader, ENDLESS)
    begun = time.monotonic()
    assert bundle.run(short_grader, GOOD).passed == 2
    assert time.monotonic() - begun < 0.5


def test_an_endless_check_holds_up_nobody_else(short_grader: Grader, bundle: Bundle, tmp_path: Path) -> None:
    endless = threading.Thread(target=bundle.run, args=(short_grader, ENDLESS))
    endless.start()
    other = Bundle(tmp_path / "other", bundle._socket_path)
    (tmp_path / "other").mkdir()
    assert other.run(short_grader, GOOD).passed == 2
    assert endless.is_alive()
    endless.join(10)


def test_a_check_that_raises_is_our_fault_and_the_others_still_run(grader: Grader, bundle: Bundle) -> None:
    broken = GOOD.replace('server.client("asker").ask("echo", "hi").expect("HI", mistake="whispers")', "1 / 0")
    summary = bundle.run(grader, broken)
    assert [outcome for _, outcome in bundle.outcomes] == ["passed", "error", "skipped", "passed"]
    assert bundle.results[1].message == summary.error
    assert "our side" in (summary.error or "")
    fault = bundle.results[1].fault
    assert fault is not None
    assert (fault.message, fault.line) == ("ZeroDivisionError: division by zero", line_in(broken, "1 / 0"))
    assert "fault" not in bundle.results[1].as_json()  # it is not for learners


def line_in(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    "checks",
    ["import nonsense_that_is_nowhere", "def (", "", HEAD, "raise SystemExit", HEAD + "@check\ndef f(s): ..."],
    ids=["imports nonsense", "is no Python", "is empty", "has no checks", "exits", "has no title"],
)
def test_a_broken_bundle_is_our_fault(grader: Grader, bundle: Bundle, checks: str) -> None:
    summary = bundle.run(grader, checks)
    assert bundle.results == []
    assert (summary.passed, summary.total) == (0, 0)
    assert "our side" in (summary.error or "")
    assert bundle.run(grader, GOOD).error is None


def test_a_missing_bundle_is_our_fault(grader: Grader, tmp_path: Path) -> None:
    assert grader.run(tmp_path / "gone.py", tmp_path / "s").error


def test_a_check_that_ends_its_process_is_our_fault(grader: Grader, bundle: Bundle) -> None:
    summary = bundle.run(grader, HEAD + 'import os\n\n@check\ndef ends(server):\n    """Ends"""\n    os._exit(0)\n')
    assert bundle.outcomes == [("ends", "error")]
    assert summary.error


def test_a_check_that_opens_files_without_an_end_is_stopped(grader: Grader, bundle: Bundle) -> None:
    bundle.run(
        grader,
        HEAD
        + '''
import os

@check
def opens(server: Server) -> None:
    """It opens files"""
    opened = []
    try:
        while len(opened) < 1000:
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        fail(f"{len(opened)} and then {error.strerror}")
    finally:
        for each in opened:
            os.close(each)
''',
    )
    (result,) = bundle.results
    assert re.fullmatch(r"2\d\d and then Too many open files", result.message), result.message
    assert int(result.message[:3]) < CHILD_OPEN_FILES


def test_what_a_check_prints_does_not_disturb_its_results(grader: Grader, bundle: Bundle) -> None:
    printing = HEAD + '@check\ndef prints(server):\n    """Prints"""\n    print(\'{"job": 1}\', flush=True)\n'
    assert bundle.run(grader, printing) == RunSummary(1, 1, None)


def test_a_flooding_server_costs_one_failed_check(grader: Grader, tmp_path: Path) -> None:
    floods = HEAD + '@check\ndef floods(server):\n    """Floods"""\n    server.client("a").ask("flood").expect(1)\n'
    with served(SOURCE) as path:
        bundle = Bundle(tmp_path, path)
        summary = bundle.run(grader, floods)
    assert bundle.outcomes == [("floods", "failed")]
    assert summary.error is None
    assert sum(len(row["frame"]) for row in bundle.results[0].trace) <= 64 * 1024


def test_exceptions_reach_the_check_before_and_during_the_run(grader: Grader, bundle: Bundle) -> None:
    looks = (
        HEAD
        + '''
import time

@check
def looks(server: Server) -> None:
    """Looks at the exceptions"""
    deadline = time.monotonic() + 3
    while len(server.reports.exceptions_since(0)) < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    fail(" ".join(exception.sentence() for exception in server.reports.exceptions_since(0)))
'''
    )
    notes = ReportRelay()
    notes.exception(type="KeyError", message="'a'", line=3, handler="add")
    later = threading.Timer(0.1, notes.exception, kwargs={"type": "E", "message": "", "line": None, "handler": ""})
    later.start()
    bundle.run(grader, looks, notes)
    later.join()
    assert bundle.results[0].message == "Your function add() raised KeyError on line 3. Your program raised E."


def test_a_run_that_ends_with_notes_unread_leaves_the_grader_alive(grader: Grader, bundle: Bundle) -> None:
    deaf = (
        HEAD
        + '''
import ctypes
import os
import sys

@check
def ends(server: Server) -> None:
    """Ends, and hears nothing before"""
    sys.setswitchinterval(10)
    ctypes.PyDLL(None).usleep(300_000)  # holds the interpreter: no other thread of this process goes on
    os._exit(0)
'''
    )
    notes, over = ReportRelay(), threading.Event()

    def talk() -> None:
        while not over.wait(0.05):
            notes.exception(type="E", message="", line=None, handler="")

    talker = threading.Thread(target=talk)
    talker.start()
    pid = grader.pid
    assert bundle.run(grader, deaf, notes).error
    over.set()
    talker.join()
    assert bundle.run(grader, GOOD).total == 4
    assert grader.pid == pid


def test_a_flood_of_exceptions_is_cut() -> None:
    notes, heard = ReportRelay(), []
    for _ in range(MAX_NOTES * 3):
        notes.exception(type="E" * 999, message="m" * 9999, line=1, handler="h" * 999)
    notes.ended("It ended.")
    notes.listen(heard.append)
    assert len(heard) == MAX_NOTES + 1
    assert heard[-1] == {"ended": "It ended."}
    assert sum(len(str(note)) for note in heard) < 64 * 1024


def test_many_runs_at_once_all_come_to_their_end(grader: Grader, program: tuple[Path, Reports], tmp_path: Path) -> None:
    checks = tmp_path / "checks.py"
    checks.write_text(GOOD)
    summaries: list[RunSummary] = []
    threads = [threading.Thread(target=lambda: summaries.append(grader.run(checks, program[0]))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert summaries == [RunSummary(2, 4, None)] * 12


def test_of_two_runs_that_measure_time_one_waits_for_the_other(grader: Grader, tmp_path: Path) -> None:
    checks = tmp_path / "checks.py"
    checks.write_text(
        HEAD
        + f"""
import os, time
@check
def is_alone(server: Server) -> None:
    \"""It is alone\"""
    os.mkdir({str(tmp_path / "measuring")!r})
    time.sleep(0.3)
    os.rmdir({str(tmp_path / "measuring")!r})
"""
    )
    summaries: list[RunSummary] = []
    threads = [
        threading.Thread(target=lambda: summaries.append(grader.run(checks, tmp_path / "s", timed=True)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert summaries == [RunSummary(1, 1, None)] * 3


def test_a_grader_that_was_killed_is_started_again(grader: Grader, bundle: Bundle) -> None:
    def kill_once_it_has_begun() -> None:
        family = wait_for_family(grader)
        while not any(run._begun and run._begun["name"] == "never_ends" for run in grader._link._runs.values()):  # type: ignore[union-attr]
            time.sleep(0.01)
        family[0].kill()

    killer = threading.Thread(target=kill_once_it_has_begun)
    killer.start()
    summary = bundle.run(grader, ENDLESS)
    killer.join()
    assert bundle.outcomes == [("passes", "passed"), ("never_ends", "error")]
    assert summary.error and "our side" in summary.error
    assert bundle.run(grader, GOOD).error is None


def test_nothing_is_left_when_it_is_closed(bundle: Bundle) -> None:
    grader = Grader(run_seconds=20)
    grader.open()
    summaries: list[RunSummary] = []
    run = threading.Thread(target=lambda: summaries.append(bundle.run(grader, ENDLESS)))
    run.start()
    family = wait_for_family(grader)
    grader.close()
    run.join(10)
    _gone, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    assert [bool(summary.error) for summary in summaries] == [True]


def test_it_holds_no_secret_of_the_web_process(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a-canary")
    grader = Grader()
    looks = HEAD + 'import os\n\n@check\ndef looks(server):\n    """Looks"""\n    fail(str(dict(os.environ)))\n'
    bundle.run(grader, looks)
    grader.close()
    assert "a-canary" not in bundle.results[0].message


def test_it_works_and_restarts_in_a_process_patched_by_gevent(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "endless.py").write_text(ENDLESS)
    program = Path(__file__).with_name("greenlets.py")
    done = subprocess.run(
        [sys.executable, program, tmp_path / "good.py", tmp_path / "endless.py", bundle._socket_path],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    assert done.stdout.split("\n")[:-1] == ["good 2/4", "others went on", "endless error", "good 2/4", "closed"], (
        done.stdout + done.stderr
    )


def test_it_gives_way_to_pages(grader: Grader) -> None:
    nice = psutil.Process().nice()
    process = psutil.Process(grader.pid)
    assert process.nice() == min(19, nice + NICE)
    assert int(Path(f"/proc/{process.pid}/oom_score_adj").read_text()) >= OOM_SCORE_ADJ


def wait_for_family(grader: Grader) -> list[psutil.Process]:
    deadline = time.monotonic() + 10
    process = psutil.Process(grader.pid)
    while time.monotonic() < deadline:
        children = process.children()
        if children:
            return [process, *children]
        time.sleep(0.01)
    raise AssertionError("no check run was forked")

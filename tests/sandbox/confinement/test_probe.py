"""The probe: a table of tried acts, and a sentence where running code must stay off."""

import os
import subprocess
import sys
import time

import pytest

from course.program import RUNTIMES, Runtime
from course.sandbox.confinement import probe as probing
from course.sandbox.confinement.forbidden import ACTS
from course.sandbox.confinement.probe import ProbeReport, ProbeRow, probe
from tests.sandbox.confinement.confined import ROOT

pytestmark = pytest.mark.programs


@pytest.mark.timed
def test_it_finds_this_machine_fit_within_a_second() -> None:
    started = time.monotonic()
    report = probe()
    assert time.monotonic() - started < 1
    assert report.ok, report.table()
    assert report.reason == ""
    tried = [row.act for row in report.rows if row.layer == "seccomp"]
    assert tried == [act.name for act in ACTS]


@pytest.mark.both_modes
def test_it_says_who_counts_threads() -> None:
    (row,) = [row for row in probe().rows if row.layer == "threads"]
    who = "the kernel counts" if os.geteuid() == 0 else "the fork server counts"
    assert row.refused and not row.required and row.detail.endswith(who)


@pytest.mark.parametrize("runtime", ["gevent", "gevent-patched"])
def test_under_gevent_the_threads_of_its_pool_are_held_as_well(runtime: Runtime) -> None:
    report = probe(runtime)
    assert report.ok, report.table()
    assert [row.act for row in report.rows if row.layer == "seccomp, gevent"] == [act.name for act in ACTS]


def test_the_reason_names_the_runtime_that_is_off() -> None:
    report = ProbeReport((ProbeRow("seccomp", "read a file", True, False, "it was allowed"),), "gevent")
    assert report.reason.startswith("This machine can't confine a program under gevent (seccomp: read a file")


def test_the_command_prints_the_table() -> None:
    command = [sys.executable, "-m", "course.sandbox.confinement.probe"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert [done.stdout.count(f"{runtime}\n\nLAYER") for runtime in RUNTIMES] == [1, 1, 1]
    assert "open an internet socket" in done.stdout
    assert done.stdout.endswith("Learners' code can run here.\n")


def test_a_required_act_that_is_not_refused_turns_running_off_with_a_sentence() -> None:
    report = ProbeReport(
        (
            ProbeRow("landlock", "read a file", False, False, "it was allowed"),
            ProbeRow("seccomp", "start a process", True, False, "it was allowed"),
        )
    )
    assert not report.ok
    assert report.reason == (
        "This machine can't confine a learner's program (seccomp: start a process, it was allowed), "
        "so running code is off here."
    )


def test_landlock_is_not_required() -> None:
    rows = (
        ProbeRow("seccomp", "start a process", True, True, "EPERM"),
        ProbeRow("landlock", "read a file", False, False, "this kernel has no Landlock"),
    )
    assert ProbeReport(rows).ok


def test_an_empty_report_is_no_permission() -> None:
    assert not ProbeReport(()).ok


def test_a_probe_that_cannot_start_is_a_report_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing.sys, "executable", "/nonexistent/python")
    report = probe()
    assert not report.ok
    assert "so running code is off here" in report.reason

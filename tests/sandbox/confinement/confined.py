"""Runs a piece of Python behind the real lock, in a process of its own, and brings back what it printed."""

import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).parents[3]
UID = 59_998

# The lock is tested without the self-test and Landlock where a rule is left out: both would hide that it is missing.
_STAGE = """
import errno, json, os, signal, socket, sys, threading, time
from course.sandbox.confinement import landlock
from course.sandbox.confinement import lockdown
from course.sandbox.confinement import seccomp
from course.sandbox.confinement import seccomp_numbers
from course.sandbox.limits import Limits

machine = seccomp_numbers.this_machine()
uid = {uid} if os.geteuid() == 0 else None
omitted = {omitted!r}
if omitted:
    every_rule = lockdown.learner_rules
    lockdown.learner_rules = lambda *a: tuple(rule for rule in every_rule(*a) if rule.name not in omitted)
    lockdown.ACTS = ()
    landlock.abi_version = lambda machine: 0

def seen(act):
    # The name of the error, or what came of it.
    try:
        return repr(act())
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))

def call(name, *arguments):
    return seccomp.call(machine, name, *arguments)

def confine(build=lambda: None, keep=(), uid=uid, **limits):
    return lockdown.confine(Limits(**limits), keep_fds={{0, 1, 2, *keep}}, uid=uid, build=build)

"""


def stage(source: str, *, omit: Collection[str] = ()) -> str:
    """Return the source behind a prelude that gives it `confine()`, `seen()` and `call()`."""
    return _STAGE.format(uid=UID, omitted=tuple(omit)) + source


def run_confined(source: str, *, omit: Collection[str] = (), seconds: float = 20) -> subprocess.CompletedProcess[str]:
    """Run source that calls `confine()` itself, with the rules named in `omit` left out of the filter."""
    return subprocess.run(
        [sys.executable, "-c", stage(source, omit=omit)],
        cwd=ROOT,
        env={"MALLOC_ARENA_MAX": "1", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=seconds,
    )


def printed(source: str, *, omit: Collection[str] = ()) -> str:
    """Return the one line that the source printed, or how its process ended."""
    done = run_confined(source, omit=omit)
    if done.returncode < 0:
        return f"signal {-done.returncode}"
    if done.returncode:
        return done.stderr.strip().splitlines()[-1]
    return done.stdout.strip()

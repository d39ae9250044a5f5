"""Uses a Grader in greenlets; a program of its own, since patching can't be undone. See test_grader.py."""

# ruff: noqa: E402  # patching comes before every other import

from gevent import monkey

monkey.patch_all()

import os
import signal
import sys
import time
from pathlib import Path

import gevent

from course.grading.grader import Grader


def main() -> None:
    good, endless, socket_path = (Path(argument) for argument in sys.argv[1:])
    grader = Grader(run_seconds=2)
    grader.open()
    summary = grader.run(good, socket_path)
    print(f"good {summary.passed}/{summary.total}", flush=True)

    run = gevent.spawn(grader.run, endless, socket_path)
    turns = 0
    begun = time.monotonic()
    while time.monotonic() - begun < 0.5:
        gevent.sleep(0.01)
        turns += 1
    print("others went on" if turns > 20 and not run.ready() else f"only {turns} turns", flush=True)
    os.kill(grader.pid, signal.SIGKILL)
    print("endless error" if run.get(timeout=10).error else "no error", flush=True)

    summary = gevent.spawn(grader.run, good, socket_path).get(timeout=10)
    print(f"good {summary.passed}/{summary.total}", flush=True)
    grader.close()
    print("closed", flush=True)


if __name__ == "__main__":
    main()

"""One writer at a time, so that a greenlet that waits for the database never stops the others."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BUSY_TIMEOUT_SECONDS = 5.0


def test_a_writer_that_is_switched_away_does_not_freeze_the_process(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, HERE / "greenlet_writers.py", tmp_path / "w.sqlite"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=HERE.parent.parent,
        env={"PYTHONPATH": str(HERE.parent.parent)},
    )
    assert run.returncode == 0, run.stderr
    # Without the lock the second writer waits inside SQLite: no greenlet runs for the whole busy timeout.
    assert float(run.stdout) < BUSY_TIMEOUT_SECONDS / 2

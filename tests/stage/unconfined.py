"""A learner's program as a plain subprocess on a unix socket: the grader's tests need no sandbox."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.stage.starting import Process, start

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def served(
    source: str,
    on_exception: Callable[[Mapping[str, Any]], None] = lambda exception: None,
    runtime: str = "threading",
) -> Iterator[Path]:
    """Run `source` as server.py and yield the path of its socket once it listens."""
    with tempfile.TemporaryDirectory(prefix="duplex-") as folder:
        program, path = Path(folder, "server.py"), Path(folder, "s")
        program.write_text(source)
        process = start(
            "unconfined_server.py",
            str(program),
            str(path),
            runtime,
            cold=runtime == "gevent-patched",
            folder=ROOT,
            errors_apart=True,
        )
        ready = threading.Event()
        reader = threading.Thread(target=_read, args=(process, ready, on_exception))
        reader.start()
        try:
            assert ready.wait(20), "the program never listened"
            assert process.poll() is None, "the program ended at once"
            yield path
        finally:
            process.kill()
            process.wait()
            reader.join()
            assert process.stdout
            process.stdout.close()


def _read(process: Process, ready: threading.Event, on_exception: Callable[[Mapping[str, Any]], None]) -> None:
    assert process.stdout
    for line in process.stdout:
        if line.startswith("READY"):
            ready.set()
        elif line.startswith("EXCEPTION "):
            on_exception(json.loads(line.removeprefix("EXCEPTION ")))
    ready.set()

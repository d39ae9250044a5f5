"""The page's own reading of frames, held against a real server; and every test written in JavaScript."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VECTORS = Path(__file__).with_name("vectors.json")


def find_node() -> str | None:
    """Node from PATH, or the one that `make run` fetched to build with."""
    fetched = ROOT / ".node" / "bin" / "node"
    return shutil.which("node") or (str(fetched) if fetched.exists() else None)


NODE = find_node()


@pytest.mark.skipif(
    NODE is None and not os.environ.get("REQUIRE_BROWSER"),
    reason="no Node here (`make run` fetches one; REQUIRE_BROWSER=1 makes this a failure)",
)
@pytest.mark.parametrize(
    "file", sorted(ROOT.glob("tests/*/*.test.mjs")), ids=lambda file: f"{file.parent.name}/{file.name}"
)
def test_the_javascript_tests_pass(file: Path) -> None:
    assert NODE, "REQUIRE_BROWSER is set, but there is no Node: run `make run` once"
    run = subprocess.run([NODE, "--test", str(file)], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert run.returncode == 0, run.stdout + run.stderr


def test_javascript_tests_are_found_in_both_places() -> None:
    assert {file.parent.name for file in ROOT.glob("tests/*/*.test.mjs")} >= {"wire", "js"}


def test_the_captured_frames_are_still_what_the_server_says() -> None:
    command = [sys.executable, "-m", "tests.wire.capture_vectors"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == json.loads(VECTORS.read_text()), (
        "the server speaks otherwise than when vectors.json was captured: "
        "see what changed, then `python -m tests.wire.capture_vectors > tests/wire/vectors.json`"
    )

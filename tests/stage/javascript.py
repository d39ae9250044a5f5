"""Runs scripts with the client that browsers use."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.stage.serving import PATIENCE, Served

ROOT = Path(__file__).parents[2]


def javascript(served: Served, script: str) -> list[Any]:
    """Run a script with the client that browsers use; return the values that it passes to `say`."""
    node = shutil.which("node") or str(ROOT / ".node" / "bin" / "node")
    modules = ROOT / "frontend"
    if not Path(node).exists() or not (modules / "node_modules" / "socket.io-client").exists():
        pytest.skip("the front end is not built here")
    begin = f"""
import {{ io }} from "socket.io-client";
const say = (...values) => console.log(JSON.stringify(values));
const once = (emitter, event) => new Promise((done) => emitter.once(event, (...values) => done(values)));
const connect = (options = {{}}) => io("{served.url}", {{ transports: ["websocket"], forceNew: true, ...options }});
"""
    ran = subprocess.run(
        [node, "--input-type=module", "-e", begin + script + "\nprocess.exit(0);"],
        cwd=modules,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]

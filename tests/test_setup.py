"""What can go wrong before the site runs is told in plain words, with the next step."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def copied(tmp_path: Path) -> Path:
    """Return a copy of what setting up needs, with no environment and nothing built."""
    for part in ("dev", "frontend", "requirements.txt", "requirements-dev.txt", "static"):
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tmp_path / part, ignore=shutil.ignore_patterns("node_modules", "dist"))
        else:
            shutil.copy(source, tmp_path / part)
    return tmp_path


def prepare(root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, root / "dev" / "prepare.py", "run"],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, **environment},
    )


def test_a_python_too_old_is_told_which_one_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("prepare", ROOT / "dev" / "prepare.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(module.Stop, match=r"needs Python 3\.11.*\n.*make run PYTHON="):
        module.main("run")


def test_the_script_can_be_read_by_any_python() -> None:
    (ROOT / "dev" / "prepare.py").read_bytes().decode("ascii")


def test_an_index_out_of_reach_is_told_as_such(tmp_path: Path) -> None:
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
        "PIP_TIMEOUT": "1",
        "PIP_NO_CACHE_DIR": "1",
    }
    run = prepare(copied(tmp_path), **nowhere, PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS="", PIP_EXTRA_INDEX_URL="")
    assert run.returncode == 1
    assert "index is out of reach" in run.stderr and "Traceback" not in run.stderr


def test_a_taken_port_is_told_before_anything_is_started(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        run = subprocess.run(
            [sys.executable, "app.py"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": os.environ["PATH"], "PORT": str(port), "INSTANCE_DIR": str(tmp_path)},
        )
    assert run.returncode == 1
    assert f"Port {port} is taken" in run.stderr and f"PORT={port + 1}" in run.stderr


def test_a_wrong_setting_stops_the_start_with_its_name(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "SANDBOX": "perhaps", "INSTANCE_DIR": str(tmp_path)},
    )
    assert run.returncode == 1 and "SANDBOX is 'perhaps'" in run.stderr and "Traceback" not in run.stderr

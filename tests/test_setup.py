"""What can go wrong before the site runs is told in plain words, with the next step."""

import hashlib
import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


def copied(folder: Path) -> Path:
    """Return a copy of what setting up needs, with no environment and nothing built."""
    for part in ("dev", "frontend", "requirements.txt", "requirements-dev.txt", "static"):
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("node_modules", "dist"))
        else:
            shutil.copy(source, folder / part)
    return folder


def prepare(root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Set up what `make run` needs, with pip's own settings taken away: nothing here may reach an index."""
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_TIMEOUT": "1"}
    settings = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", **nowhere, **environment}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(
        [sys.executable, root / "dev" / "prepare.py", "run"],
        capture_output=True,
        text=True,
        timeout=100,
        env={**kept, **settings},
    )


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy whose environment is there, without a package: pip is the one of these tests, which saves seconds."""
    root = copied(tmp_path_factory.mktemp("bare"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / ".venv"], check=True)
    (packages,) = (root / ".venv").glob("lib/python*/site-packages")
    (packages / "pip.pth").write_text(sysconfig.get_path("purelib"))
    return root


def wheel(folder: Path, tag: str, needs: str = ">=3.11") -> str:
    """Put a package called parrot into `folder`, and return its hash."""
    file = folder / f"parrot-1.0-{tag}.whl"
    about = f"Metadata-Version: 2.1\nName: parrot\nVersion: 1.0\nRequires-Python: {needs}\n"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("parrot-1.0.dist-info/METADATA", about)
        archive.writestr("parrot-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr("parrot-1.0.dist-info/RECORD", "")
    return hashlib.sha256(file.read_bytes()).hexdigest()


def told(root: Path, shelf: Path, listed: str) -> str:
    """Return what somebody reads whose list says `listed`, and whose only packages lie in `shelf`."""
    (root / "requirements.txt").write_text(listed + "\n")
    run = prepare(root, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(shelf))
    assert run.returncode == 1 and "Traceback" not in run.stderr
    assert "The packages of requirements.txt could not be installed" in run.stderr
    return run.stderr


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prepare", ROOT / "dev" / "prepare.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_python_too_old_is_told_which_one_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    module = script()
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(module.Stop, match=r"needs Python 3\.11.*\n.*make run PYTHON="):
        module.main("run")


def test_the_script_can_be_read_by_any_python() -> None:
    (ROOT / "dev" / "prepare.py").read_bytes().decode("ascii")


def test_a_python_that_cannot_make_environments_is_told_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "venv.py").write_text("raise SystemExit(1)")  # stands before the standard library's
    root = copied(tmp_path / "copy")
    run = prepare(root, PYTHONPATH=str(tmp_path))
    assert run.returncode == 1 and "Traceback" not in run.stderr
    assert "apt install python3-venv" in run.stderr
    assert not (root / ".venv").exists()


def test_an_index_out_of_reach_is_told_as_such(bare: Path) -> None:
    (bare / "requirements.txt").write_text(f"parrot==1.0 --hash=sha256:{64 * '0'}\n")
    run = prepare(bare)
    assert run.returncode == 1 and "Traceback" not in run.stderr
    assert "index is out of reach" in run.stderr and "hash" not in run.stderr and "this Python" not in run.stderr


def test_a_file_that_is_not_the_listed_one_is_told_as_such(bare: Path, tmp_path: Path) -> None:
    wheel(tmp_path, "py3-none-any")
    said = told(bare, tmp_path, f"parrot==1.0 --hash=sha256:{64 * '0'}")
    assert "has another hash than the list" in said and "pip cache purge" in said and "out of reach" not in said


@pytest.mark.parametrize("listed", ["parrot", "parrot==1.0"])
def test_a_line_written_by_hand_is_told_as_such(bare: Path, tmp_path: Path, listed: str) -> None:
    wheel(tmp_path, "py3-none-any")
    said = told(bare, tmp_path, listed)
    assert "without its version or without its hash" in said and "make requirements" in said


@pytest.mark.parametrize(("tag", "needs"), [("cp39-cp39-linux_riscv64", ">=3.9"), ("py3-none-any", ">=3.99")])
def test_a_package_for_other_pythons_only_is_told_as_such(bare: Path, tmp_path: Path, tag: str, needs: str) -> None:
    said = told(bare, tmp_path, f"parrot==1.0 --hash=sha256:{wheel(tmp_path, tag, needs)}")
    assert f"not made for this Python or this machine: {platform.python_version()} on" in said
    assert "PYTHON=python3.11" in said and "out of reach" not in said


def test_a_package_that_the_index_lacks_is_told_as_such(bare: Path, tmp_path: Path) -> None:
    wheel(tmp_path, "cp39-cp39-linux_riscv64")
    said = told(bare, tmp_path, f"parrot==2.0 --hash=sha256:{64 * '0'}")
    assert "index does not have parrot==2.0" in said and "this Python" not in said


def test_packages_with_the_listed_hashes_are_installed_once(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    module = script()
    monkeypatch.setattr(module, "ROOT", str(bare))
    monkeypatch.setattr(module, "VENV", str(bare / ".venv"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    (bare / "requirements.txt").write_text(f"parrot==1.0 --hash=sha256:{wheel(tmp_path, 'py3-none-any')}\n")
    module.install("requirements.txt")
    assert list((bare / ".venv").glob("lib/python*/site-packages/parrot-1.0.dist-info"))
    assert not (bare / ".venv" / "pip.log").exists()
    assert capfd.readouterr().err.count("\n") == 1
    module.install("requirements.txt")
    assert capfd.readouterr().err == ""


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

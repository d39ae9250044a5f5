"""A project runs at home as its program runs here."""

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from course.program import CLIENT_FILES, Runtime
from course.web.take_home import COMPONENTS, PATCHING, PYTEST, SERVED_BY_FLASK, project

SERVER = "from flask import Flask\n"


def unpacked(server: str, runtime: Runtime = "threading", **client: str) -> dict[str, str]:
    files = {"server.py": server, **{name.replace("_", "."): text for name, text in client.items()}}
    packed = project("A title", files, event="add", client_library=None, runtime=runtime)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name.removeprefix("duplex-project/"): archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize(("runtime", "needed"), [("threading", False), ("gevent", True), ("gevent-patched", True)])
def test_gevent_is_required_where_the_program_runs_under_it(runtime: Runtime, needed: bool) -> None:
    # Without it SocketIO(app) would pick threading; with it, gevent.
    assert ("\ngevent==" in unpacked(SERVER, runtime)["requirements.txt"]) == needed


@pytest.mark.parametrize("runtime", ["threading", "gevent"])
def test_the_program_is_the_learners_own(runtime: Runtime) -> None:
    assert unpacked(SERVER, runtime)["server.py"] == SERVER


def test_what_is_patched_here_patches_itself_at_home() -> None:
    assert unpacked(SERVER, "gevent-patched")["server.py"] == PATCHING + SERVER
    assert unpacked(PATCHING + SERVER, "gevent-patched")["server.py"] == PATCHING + SERVER


def test_client_code_lies_where_flask_serves_it() -> None:
    files = unpacked(SERVER, client_js="io();\n")
    assert files["static/client.js"] == "io();\n"
    assert '<script src="client.js">' in files["static/index.html"]
    assert "static/index.html" in files["README.md"] and "client.js" not in files
    assert unpacked(SERVER, client_js="io();", index_html="<p>")["static/index.html"] == "<p>"
    plain = unpacked(SERVER)
    assert "static/index.html" not in plain and "static/index.html" not in plain["README.md"]


@pytest.mark.parametrize(("name", "place"), [("client.jsx", "src/App.jsx"), ("client.vue", "src/App.vue")])
def test_a_component_comes_with_the_way_to_its_own_project(name: str, place: str) -> None:
    files = unpacked(SERVER, **{name.replace(".", "_"): "a component"})
    assert files[name] == "a component" and place in files["README.md"]
    assert "static/index.html" not in files


def test_a_project_that_was_brought_goes_home_as_it_came() -> None:
    brought = {
        "chat/__init__.py": "import flask_login\n",
        "chat/__main__.py": "from . import socketio\n",
        "chat/static/dot.png": "iVBORw==",
        "README.md": "mine",
    }
    packed = project("A title", brought, event="add", client_library=None)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name.removeprefix("duplex-project/"): archive.read(name) for name in archive.namelist()}
    assert files["chat/static/dot.png"] == b"\x89PNG"
    assert files["README.md"] == b"mine" and "server.py" not in files
    assert b"import chat.__main__ as server" in files["test_server.py"]
    assert b"Flask-Login==" in files["requirements.txt"]


def test_what_is_run_here_is_run_at_home() -> None:
    packed = project("A title", {"app.py": SERVER}, event="add", client_library=None, runtime="gevent-patched")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.read("duplex-project/app.py").decode() == PATCHING + SERVER
        assert "python app.py" in archive.read("duplex-project/README.md").decode()


def test_every_file_of_client_code_finds_a_place() -> None:
    assert {*SERVED_BY_FLASK, *COMPONENTS} == set(CLIENT_FILES)


# Its test

ROOT = Path(__file__).parents[2]


def run_pytest(folder: Path) -> tuple[int, str]:
    """Run the project's own test as a learner would, and return its exit status and what it prints."""
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # a learner has none of the site's own plugins
        capture_output=True,
        text=True,
        timeout=60,
    )
    return finished.returncode, finished.stdout


def unpack(server: str, runtime: Runtime, folder: Path) -> Path:
    for name, text in unpacked(server, runtime).items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("program", "runtime"),
    [
        ("03-listening-to-events/exercises/add-with-ack/solution/server.py", "threading"),
        ("05-connections/examples/coming_back.py", "threading"),  # runs the server without asking for __main__
        ("07-performance/exercises/cpu-job/solution/server.py", "gevent-patched"),
    ],
)
def test_the_test_of_a_project_runs(tmp_path: Path, program: str, runtime: Runtime) -> None:
    server = (ROOT / "lessons" / program).read_text()
    status, output = run_pytest(unpack(server, runtime, tmp_path))
    assert (status, "1 passed, 1 skipped" in output) == (0, True), output


def test_a_door_that_asks_is_no_failure(tmp_path: Path) -> None:
    server = (ROOT / "lessons/05-connections/exercises/token-gate/solution/server.py").read_text()
    status, output = run_pytest(unpack(server, "threading", tmp_path))
    assert status == 0
    assert "Nobody is let in without auth" in output


def test_the_test_of_a_project_can_fail(tmp_path: Path) -> None:
    server = (ROOT / "lessons/03-listening-to-events/exercises/add-with-ack/solution/server.py").read_text()
    crash = '@socketio.on("connect")\ndef crash():\n    1 / 0\n\n\nif __name__'
    status, output = run_pytest(unpack(server.replace("if __name__", crash), "threading", tmp_path))
    assert status == 1
    assert "ZeroDivisionError" in output


def test_the_test_runner_is_the_one_used_here() -> None:
    assert f"\n{PYTEST} " in (ROOT / "requirements-dev.txt").read_text()

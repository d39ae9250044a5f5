"""A project runs at home as its program runs here."""

import io
import zipfile

import pytest

from course.content.model import Runtime
from course.web.take_home import PATCHING, project

SERVER = "from flask import Flask\n"


def unpacked(server: str, runtime: Runtime) -> dict[str, str]:
    packed = project("A title", {"server.py": server}, event="add", client_library=None, runtime=runtime)
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

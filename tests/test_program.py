"""What may be a program at all, whatever page or form it comes from."""

import base64
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.program import (
    FILES_AT_MOST,
    FOLDERS_AT_MOST,
    MAX_SOURCE_BYTES,
    NAME_CHARACTERS,
    ProgramRefused,
    check_files,
    content_of,
    entry_of,
    needed,
    why_left_out,
)
from tests.stage.cases import cases

NAMES = json.loads((Path(__file__).parent / "stage" / "project_names.json").read_text())
"""Names of files as projects have them; the scripts of a page judge them by tests/js/project.test.mjs, too."""


def why_not(files: dict[str, str]) -> str:
    with pytest.raises(ProgramRefused) as refused:
        check_files(files)
    assert str(refused.value).endswith(".")
    return refused.value.code


def test_a_program_is_measured_in_bytes() -> None:
    check_files({"server.py": "#" * MAX_SOURCE_BYTES})
    check_files({"server.py": "ä" * (MAX_SOURCE_BYTES // 2)})
    assert why_not({"server.py": "#" * (MAX_SOURCE_BYTES + 1)}) == "source_too_large"
    assert why_not({"server.py": "ä" * (MAX_SOURCE_BYTES // 2 + 1)}) == "source_too_large"
    assert why_not({"server.py": "#" * MAX_SOURCE_BYTES, "other.py": "#"}) == "source_too_large"


def test_a_program_has_so_many_files_at_most() -> None:
    files = {f"part_{number}.py": "" for number in range(FILES_AT_MOST)}
    check_files(files)
    assert why_not({**files, "one_more.py": ""}) == "bad_files"
    assert why_not({}) == "bad_files"


# Names


@pytest.mark.parametrize("name", NAMES["kept"])
def test_names_that_projects_have_are_taken(name: str) -> None:
    check_files({name: ""})
    assert why_left_out([name]) == {}


@pytest.mark.parametrize("name", NAMES["refused"])
def test_a_name_that_leads_astray_is_refused_in_words(name: str) -> None:
    assert why_not({name: ""}) == "bad_files"


@pytest.mark.parametrize(
    "pair", [("a.py", "A.py"), ("straße.py", "STRASSE.py"), ("ﬁle.py", "file.py"), ("a/b.py", "A/B.py")]
)
def test_two_names_that_are_one_on_some_machine_are_refused(pair: tuple[str, str]) -> None:
    assert why_not(dict.fromkeys(pair, "")) == "bad_files"


def test_a_file_is_not_the_folder_of_another() -> None:
    assert why_not({"chat": "", "chat/server.py": ""}) == "bad_files"
    assert why_not({"chat/a/b/c.py": "", "Chat/A": ""}) == "bad_files"
    check_files({"chat.py": "", "chat/server.py": ""})


@settings(max_examples=cases(200), deadline=None)
@given(st.text(max_size=NAME_CHARACTERS + 5))
def test_whatever_a_name_is_it_stays_inside_or_is_refused(name: str) -> None:
    try:
        check_files({name: ""})
    except ProgramRefused:
        return
    parts = name.split("/")
    assert 0 < len(name) <= NAME_CHARACTERS and len(parts) <= FOLDERS_AT_MOST
    assert not {"", ".", ".."} & set(parts)
    assert name.isprintable() and "\\" not in name and ":" not in name
    name.encode()


# Content


def test_what_is_not_text_is_sent_as_base64() -> None:
    picture = base64.b64encode(b"\x89PNG\r\n\0").decode()
    check_files({"server.py": "", "static/logo.PNG": picture})
    assert content_of("static/logo.PNG", picture) == b"\x89PNG\r\n\0"
    assert content_of("static/logo.svg", "<svg/>") == b"<svg/>"
    for damaged in ("<svg/>", "ab=c", "aä==", "abc"):
        assert why_not({"server.py": "", "static/logo.png": damaged}) == "bad_files"


# What is left out


@pytest.mark.parametrize("name", NAMES["left_out"])
def test_what_a_program_does_not_need_is_left_out_and_not_refused(name: str) -> None:
    kept, left_out = needed({"server.py": "x", name: ""})
    assert kept == {"server.py": "x"}
    assert left_out.keys() == {name} and left_out[name]


def test_an_environment_is_known_by_its_settings() -> None:
    files = ["env/pyvenv.cfg", "env/lib/python3.11/site.py", "env.py", "environment/a.py"]
    assert why_left_out(files).keys() == {"env/pyvenv.cfg", "env/lib/python3.11/site.py"}


def test_a_hostile_heap_of_names_is_looked_through_at_once() -> None:
    heap = [f"{number}/pyvenv.cfg" for number in range(20_000)] + ["/" * 300_000, "." * 300_000, "a/" * 50 + ".pem"]
    before = time.process_time()
    why_left_out(heap)
    assert time.process_time() - before < 5


# Where it begins


@pytest.mark.parametrize(
    ("names", "entry"),
    [
        (["server.py", "app.py"], "server.py"),
        (["app.py", "models.py"], "app.py"),
        (["main.py", "app.py"], "app.py"),
        (["config.py", "zoo.py"], "config.py"),
        (["chat/__init__.py", "chat/__main__.py"], "chat/__main__.py"),
        (["README.md"], ""),
        ([], ""),
    ],
)
def test_it_begins_where_programs_usually_begin(names: list[str], entry: str) -> None:
    assert entry_of(dict.fromkeys(names, "")) == entry


def test_a_file_that_runs_the_server_goes_before_one_that_does_not() -> None:
    runs = "socketio.run(app)"
    assert entry_of({"app.py": "app = 1", "run.py": runs}) == "run.py"
    assert entry_of({"app.py": "app = 1", "start_here.py": runs}) == "start_here.py"
    assert entry_of({"app.py": "app = 1", "chat/__main__.py": runs}) == "chat/__main__.py"
    assert entry_of({"server.py": "", "run.py": runs}) == "server.py"

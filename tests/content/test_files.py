"""Every system's and every editor's files: what belongs to a course, what is read, and what is said of the rest."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from course.content.files import (
    MAX_FILE_BYTES,
    MAX_TEXT_BYTES,
    files_below,
    files_in,
    fingerprint,
    folders_in,
    is_left_behind,
    read_text,
    report_odd_files,
)
from course.content.problems import ProblemList
from tests.stage.courses import BUNDLE, EXERCISE, LESSON, change, problems, whole_course

TEXT = "One line\nand another: ä\n"


def read(path: Path) -> tuple[str | None, list[tuple[int, str]]]:
    found = ProblemList("lesson.md")
    return read_text(path, found), [(problem.line, problem.rule) for problem in found.found]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode(),
    ],
    ids=["as it is", "byte order mark", "Windows", "old Mac", "Windows with a byte order mark"],
)
def test_a_text_is_the_same_whatever_editor_saved_it(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "lesson.md").write_bytes(data)
    assert read(tmp_path / "lesson.md") == (TEXT, [])


@pytest.mark.parametrize(
    ("data", "line", "rule"),
    [
        (TEXT.encode("utf-16"), 1, "file-encoding"),
        (b"\xff\xfe\x00\x00" + TEXT.encode("utf-32-le"), 1, "file-encoding"),
        (TEXT.encode("latin-1"), 2, "file-encoding"),
        (b"\n\n\xc3", 3, "file-encoding"),
        (b"One\nt\x00wo\n", 2, "control-character"),
        (b"One\nt\x1bwo\n", 2, "control-character"),
        (b"x" * (MAX_TEXT_BYTES + 1), 1, "file-too-large"),
    ],
)
def test_what_is_no_text_is_named_with_its_line(tmp_path: Path, data: bytes, line: int, rule: str) -> None:
    (tmp_path / "lesson.md").write_bytes(data)
    assert read(tmp_path / "lesson.md") == (None, [(line, rule)])


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda path: None, "file-missing"),
        (lambda path: path.mkdir(), "file-kind"),
        (lambda path: path.symlink_to("/etc/passwd"), "file-kind"),
        (lambda path: path.symlink_to(path), "file-kind"),
        (lambda path: os.mkfifo(path), "file-kind"),
    ],
    ids=["nothing", "folder", "link", "link to itself", "pipe"],
)
def test_only_ordinary_files_are_read(tmp_path: Path, make: Callable[[Path], None], rule: str) -> None:
    make(tmp_path / "lesson.md")
    assert read(tmp_path / "lesson.md") == (None, [(1, rule)])


def test_a_name_that_no_file_can_have_is_reported(tmp_path: Path) -> None:
    assert read(tmp_path / ("a" * 300)) == (None, [(1, "file-unreadable")])


@pytest.mark.parametrize(
    "name",
    [
        "server.py~",
        ".server.py.swp",
        "server.py.swo",
        "#server.py#",
        ".#server.py",
        "4913",
        "server.py.bak",
        "server.py.orig",
        "server.py.rej",
        "~$notes.md",
        ".~lock.notes.md#",
        "server.py___jb_tmp___.tmp",
        ".DS_Store",
        "._server.py",
        "Thumbs.db",
        "desktop.ini",
        "Icon\r",
        ".git",
        ".idea",
        ".vscode",
        "__pycache__",
        "server.pyc",
        "__MACOSX",
        "node_modules",
    ],
)
def test_what_editors_and_systems_leave_behind_is_no_part_of_a_course(tmp_path: Path, name: str) -> None:
    assert is_left_behind(name)
    whole_course(tmp_path / "lessons")
    before = problems(tmp_path / "lessons")
    for folder in (BUNDLE, f"{BUNDLE}/examples", EXERCISE, f"{EXERCISE}/starter", f"{EXERCISE}/wrong"):
        (tmp_path / "lessons" / folder / name).write_bytes(b"\xff\x00 no text")
    assert problems(tmp_path / "lessons") == before


@pytest.mark.parametrize("name", ["server.py", "index.html", "why.md", "client.js", "rooms", "a.b.c", "4914"])
def test_everything_else_is(name: str) -> None:
    assert not is_left_behind(name)


def test_links_are_never_followed_out_of_a_course(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "lesson"
    for path in (elsewhere, folder, folder / "examples"):
        path.mkdir()
    (elsewhere / "secret.py").write_text("secret")
    (folder / "examples/echo.py").write_text("echo")
    (folder / "linked").symlink_to(elsewhere)
    (folder / "round").symlink_to(folder)
    (folder / "examples/linked.py").symlink_to(elsewhere / "secret.py")
    os.mkfifo(folder / "pipe")
    assert folders_in(folder) == [folder / "examples"]
    assert files_in(folder / "examples", "*.py") == [folder / "examples/echo.py"]
    assert list(files_below(folder)) == [folder / "examples/echo.py"]
    assert (folders_in(folder / "nowhere"), files_in(folder / "nowhere")) == ([], [])
    found = ProblemList("lesson")
    report_odd_files(folder, found)
    assert {(problem.file, problem.rule) for problem in found.found} == {
        ("lesson/linked", "file-kind"),
        ("lesson/round", "file-kind"),
        ("lesson/pipe", "file-kind"),
        ("lesson/examples/linked.py", "file-kind"),
    }


def test_a_fingerprint_changes_with_the_content_alone(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("a")
    (tmp_path / "two").write_text("a")
    assert fingerprint(tmp_path / "one") == fingerprint(tmp_path / "two")
    (tmp_path / "two").write_text("bc")
    assert fingerprint(tmp_path / "one") != fingerprint(tmp_path / "two")
    assert fingerprint(tmp_path / "three") == b""


def test_a_name_that_is_not_utf_8_is_reported_in_words_that_can_be_printed(tmp_path: Path) -> None:
    root = whole_course(tmp_path / "lessons")
    os.close(os.open(os.fsencode(root / EXERCISE / "starter") + b"/caf\xe9.py", os.O_CREAT))
    (found,) = [problem for problem in problems(root) if problem.rule == "file-name"]
    assert found.file == f"{EXERCISE}/starter/caf\\xe9.py"
    assert repr(found).encode()


def test_one_odd_file_is_one_problem(tmp_path: Path) -> None:
    root = whole_course(tmp_path / "lessons")
    before = set(problems(root))
    (root / EXERCISE / "starter/server.py").unlink()
    (root / EXERCISE / "starter/server.py").symlink_to(root / EXERCISE / "solution/server.py")
    new = [problem for problem in problems(root) if problem not in before]
    assert [(problem.file, problem.rule) for problem in new] == [(f"{EXERCISE}/starter/server.py", "file-kind")]


def test_a_picture_has_a_ceiling_too(tmp_path: Path) -> None:
    root = whole_course(tmp_path / "lessons")
    (root / BUNDLE / "images").mkdir()
    with (root / BUNDLE / "images/film.png").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    change(root, LESSON, "## Show it", "![A film](images/film.png)")
    assert (f"{BUNDLE}/images/film.png", "file-too-large") in [(each.file, each.rule) for each in problems(root)]

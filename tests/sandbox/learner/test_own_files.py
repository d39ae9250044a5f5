"""A program's folder in memory answers as a real folder does, for whatever a program asks."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.sandbox.learner.own_files import HOME, MADE_AT_MOST, OwnFiles
from tests.stage.cases import cases

SEGMENTS = st.sampled_from(["a", "b", "c.py", "d.txt"])
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)
WRITTEN = st.sampled_from(["{}", "./{}", "a/../{}", "{}/", HOME + "/{}", HOME + "//{}"])


def outcome(act: Callable[..., Any], *args: Any) -> Any:
    try:
        return act(*args)
    except OSError as error:
        return errno.errorcode[error.errno or 0]


def kind_of(ask: Callable[[Any], os.stat_result], path: Any) -> int:
    return stat.S_IFMT(ask(path).st_mode)


def laid_out(files: dict[str, str], folder: Path) -> dict[str, str]:
    """Write the files that a real folder can hold, and return them."""
    kept = {}
    for name, text in files.items():
        try:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
            kept[name] = text
        except (FileExistsError, IsADirectoryError, NotADirectoryError):
            continue
    return kept


@settings(max_examples=cases(150), deadline=None)
@given(st.dictionaries(PATHS, st.text(max_size=20), min_size=1, max_size=6), st.lists(PATHS, max_size=6), PATHS)
def test_it_answers_as_a_real_folder_does(files: dict[str, str], made: list[str], asked: str) -> None:
    with TemporaryDirectory() as temporary:
        real = Path(temporary)
        own = OwnFiles(kept := laid_out(files, real))
        for name in kept:
            assert own.content(name) == (real / name).read_bytes()
        for name in made:
            assert outcome(own.make_folder, name) == outcome(os.mkdir, real / name)
        for name in {asked, *kept, *made, ""}:
            path = real / name
            assert (own.is_file(name), own.is_folder(name)) == (path.is_file(), path.is_dir())
            assert outcome(own.listed, name) == outcome(lambda each: sorted(os.listdir(each)), path)
            assert outcome(own.content, name) == outcome(Path.read_bytes, path)
            assert outcome(kind_of, own.stat, name) == outcome(kind_of, os.stat, path)
            if path.is_file():
                assert own.stat(name).st_size == path.stat().st_size


@given(PATHS, WRITTEN)
def test_a_path_means_the_same_file_however_it_is_written(name: str, written: str) -> None:
    own = OwnFiles({"server.py": ""})
    assert own.name_of(written.format(name)) == name
    assert own.name_of(os.fsencode(written.format(name))) == name
    assert own.name_of(Path(written.format(name))) == name


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", HOME + "x/y", "/", "/home", HOME + "/../other"])
def test_what_lies_outside_is_not_its_own(path: str) -> None:
    assert OwnFiles({"server.py": ""}).name_of(path) is None


def test_a_program_can_not_fill_memory_with_folders() -> None:
    own = OwnFiles({"server.py": ""})
    for number in range(MADE_AT_MOST):
        own.make_folder(str(number))
    with pytest.raises(OSError, match="No space"):
        own.make_folder("one more")

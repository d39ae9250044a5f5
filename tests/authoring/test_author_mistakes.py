"""What authors get wrong: each mistake is found on its line, and goes away by doing what the remedy says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from course.authoring.record_deliveries import keep
from course.config import ROOT
from course.content.loader import load_course
from tests.authoring.slips import CALLING, SLIPS, Slip
from tests.stage.courses import change


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "tests/courses/tiny", tmp_path / "tiny"))


def do_what_cannot_be_written(slip: Slip, root: Path) -> bool:
    """Follow a remedy that is more than another text in the same place; say whether it was one."""
    if slip.rule == "golden-stale":
        course = load_course(root)
        keep(course, course.lessons[0], {"who-hears": {"A": 0, "B": 1}})
    elif slip.rule == "example-runtime":
        change(root, CALLING, "minutes: 3", "minutes: 3\nruntimes: [threading, gevent]")
    elif slip.rule == "image-missing" and "(images/" in slip.wrong:
        (root / "02-listening/images").mkdir()
        (root / "02-listening/images/mast.svg").write_text("<svg/>")
    else:
        return False
    return True


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.rule}-{slip.wrong.strip()[:20]}")
def test_a_slip_is_one_problem_on_its_line_and_its_remedy_helps(root: Path, slip: Slip) -> None:
    at = 1
    if slip.right is None:
        (root / slip.file).write_text(slip.wrong)
    else:
        at = change(root, slip.file, slip.right, slip.wrong)
    found = load_course(root).problems
    line = slip.line if slip.line is not None else at + slip.below
    file = slip.file_found or slip.file
    problem = next((each for each in found if (each.rule, each.file, each.line) == (slip.rule, file, line)), None)
    assert problem is not None, found
    assert sorted(each.rule for each in found if each is not problem) == sorted(slip.also), found
    assert len(problem.fix.split()) >= 3
    if not do_what_cannot_be_written(slip, root):
        mended = slip.right if slip.mended is None else slip.mended
        if slip.wrong and mended is not None:
            change(root, slip.file, slip.wrong, mended)
        else:
            shutil.copy(ROOT / "tests/courses/tiny" / slip.file, root / slip.file)
    assert load_course(root).problems == ()


def test_there_are_enough_of_them() -> None:
    assert len(SLIPS) >= 150
    assert len({(slip.rule, slip.file) for slip in SLIPS}) >= 60

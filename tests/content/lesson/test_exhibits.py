"""What a lesson shows beside text and programs: exhibits, and the tables of runs that were kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from course.content.golden.kept import text_hash
from course.content.loader import load_course
from course.content.pieces import Exhibit, Recording
from tests.content.test_frame import FilePlant
from tests.stage.courses import BUNDLE, LESSON, change, problems, whole_course

SCRIPT = "print('measured')\n"
KEPT: dict[str, Any] = {
    "title": "One worker",
    "made_by": "recordings/one_worker.py",
    "made_from": text_hash(SCRIPT),
    "columns": ["clients", "slowest answer"],
    "rows": [[10, "3 ms"], [100, "<41 ms>"]],
}
FILE = f"{BUNDLE}/recordings/one_worker.json"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = whole_course(tmp_path / "lessons")
    (root / BUNDLE / "recordings").mkdir()
    (root / BUNDLE / "recordings/one_worker.py").write_text(SCRIPT)
    (root / FILE).write_text(json.dumps(KEPT))
    change(root, LESSON, "## Show it", "::: recording one_worker\nOn *one* core.\n:::\n\n## Show it")
    return root


def recorded(**changes: Any) -> dict[str, str]:
    return {FILE: json.dumps({**KEPT, **changes})}


RECORDING_PLANTS = [
    FilePlant("recording-file", FILE, 2, {FILE: '{"title":\n nonsense}'}),
    FilePlant("recording-file", FILE, 1, {FILE: "[]"}),
    FilePlant("recording-file", FILE, 1, recorded(more=1)),
    FilePlant("recording-file", FILE, 1, recorded(rows=[])),
    FilePlant("recording-file", FILE, 1, recorded(rows=[[1]])),
    FilePlant("recording-file", FILE, 1, recorded(rows=[[1, None]])),
    FilePlant("recording-file", FILE, 1, recorded(title=3)),
    FilePlant("recording-script", FILE, 1, recorded(made_by="recordings/none.py")),
    FilePlant("recording-script", FILE, 1, recorded(made_by="examples/echo.py")),
    FilePlant("recording-script", FILE, 1, recorded(made_by="recordings/../examples/echo.py")),
    FilePlant("recording-stale", FILE, 1, {f"{BUNDLE}/recordings/one_worker.py": "print('changed')\n"}),
    FilePlant(
        "recording-unused", f"{BUNDLE}/recordings/two.json", 1, {f"{BUNDLE}/recordings/two.json": json.dumps(KEPT)}
    ),
]


@pytest.mark.parametrize("plant", RECORDING_PLANTS, ids=lambda plant: plant.rule)
def test_it_finds_the_planted_mistake(root: Path, plant: FilePlant) -> None:
    for file, text in plant.files.items():
        (root / file).write_text(text)
    found = problems(root)
    assert (plant.rule, plant.file, plant.line) in [(each.rule, each.file, each.line) for each in found], found


def test_a_recording_becomes_a_table(root: Path) -> None:
    course = load_course(root)
    assert course.problems == ()
    (kept,) = [block for block in course.lessons[0].blocks if isinstance(block, Recording)]
    assert (kept.name, kept.title, kept.columns) == ("one_worker", "One worker", ("clients", "slowest answer"))
    assert kept.rows == (("10", "3 ms"), ("100", "<41 ms>"))
    assert kept.caption_html == "<p>On <em>one</em> core.</p>"


def test_an_exhibit_brings_its_program_along(root: Path) -> None:
    (root / BUNDLE / "examples/feed.py").write_text((root / BUNDLE / "examples/echo.py").read_text())
    change(
        root, LESSON, "## Show it", "::: exhibit race feed\nFour *ways*.\n:::\n::: exhibit handshake\n:::\n\n## Show it"
    )
    course = load_course(root)
    assert course.problems == ()
    race, handshake = [block for block in course.lessons[0].blocks if isinstance(block, Exhibit)]
    assert (race.name, race.words, race.caption_html) == ("race", ("feed",), "<p>Four <em>ways</em>.</p>")
    assert race.example is not None and race.example.id == "feed"
    assert (handshake.name, handshake.words, handshake.caption_html, handshake.example) == ("handshake", (), "", None)
    assert [example.id for example in course.lessons[0].examples] == ["echo", "feed"]

"""docs/authoring.md names every key, block, kind and rule there is, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from course.content.course_file import COURSE_KEYS, PART_KEYS
from course.content.lesson.exhibits import EXHIBITS
from course.content.lesson.front_matter import EXERCISE_KINDS, LESSON_KEYS, LEVELS, RUNTIMES, TASK_KEYS, Key
from course.content.loader import load_course
from course.content.questions.choice import KINDS
from course.content.text.images import MAX_IMAGE_BYTES
from course.content.text.scanner import LESSON_BLOCKS, TASK_BLOCKS
from tests.content.golden.test_deliveries import DELIVERY_PLANTS
from tests.content.golden.test_demonstrations import WATCH_PLANTS
from tests.content.lesson.test_exhibits import RECORDING_PLANTS
from tests.content.test_frame import FILE_PLANTS
from tests.content.test_loader import FOLDER_PLANTS, TEXT_PLANTS
from tests.stage.courses import BUNDLE, change, whole_course
from tests.stage.delivering import PROGRAM, record

PROJECT = Path(__file__).parents[2]
RULES_OF_FILES = {
    "file-unreadable",
    "file-encoding",
    "control-character",
    "file-kind",
    "file-name",
    "file-too-large",
    "not-understood",
}
"""Planted in tests/content/test_files.py and test_any_slip.py."""
GUIDE = (PROJECT / "docs/authoring.md").read_text()
READERS = [*(PROJECT / "course/content").rglob("*.py"), PROJECT / "course/authoring/check_programs.py"]


def rules_in_the_guide() -> set[str]:
    return set(re.findall(r"^\| `([a-z]+(?:-[a-z]+)+)` \|", GUIDE.partition("## What is checked")[2], re.MULTILINE))


def rules_in_the_code() -> set[str]:
    """Return every string that is handed on as the name of a rule."""
    found: set[str] = set()
    for file in READERS:
        for node in ast.walk(ast.parse(file.read_text())):
            is_report = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("add", "warn", "_report")
            if is_report and len(node.args) > 2:
                found |= {text.value for text in ast.walk(node.args[1]) if isinstance(text, ast.Constant)}
    return found


def test_every_rule_is_in_the_guide() -> None:
    assert rules_in_the_code() - rules_in_the_guide() == set()
    assert len(rules_in_the_code()) > 40


def test_every_rule_of_the_guide_about_files_has_a_planted_mistake() -> None:
    about_files = rules_in_the_guide() - {rule for rule in rules_in_the_code() if rule in _rules_of_programs()}
    planted = (
        {plant.rule for plant in (*TEXT_PLANTS, *FILE_PLANTS, *RECORDING_PLANTS)}
        | {rule for rule, _, _ in FOLDER_PLANTS}
        | {rule for rule, *_ in (*DELIVERY_PLANTS, *WATCH_PLANTS)}
        | {"exercise-hints", "golden-stale"}
        | RULES_OF_FILES
    )
    assert about_files == planted


def _rules_of_programs() -> set[str]:
    table = GUIDE.partition("With the programs run, also:")[2]
    return set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE))


@pytest.mark.parametrize("block", [*LESSON_BLOCKS, *TASK_BLOCKS])
def test_every_block_is_shown(block: str) -> None:
    assert re.search(rf"^::: {block}\b", GUIDE, re.MULTILINE)


@pytest.mark.parametrize(
    "key",
    [
        *LESSON_KEYS,
        *TASK_KEYS,
        *LEVELS,
        *KINDS,
        *EXERCISE_KINDS,
        *RUNTIMES,
        *COURSE_KEYS,
        *PART_KEYS,
        *EXHIBITS,
        "server",
    ],
)
def test_every_key_level_and_kind_is_named(key: str) -> None:
    assert f"`{key}`" in GUIDE


@pytest.mark.parametrize(("key", "held"), [*LESSON_KEYS.items(), *TASK_KEYS.items()])
def test_it_says_which_keys_are_required(key: str, held: Key) -> None:
    assert f"| `{key}` | {'yes' if held.required else 'no'} |" in GUIDE


def test_the_questions_it_shows_are_right(tmp_path: Path) -> None:
    root = whole_course(tmp_path / "lessons")
    shown = re.findall(r"```markdown\n(::: (?:predict|question) .*?\n:::)\n```", GUIDE, re.DOTALL)
    assert len(shown) == 3
    change(root, "01-speaking-up/lesson.md", "::: question who-hears-it", "::: question another-id")
    change(root, "01-speaking-up/lesson.md", "## Show it", "\n\n".join(["::: example who_hears\n:::", *shown]))
    (root / BUNDLE / "examples/who_hears.py").write_text(PROGRAM)
    record(root, A=1, B=1, C=0)
    assert load_course(root).problems == ()


def test_it_knows_how_heavy_an_image_may_be() -> None:
    assert f"{MAX_IMAGE_BYTES // 1024} KB at most" in GUIDE

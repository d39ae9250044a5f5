"""Evidence: which texts need it, what it may name, and that the tests it names are really run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from course.content.lesson.evidence import CLAIMS, check_evidence, claim_tests, names_of
from course.content.problems import ProblemList
from course.content.text.scanner import LESSON_BLOCKS, scan
from tests.stage.courses import BUNDLE, whole_course

PROJECT = Path(__file__).parents[3]
NAMES = {"echo", "echo-louder", "test_it", "-"}


def missing(text: str) -> list[int]:
    """Return the lines of a text that lack evidence."""
    problems = ProblemList("lesson.md")
    pieces = scan(text, problems, allowed=LESSON_BLOCKS)
    check_evidence(pieces, NAMES, problems)
    assert {problem.rule for problem in problems.found} <= {"evidence-missing"}
    return [problem.line for problem in problems.found]


@pytest.mark.parametrize(
    "text",
    [
        "No code at all.",
        "The `name`.\n%% echo",
        "Over two lines:\nthe `name`.\n%% test_it, echo-louder\nNo code here.",
        "Code over ``two\nlines``.\n%% -",
        "- one `a`\n- two\n%% echo",
        "- one `a`\n\n- two `b`\n\n  and more\n%% echo",
        "- one `a`\n%% echo\n\n- two `b`\n%% echo",
        "| a | `b` |\n|---|---|\n| 1 | 2 |\n%% echo",
        "## A heading with `code`",
        "```python\n`x`\n```",
        "```python\n`x`\n```\n%% echo",
        "::: example echo\nEmit `echo`.\n:::",
    ],
)
def test_it_is_content_with(text: str) -> None:
    assert missing(text) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("The `name`.", [1]),
        ("The `name`.\n\n%% echo", [1]),
        ("No code.\n%% echo\nThe `name`.", [3]),
        ("A list:\n\n- one `a`\n- two\n", [4]),
        ("1. one `a`\n\n2. two\n%% echo\n3. `c`", [5]),
        ("| a | `b` |\n|---|---|\n| 1 | 2 |\n", [3]),
        ("The `name`:\n\n```python\nx\n```\n%% echo", [1]),
        ("The `name`\n## Heading\nThe `name`", [1, 3]),
        ("::: question a text\nSo?\n\n= b\n> c\n:::", [1]),
        ("x\n\n::: predict a\n%% echo\n:::\n\nThe `name`.", [7]),
    ],
)
def test_it_wants_evidence_for(text: str, lines: list[int]) -> None:
    assert missing(text) == lines


def test_names_are_examples_exercises_and_tests(tmp_path: Path) -> None:
    bundle = whole_course(tmp_path / "lessons") / BUNDLE
    (bundle / CLAIMS).mkdir()
    (bundle / CLAIMS / "test_one.py").write_text("def test_a(): ...\nclass TestB:\n    async def test_b(self): ...\n")
    (bundle / CLAIMS / "test_broken.py").write_text("def test_c(:")
    (bundle / CLAIMS / "helper.py").write_text("def test_d(): ...\ndef no_test(): ...\n")
    assert claim_tests(bundle) == {"test_a", "test_b"}
    names = names_of(bundle, ["echo-louder"], ["other/exercise"])
    assert names == {"-", "echo", "echo-louder", "other/exercise", "test_a", "test_b"}


def test_every_test_that_is_named_is_run() -> None:
    """What evidence names is found by its syntax tree; a test that pytest does not collect would show nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "lessons"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    collected: dict[Path, set[str]] = {}
    for line in done.stdout.splitlines():
        file, _, name = line.partition("::")
        collected.setdefault(PROJECT / file, set()).add(name.partition("[")[0])
    for folder in (PROJECT / "lessons").glob(f"**/{CLAIMS}"):
        bundle = folder.parent
        run = set().union(*(names for file, names in collected.items() if file.parent == folder))
        lines = (bundle / "lesson.md").read_text().splitlines()
        named = {name for line in lines if line.startswith("%%") for name in line[2:].replace(",", " ").split()}
        assert {name for name in named if name.startswith("test_")} <= run, bundle
        assert run == claim_tests(bundle)

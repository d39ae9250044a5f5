"""What authors get wrong: each mistake is found on its line, and goes away by doing what the remedy says."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from course.authoring.record_deliveries import keep
from course.config import ROOT
from course.content.loader import load_course
from tests.stage.courses import change

CALLING, LISTENING = "01-calling/lesson.md", "02-listening/lesson.md"
EXERCISE = "01-calling/exercises/answer-over"


@dataclass(frozen=True)
class Slip:
    """One mistake: the text that it replaces, where it is found, and the text that the remedy asks for."""

    rule: str
    file: str
    right: str
    wrong: str
    below: int = 0
    """Lines between the beginning of the change and the problem."""
    mended: str | None = None
    """What stands in the place of `wrong` afterwards; None for `right`."""
    line: int | None = None


SLIPS = [
    Slip("unknown-key", CALLING, "minutes: 3", "minutes: 3\nauthor: me", below=1),
    Slip("front-matter-value", CALLING, "level: Foundation", "level: Easy"),
    Slip("front-matter-missing", CALLING, "insight: The one who calls does not hear the echo.\n", "", line=1),
    Slip(
        "front-matter",
        CALLING,
        "idea: One station speaks, the others listen.",
        "idea: One: it speaks.",
        mended='idea: "One: it speaks."',
    ),
    Slip("unknown-term", CALLING, "[[channel|frequency]]", "[[band]]", mended="[[band|frequency]]"),
    Slip("delivery-line", CALLING, "who heard\n", "whom heard\n"),
    Slip("delivery-line", CALLING, "run station\n", "run the station\n"),
    Slip("delivery-client", CALLING, "A emits call", "D emits call"),
    Slip("delivery-payload", CALLING, 'call "anybody there?"\nwho', "call anybody there?\nwho"),
    Slip("example-missing", CALLING, "run station", "run stations"),
    Slip("golden-stale", CALLING, "run station\nconnect A B C", "run station\nconnect A B", below=-3),
    Slip("evidence-missing", CALLING, "%% station\n", "", below=-8),
    Slip("evidence-unknown", CALLING, "%% station", "%% stations"),
    Slip("example-runtime", CALLING, "::: example station", "::: example station gevent"),
    Slip("block-name", CALLING, "::: exercise answer", "::: exercice answer"),
    Slip("block-marker", CALLING, "::: exercise answer", ":::exercise answer"),
    Slip("exercise-missing", CALLING, "::: exercise answer-over", "::: exercise answer-out"),
    Slip("duplicate-id", CALLING, "::: question last-word text", "::: question who-hears text"),
    Slip("question-key", CALLING, "= over\n", "", below=-3),
    Slip("question-kind", CALLING, "last-word text", "last-word word"),
    Slip("question-reason", CALLING, "> It is what the handler returns.\n", "", below=-4),
    Slip("stray-key", LISTENING, "## Listen", "- [x] listen", mended="- listen"),
    Slip("question-line", LISTENING, "- [x] Whoever", "- [X] Whoever"),
    Slip("question-key", LISTENING, "- [ ] Only", "- [x] Only", below=-5),
    Slip("option-reason", LISTENING, "  > There is no key.\n", "", below=-1),
    Slip("option-catch-all", LISTENING, "- [ ] Only the one who calls", "- [ ] None of the above"),
    Slip("heading-level", LISTENING, "## Listen", "#### Listen"),
    Slip("fence-language", LISTENING, "## Listen", "```\nover\n```\n", mended="```text\nover\n```\n"),
    Slip("dead-link", LISTENING, "(/lessons/calling/)", "(/lessons/caling/)"),
    Slip("dead-link", LISTENING, "(/lessons/calling/)", "(#lisen)", mended="(#listen)"),
    Slip("image-missing", LISTENING, "## Listen", "![A mast](images/mast.svg)\n"),
    Slip("task-check", f"{EXERCISE}/task.md", "- says_over:", "- say_over:"),
    Slip("task-line", f"{EXERCISE}/task.md", "- says_over: ", "- says over: "),
    Slip(
        "front-matter-value",
        f"{EXERCISE}/task.md",
        "minutes: 2",
        "minutes: 2\nkind: repair",
        1,
        "minutes: 2\nkind: fix",
    ),
    Slip("check-title", f"{EXERCISE}/checks.py", '    """The station says over"""\n', "", below=-1),
    Slip("python-syntax", f"{EXERCISE}/starter/server.py", "def call(text):", "def call(text)"),
    Slip("why-missing", f"{EXERCISE}/wrong/silent/why.md", "Nothing is returned.", "", line=1),
    Slip("why-belief", f"{EXERCISE}/wrong/silent/why.md", "[A handler answers without a return.](#answering)", "Hm."),
    Slip("why-belief", f"{EXERCISE}/wrong/silent/why.md", "(#answering)", "(/lessons/listening/)"),
    Slip("dead-link", f"{EXERCISE}/wrong/parrot/why.md", "(#answering)", "(#answer)"),
    Slip("page-missing", "course.toml", '["good-night"]', '["good-nite"]'),
    Slip("unknown-key", "course.toml", "tagline =", 'colour = "red"\ntagline ='),
    Slip("glossary-entry", "glossary.md", "Where a station listens.", "", below=-3),
    Slip("heading-level", "01-calling/reference.md", "## Calling", "# Calling"),
]


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
    elif slip.rule == "image-missing":
        (root / "02-listening/images").mkdir()
        (root / "02-listening/images/mast.svg").write_text("<svg/>")
    else:
        return False
    return True


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.rule}-{slip.wrong.strip()[:20]}")
def test_a_slip_is_found_on_its_line_and_its_remedy_helps(root: Path, slip: Slip) -> None:
    at = change(root, slip.file, slip.right, slip.wrong)
    found = load_course(root).problems
    line = slip.line if slip.line is not None else at + slip.below
    (problem,) = [each for each in found if (each.rule, each.file, each.line) == (slip.rule, slip.file, line)] or [None]
    assert problem is not None, found
    assert len(problem.fix.split()) >= 3
    if not do_what_cannot_be_written(slip, root):
        mended = slip.right if slip.mended is None else slip.mended
        lines = (root / slip.file).read_text()
        if slip.wrong:
            change(root, slip.file, slip.wrong, mended)
        else:
            shutil.copy(ROOT / "tests/courses/tiny" / slip.file, root / slip.file)
        assert (root / slip.file).read_text() != lines
    assert load_course(root).problems == ()


def test_there_are_enough_of_them() -> None:
    assert len({(slip.rule, slip.file) for slip in SLIPS}) >= 25

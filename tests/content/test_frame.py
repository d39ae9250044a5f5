"""What stands around the lessons: the glossary, cheat sheets, pages after the steps, and the parts of the map."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from course.content.loader import load_course
from course.content.pieces import ExerciseLink, Prose
from tests.stage.courses import BUNDLE, LESSON, SLUG, change, problems, whole_course

GLOSSARY = """\
# Words

## room
also: rooms, [a] group

A name for several clients; see [[acknowledgement]] and [the lesson](/lessons/speaking-up/).

## Acknowledgement
also: ack

What the handler returns, on its way back.
"""

PAGE = """\
---
title: Under the hood
minutes: 4
summary: What happens below.
idea: It all ends in bytes.
---

A page has blocks too.

::: question how-many number
How many?

= 1
> One.
%% speaking-up/echo-louder
:::

::: exercise speaking-up/echo-louder
:::
"""

PARTS = """\
opening = "opening"

[[parts]]
title = "Behind it"
summary = "For the curious."
pages = ["under-the-hood"]

[playground]
"""

UNDER = "pages/under-the-hood/lesson.md"
OPENING = "pages/opening/lesson.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return whole_course(tmp_path / "lessons")


def write(root: Path, file: str, text: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text)


def with_pages(root: Path) -> Path:
    write(root, UNDER, PAGE)
    write(root, OPENING, PAGE.replace("Under the hood", "Begin here"))
    change(root, "course.toml", "[playground]\n", PARTS)
    return root


@dataclass(frozen=True)
class FilePlant:
    """A mistake that is made by writing a file, or by changing one of a course with pages."""

    rule: str
    file: str
    line: int
    files: dict[str, str] = field(default_factory=dict)
    changed: tuple[str, str, str] = ("", "", "")


ROWS = "| a | b |\n|---|---|\n"

FILE_PLANTS = [
    FilePlant("glossary-entry", "glossary.md", 1, {"glossary.md": "A room.\n\n## room\nIt is.\n"}),
    FilePlant(
        "glossary-entry", "glossary.md", 3, {"glossary.md": "# Words\n\n## room\nalso: rooms\n\n## sid\nA name.\n"}
    ),
    FilePlant("duplicate-id", "glossary.md", 3, {"glossary.md": "## room\nA.\n## Room\nB.\n"}),
    FilePlant("dead-link", "glossary.md", 2, {"glossary.md": "## room\n[here](/lessons/none/)\n"}),
    FilePlant("unknown-term", "glossary.md", 2, {"glossary.md": "## room\nA [[sid]].\n"}),
    FilePlant("block-name", "glossary.md", 2, {"glossary.md": "## room\n::: term\nx\n:::\n"}),
    FilePlant("reference-empty", f"{BUNDLE}/reference.md", 1, {f"{BUNDLE}/reference.md": "\n"}),
    FilePlant(
        "reference-long", f"{BUNDLE}/reference.md", 18, {f"{BUNDLE}/reference.md": "\n" + ROWS + "| x | y |\n" * 15}
    ),
    FilePlant("heading-level", f"{BUNDLE}/reference.md", 1, {f"{BUNDLE}/reference.md": "# Echo\n"}),
    FilePlant("page-unplaced", "pages/more/lesson.md", 1, {"pages/more/lesson.md": PAGE}),
    FilePlant("bundle-name", "pages/More", 1, {"pages/More/lesson.md": PAGE}),
    FilePlant("duplicate-id", f"pages/{SLUG}", 1, {f"pages/{SLUG}/lesson.md": PAGE}),
    FilePlant("front-matter-missing", "pages/more/lesson.md", 1, {"pages/more/lesson.md": "---\ntitle: More\n---\n"}),
    FilePlant("page-missing", "course.toml", 9, changed=("course.toml", '["under-the-hood"]', '["under-the-hoof"]')),
    FilePlant("page-missing", "course.toml", 4, changed=("course.toml", 'g = "opening"', 'g = "nothing"')),
    FilePlant("duplicate-id", "course.toml", 9, changed=("course.toml", '"]\n', '", "under-the-hood"]\n')),
    FilePlant("course-key", "course.toml", 6, changed=("course.toml", 'title = "Behind it"\n', "")),
    FilePlant("course-key", "course.toml", 6, changed=("course.toml", 'pages = ["under-the-hood"]', "pages = []")),
    FilePlant("course-key", "course.toml", 4, changed=("course.toml", '"opening"', "1")),
    FilePlant("course-key", "course.toml", 6, changed=("course.toml", "[[parts]]", "[parts]")),
    FilePlant("unknown-key", "course.toml", 7, changed=("course.toml", "[[parts]]", '[[parts]]\ncolour = "red"')),
    FilePlant(
        "exercise-missing", UNDER, 18, changed=(UNDER, "exercise speaking-up/echo-louder", "exercise speaking-up/echo")
    ),
    FilePlant(
        "exercise-missing", UNDER, 18, changed=(UNDER, "exercise speaking-up/echo-louder", "exercise none/echo-louder")
    ),
]


@pytest.mark.parametrize("plant", FILE_PLANTS, ids=lambda plant: f"{plant.rule}-{plant.file}")
def test_it_finds_the_planted_mistake(root: Path, plant: FilePlant) -> None:
    with_pages(root)
    for file, text in plant.files.items():
        write(root, file, text)
    if plant.changed[0]:
        change(root, *plant.changed)
    found = problems(root)
    assert (plant.rule, plant.file, plant.line) in [(each.rule, each.file, each.line) for each in found], found


def test_a_term_leads_to_its_place_in_the_glossary(root: Path) -> None:
    write(root, "glossary.md", GLOSSARY)
    change(
        root,
        LESSON,
        "Begin with",
        "An [[ack]], the [[Acknowledgement]], `[[ack]]` and [[two **rooms**|ROOMS]].\n%% echo\n\nBegin with",
    )
    change(root, LESSON, "## Show it", "| [[answers|ack]] | b |\n|---|---|\n| `[[a|b]]` | d |\n%% echo\n\n## Show it")
    course = load_course(root)
    assert course.problems == ()
    assert [term.name for term in course.glossary] == ["Acknowledgement", "room"]
    assert course.glossary[1].also == ("rooms", "[a] group")
    assert '<a class="term" href="/glossary/#acknowledgement"' in course.glossary[1].html
    first, second = [block.html for block in course.lessons[0].blocks if isinstance(block, Prose)][:2]
    assert first.count('<a class="term" href="/glossary/#acknowledgement"') == 2
    assert "<code>[[ack]]</code>" in first
    assert ">two <strong>rooms</strong></a>" in first
    assert ">answers</a></th>" in second
    assert second.count("<td>") == 2 and "<code>[[a|b]]</code>" in second


def test_a_word_that_the_glossary_lacks_is_shown_as_a_word(root: Path) -> None:
    line = change(root, LESSON, "Begin with", "The [[sid]]. Begin with")
    course = load_course(root)
    assert [(problem.rule, problem.line) for problem in course.problems] == [("unknown-term", line)]
    assert "<p>The sid. Begin" in course.lessons[0].blocks[0].html  # type: ignore[union-attr]


def test_a_cheat_sheet_has_anchors_of_its_own(root: Path) -> None:
    assert load_course(root).lessons[0].reference_html == ""
    write(root, f"{BUNDLE}/reference.md", "## Show it\n\n" + ROWS + "| x | y |\n" * 13)
    course = load_course(root)
    assert course.problems == ()
    assert '<h2 id="speaking-up-show-it">' in course.lessons[0].reference_html
    assert [heading.id for heading in course.lessons[0].headings] == ["show-it", "try-it", "check-yourself"]


def test_code_of_a_cheat_sheet_breaks_between_its_words(root: Path) -> None:
    write(root, f"{BUNDLE}/reference.md", "## Show it\n\n" + ROWS + "| `hub().pool.apply(work, [1])` and 0.5 | y |\n")
    html = load_course(root).lessons[0].reference_html
    assert "<code>hub()<wbr>.pool<wbr>.apply(<wbr>work, [<wbr>1])</code> and 0.5" in html


def test_pages_stand_in_their_parts_and_are_found_like_lessons(root: Path) -> None:
    course = load_course(with_pages(root))
    assert course.problems == ()
    (part,) = course.parts
    page = course.lesson("under-the-hood")
    assert (part.title, part.summary, part.pages) == ("Behind it", "For the curious.", (page,))
    assert (page.number, page.level, page.insight_html, page.folder) == (None, "", "", "pages/under-the-hood")
    [link] = [block for block in page.blocks if isinstance(block, ExerciseLink)]
    assert (link.slug, link.lesson) == ("echo-louder", SLUG)
    assert course.opening is not None and course.opening.title == "Begin here"
    assert [lesson.slug for lesson in course.lessons] == [SLUG]
    assert [lesson.slug for lesson in course.everything] == [SLUG, "under-the-hood", "opening"]


def test_a_broken_page_is_left_out_and_its_part_stays(root: Path) -> None:
    with_pages(root)
    change(root, UNDER, "= 1", "- [X] 1")
    course = load_course(root)
    assert {problem.file for problem in course.problems} == {UNDER}
    assert [part.pages for part in course.parts] == [()]
    assert course.opening is not None


def test_a_page_that_is_a_draft_is_seen_by_no_learner(root: Path) -> None:
    with_pages(root)
    change(root, LESSON, "draft: true", "draft: false")
    for page in (UNDER, OPENING):
        change(root, page, "minutes: 4", "minutes: 4\ndraft: true")
    assert [lesson.slug for lesson in load_course(root).without_drafts().everything] == [SLUG]
    assert load_course(root).without_drafts().parts == ()

"""What an author meant as formatting never reaches learners as it stands: each kind is one warning, on its line."""

from __future__ import annotations

import pytest

from course.content.problems import ProblemList
from course.content.text.typesetter import Typesetter


def found_in(text: str) -> list[tuple[int, str]]:
    problems = ProblemList("lesson.md")
    Typesetter(problems, terms={"room": "room"}).block(text, 1)
    return [(problem.line, problem.rule) for problem in problems.found]


@pytest.mark.parametrize(
    "slip",
    [
        "<!-- TODO: check this -->",
        "A <b>bold</b> word.",
        "A line<br>and another.",
        "<script>alert(1)</script>",
        "It costs $$O(n^2)$$.",
        "It costs \\frac{1}{2}.",
        "!!! note",
        "??? question",
        "> [!NOTE]\n> So it is.",
        "So it is.[^1]",
        "[^1]: It is.",
        "A [[room].",
        "A [room]] here.",
        "A [link] (/lessons/x/).",
        "A ![picture.",
        "It is **bold.",
        "It is ~~gone.",
        "| a | b |",
        "| a | b |\n| 1 | 2 |",
        "Choose:\n- one\n- two",
        "Choose:\n1. one\n2. two",
        "Choose:\n* one",
        "A line{.wide}",
        "A line{: #id}",
    ],
)
def test_a_slip_is_one_warning_on_its_line(slip: str) -> None:
    assert [rule for _, rule in found_in(f"Before.\n\n{slip}\n\nAfter.")] == ["markup-left-over"]
    ((line, _),) = found_in(f"Before.\n\n{slip}\n\nAfter.")
    assert 3 <= line <= 3 + slip.count("\n")


@pytest.mark.parametrize(
    "right",
    [
        "`<!-- so -->` is a comment.",
        "`[[room]` is no term, `**` no mark.",
        "A \\*\\*star and a \\[\\[bracket.",
        "A [[room]], and [[room|rooms]].",
        "```html\n<b>bold</b>\n<!-- so -->\n| a |\n```",
        "Choose:\n\n- one\n- two\n\n  > quoted",
        "It costs $5, or 2 * 3 * 4.",
        "if a < b and b > c",
        "| a | b |\n|---|---|\n| `x` | **y** |",
        "**So** it ~~was~~ is.",
        "See [there](/lessons/x/).",
        "- one\n- two\n    - three",
    ],
)
def test_what_is_meant_is_none(right: str) -> None:
    assert [rule for _, rule in found_in(right) if rule == "markup-left-over"] == []

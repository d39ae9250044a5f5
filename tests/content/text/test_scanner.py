"""The scanner cuts blocks out by lines, and withholds what it does not understand."""

from __future__ import annotations

import pytest

from course.content.problems import ProblemList
from course.content.text.scanner import LESSON_BLOCKS, BlockText, ProseText, scan

QUESTION = "::: question who\nWho?\n\n- [x] Ada\n  > Yes.\n- [ ] Ben\n  > No.\n:::"


def scanned(text: str, first_line: int = 1) -> tuple[list[ProseText | BlockText], list[tuple[int, str]]]:
    problems = ProblemList("lesson.md")
    pieces = scan(text, problems, allowed=LESSON_BLOCKS, first_line=first_line)
    return pieces, [(problem.line, problem.rule) for problem in problems.found]


def test_it_cuts_prose_and_blocks_apart_and_knows_their_lines() -> None:
    pieces, found = scanned(f"Before.\n\n{QUESTION}\nAfter.\n", first_line=10)
    assert found == []
    assert pieces == [
        ProseText("Before.\n", 10),
        BlockText("question", ("who",), "Who?\n\n- [x] Ada\n  > Yes.\n- [ ] Ben\n  > No.", 12),
        ProseText("After.\n", 20),
    ]


def test_a_fence_keeps_its_colons() -> None:
    text = "```markdown\n::: question who\n- [x] Ada\n:::\n```\n"
    pieces, found = scanned(text)
    assert found == []
    assert pieces == [ProseText(text, 1)]


def test_a_fence_inside_a_block_does_not_end_it() -> None:
    pieces, found = scanned("::: example echo\n~~~markdown\n:::\n~~~\nTry it.\n:::")
    assert found == []
    assert pieces == [BlockText("example", ("echo",), "~~~markdown\n:::\n~~~\nTry it.", 1)]


def test_a_block_that_begins_behind_the_marks_of_a_fence_is_withheld() -> None:
    pieces, found = scanned("```::: predict how-many number\nHow many?\n> Quagga\n```\n")
    assert pieces == []
    assert (1, "block-in-fence") in found


def test_a_longer_fence_may_hold_a_shorter_one() -> None:
    pieces, found = scanned("````markdown\n```python\nx = 1\n```\n````\n")
    assert found == []
    assert len(pieces) == 1


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        ("::: qestion who", "block-name"),
        ("::: Question who", "block-marker"),
        (":::question who", "block-marker"),
        (":: question who", "block-marker"),
        (":::: question who", "block-marker"),
        (" ::: question who", "block-marker"),
        ("> ::: question who", "block-marker"),
        ("- ::: question who", "block-marker"),
        ("::: question who :::", "block-marker"),
        ("::: hint who", "block-place"),
    ],
)
def test_a_misspelt_block_is_a_problem_and_is_withheld_to_its_end(header: str, rule: str) -> None:
    text = "Before.\n" + QUESTION.replace("::: question who", header) + "\nAfter."
    pieces, found = scanned(text)
    assert (2, rule) in found
    shown = "\n".join(piece.text for piece in pieces)
    assert "Ada" not in shown
    assert "Yes." not in shown
    assert "After." in shown


def test_an_unclosed_block_is_a_problem_at_its_first_line() -> None:
    pieces, found = scanned("Text.\n\n" + QUESTION.removesuffix(":::") + "\nMore text.")
    assert found == [(3, "block-unclosed")]
    assert pieces == [ProseText("Text.\n", 1)]


def test_a_block_that_begins_inside_another_leaves_the_outer_one_unclosed() -> None:
    pieces, found = scanned(QUESTION.removesuffix(":::") + QUESTION)
    assert found == [(1, "block-unclosed")]
    assert [piece.line for piece in pieces] == [8]


def test_a_stray_end_is_a_problem() -> None:
    _, found = scanned("Text.\n\n:::\n")
    assert found == [(3, "block-stray-end")]


@pytest.mark.parametrize(
    "line",
    ["- [x] Ada", "- [ ] Ben", "* [X] Ada", "1. [x] Ada", "-[x] Ada", "  - [x] Ada", "> - [x] Ada", "[x] Ada",
     "[ ] Ben", "- [] Ben", r"- \[x\] Ada", "Who? - [x] Ada", "`a` [x] `b`", "= 42", "== 42", "  = 42"],
)  # fmt: skip
def test_a_mark_or_an_answer_left_in_the_text_is_a_problem_and_the_text_is_withheld(line: str) -> None:
    pieces, found = scanned(f"Who is it?\n{line}\n")
    assert found == [(2, "stray-key")]
    assert pieces == []


@pytest.mark.parametrize(
    "line",
    [
        "- [a link](https://example.org)",
        "- a list",
        "[x](https://example.org)",
        "`a = [x]`",
        "``[ ]`` is empty",
        "=====",
        "x == y",
    ],
)
def test_ordinary_text_is_not_taken_for_a_key(line: str) -> None:
    pieces, found = scanned(f"Text\n{line}\n")
    assert found == []
    assert len(pieces) == 1


def test_a_mark_inside_an_example_block_is_a_problem() -> None:
    pieces, found = scanned("::: example echo\n- [x] done\n:::")
    assert found == [(2, "stray-key")]
    assert pieces == []


def test_an_unclosed_fence_is_a_problem_and_what_it_swallowed_is_withheld() -> None:
    pieces, found = scanned(f"```text\nsome code\n\n{QUESTION}\n")
    assert found == [(1, "fence-unclosed")]  # one slip, one problem
    assert pieces == []


def test_a_fence_that_swallows_a_question_is_a_problem_even_when_a_later_fence_closes_it() -> None:
    text = "```text\nsome code\n\n::: question who text\nWho?\n= Ada\n> Yes.\n:::\n\n```\nother code\n"
    pieces, found = scanned(text)
    assert (4, "block-in-fence") in found
    assert pieces == []


def test_a_fence_that_begins_inside_another_is_a_problem() -> None:
    _, found = scanned("```text\none\n\n```python\ntwo\n```\n")
    assert (4, "fence-unclosed") in found


def test_a_fence_without_a_language_is_reported_and_shown_all_the_same() -> None:
    pieces, found = scanned("```\nsome code\n```\n")
    assert found == [(1, "fence-language")]
    assert len(pieces) == 1


@pytest.mark.parametrize("info", [": predict how-many", "python and more", "{.python}"])
def test_marks_behind_which_no_languages_name_stands_are_withheld(info: str) -> None:
    """The text's setter takes some of them for a fence and some for words: nothing below them is safe."""
    pieces, found = scanned(f"```{info}\n> Quagga\n```\n")
    assert (pieces, found) == ([], [(1, "fence-language")])


@pytest.mark.parametrize("line", ["`::: question who", ":::", "= 3", "= = 3"])
def test_a_piece_of_a_question_inside_of_a_program_is_withheld(line: str) -> None:
    pieces, found = scanned(f"```python\n{line}\n> Quagga\n```\n")
    assert (pieces, found) == ([], [(2, "block-in-fence")])


def test_a_ruler_in_a_text_is_no_accepted_answer() -> None:
    text = "```text\n===== 3 passed =====\n```\n"
    assert scanned(text) == ([ProseText(text, 1)], [])

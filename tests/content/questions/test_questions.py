"""A question is whole, or it is absent: no half-understood question can show its key."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from course.content.pieces import Prose, Question
from course.content.problems import ProblemList
from course.content.questions.choice import read_question
from course.content.questions.marking import is_right, normalised
from course.content.text.scanner import LESSON_BLOCKS, BlockText, ProseText, scan
from course.content.text.typesetter import Typesetter
from tests.stage.cases import cases
from tests.stage.courses import namesakes

SINGLE = """\
::: question who-hears
Who hears `emit("a")`?

- [ ] Everybody
  > Zebra, that takes broadcast.
- [x] The sender
  > As emit answers
  > Quagga, the one who asked.
- [ ] Nobody, not even the server
  > Okapi, somebody does.
:::
"""
NUMBER = """\
::: predict how-many number
How many arguments?

= 3
= 3.0
> Quagga: a tuple is spread out.
:::
"""


def read(text: str) -> tuple[Question | None, list[tuple[int, str]]]:
    problems = ProblemList("lesson.md")
    pieces = scan(text, problems, allowed=LESSON_BLOCKS)
    (block,) = pieces
    assert isinstance(block, BlockText)
    question = read_question(block, problems, Typesetter(problems))
    return question, [(problem.line, problem.rule) for problem in problems.found]


def good(text: str) -> Question:
    question, found = read(text)
    assert found == []
    assert question is not None
    return question


def test_it_reads_options_marks_and_reasons() -> None:
    question = good(SINGLE)
    assert (question.id, question.role, question.kind, question.line) == ("who-hears", "question", "single", 1)
    assert question.stem_html == '<p>Who hears <code>emit("a")</code>?</p>'
    assert [option.html for option in question.options] == ["Everybody", "The sender", "Nobody, not even the server"]
    assert [option.correct for option in question.options] == [False, True, False]
    assert question.options[1].reason_html == "<p>As emit answers\nQuagga, the one who asked.</p>"


def test_it_reads_accepted_answers() -> None:
    question = good(NUMBER)
    assert (question.role, question.kind, question.accepted) == ("prediction", "number", ("3", "3"))
    assert "Quagga" in question.reason_html


def test_what_is_public_holds_neither_key_nor_reason() -> None:
    shown = repr(good(SINGLE).public()) + repr(good(NUMBER).public())
    assert "correct" not in shown
    assert "True" not in shown
    for word in ("Zebra", "Quagga", "Okapi", "accepted", "'3'"):
        assert word not in shown


def test_option_ids_follow_the_text_and_not_the_place() -> None:
    moved = SINGLE.replace("- [ ] Everybody\n  > Zebra, that takes broadcast.\n", "").replace(
        ":::\n", "- [ ] Everybody\n  > Zebra, that takes broadcast.\n:::\n", 2
    )
    moved = moved.replace("::: question", "::: question", 1)
    first = {option.html: option.id for option in good(SINGLE).options}
    second = {option.html: option.id for option in good(moved).options}
    assert first == second
    assert len(set(first.values())) == 3


def test_what_answers_are_kept_by_stays_as_it_is() -> None:
    """Whoever changes one of these values owes the answers that are kept a migration, as 0003 is one."""
    question = good(SINGLE)
    assert [option.id for option in question.options] == ["9117", "454e", "55f7"]
    assert (question.version, good(NUMBER).version) == ("a2dc996c9601f081", "f27e97e952742eb9")


def test_options_that_happen_to_get_the_same_id_are_refused() -> None:
    one, other = namesakes("who-hears")
    alike = SINGLE.replace("Everybody", one).replace("The sender", other)
    assert read(alike) == (None, [(6, "option-id")])
    assert read(alike.replace(other, f"{other} itself"))[1] == []


def test_the_same_option_twice_is_reported_once() -> None:
    assert read(SINGLE.replace("Everybody", "The sender"))[1] == [(6, "option-twice")]


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("Everybody", "Everyone", True),
        ("Zebra", "Horse", True),
        ("Who hears", "Who receives", True),
        ("- [x] The sender", "- [ ] The sender", None),
        ("\n\n- [ ] Everybody", "\n\n\n- [ ] Everybody", False),
    ],
)
def test_the_version_changes_with_the_content_and_not_with_the_layout(old: str, new: str, changes: bool | None) -> None:
    other, _ = read(SINGLE.replace(old, new, 1))
    if changes is None:
        assert other is None
    else:
        assert other is not None
        assert (other.version != good(SINGLE).version) is changes


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ("- [x] The", "- [ ] The", 1, "question-key"),
        ("- [ ] Everybody", "- [x] Everybody", 1, "question-key"),
        ("- [x] The", "- [X] The", 6, "question-line"),
        ("- [x] The", "- [x]The", 6, "question-line"),
        ("- [x] The", "-[x] The", 6, "question-line"),
        ("- [x] The", "* [x] The", 6, "question-line"),
        ("- [ ] Everybody", "- [] Everybody", 4, "question-line"),
        ("- [x] The", "+ The", 6, "question-line"),
        ("  > Zebra, that takes broadcast.\n", "", 4, "option-reason"),
        ("  > Zebra, that takes broadcast.\n", "  >\n", 4, "option-reason"),
        ("Nobody,", "None of the above,", 9, "option-catch-all"),
        ("Everybody", "The sender", 5, "option-twice"),
        ("who-hears", "Who", 1, "question-id"),
        (" who-hears", "", 1, "question-id"),
        ("who-hears", "who-hears sorting", 1, "question-kind"),
        ("who-hears", "who-hears single twice", 1, "question-kind"),
        ("who-hears", "who-hears text", 4, "question-key"),
        ('Who hears `emit("a")`?\n', "", 1, "question-stem"),
        ("- [ ] Everybody", "= Everybody\n- [ ] Everybody", 4, "question-key"),
    ],
)
def test_it_refuses_a_question_that_is_not_whole(old: str, new: str, line: int, rule: str) -> None:
    assert old in SINGLE
    question, found = read(SINGLE.replace(old, new, 1))
    assert question is None
    assert (line, rule) in found or rule in [other for _, other in found if rule == "option-twice"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("= 3\n= 3.0\n", "", "question-key"),
        ("= 3\n", "= three\n", "question-key"),
        ("> Quagga: a tuple is spread out.\n", "", "question-reason"),
        ("= 3\n", "- [x] 3\n  > So.\n", "question-key"),
        ("= 3\n", "=3\n", "question-line"),
    ],
)
def test_it_refuses_a_written_question_that_is_not_whole(old: str, new: str, rule: str) -> None:
    question, found = read(NUMBER.replace(old, new, 1))
    assert question is None
    assert rule in [other for _, other in found]


@pytest.mark.parametrize(
    ("kind", "text", "same"),
    [
        ("text", "  Message. ", "message"),
        ("text", "`message`", "message"),
        ("text", '"message"', "message"),
        ("text", "on  connect", "on connect"),
        ("number", " 3,0 ", "3"),
        ("number", "+3", "3"),
        ("number", "−3", "-3"),
        ("number", "-0", "0"),
        ("number", "1e2", "100"),
        ("number", "three", ""),
        ("number", "NaN", ""),
        ("number", "1e999999", ""),
    ],
)
def test_written_answers_are_compared_in_one_form(kind: str, text: str, same: str) -> None:
    assert normalised("text" if kind == "text" else "number", text) == same


def test_only_exactly_the_right_options_are_right() -> None:
    question = good(SINGLE.replace("who-hears", "who-hears multiple").replace("- [ ] Nobody", "- [x] Nobody"))
    a, b, c = (option.id for option in question.options)
    assert is_right(question, [c, b])
    assert not is_right(question, [b])
    assert not is_right(question, [a, b, c])
    assert not is_right(question, [])


def test_a_written_answer_is_right_when_it_is_accepted() -> None:
    assert is_right(good(NUMBER), text="3.00")
    assert not is_right(good(NUMBER), text="4")
    assert not is_right(good(NUMBER), text="")


# What a browser may see of a text whose question was damaged anywhere.

_DAMAGE = ["", " ", "\n", ":", "::", ":::", "\n:::\n", "`", "```", "\n```\n", "\n~~~\n", "\n```python\n", "-", ">", "x",
           "[", "]", "[x]", "=", "#", "\\", "\t", "\n\n", "<!--", "<", "|", "    "]  # fmt: skip


def shown_to_a_browser(text: str) -> tuple[str, bool]:
    """Return all that a page would hold before anything is answered, and whether a problem was found."""
    problems = ProblemList("lesson.md")
    typesetter = Typesetter(problems)
    html = []
    for piece in scan(text, problems, allowed=LESSON_BLOCKS):
        if isinstance(piece, ProseText):
            html.append(Prose(typesetter.block(piece.text, piece.line)).html)
        elif piece.name in ("question", "predict"):
            question = read_question(piece, problems, typesetter)
            html.append(repr(question.public()) if question else "")
    return "\n".join(html), any(problem.severity == "error" for problem in problems.found)


@settings(max_examples=cases(1500), suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.sampled_from([SINGLE, NUMBER]),
    edits=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 6), st.sampled_from(_DAMAGE)),
        min_size=1,
        max_size=3,
    ),
)
@example(text=NUMBER, edits=[(0.0, 5, "")])
@example(text=NUMBER, edits=[(0.0, 0, "`"), (0.0, 0, "\n```\n"), (0.96875, 2, "\n```\n")])
@example(text=NUMBER, edits=[(0.0, 2, "```"), (0.96875, 2, "\n```\n")])
@example(text=NUMBER, edits=[(0.0, 2, "\n```\n"), (0.98, 0, "\n```\n")])
@example(text=SINGLE, edits=[(0.0, 3, "")])
def test_a_damaged_question_never_shows_its_key(text: str, edits: list[tuple[float, int, str]]) -> None:
    damaged = text
    for place, length, new in edits:
        at = int(place * len(damaged))
        damaged = damaged[:at] + new + damaged[at + length :]
    html, refused = shown_to_a_browser(f"Before.\n\n{damaged}\n\nAfter.\n")
    assert not re.search(r"\[\s*[xX]\s*\]", _without_stem(html)), damaged
    if not refused:
        for secret in ("Zebra", "Quagga", "Okapi"):
            assert secret not in html, damaged
    if text is NUMBER and not refused:
        assert not re.search(r"=\s*3", html), damaged


def _without_stem(html: str) -> str:
    """Leave the stem's own code out: `[x]` may stand inside a sentence there."""
    return re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)


@pytest.mark.parametrize(("answer", "right"), [("message", True), ("`message`.", True), ("Message", False)])
def test_an_answer_that_is_accepted_as_code_has_its_case(answer: str, right: bool) -> None:
    block = NUMBER.replace(" number", " text").replace("= 3", "= `message`")
    assert is_right(good(block), text=answer) is right
    assert is_right(good(block.replace("`message`", "Message")), text="message")

"""Delivery questions as they are written: the scenario, its mistakes, and the question that comes of a recorded outcome."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from course.content.loader import load_course
from course.content.pieces import ClientSeat, Emission, Question
from course.content.questions.marking import is_right
from course.learning.verdicts import shuffled
from tests.stage.courses import BUNDLE, LESSON, change, problems, whole_course
from tests.stage.delivering import BLOCK, GOLDEN, record, with_delivery


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return whole_course(tmp_path / "lessons")


def the_question(root: Path) -> Question:
    (question,) = [question for question in load_course(root).lessons[0].questions if question.kind == "delivery"]
    return question


def test_an_outcome_that_was_never_recorded_keeps_the_question_back(root: Path) -> None:
    line = with_delivery(root)
    course = load_course(root)
    assert [(each.rule, each.file, each.line) for each in course.problems] == [("golden-stale", LESSON, line)]
    assert "course record" in course.problems[0].fix
    (lesson,) = course.lessons
    assert all(question.kind != "delivery" for question in lesson.questions)
    (delivery,) = lesson.deliveries
    scenario = delivery.scenario
    assert (delivery.question, delivery.line, delivery.heard) == ("who-hears-news", line, None)
    assert scenario.clients == (ClientSeat("A", "/"), ClientSeat("B", "/"), ClientSeat("C", "/"))
    assert scenario.emissions[0] == Emission("A", "join", ("red",))
    assert scenario.emissions[-1] == Emission("A", "shout", ("hi", "red"))
    assert (scenario.event, scenario.program.id) == ("news", "who_hears")


def test_a_recorded_outcome_is_the_key(root: Path) -> None:
    with_delivery(root)
    record(root, A=0, B=2, C=3)
    assert problems(root) == ()
    question = the_question(root)
    assert (question.role, question.kind) == ("prediction", "delivery")
    assert [(option.id, option.html, option.correct) for option in question.options] == [
        ("A", "A", False),
        ("B", "B", True),
        ("C", "C", True),
    ]
    reasons = [option.reason_html for option in question.options]
    assert reasons == ["<p>A did not hear it.</p>", "<p>B heard it twice.</p>", "<p>C heard it 3 times.</p>"]
    assert question.reason_html == "<p>The room, but not the one who <em>shouts</em>.</p>"
    assert [option.times for option in question.options] == [0, 2, 3]
    assert is_right(question, ["C:3", "B:2"])
    for wrong in (["C", "B"], ["C:2", "B:3"], ["B:2"], ["A", "B:2", "C:3"]):
        assert not is_right(question, wrong)
    assert not is_right(question, [])


def test_nobody_may_be_the_right_answer(root: Path) -> None:
    with_delivery(root)
    record(root, A=0, B=0, C=0)
    assert is_right(the_question(root), [])
    assert not is_right(the_question(root), ["A"])


def test_clients_stay_in_their_order_and_the_scenario_stays_here(root: Path) -> None:
    with_delivery(root)
    record(root, A=1, B=0, C=0)
    question = the_question(root)
    for learner in "abcdefgh":
        assert [option.id for option in shuffled(question, learner).options] == ["A", "B", "C"]
    told = json.dumps(question.public())
    assert "shout" in told  # the stem says it in words
    for secret in ("run", "join", "heard", "did not", "true", "not the one"):
        assert secret not in told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('shout "hi"', 'shout "ho"'),
        ("connect A B C", "connect A B C D"),
        ("who news", "who olds"),
        ('B emits join "red"\n', ""),
    ],
)
def test_a_changed_scenario_makes_the_outcome_stale(root: Path, old: str, new: str) -> None:
    with_delivery(root)
    record(root, A=1, B=0, C=0)
    change(root, LESSON, old, new)
    assert [problem.rule for problem in problems(root)] == ["golden-stale"]


def test_a_changed_program_makes_the_outcome_stale_and_other_words_do_not(root: Path) -> None:
    with_delivery(root)
    record(root, A=1, B=0, C=0)
    before = the_question(root).version
    change(root, LESSON, "Who receives", "Who hears")
    assert problems(root) == ()
    assert the_question(root).version != before
    change(root, f"{BUNDLE}/examples/who_hears.py", '"!"', '"?"')
    assert [problem.rule for problem in problems(root)] == ["golden-stale"]


def test_another_outcome_makes_another_question(root: Path) -> None:
    with_delivery(root)
    record(root, A=1, B=0, C=0)
    before = the_question(root).version
    record(root, A=0, B=1, C=0)
    assert the_question(root).version != before


@pytest.mark.parametrize("kept", ["{", "[]", '{"x": {"made_from": "", "heard": {"A": "once"}}}', '{"x": 1}'])
def test_outcomes_that_cannot_be_read_are_reported_in_their_file(root: Path, kept: str) -> None:
    with_delivery(root)
    (root / BUNDLE / "golden").mkdir()
    (root / GOLDEN).write_text(kept)
    assert ("golden-stale", GOLDEN, 1) in [(each.rule, each.file, each.line) for each in problems(root)]


def test_an_outcome_whose_question_is_gone_is_reported(root: Path) -> None:
    with_delivery(root)
    record(root, A=1, B=0, C=0)
    change(root, LESSON, BLOCK, "")
    assert [(each.rule, each.file) for each in problems(root)] == [("golden-stale", GOLDEN)]


DELIVERY_PLANTS = [
    ("delivery-line", 0, "\nrun who_hears", "\nplay who_hears"),
    ("delivery-line", 3, "run who_hears\n", "run\n"),
    ("delivery-line", 3, "run who_hears\n", "run who hears\n"),
    ("delivery-line", 5, 'A emits join "red"\n', 'A sends join "red"\n'),
    ("delivery-line", 4, "connect A B C", "connect A, B, C"),
    ("delivery-line", 9, "who news\n", "who news\nconnect D\n"),
    ("delivery-line", 9, "who news\n", "who news\nwho olds\n"),
    ("delivery-line", 3, "who news\n", ""),
    ("delivery-client", 5, 'A emits join "red"\n', 'D emits join "red"\n'),
    ("delivery-client", 4, "connect A B C", "connect A B B"),
    ("delivery-client", 3, "connect A B C", "connect A"),
    ("delivery-payload", 7, '"hi", "red"', "hi, red"),
    ("example-missing", 3, "run who_hears", "run who_hear"),
    ("question-stem", 0, "A and B are in the room. A emits `shout`. Who receives `news`?\n", ""),
    ("question-reason", 0, "> The room, but not the one who *shouts*.\n", ""),
    ("question-line", 1, "A and B are", "- [x] A and B are"),
    ("question-line", 1, "A and B are", "> A and B are"),
    ("question-kind", 0, "delivery\n", "delivery now\n"),
    ("question-id", 0, "who-hears-news", "Who"),
]


@pytest.mark.parametrize(("rule", "below", "old", "new"), DELIVERY_PLANTS)
def test_a_mistake_is_found_on_its_line(root: Path, rule: str, below: int, old: str, new: str) -> None:
    assert old in BLOCK
    line = with_delivery(root, BLOCK.replace(old, new, 1))
    found = problems(root)
    assert (rule, LESSON, line + below) in [(each.rule, each.file, each.line) for each in found], found
    assert load_course(root).lessons == ()


def test_clients_may_be_elsewhere(root: Path) -> None:
    with_delivery(root, BLOCK.replace("connect A B C", "connect A B\nconnect C in /chat"))
    (delivery,) = load_course(root).lessons[0].deliveries
    assert delivery.scenario.clients[1:] == (ClientSeat("B", "/"), ClientSeat("C", "/chat"))

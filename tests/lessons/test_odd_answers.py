"""Whatever a program answers and emits, a check blames the program: “our side” breaks on nothing that it hears."""

from __future__ import annotations

import dataclasses
from concurrent.futures import Future

import pytest

from tests.stage.exercises import Exercise, Report, Stage, exercises

pytestmark = pytest.mark.programs

# The answers of all handlers, and the data of all emits, are replaced; comings and goings are left alone.
ODD = """
import itertools
import flask_socketio

odd = itertools.cycle([{values}])
handle, emit = flask_socketio.SocketIO._handle_event, flask_socketio.SocketIO.emit


def handle_oddly(self, handler, message, *rest):
    answer = handle(self, handler, message, *rest)
    return answer if message in ("connect", "disconnect") else next(odd)


def emit_oddly(self, event, *args, **options):
    return emit(self, event, next(odd), **options)


flask_socketio.SocketIO._handle_event, flask_socketio.SocketIO.emit = handle_oddly, emit_oddly

"""
VALUES = {
    "nothing": "None",
    "anything": "None, 'odd', [None, 1], {'odd': []}, 1.5, True, b'odd', [], ('a', None)",
}


PAIRS = [(exercise, values) for exercise in exercises() for values in VALUES]


def begin(stage: Stage, exercise: Exercise, values: str) -> Future[Report]:
    solution = exercise.program("solution")
    files = {**solution.files, "server.py": ODD.replace("{values}", VALUES[values]) + solution.files["server.py"]}
    return stage.begin(exercise, f"odd: {values}", dataclasses.replace(solution, files=files))[0]


@pytest.fixture(scope="module", autouse=True)
def begun(stage: Stage, request: pytest.FixtureRequest) -> None:
    """Begin everything that the selected tests look at, side by side: most of it is waiting."""
    for item in request.session.items:
        if isinstance(item, pytest.Function) and item.module is request.module:
            begin(stage, **item.callspec.params)


@pytest.mark.parametrize(("exercise", "values"), PAIRS, ids=str)
def test_odd_answers_are_the_programs_fault(stage: Stage, exercise: Exercise, values: str) -> None:
    report = begin(stage, exercise, values).result()
    assert report.summary.error is None, report
    assert not [result for result in report.results if result.outcome == "error"], report

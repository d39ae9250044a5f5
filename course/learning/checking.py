"""One check: the submitted files in a new sandbox, real clients, results as they come, and an attempt that is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from course.content.pieces import Exercise
from course.grading.model import CheckResult
from course.grading.reports import ReportRelay
from course.learning.actions import Learning
from course.learning.programs import program_of
from course.learning.refused import Refused
from course.program import Files
from course.progress import work
from course.sandbox.host.sandbox import Sandbox
from course.sandbox.model import NOT_THE_PROGRAMS, LearnerException, Mark, Output, Program, StateChange
from course.shares.fair_queue import Share
from course.shares.turns import NoTurn, Turn
from course.wire import TraceRow

TURN_SECONDS = 600.0
"""How long a check waits for its turn; its learner is told the place in line."""
READY_SECONDS = 30.0
"""How long a check waits for a free slot and the program's start."""
BUSY = "The server is busy, so nothing was checked. Try again in a moment."


@dataclass(frozen=True)
class Checked:
    """The result of a check."""

    passed: int
    total: int
    error: Mapping[str, str] | None = None
    """``{"code", "message"}`` when the check itself failed: our fault, so it does not count as an attempt."""


def ask_for_turn(learning: Learning, share: Share, told: Callable[[int], None]) -> Turn:
    """Ask for a turn at the checks; `told` hears the place in line.

    Raises:
        Refused: the learner has one and waits for another, or too many wait.
    """
    try:
        return learning.turns.ask(share, told)
    except NoTurn as refusal:
        raise Refused("check_waiting", str(refusal)) from refusal


def check(
    learning: Learning,
    learner: str,
    slug: str,
    exercise: str,
    files: Files,
    on_result: Callable[[dict[str, Any]], None],
    turn: Turn,
) -> Checked:
    """Check a submission when its turn comes, and keep it as an attempt.

    Blocks until it is done; needs an application context.

    Args:
        learning: the use cases.
        learner: id of the learner.
        slug: of the lesson.
        exercise: of the lesson.
        files: the submission.
        on_result: hears each result as the page draws it, in order.
        turn: was asked for with `ask_for_turn`, and is given back by the caller.

    Raises:
        Refused: the submission can't be run at all.
    """
    found = learning.exercise(slug, exercise)
    program, _ = program_of(files, found.runtime, terminal=found.terminal)
    results: list[dict[str, Any]] = []

    def report(result: CheckResult) -> None:
        results.append(result_json(learning, slug, found, result))
        on_result(results[-1])

    if not turn.wait(TURN_SECONDS):
        raise Refused("busy", BUSY)
    error = _run(learning, learner, found, program, report, turn.share)
    total = max(len(found.tasks), len(results))
    passed = sum(1 for result in results if result["outcome"] == "passed")
    if error is None and any(result["outcome"] == "error" for result in results):
        error = {"code": "check_error", "message": "A check itself went wrong. That is our fault: it costs no attempt."}
    if error is None:
        work.record_attempt(learner, slug, exercise, program.files, results, total)
    return Checked(passed, total, error)


def result_json(learning: Learning, slug: str, exercise: Exercise, result: CheckResult) -> dict[str, Any]:
    """Return a result as the page draws it, with what is known about the mistake that it shows.

    That is ``why_html`` and, if its author named the belief behind it, ``known``: ``{"belief_html", "href",
    "title"}``; the last two belong to the paragraph that corrects it.
    """
    mistake = next((each for each in exercise.mistakes if each.id == result.mistake), None)
    told = {**result.as_json(), "why_html": mistake.why_html if mistake else ""}
    if mistake and mistake.belief_html:
        href = mistake.address if mistake.address.startswith("/") else f"/lessons/{slug}/{mistake.address}"
        told["known"] = {
            "belief_html": mistake.belief_html,
            "href": href,
            "title": _heading(learning, href),
        }
    return told


def _heading(learning: Learning, href: str) -> str:
    """Return the title of the paragraph at an address of the course; its lesson's title when it has none."""
    path, _, anchor = href.partition("#")
    try:
        lesson = learning.lesson(path.strip("/").rpartition("/")[2])
    except Refused:
        return "the lesson"
    return next((heading.title for heading in lesson.headings if heading.id == anchor), lesson.title)


def _run(
    learning: Learning,
    learner: str,
    exercise: Exercise,
    program: Program,
    report: Callable[[CheckResult], None],
    share: Share,
) -> Mapping[str, str] | None:
    """Run every check; return the error if it is ours."""
    notes = ReportRelay()
    sandbox = learning.start(program, learner=learner, purpose="check", watcher=NotingWatcher(notes), share=share)
    try:
        state = sandbox.wait_ready(READY_SECONDS)
        if state.state == "ready":
            summary = learning.grader.run(
                exercise.checks, sandbox.socket_path, on_result=report, notes=notes, timed=exercise.timed
            )
            return {"code": "grader_failed", "message": summary.error} if summary.error else None
        return _never_ready(exercise, sandbox, state, report)
    finally:
        learning.sandboxes.stop(sandbox.id)


def _never_ready(
    exercise: Exercise, sandbox: Sandbox, state: StateChange, report: Callable[[CheckResult], None]
) -> Mapping[str, str] | None:
    """Report why nothing could be checked: the learner's program failed, unless it never had a chance to run."""
    if state.state in ("queued", "starting") or state.code in NOT_THE_PROGRAMS:
        return {"code": "busy", "message": BUSY}
    failed = CheckResult(
        name=exercise.tasks[0].check,
        title="Your server starts",
        outcome="failed",
        message=state.reason.replace("press Run again", "press Check again") or "Your server did not start.",
        expected="a program that reaches socketio.run(app) and listens",
        actual=str(state.error["text"]) if state.error and state.error.get("text") else state.state,
        hint="Press Run: the server log shows the whole traceback.",
    )
    report(failed)
    for task in exercise.tasks[1:]:
        title, message = _words_of(task.html), "This is looked at once your server starts."
        report(CheckResult(name=task.check, title=title, outcome="skipped", message=message))
    return None


def _words_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()


class NotingWatcher:
    """Passes on to the checks what happens to the learner's program, so that they can tell a crash from silence."""

    def __init__(self, notes: ReportRelay) -> None:
        self._notes = notes

    def state_changed(self, sandbox_id: str, change: StateChange) -> None:
        """Note an unexpected end."""
        if change.state in ("crashed", "limited"):
            self._notes.ended(change.reason)

    def output(self, sandbox_id: str, piece: Output) -> None:
        """Do nothing: checks judge what clients see."""

    def exception(self, sandbox_id: str, exception: LearnerException) -> None:
        """Note what was raised."""
        self._notes.exception(
            type=exception.type, message=exception.message, line=exception.line, handler=exception.handler
        )

    def traced(self, sandbox_id: str, rows: list[TraceRow], dropped: int) -> None:
        """Do nothing: the checking clients record their own frames."""

    def inside(self, sandbox_id: str, reports: list[dict[str, Any]], dropped: int) -> None:
        """Do nothing: a check judges what clients see. The program reports nevertheless: it must not know."""

    def marked(self, sandbox_id: str, marks: list[Mark]) -> None:
        """Do nothing: the checking clients do not connect through the gateway."""

    def faults_changed(self, sandbox_id: str, in_force: Mapping[str, Mapping[str, Any]]) -> None:
        """Do nothing, for the same reason."""

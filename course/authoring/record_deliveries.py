"""Plays the scenarios of delivery questions with real clients, and keeps what they heard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from course.authoring.delivery_player import NotPlayed
from course.authoring.players import played
from course.content.golden.deliveries import GOLDEN_FILE, golden_text
from course.content.model import Course, Lesson
from course.content.pieces import Delivery, Scenario

PLAYS = 3
"""How often a scenario is played before its outcome is trusted."""
PLAY_SECONDS = 60.0
"""After this time the clients count as stuck."""


def play(scenario: Scenario, socket_path: Path) -> dict[str, int]:
    """Play a scenario once against the program at a socket; return how often each client heard the event.

    Raises:
        NotPlayed: a client was refused, or an event was not acknowledged.
    """
    wish = {
        "socket": str(socket_path),
        "clients": [[seat.name, seat.namespace] for seat in scenario.clients],
        "emissions": [[each.client, each.event, each.args] for each in scenario.emissions],
        "event": scenario.event,
    }
    answer = played("course.authoring.delivery_player", wish, PLAY_SECONDS)
    return {str(name): int(count) for name, count in answer["heard"].items()}


def settled(heard: Callable[[Scenario], dict[str, int]], scenario: Scenario) -> dict[str, int]:
    """Play a scenario several times with `heard`, and return the outcome.

    Raises:
        NotPlayed: the outcomes differ, or there is none.
    """
    outcomes = [heard(scenario) for _ in range(PLAYS)]
    if any(outcome != outcomes[0] for outcome in outcomes):
        raise NotPlayed("It ends differently from time to time.")
    return outcomes[0]


def keep(course: Course, lesson: Lesson, outcomes: dict[str, dict[str, int]]) -> Path | None:
    """Write what was heard, by question id, into the lesson's folder; return the file, or None without questions.

    Outcomes of questions that are not among `outcomes` are kept as long as they are up to date.
    """
    path = course.root / lesson.folder / GOLDEN_FILE
    kept = {}
    for delivery in lesson.deliveries:
        heard = outcomes.get(delivery.question, delivery.heard)
        if heard is not None:
            kept[delivery.question] = (delivery.scenario, heard)
    if not kept:
        path.unlink(missing_ok=True)
        return None
    path.parent.mkdir(exist_ok=True)
    path.write_text(golden_text(kept), encoding="utf-8")
    return path


def told(heard: dict[str, int]) -> str:
    """Return an outcome in readable form: ``A 1, B 0``."""
    return ", ".join(f"{name} {count}" for name, count in heard.items())


def unplayed(delivery: Delivery, reason: NotPlayed) -> str:
    """Return the message about a question that could not be played."""
    return f"The outcome of “{delivery.question}” can't be computed. {reason}"

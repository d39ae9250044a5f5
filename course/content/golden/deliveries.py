"""Delivery questions: which clients hear an event. The scenario is in the text, its outcome in ``golden/``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course.content.golden.kept import hash_of, read_golden, report_stale
from course.content.pieces import Delivery, Option, Scenario
from course.content.problems import ProblemList

GOLDEN_FILE = "golden/deliveries.json"


def made_from(scenario: Scenario) -> str:
    """Return the hash of everything that a recorded outcome depends on."""
    seats = [[seat.name, seat.namespace] for seat in scenario.clients]
    emissions = [[each.client, each.event, list(each.args)] for each in scenario.emissions]
    return hash_of(scenario.program.source, scenario.program.runtime, seats, emissions, scenario.event)


def golden_text(outcomes: Mapping[str, tuple[Scenario, Mapping[str, int]]]) -> str:
    """Return the text of ``deliveries.json`` for scenarios by question id, each with how often each client heard."""
    kept = {name: {"made_from": made_from(scenario), "heard": heard} for name, (scenario, heard) in outcomes.items()}
    return json.dumps(kept, indent=2) + "\n"


class Golden:
    """The recorded outcomes of the delivery questions of one bundle."""

    def __init__(self, folder: Path, problems: ProblemList) -> None:
        """`problems` collects those of the folder."""
        self.file = problems.beside(f"{problems.file}/{GOLDEN_FILE}")
        self._asked: set[str] = set()
        self._kept = self._read(folder / GOLDEN_FILE)

    def heard(self, question: str, scenario: Scenario, line: int, text: ProblemList) -> Mapping[str, int] | None:
        """Return how often each client heard the event; None, and a problem, when that is not (or no longer) known.

        `text` and `line` say where the question is.
        """
        self._asked.add(question)
        kept = self._kept.get(question)
        names = {seat.name for seat in scenario.clients}
        if kept is None:
            what = f"The outcome of “{question}” was never recorded"
        elif kept["made_from"] != made_from(scenario) or kept["heard"].keys() != names:
            what = f"“{question}” or its program has changed since its outcome was recorded"
        else:
            return {str(name): int(count) for name, count in kept["heard"].items()}
        report_stale(text, line, f"{what}, so the question is not shown.")
        return None

    def report_left_over(self) -> None:
        """Report outcomes of questions that no longer exist."""
        for name in self._kept.keys() - self._asked:
            report_stale(self.file, 1, f"There is no delivery question “{name}” any more.")

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            return read_golden(path, _are_outcomes) or {}
        except ValueError:
            report_stale(self.file, 1, "The recorded outcomes can't be read.")
            return {}


def options_of(delivery: Delivery) -> tuple[Option, ...]:
    """Return an option for each client, in their order; the reason says what happened."""
    heard = delivery.heard or {}
    return tuple(
        Option(seat.name, seat.name, times > 0, f"<p>{_told(seat.name, times)}</p>", times)
        for seat in delivery.scenario.clients
        for times in (heard[seat.name],)
    )


def _told(client: str, count: int) -> str:
    if count == 0:
        return f"{client} did not hear it."
    return f"{client} heard it {({1: 'once', 2: 'twice'}).get(count, f'{count} times')}."


def _are_outcomes(kept: Any) -> bool:
    return isinstance(kept, dict) and all(map(_is_outcome, kept.values()))


def _is_outcome(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("made_from"), str)
        and isinstance(value.get("heard"), dict)
        and all(isinstance(count, int) and count >= 0 for count in value["heard"].values())
    )

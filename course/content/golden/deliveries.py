"""Delivery questions: which clients hear an event. The scenario stands in the text, its outcome in ``golden/``."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.content.pieces import ClientSeat, Delivery, Emission, Option, Scenario
from course.content.problems import Findings

GOLDEN_FILE = "golden/deliveries.json"
RECORD = "Run: flask --app app course record"

_DEFAULT_CLIENTS = ("A", "B", "C")
_STEPS = ("run", "connect", "emits", "who")
"""The kinds of lines, in the order in which they stand."""
_RUN = re.compile(r"^run (\S+) *$")
_CONNECT = re.compile(r"^connect ((?:[A-Z] )*[A-Z])(?: in (/\S+))? *$")
_EMITS = re.compile(r"^([A-Z]) emits (\S+)(?: +(\S.*))?$")
_WHO = re.compile(r"^who (\S+) *$")
_LINES = {"run": _RUN, "connect": _CONNECT, "emits": _EMITS, "who": _WHO}
_FORM = (
    "Write, one a line and in this order: “run example”, if needed “connect A B” or “connect C in /chat”, "
    '“A emits event 1, "two"”, “who event”.'
)


@dataclass
class DeliveryDraft:
    """The lines of a scenario, as they were written."""

    line: int
    """Where the scenario begins."""
    program: str = ""
    program_line: int = 0
    clients: list[ClientSeat] = field(default_factory=list)
    emissions: list[Emission] = field(default_factory=list)
    event: str = ""
    _last: int = -1
    _refused: bool = False
    """A line was reported, so what seems to be missing may be meant by it."""

    def add(self, text: str, number: int, findings: Findings) -> None:
        """Take the next line of the scenario, or report it."""
        before = len(findings.problems)
        self._take(text, number, findings)
        self._refused |= findings.grew_since(before)

    def _take(self, text: str, number: int, findings: Findings) -> None:
        kind, match = next(((kind, found) for kind, form in _LINES.items() if (found := form.match(text))), ("", None))
        if match is None:
            findings.add(number, "delivery-line", f"“{text.strip()}” is no line of a scenario.", _FORM)
            return
        step = _STEPS.index(kind)
        if step < self._last or (step == self._last and kind in ("run", "who")):
            findings.add(number, "delivery-line", f"“{text.strip()}” stands in the wrong place.", _FORM)
            return
        self._last = step
        if kind == "run":
            self.program, self.program_line = match[1], number
        elif kind == "connect":
            self._connect(match[1].split(), match[2] or "/", number, findings)
        elif kind == "emits":
            self._emit(match[1], match[2], match[3] or "", number, findings)
        else:
            self.event = match[1]

    def complete(self, findings: Findings) -> None:
        """Report what the scenario lacks."""
        for kind, there in (("run", self.program), ("emits", self.emissions), ("who", self.event)):
            if not there and not self._refused:
                findings.add(self.line, "delivery-line", f"The scenario has no line with “{kind}”.", _FORM)
        if len(self.seats) < 2:
            fix = "Connect two clients or more: connect A B C"
            findings.add(self.line, "delivery-client", "Only one client is connected: there is nothing to ask.", fix)

    @property
    def seats(self) -> tuple[ClientSeat, ...]:
        """Return the clients that are connected."""
        return tuple(self.clients) or tuple(ClientSeat(name, "/") for name in _DEFAULT_CLIENTS)

    def _connect(self, names: list[str], namespace: str, number: int, findings: Findings) -> None:
        for name in names:
            if any(seat.name == name for seat in self.clients):
                fix = "Give each client one place."
                findings.add(number, "delivery-client", f"{name} is connected already.", fix)
            self.clients.append(ClientSeat(name, namespace))

    def _emit(self, client: str, event: str, payload: str, number: int, findings: Findings) -> None:
        if client not in [seat.name for seat in self.seats]:
            fix = "Connect it, or let one of these emit: " + ", ".join(seat.name for seat in self.seats) + "."
            findings.add(number, "delivery-client", f"{client} is not connected.", fix)
        try:
            args = tuple(json.loads(f"[{payload}]"))
        except json.JSONDecodeError:
            fix = 'Write JSON values with commas between them: "hi", 3, {"a": 1}'
            findings.add(number, "delivery-payload", f"“{payload}” is no payload.", fix)
            return
        self.emissions.append(Emission(client, event, args))


def made_from(scenario: Scenario) -> str:
    """Return the hash of everything that a recorded outcome depends on."""
    seats = [[seat.name, seat.namespace] for seat in scenario.clients]
    emissions = [[each.client, each.event, list(each.args)] for each in scenario.emissions]
    parts = [scenario.program.source, scenario.program.runtime, seats, emissions, scenario.event]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def golden_text(outcomes: Mapping[str, tuple[Scenario, Mapping[str, int]]]) -> str:
    """Return the text of ``deliveries.json`` for scenarios by question id, each with how often each client heard."""
    kept = {name: {"made_from": made_from(scenario), "heard": heard} for name, (scenario, heard) in outcomes.items()}
    return json.dumps(kept, indent=2) + "\n"


class Golden:
    """What was recorded of the deliveries of one bundle."""

    def __init__(self, folder: Path, findings: Findings) -> None:
        """`findings` stands for the folder."""
        self.file = findings.beside(f"{findings.file}/{GOLDEN_FILE}")
        self._asked: set[str] = set()
        self._kept = self._read(folder / GOLDEN_FILE)

    def heard(self, question: str, scenario: Scenario, line: int, text: Findings) -> Mapping[str, int] | None:
        """Return how often each client heard the event; None, and a problem, when that is not known (any more).

        `text` and `line` say where the question stands.
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
        text.warn(line, "golden-stale", f"{what}, so the question is not shown.", f"{RECORD}.")
        return None

    def report_left_over(self) -> None:
        """Report outcomes of questions that are gone."""
        for name in self._kept.keys() - self._asked:
            self.file.warn(1, "golden-stale", f"There is no delivery question “{name}” any more.", f"{RECORD}.")

    def _read(self, path: Path) -> dict[str, Any]:
        if not path.is_file():
            return {}
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = None
        if isinstance(kept, dict) and all(map(_is_outcome, kept.values())):
            return kept
        self.file.warn(1, "golden-stale", "The recorded outcomes can't be read.", f"{RECORD}.")
        return {}


def options_of(delivery: Delivery) -> tuple[Option, ...]:
    """Return a client an option, in their order; the reason says what happened."""
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


def _is_outcome(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("made_from"), str)
        and isinstance(value.get("heard"), dict)
        and all(isinstance(count, int) and count >= 0 for count in value["heard"].values())
    )

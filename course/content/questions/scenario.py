"""Reads the scenario of a delivery question line by line: connected clients, what each emits, what is asked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from course.content.pieces import ClientSeat, Emission
from course.content.problems import ProblemList

_DEFAULT_CLIENTS = ("A", "B", "C")
_STEPS = ("run", "connect", "emits", "who")
"""The kinds of lines, in the order in which they must come."""

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
    """The lines of a scenario, as its author wrote them."""

    line: int
    """Where the scenario begins."""
    program: str = ""
    program_line: int = 0
    clients: list[ClientSeat] = field(default_factory=list)
    emissions: list[Emission] = field(default_factory=list)
    event: str = ""
    _last: int = -1
    _refused: bool = False
    """A line was reported: it may be the one that seems to be missing."""

    def add(self, text: str, number: int, problems: ProblemList) -> None:
        """Take the next line of the scenario, or report it."""
        before = len(problems.found)
        self._take(text, number, problems)
        self._refused |= problems.grew_since(before)

    def _take(self, text: str, number: int, problems: ProblemList) -> None:
        kind, match = next(((kind, found) for kind, form in _LINES.items() if (found := form.match(text))), ("", None))
        if match is None:
            problems.add(number, "delivery-line", f"“{text.strip()}” is no line of a scenario.", _FORM)
            return
        step = _STEPS.index(kind)
        if step < self._last or (step == self._last and kind in ("run", "who")):
            problems.add(number, "delivery-line", f"“{text.strip()}” stands in the wrong place.", _FORM)
            return
        self._last = step
        if kind == "run":
            self.program, self.program_line = match[1], number
        elif kind == "connect":
            self._connect(match[1].split(), match[2] or "/", number, problems)
        elif kind == "emits":
            self._emit(match[1], match[2], match[3] or "", number, problems)
        else:
            self.event = match[1]

    def complete(self, problems: ProblemList) -> None:
        """Report what the scenario lacks."""
        for kind, there in (("run", self.program), ("emits", self.emissions), ("who", self.event)):
            if not there and not self._refused:
                problems.add(self.line, "delivery-line", f"The scenario has no line with “{kind}”.", _FORM)
        if len(self.seats) < 2:
            fix = "Connect two clients or more: connect A B C"
            problems.add(self.line, "delivery-client", "Only one client is connected: there is nothing to ask.", fix)

    @property
    def seats(self) -> tuple[ClientSeat, ...]:
        """Return the clients that are connected."""
        return tuple(self.clients) or tuple(ClientSeat(name, "/") for name in _DEFAULT_CLIENTS)

    def _connect(self, names: list[str], namespace: str, number: int, problems: ProblemList) -> None:
        for name in names:
            if any(seat.name == name for seat in self.clients):
                fix = "Give each client one place."
                problems.add(number, "delivery-client", f"{name} is connected already.", fix)
            self.clients.append(ClientSeat(name, namespace))

    def _emit(self, client: str, event: str, payload: str, number: int, problems: ProblemList) -> None:
        if client not in [seat.name for seat in self.seats]:
            fix = "Connect it, or let one of these emit: " + ", ".join(seat.name for seat in self.seats) + "."
            problems.add(number, "delivery-client", f"{client} is not connected.", fix)
        try:
            args = tuple(json.loads(f"[{payload}]"))
        except json.JSONDecodeError:
            fix = 'Write JSON values with commas between them: "hi", 3, {"a": 1}'
            problems.add(number, "delivery-payload", f"“{payload}” is no payload.", fix)
            return
        self.emissions.append(Emission(client, event, args))

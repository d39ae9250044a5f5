"""Runs to be watched: the scenario is in the text, the trace of a real run in ``golden/``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from course.content.files import files_in
from course.content.golden.kept import hash_of, read_golden, report_stale
from course.content.pieces import Demonstration, Example, WatchKind, WatchStep
from course.content.problems import ProblemList
from course.content.text.scanner import BlockText

TRACE_KEYS = ("rows", "marks", "captions")
LONGEST_WAIT = 10.0
"""Seconds that one step of a recording may last."""

_CONNECT = re.compile(
    r"^connect (?P<names>(?:[A-Z] )*[A-Z])(?: in (?P<namespace>/\S+))?"
    r"(?: over (?P<transport>polling|websocket|upgrade))?(?: with (?P<auth>\S.*))?$"
)
_EMITS = re.compile(r"^(?P<names>[A-Z]) (?P<kind>emits|asks) (?P<event>\S+)(?: +(?P<payload>\S.*))?$")
_ENDS = re.compile(r"^(?P<names>[A-Z]) (?P<kind>leaves|vanishes)$")
_WAIT = re.compile(r"^wait (?P<seconds>\d+(?:\.\d+)?)$")
_FORM = (
    "Write one a line: “> what one sees”, “connect A B”, “connect C in /chat over polling with {…}”, "
    '“A emits event 1, "two"”, “A asks event”, “A leaves”, “A vanishes”, “wait 2”.'
)


def golden_file(name: str) -> str:
    """Return where the recording of an example's demonstration is kept, relative to the lesson's folder."""
    return f"golden/watch-{name}.json"


def made_from(demonstration: Demonstration) -> str:
    """Return the hash of everything that a recording depends on."""
    program = demonstration.program
    steps = [asdict(step) for step in demonstration.steps]
    return hash_of(program.source, program.runtime, demonstration.title, steps)


def golden_text(demonstration: Demonstration, trace: Mapping[str, Any]) -> str:
    """Return the text of a recording: a row, a mark or a caption a line."""
    parts = [f'"made_from": {json.dumps(made_from(demonstration))}', f'"title": {_json(demonstration.title)}']
    for key in TRACE_KEYS:
        lines = ",\n  ".join(_json(item) for item in trace[key])
        parts.append(f'"{key}": [\n  {lines}\n ]' if lines else f'"{key}": []')
    return "{\n " + ",\n ".join(parts) + "\n}\n"


class DemonstrationReader:
    """Reads the watch blocks of one lesson."""

    def __init__(
        self, folder: Path, here: ProblemList, text: ProblemList, program: Callable[[str, int], Example | None]
    ) -> None:
        """`here` is the folder's list, `text` that of lesson.md; `program` returns an example, or reports that line."""
        self._folder, self._here, self._text, self._program = folder, here, text, program
        self.demonstrations: list[Demonstration] = []

    def read(self, block: BlockText) -> Demonstration | None:
        """Return the demonstration, or None while it is wrong or not recorded."""
        before = len(self._text.found)
        draft = _Draft(self._text)
        for number, line in enumerate(block.text.split("\n"), block.line + 1):
            draft.add(line.strip(), number)
        draft.complete(block.line)
        program = self._program(block.words[0], block.line)
        if program is None or self._text.grew_since(before):
            return None
        found = Demonstration(program.id, draft.title, program, tuple(draft.steps), block.line, None)
        found = Demonstration(**{**vars(found), "trace": self._recorded(found)})
        self.demonstrations.append(found)
        return found if found.trace is not None else None

    def report_left_over(self) -> None:
        """Report recordings of demonstrations that no longer exist."""
        asked = {golden_file(each.name) for each in self.demonstrations}
        for path in files_in(self._folder / "golden", "watch-*.json"):
            if f"golden/{path.name}" not in asked and not self._text.found:
                file = self._here.beside(f"{self._here.file}/golden/{path.name}")
                report_stale(file, 1, "No text lets this be watched any more.")

    def _recorded(self, found: Demonstration) -> Mapping[str, Any] | None:
        try:
            kept = read_golden(self._folder / golden_file(found.name), _is_trace)
        except ValueError:
            kept = None
        if kept is None:
            what = "was never recorded"
        elif kept.get("made_from") != made_from(found):
            what = "or its program has changed since it was recorded"
        else:
            return {key: kept[key] for key in TRACE_KEYS}
        report_stale(self._text, found.line, f"“{found.title}” {what}, so it is not shown.")
        return None


class _Draft:
    """The lines of a block, as its author wrote them."""

    def __init__(self, problems: ProblemList) -> None:
        self.problems = problems
        self.title = ""
        self.steps: list[WatchStep] = []
        self._present: set[str] = set()

    def add(self, line: str, number: int) -> None:
        """Take the next line, or report it."""
        if not line:
            return
        step = self._step(line, number)
        if step is not None:
            self.steps.append(step)
        elif not self.title and not self.steps:
            self.title = line
        elif not self.problems.found or self.problems.found[-1].line != number:
            self.problems.add(number, "watch-line", f"“{line}” is no line of a demonstration.", _FORM)

    def complete(self, line: int) -> None:
        """Report what is missing."""
        if not self.title:
            fix = "Write a title on the first line of the block."
            self.problems.add(line, "watch-line", "The demonstration has no title.", fix)
        if not any(step.kind == "connect" for step in self.steps):
            self.problems.add(line, "watch-line", "In the demonstration nobody connects.", _FORM)
        if not any(step.kind == "say" for step in self.steps):
            self.problems.add(line, "watch-line", "Nothing is said about what one sees.", _FORM)

    def _step(self, line: str, number: int) -> WatchStep | None:
        if line.startswith("> "):
            return WatchStep("say", text=line[2:].strip())
        if found := _CONNECT.match(line):
            return self._connect(found, number)
        if found := _EMITS.match(line):
            args = self._json(f"[{found['payload'] or ''}]", found["payload"] or "", number)
            self._must_be_there(found["names"], number)
            kind: WatchKind = "emits" if found["kind"] == "emits" else "asks"
            return WatchStep(kind, (found["names"],), event=found["event"], args=tuple(args or ()))
        if found := _ENDS.match(line):
            self._must_be_there(found["names"], number)
            self._present.discard(found["names"])
            return WatchStep("leaves" if found["kind"] == "leaves" else "vanishes", (found["names"],))
        if (found := _WAIT.match(line)) and float(found["seconds"]) <= LONGEST_WAIT:
            return WatchStep("wait", seconds=float(found["seconds"]))
        return None

    def _connect(self, found: re.Match[str], number: int) -> WatchStep:
        names = tuple(found["names"].split())
        for name in names:
            if name in self._present:
                self.problems.add(number, "watch-client", f"{name} is connected already.", "Let it leave first.")
            self._present.add(name)
        auth = self._json(found["auth"], found["auth"], number) if found["auth"] else None
        return WatchStep(
            "connect",
            names,
            namespace=found["namespace"] or "/",
            transport=found["transport"] or "websocket",
            auth=auth,
        )

    def _must_be_there(self, name: str, number: int) -> None:
        if name not in self._present:
            self.problems.add(number, "watch-client", f"{name} is not connected.", f"Write “connect {name}” above.")

    def _json(self, text: str, shown: str, number: int) -> Any:
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            fix = 'Write JSON values with commas between them: "hi", 3, {"a": 1}'
            self.problems.add(number, "watch-payload", f"“{shown}” is no payload.", fix)
            return None


def _is_trace(kept: Any) -> bool:
    return isinstance(kept, dict) and all(isinstance(kept.get(key), list) for key in TRACE_KEYS)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

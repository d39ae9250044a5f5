"""Every attack, and the table "case, layer, expected, seen"."""

from collections.abc import Iterable
from typing import NamedTuple

from tests.sandbox.attacks import (
    on_arguments,
    on_files,
    on_gevent,
    on_other_sandboxes,
    on_processes,
    on_resources,
    on_secrets,
    on_signals,
    on_sockets,
    on_the_interpreter,
)

ATTACKS = (
    *on_files.ATTACKS,
    *on_secrets.ATTACKS,
    *on_sockets.ATTACKS,
    *on_processes.ATTACKS,
    *on_signals.ATTACKS,
    *on_arguments.ATTACKS,
    *on_resources.ATTACKS,
    *on_the_interpreter.ATTACKS,
    *on_other_sandboxes.ATTACKS,
    *on_gevent.ATTACKS,
)


class Line(NamedTuple):
    """One attack and what came of it."""

    group: str
    name: str
    layer: str
    expected: str
    seen: str

    @property
    def held(self) -> bool:
        return self.seen == self.expected


def as_markdown(lines: Iterable[Line]) -> str:
    """Return the lines as one table for each group."""
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.group, []).append(line)
    parts = []
    for group, members in grouped.items():
        held = sum(line.held for line in members)
        parts += [f"\n## {group.capitalize()}: {held} of {len(members)} held\n"]
        parts += ["| case | layer that refuses | expected | seen |", "|---|---|---|---|"]
        parts += [f"| {line.name} | {line.layer} | {line.expected} | {line.seen} |" for line in members]
    return "\n".join(parts) + "\n"

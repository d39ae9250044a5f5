"""Every attack, and the table "case, layer, expected, seen"."""

import os
from collections.abc import Iterable
from typing import NamedTuple

from tests.sandbox.attacks import (
    on_arguments,
    on_claims,
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
    *on_claims.ATTACKS,
    *on_other_sandboxes.ATTACKS,
    *on_gevent.ATTACKS,
)


MODES = ("root", "ordinary user")
"""As whom the site runs."""


def this_mode() -> str:
    """Return as whom this process runs."""
    return MODES[0] if os.geteuid() == 0 else MODES[1]


class Line(NamedTuple):
    """One attack and what came of it."""

    group: str
    name: str
    layer: str
    expected: str
    seen: str
    mode: str

    @property
    def held(self) -> bool:
        return self.seen == self.expected


def as_markdown(lines: Iterable[Line]) -> str:
    """Return the lines as one table for each group, a row for each case, a column for each mode that was tried."""
    grouped: dict[str, dict[str, list[Line]]] = {}
    for line in lines:
        grouped.setdefault(line.group, {}).setdefault(line.name, []).append(line)
    parts = []
    for group, cases in grouped.items():
        modes = [mode for mode in MODES if any(line.mode == mode for tries in cases.values() for line in tries)]
        held = sum(all(line.held for line in tries) for tries in cases.values())
        parts += [f"\n## {group.capitalize()}: {held} of {len(cases)} held\n"]
        parts += [f"| case | layer that refuses | expected | {' | '.join(f'seen as {mode}' for mode in modes)} |"]
        parts += ["|---" * (3 + len(modes)) + "|"]
        for name, tries in cases.items():
            seen = " | ".join(next((line.seen for line in tries if line.mode == mode), "") for mode in modes)
            parts += [f"| {name} | {tries[0].layer} | {tries[0].expected} | {seen} |"]
    return "\n".join(parts) + "\n"

"""Exhibits: what a lesson can show beside text and programs, drawn by ``templates/exhibits/<name>.html``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ExhibitKind:
    """What must follow an exhibit's name."""

    needs_example: bool
    """Whether it runs a program of the lesson, whose name comes first."""
    takes_events: bool = False
    """Whether names of the program's events may follow."""


EXHIBITS: Mapping[str, ExhibitKind] = {
    "race": ExhibitKind(needs_example=True),
    "latency": ExhibitKind(needs_example=True, takes_events=True),
    "handshake": ExhibitKind(needs_example=False),
    "layers": ExhibitKind(needs_example=False),
    "phone-line": ExhibitKind(needs_example=False),
}
"""Every exhibit that the site can draw."""

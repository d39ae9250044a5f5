"""docs/authoring.md shows every call that a ``checks.py`` may make, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course.grading import author

GUIDE = (Path(__file__).resolve().parents[2] / "docs/authoring.md").read_text()
OWN_USE = {
    author.Server: {"close", "others", "recording", "reports", "started", "stopped"},
    author.Client: {
        *("fence", "name", "nothing_came", "open", "patience", "refusal", "sio", "took", "wait_for", "wait_patiently"),
        *("ask_later", "wait_answered"),
    },
    author.Latency: set(),
    author.Answer: {"acknowledge", "asked_at", "client", "ended_at", "event", "give_up"},
    author.Received: {"client"},
    author.Refusal: {"name"},
    author.HttpAnswer: {"asked_at", "request", "server"},
}
"""Public members that other modules of ours call; checks.py has no need of them."""
SPOKEN_OF = {author.Server: "server", author.Client: r"\w+"}
"""How the guide's examples call the object, where they write it in front of the member."""


@pytest.mark.parametrize("name", author.__all__)
def test_every_name_that_may_be_imported_is_in_the_guide(name: str) -> None:
    assert re.search(rf"\b{name}\b", GUIDE)


@pytest.mark.parametrize("kind", OWN_USE, ids=lambda kind: kind.__name__)
def test_every_member_is_in_the_guide(kind: type) -> None:
    said = SPOKEN_OF.get(kind, "")
    members = {name for name in (*dir(kind), *getattr(kind, "__annotations__", ())) if not name.startswith("_")}
    missing = [name for name in members - OWN_USE[kind] if not re.search(rf"`{said}\.{name}\b", GUIDE)]
    assert not missing


def test_the_guide_shows_no_call_that_does_not_exist() -> None:
    section = GUIDE.split("## checks.py")[1].split("\n## ")[0]
    called = re.findall(r"`(\w+)\.(\w+)\(", section)
    assert called
    for subject, name in called:
        kind = {"server": author.Server}.get(subject, author.Client)
        assert hasattr(kind, name), f"{subject}.{name}"

"""docs/authoring.md shows every call that a ``checks.py`` may make, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from course.grading import author

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/authoring.md").read_text()
OWN_USE = {
    author.Server: {"close", "others", "recording", "reports", "settle", "started", "stopped"},
    author.Client: {
        *("name", "nothing_came", "open", "patience", "refusal", "sio", "took", "wait_for", "wait_patiently"),
        *("ask_later", "dropped", "fence_later", "pointer", "wait_answered"),
    },
    author.Latency: set(),
    author.Answer: {"acknowledge", "asked_at", "client", "ended_at", "event", "give_up", "pointer"},
    author.Received: {"client", "pointer"},
    author.Refusal: {"name", "pointer"},
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


def test_checks_import_from_one_place_only() -> None:
    files = sorted((ROOT / "lessons").rglob("checks.py"))
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert files
    assert {name for name in imported if name.split(".")[0] in ("course", "tests")} == {"course.grading.author"}


def test_the_guide_shows_no_call_that_does_not_exist() -> None:
    section = GUIDE.split("## checks.py")[1].split("\n## ")[0]
    called = re.findall(r"`(\w+)\.(\w+)\(", section)
    assert called
    for subject, name in called:
        kind = {"server": author.Server}.get(subject, author.Client)
        assert hasattr(kind, name), f"{subject}.{name}"

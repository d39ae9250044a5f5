"""The style sheets say what pages need, and say it once."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))

HIGHLIGHTER = "syntax.css"
"""Its classes come from Pygments."""
NOT_IN_THE_SOURCE = re.compile(r"cm-|(ava|lane)-[a-h]$")
"""Classes that CodeMirror gives its own parts, and those that end with the letter of a client."""

# Each of these stands for what its neighbours say too, and for nothing they have in common.
ALIKE_BY_CHANCE = {".lower", ".ran", ".way a span", ".check-outcome", ".seq-table", "check-results > .checks"}
# A step or a mark takes its colours after its own hover and states, so it cannot say them together with the others.
IN_ITS_PLACE = {".primary", ".steps a[aria-current]", ".steps .is-done a", ".task.is-done .mark"}
# map.css comes to the map alone.
ON_THE_MAP = {".path .is-begun .no, .path .is-next .no", ".path .is-done .no"}


def rules(sheet: Path) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Return (the at-rules around it, selector, declarations) of every rule."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    around: list[str] = []
    held = ""
    for piece in re.split(r"((?:\"[^\"]*\"|[^{};\"])*[{};])", text):
        held = piece[:-1] if piece else held
        if piece.endswith("{"):
            around.append(" ".join(held.split()))
        elif piece.endswith(";") and around:
            around[-1] += f"\n{' '.join(held.split())}"
        elif piece.endswith("}"):
            selector, *declared = (around.pop() + ("\n" + " ".join(held.split()) if held.strip() else "")).split("\n")
            if declared and not selector.startswith("@"):
                yield " ".join(name for name in around), selector, frozenset(declared)


def everything_that_makes_markup() -> str:
    found = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/js/**/*.js"), *ROOT.glob("course/**/*.py")]
    return "\n".join(file.read_text() for file in found)


def test_every_class_is_used() -> None:
    """A name that is put together, as `is-${state}`, counts where both its parts are words of the source."""
    source = everything_that_makes_markup()
    words = set(re.findall(r"[\w-]+", source))
    beginnings = set(re.findall(r"([a-z]+-)(?:\$\{|\{)", source))
    known = words | {beginning + word for beginning in beginnings for word in words}
    unused = {
        f"{sheet.name}: .{name}"
        for sheet in SHEETS
        if sheet.name != HIGHLIGHTER
        for _, selector, _ in rules(sheet)
        for name in re.findall(r"\.(-?[A-Za-z_][\w-]*)", selector)
        if name not in known and not NOT_IN_THE_SOURCE.match(name)
    }
    assert not unused


def test_no_rule_stands_twice() -> None:
    seen: dict[tuple[str, frozenset[str]], list[str]] = {}
    for sheet in SHEETS:
        for around, selector, declared in rules(sheet):
            if len(declared) > 2:
                seen.setdefault((around, declared), []).append(selector)
    allowed = ALIKE_BY_CHANCE | IN_ITS_PLACE | ON_THE_MAP
    twice = [selectors for selectors in seen.values() if len(selectors) > 1 and not set(selectors) <= allowed]
    assert not twice

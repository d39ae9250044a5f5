"""The page that says which fault is found by which test."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from dev.planted_faults.fault import Fault

HEAD = """# Planted faults

Each line is a small mistake that somebody could make. `make planted` makes them one after the other in a copy of the
tree and runs the tests that must find them: a suite that is made faster, moved or tidied up has to find them all.
`make planted ARGS="id …"` tries some of them; what it says goes into this table.

*Before* is what the suite said when the faults were written, *after* what it says now. A fault that no test found then
got a test.

"""
_ROW = re.compile(r"^\| `([a-z0-9-]+)`: .* \| ([^|]+) \|$")


def page(faults: Sequence[Fault], where: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return the whole page.

    Args:
        faults: in the order of the table.
        where: by the fault's id, the file that it belongs in.
        after: by the fault's id, the present result of the suite.
    """
    lines = [HEAD.rstrip("\n"), ""]
    for area in dict.fromkeys(fault.area for fault in faults):
        lines += [
            f"## {area.replace('_', ' ').capitalize()}",
            "",
            "| fault | where | test that goes red | before | after |",
            "|---|---|---|---|---|",
        ]
        for fault in (each for each in faults if each.area == area):
            tests = "<br>".join(f"`{test}`" for test in fault.tests)
            cells = (
                f"`{fault.id}`: {fault.wrong}",
                f"`{where[fault.id]}`",
                tests,
                fault.before,
                after.get(fault.id, "not run"),
            )
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    found = sum(1 for fault in faults if after.get(fault.id) == "red")
    lines.append(f"{len(faults)} faults, {found} found; before: {sum(1 for fault in faults if fault.before == 'red')}.")
    return "\n".join(lines) + "\n"


def known(file: Path) -> dict[str, str]:
    """Return what the page says now about each fault: id → the last column."""
    if not file.is_file():
        return {}
    rows = (_ROW.match(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {row[1]: row[2] for row in rows if row}

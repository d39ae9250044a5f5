"""A planted fault: one wrong line, and the tests that must find it.

To write one: choose a piece of one statement that is short enough to survive reformatting (no comma at the end of a
list, no braces that a formatter decides about), say in one sentence what somebody would notice, and name the
narrowest test that should go red. Then ``make planted ARGS=its-id``. If it stays green, write the test that finds it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Fault:
    """One small mistake that somebody could make, written down as data in one of the TOML files of this folder."""

    id: str
    area: str
    """The name of its file, without its suffix."""
    wrong: str
    """What is wrong with it, in one sentence."""
    find: str
    """A piece of one statement that occurs once in the product, whatever its white space."""
    replace: str
    tests: tuple[str, ...]
    """Each of these must go red. Their names are those of `dev.planted_faults.named_tests`."""
    before: str = "red"
    """The result of the suite before it was made faster: ``red``, or ``not found``."""


def read_faults(folder: Path = HERE) -> list[Fault]:
    """Return every fault of the TOML files in `folder`, area by area.

    Raises:
        TypeError: a fault has a key too many or too few.
    """
    return [
        Fault(area=file.stem, **{**given, "tests": tuple(given.get("tests", ()))})
        for file in sorted(folder.glob("*.toml"))
        for given in tomllib.loads(file.read_text(encoding="utf-8"))["fault"]
    ]

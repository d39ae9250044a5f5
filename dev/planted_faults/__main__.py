"""Plant each fault in a copy of the tree and see which tests find it: ``python -m dev.planted_faults [id …]``.

Ends with status 1 when a fault was not found, or when one of its tests is red without it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.planted_faults.fault import ROOT, Fault, read_faults
from dev.planted_faults.named_tests import NamedTest, NamedTests, NoSuchTest
from dev.planted_faults.snippet import Product
from dev.planted_faults.table import known, page
from dev.planted_faults.trial import Trial, Unusable, needs_building

TABLE = ROOT / "docs" / "planted-faults.md"


@dataclass(frozen=True)
class Planting:
    """A fault, the file of the copy it belongs in, and the tests that must find it there."""

    fault: Fault
    file: Path
    text: str
    tests: tuple[NamedTest, ...]


def main() -> int:
    """Run the command line, and return the exit status."""
    parser = argparse.ArgumentParser(prog="make planted", description=__doc__)
    parser.add_argument("ids", nargs="*", help="only these; without any, all")
    parser.add_argument("--trust", action="store_true", help="do not first see the tests green without a fault")
    chosen = parser.parse_args()
    faults = read_faults()
    if unknown := set(chosen.ids) - {fault.id for fault in faults}:
        parser.error(f"there is no fault {', '.join(sorted(unknown))}")
    trial, said = Trial(ROOT), dict[str, str]()
    try:
        tree, tests = Product(trial.root), NamedTests(trial.root)
        where = {fault.id: ", ".join(place_in(trial.root, tree, fault)) for fault in faults}
        plantings = [planting(fault, tree, tests) for fault in faults if fault.id in (chosen.ids or where)]
        unsound = set() if chosen.trust else red_without_a_fault(trial, plantings)
        for each in plantings:
            said[each.fault.id] = outcome(trial, each, unsound)
            TABLE.write_text(page(faults, where, {**known(TABLE), **said}), encoding="utf-8")
    finally:
        trial.close()
    missed = [name for name, what in said.items() if what != "red"]
    print(f"\n{len(said) - len(missed)} of {len(said)} faults were found." + "".join(f"\n  {name}" for name in missed))
    return 1 if missed else 0


def place_in(root: Path, tree: Product, fault: Fault) -> list[str]:
    """Return the files that a fault fits into, relative to the root of the tree."""
    return [file.relative_to(root).as_posix() for file in tree.places(fault.find)]


def planting(fault: Fault, tree: Product, tests: NamedTests) -> Planting:
    """Return what has to be done for a fault.

    Raises:
        SystemExit: it applies nowhere or in several places, or a test of it is gone.
    """
    places = tree.places(fault.find)
    if len(places) != 1:
        raise SystemExit(f"{fault.id}: what it looks for stands in {len(places)} places.")
    try:
        found = tuple(tests.find(name) for name in fault.tests)
    except NoSuchTest as missing:
        raise SystemExit(f"{fault.id}: {missing}.") from missing
    return Planting(fault, places[0], tree.with_fault(places[0], fault.find, fault.replace), found)


def red_without_a_fault(trial: Trial, plantings: Sequence[Planting]) -> set[NamedTest]:
    """Run every test in question once, and return those that are red already: they can't find anything."""
    tests = list(dict.fromkeys(test for each in plantings for test in each.tests))
    begun = time.monotonic()
    red = trial.red(tests)
    print(f"{len(tests)} tests without a fault, {len(red)} of them red: {time.monotonic() - begun:.0f} s", flush=True)
    for test in sorted(red, key=lambda each: each.name):
        print(f"  {test.name}")
    return red


def outcome(trial: Trial, each: Planting, unsound: set[NamedTest]) -> str:
    """Plant one fault, run its tests, and return the result in words; print it, too."""
    begun = time.monotonic()
    try:
        with trial.planted(each.file, each.text, build=needs_building(each.file, each.tests)):
            green = set(each.tests) - trial.red(each.tests)
        blind = unsound & set(each.tests)
        said = "GREEN (not found)" if green else "red without the fault, too" if blind else "red"
    except Unusable as trouble:
        green, said = set(), f"not run: {str(trouble).splitlines()[-1]}"
    print(f"{said:<18} {each.fault.id:<44} {time.monotonic() - begun:5.1f} s", flush=True)
    for test in sorted(green, key=lambda test: test.name):
        print(f"{'':<18}   {test.name}", flush=True)
    return said


if __name__ == "__main__":
    sys.exit(main())

"""Every planted fault can still be planted; `make planted` sees whether the suite finds it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dev.planted_faults.fault import HERE, ROOT, Fault, read_faults
from dev.planted_faults.named_tests import NamedTests, NoSuchTest
from dev.planted_faults.snippet import Product, replaced, squeezed
from dev.planted_faults.table import known, page

FAULTS = read_faults()


def test_there_are_enough_of_them_and_each_has_a_name_of_its_own() -> None:
    assert len(FAULTS) >= 60
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)
    assert len({squeezed(fault.find) for fault in FAULTS}) == len(FAULTS)
    for fault in FAULTS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", fault.id)
        assert fault.wrong.endswith(".") and fault.tests, fault.id
        assert squeezed(fault.find) != squeezed(fault.replace), fault.id
        assert fault.before in ("red", "not found"), fault.id


def test_every_fault_applies_in_one_place() -> None:
    product = Product(ROOT)
    places = {fault.id: len(product.places(fault.find)) for fault in FAULTS}
    assert {name: count for name, count in places.items() if count != 1} == {}


def test_every_test_that_must_go_red_exists() -> None:
    tests, missing = NamedTests(ROOT), []
    for fault in FAULTS:
        for name in fault.tests:
            try:
                tests.find(name)
            except NoSuchTest as why:
                missing.append(f"{fault.id}: {why}")
    assert missing == []


def test_the_page_lists_every_fault() -> None:
    listed = known(ROOT / "docs" / "planted-faults.md")
    assert listed.keys() == {fault.id for fault in FAULTS}, "run: make planted"
    assert {name: said for name, said in listed.items() if said != "red"} == {}


@pytest.mark.parametrize(
    ("text", "planted"),
    [
        ("if a and b:\n    go()\n", "if True:\n    go()\n"),
        ("if (\n    a\n    and b\n):\n    go()\n", "if (\n    True\n):\n    go()\n"),
    ],
    ids=["on one line", "on several"],
)
def test_a_fault_is_planted_whatever_the_layout(text: str, planted: str) -> None:
    assert replaced(text, "a and  b", "True") == planted


def test_a_name_that_several_tests_have_is_refused(tmp_path: Path) -> None:
    for stem in ("test_one", "test_two"):
        (tmp_path / "tests").mkdir(exist_ok=True)
        (tmp_path / "tests" / f"{stem}.py").write_text("class TestIt:\n    def test_x(self):\n        pass\n")
    tests = NamedTests(tmp_path)
    assert tests.find("test_two::test_x[case]").node == "TestIt::test_x[case]"
    for name in ("test_x", "test_y", "test_one::test_y", "no name", "none.test.mjs"):
        with pytest.raises(NoSuchTest):
            tests.find(name)


def test_the_page_can_be_read_back(tmp_path: Path) -> None:
    fault = Fault("a-b", "gateway", "It is | wrong.", "x", "y", ("test_x",))
    file = tmp_path / "page.md"
    file.write_text(page([fault], {"a-b": "course/x.py"}, {"a-b": "red"}))
    assert known(file) == {"a-b": "red"}
    assert HERE.name in (ROOT / "Makefile").read_text()

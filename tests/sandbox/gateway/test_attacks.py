"""Every attack on the gateway ends as the attack table says, and everybody else is still served."""

import pytest

from tests.sandbox.attacks.gateway_cases import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_withstands(front, case):
    assert case.attempt(front) == case.expected
    assert front.state("nobody")["rows"] == []
    assert front.request("GET", "/seen", client="B").status == 200


def test_the_names_of_the_attacks_are_unique():
    assert len({case.name for case in CASES}) == len(CASES)

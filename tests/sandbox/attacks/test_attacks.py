"""Every attack on the sandbox ends as the attack table says, and everybody else is still served."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.sandbox.attacks.arena import Arena
from tests.sandbox.attacks.attack import GROUPS, Attack
from tests.sandbox.attacks.table import ATTACKS, Line, as_markdown

pytestmark = [pytest.mark.programs, pytest.mark.both_modes]


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with Arena(tmp_path_factory.mktemp("arena")) as arena:
        yield arena


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.group}: {attack.name}")
def test_it_is_refused(arena: Arena, attack: Attack) -> None:
    assert arena.attack(attack) == attack.expected
    assert arena.harm() == ""


def test_there_are_several_attacks_in_every_group_and_each_has_a_name() -> None:
    per_group = Counter(attack.group for attack in ATTACKS)
    assert set(per_group) == set(GROUPS) - {"gateway"}
    assert min(per_group.values()) >= 3
    assert len({(attack.group, attack.name) for attack in ATTACKS}) == len(ATTACKS) >= 40


def test_the_canary_is_there_to_be_found(arena: Arena) -> None:
    # Were it not in this process, the searches for it would prove nothing.
    import os
    import re

    from tests.sandbox.attacks.arena import CANARY, PATTERN

    assert re.fullmatch(PATTERN, os.environ[CANARY])


def test_the_page_has_a_row_for_each_case_and_a_column_for_each_mode() -> None:
    lines = [
        Line("signals", "kill", "seccomp", "EPERM", "EPERM", "root"),
        Line("signals", "wait", "seccomp", "EPERM", "EPERM", "root"),
        Line("signals", "kill", "seccomp", "EPERM", "it worked", "ordinary user"),
        Line("signals", "wait", "seccomp", "EPERM", "EPERM", "ordinary user"),
        Line("gateway", "shout", "gateway", "400", "400", "root"),
    ]
    assert as_markdown(lines).splitlines() == [
        "",
        "## Signals: 1 of 2 held",
        "",
        "| case | layer that refuses | expected | seen as root | seen as ordinary user |",
        "|---|---|---|---|---|",
        "| kill | seccomp | EPERM | EPERM | it worked |",
        "| wait | seccomp | EPERM | EPERM | EPERM |",
        "",
        "## Gateway: 1 of 1 held",
        "",
        "| case | layer that refuses | expected | seen as root |",
        "|---|---|---|---|",
        "| shout | gateway | 400 | 400 |",
    ]

"""Who counts as one address, whatever a web server or a proxy writes there."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course.shares.addresses import HERE, UNKNOWN, neighbourhood
from tests.stage.cases import cases


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:4321", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", HERE),
        ("::1", HERE),
        ("::ffff:127.0.0.9", HERE),
        ("", HERE),
        (None, HERE),
        ("unknown", UNKNOWN),
        ("203.0.113.7, 198.51.100.1", UNKNOWN),
        ("203.0.113.0/24", UNKNOWN),
    ],
)
def test_an_address_is_one_neighbour(text: str | None, name: str) -> None:
    assert neighbourhood(text) == name


@given(st.text(max_size=100))
@example("[")
@example("[[::1]]")
def test_any_text_is_somebody(text: str) -> None:
    assert neighbourhood(text)


def test_all_of_a_customers_ipv6_addresses_are_one() -> None:
    names = {neighbourhood(f"2001:db8:0:1::{number:x}") for number in range(cases(1000))}
    assert names == {"2001:db8:0:1::/64"}

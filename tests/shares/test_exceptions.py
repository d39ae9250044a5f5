"""An operator's exceptions are read whole or refused by name; each ends by itself."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.shares.addresses import parsed
from course.shares.exceptions import ExceptionRefused, excepted, read_exceptions

WORKSHOP = "203.0.113.0/24 until 2027-01-31, 2001:db8::/48 until 2027-02-01"


@pytest.mark.parametrize(
    ("address", "day", "is_excepted"),
    [
        ("203.0.113.9", date(2027, 1, 31), True),
        ("203.0.113.9", date(2027, 2, 1), False),
        ("203.0.114.9", date(2027, 1, 1), False),
        ("::ffff:203.0.113.9", date(2027, 1, 1), True),
        ("2001:db8:0:7::9", date(2027, 2, 1), True),
        ("2001:db8:1::9", date(2027, 2, 1), False),
        ("nobody", date(2027, 1, 1), False),
    ],
)
def test_an_exception_holds_for_its_network_until_its_day_is_over(address: str, day: date, is_excepted: bool) -> None:
    assert excepted(read_exceptions(WORKSHOP), parsed(address), day) is is_excepted


def test_nothing_written_is_no_exception_and_a_past_one_is_no_mistake() -> None:
    assert read_exceptions("") == read_exceptions(" , ") == ()
    assert len(read_exceptions("203.0.113.7 until 2001-01-01,")) == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("203.0.113.0/24 till 2027-01-31", "till"),
        ("203.0.113.7/24 until 2027-01-31", "203.0.113.7/24"),
        ("school.example until 2027-01-31", "school.example"),
        ("203.0.113.0/24 until 2027-02-30", "2027-02-30"),
        ("203.0.113.0/24 until tomorrow", "tomorrow"),
        ("2001:db8::1 until 2027-01-31", "2001:db8::1"),
        (f"{WORKSHOP}, everybody", "everybody"),
    ],
)
def test_a_wrong_entry_is_refused_by_name_with_how_one_is_written(text: str, named: str) -> None:
    with pytest.raises(ExceptionRefused, match=named) as refused:
        read_exceptions(text)
    assert "until 2027-01-31" in str(refused.value)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_exceptions(text)
    except ExceptionRefused:
        pass

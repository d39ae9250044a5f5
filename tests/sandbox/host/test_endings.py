"""Why a sandbox has ended: what the site saw, and only then what the program says."""

import signal

import pytest

from course.sandbox.host.control_messages import END_CODES, EndDescribed
from course.sandbox.host.endings import ending_of
from course.sandbox.limits import Limits

SIGNALS = {signal.SIGXCPU: ("limited", "cpu"), signal.SIGSYS: ("crashed", "forbidden")}


@pytest.mark.parametrize("code", sorted(END_CODES))
@pytest.mark.parametrize("exit_code", [None, 0, 1, 70, 255, -1, -9, -11, -24, -31, -34, -64, -99])
def test_a_description_counts_only_where_the_process_has_left_by_itself(exit_code: int | None, code: str) -> None:
    ending = ending_of(exit_code, EndDescribed(code, "In my own words.", None), Limits())
    if exit_code is None or exit_code >= 0:
        assert (ending.code, ending.reason) == (code, "In my own words.")
        assert ending.state == ("limited" if code == "memory" else "crashed")
    else:
        seen = {-number: end for number, end in SIGNALS.items()}.get(exit_code, ("crashed", "killed"))
        assert (ending.state, ending.code) == seen
        assert ending == ending_of(exit_code, None, Limits())


@pytest.mark.parametrize("exit_code", [None, 0, 1])
def test_who_says_nothing_has_ended_by_itself(exit_code: int | None) -> None:
    assert ending_of(exit_code, None, Limits()).code == "exited"

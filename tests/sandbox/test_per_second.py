"""The one meter that every limit per second uses."""

from course.sandbox.per_second import PerSecond


def test_what_is_within_the_limit_counts_and_the_rest_is_refused() -> None:
    meter = PerSecond(3)
    assert [meter.take(0.25 * turn) for turn in range(4)] == [1, 1, 1, 0]


def test_of_a_large_amount_only_what_still_fits_is_within() -> None:
    meter = PerSecond(100)
    assert [meter.take(7.0, 80), meter.take(7.1, 80), meter.take(7.2, 80)] == [80, 20, 0]


def test_the_next_whole_second_starts_from_zero() -> None:
    meter = PerSecond(2)
    assert (meter.take(1.9, 5), meter.left(1.99), meter.left(2.0), meter.take(2.0, 5)) == (2, 0, 2, 2)


def test_what_is_left_can_be_asked_without_counting() -> None:
    meter = PerSecond(2)
    assert (meter.left(0), meter.left(0), meter.take(0), meter.left(0)) == (2, 2, 1, 1)


def test_the_very_first_second_is_counted_whatever_the_clock_says() -> None:
    for first in (-1.0, -0.5, 0.0, 123456.7):
        meter = PerSecond(1)
        assert (meter.take(first), meter.take(first)) == (1, 0)


def test_a_limit_of_nothing_admits_nothing() -> None:
    assert PerSecond(0).take(1.0) == 0

"""What a program prints, held to a rate and a total."""

import pytest

from course.sandbox.host.output import OutputMeter
from course.sandbox.limits import Limits
from course.sandbox.model import Output

LIMITS = Limits(output_bytes_per_second=100, output_bytes=250)


def texts(pieces: list[Output], stream: str) -> list[str]:
    return [piece.text for piece in pieces if piece.stream == stream]


def test_output_passes_as_it_is() -> None:
    assert OutputMeter(LIMITS).take("stderr", b"hello\n", 0) == [Output("stderr", "hello\n")]


def test_a_character_cut_in_two_is_put_together_for_each_stream() -> None:
    meter = OutputMeter(LIMITS)
    pieces = [
        *meter.take("stdout", "ü".encode()[:1], 0),
        *meter.take("stderr", "ä".encode()[:1], 0),
        *meter.take("stdout", "ü".encode()[1:], 0),
        *meter.take("stderr", "ä".encode()[1:], 0),
    ]
    assert pieces == [Output("stdout", "ü"), Output("stderr", "ä")]


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    assert OutputMeter(LIMITS).take("stdout", b"\xff!", 0) == [Output("stdout", "\ufffd!")]


def test_more_than_the_rate_is_noticed_once_a_second() -> None:
    meter = OutputMeter(LIMITS)
    pieces = [*meter.take("stdout", b"x" * 90, 0), *meter.take("stdout", b"x" * 90, 0.1)]
    pieces += meter.take("stdout", b"x" * 90, 0.2)
    assert len("".join(texts(pieces, "stdout"))) == 100
    assert len(texts(pieces, "notice")) == 1
    assert meter.take("stdout", b"again", 1.0) == [Output("stdout", "again")]


def test_both_streams_share_one_allowance() -> None:
    meter = OutputMeter(LIMITS)
    pieces = [*meter.take("stdout", b"x" * 80, 0), *meter.take("stderr", b"y" * 80, 0)]
    assert len("".join(texts(pieces, "stderr"))) == 20


def test_past_the_total_a_notice_says_so_and_nothing_follows() -> None:
    meter = OutputMeter(LIMITS)
    pieces = [piece for second in range(5) for piece in meter.take("stdout", b"x" * 90, second)]
    assert len("".join(texts(pieces, "stdout"))) == 250
    assert len(texts(pieces, "notice")) == 1
    assert "not shown" in texts(pieces, "notice")[0]
    assert meter.take("stderr", b"more", 9) == []


@pytest.mark.parametrize("size", [1, 7, 99, 100, 101, 1000])
def test_however_it_is_cut_no_more_than_the_total_comes_through(size: int) -> None:
    meter = OutputMeter(LIMITS)
    shown = sum(
        len(piece.text)
        for turn in range(600)
        for piece in meter.take("stdout", b"x" * size, turn / 10)
        if piece.stream == "stdout"
    )
    assert shown <= 250

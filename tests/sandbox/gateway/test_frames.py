"""Frames read as they pass, however the bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some
from wsproto.frame_protocol import FrameProtocol, Opcode

from course.sandbox.gateway.ends import IDLE, too_large
from course.sandbox.gateway.frames import FRAMES_PER_PIECE, FrameReader, FrameRefused, close_frame

KEY = b"\x37\xfa\x21\x3d"
TOO_LARGE, BROKEN = 1009, 1002


def frame(opcode, payload=b"", *, fin=True, key=None, length=None, rsv=0):
    """Build a frame by hand, as wrong as the test wants it."""
    length = len(payload) if length is None else length
    mask_bit = 0x80 if key else 0
    if length < 126:
        head = bytes([(fin << 7) | rsv | opcode, mask_bit | length])
    elif length < 1 << 16:
        head = bytes([(fin << 7) | rsv | opcode, mask_bit | 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([(fin << 7) | rsv | opcode, mask_bit | 127]) + length.to_bytes(8, "big")
    if key:
        payload = bytes(byte ^ key[index % 4] for index, byte in enumerate(payload))
    return head + (key or b"") + payload


def feed(reader, data):
    """Return the messages that `data` completes."""
    return [message for piece in reader.pieces(data) for message in piece.messages]


def passed(reader, data):
    """Return the bytes that may be passed on, also when it ends with a refusal."""
    found = b""
    try:
        for piece in reader.pieces(data):
            found += piece.data
    except FrameRefused:
        pass
    return found


def from_server(limit=1024):
    return FrameReader(limit=limit, masked=False)


def from_client(limit=1024):
    return FrameReader(limit=limit, masked=True)


def test_it_reads_the_masked_hello_of_the_rfc():
    # RFC 6455, section 5.7
    assert feed(from_client(), bytes.fromhex("818537fa213d7f9f4d5158")) == ["Hello"]


def test_it_reads_the_fragmented_hello_of_the_rfc():
    assert feed(from_server(), bytes.fromhex("010348656c" + "80026c6f")) == ["Hello"]


def test_a_ping_may_stand_between_fragments():
    data = frame(1, b"42[", fin=False) + frame(9, b"are you there") + frame(0, b"1]")
    assert feed(from_server(), data) == ["42[1]"]


@pytest.mark.parametrize("opcode", [9, 10], ids=["ping", "pong"])
def test_pings_and_pongs_pass_and_are_no_messages(opcode):
    reader = from_server()
    assert feed(reader, frame(opcode, b"still there") + frame(1, b"hello")) == ["hello"]
    assert not reader.closed


def test_several_messages_come_out_of_one_read():
    data = frame(1, b"2", key=KEY) + frame(2, b"\x01\xff", key=KEY) + frame(1, b"", key=KEY) + frame(8, key=KEY)
    assert feed(from_client(), data) == ["2", b"\x01\xff", ""]


def test_what_stands_behind_a_close_frame_is_dropped():
    reader, late = from_server(), frame(1, b"too late")
    in_time = frame(1, b"in time") + frame(8)
    assert passed(reader, in_time + late) == in_time
    assert passed(reader, late) == b""
    assert reader.closed


def test_a_close_frame_may_come_in_pieces():
    reader, whole = from_server(), frame(8, b"\x03\xe8")
    assert [passed(reader, whole[:1]), reader.closed] == [b"", False]
    assert [passed(reader, whole[1:3]), reader.closed] == [whole[:3], False]
    assert [passed(reader, whole[3:] + b"\x81"), reader.closed] == [whole[3:], True]


pieces_of_messages = some.lists(
    some.tuples(
        some.one_of(some.text(max_size=300), some.binary(max_size=300)),
        some.lists(some.integers(0, 300), max_size=4),
        some.binary(min_size=4, max_size=4),
    ),
    max_size=6,
)


def as_frames(message, cuts, key):
    payload = message.encode() if isinstance(message, str) else message
    edges = sorted({0, len(payload), *(cut for cut in cuts if cut < len(payload))})
    fragments = [payload[start:end] for start, end in pairwise(edges)] or [b""]
    for number, fragment in enumerate(fragments):
        opcode = 0 if number else (1 if isinstance(message, str) else 2)
        yield frame(opcode, fragment, fin=number == len(fragments) - 1, key=key)
        if number < len(fragments) - 1:
            yield frame(9, b"ping", key=key)


@given(pieces_of_messages, some.lists(some.integers(1, 40), min_size=1, max_size=10), some.booleans())
def test_the_same_messages_come_out_wherever_fragments_and_reads_are_cut(messages, reads, masked):
    data = b"".join(
        part for message, cuts, key in messages for part in as_frames(message, cuts, key if masked else None)
    )
    reader = FrameReader(limit=1 << 20, masked=masked)
    found, position, turn = [], 0, 0
    while position < len(data):
        step = reads[turn % len(reads)]
        found += feed(reader, data[position : position + step])
        position, turn = position + step, turn + 1
    assert found == [message for message, _, _ in messages]
    assert [piece.at_boundary for piece in reader.pieces(frame(1, b"on", key=KEY if masked else None))] == [True]


@given(some.text(max_size=70_000), some.booleans())
def test_it_agrees_with_wsproto_on_how_a_frame_is_written(text, is_client):
    written = FrameProtocol(client=is_client, extensions=[])._serialize_frame(Opcode.TEXT, text.encode())
    assert feed(FrameReader(limit=1 << 20, masked=is_client), bytes(written)) == [text]


@given(some.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused_and_nothing_else(data):
    for reader in (from_client(), from_server()):
        try:
            feed(reader, data)
        except FrameRefused as refused:
            assert refused.end.code in (BROKEN, TOO_LARGE)


@pytest.mark.parametrize("opcode", [2, 9], ids=["a message", "a ping"])
def test_a_payload_that_looks_like_a_frame_is_a_payload(opcode):
    reader = from_server()
    inner = frame(1, b"42[1]")
    assert feed(reader, frame(opcode, length=len(inner))) == []
    assert feed(reader, inner) == ([inner] if opcode == 2 else [])


def test_a_short_text_counts_against_the_limit_too():
    assert feed(from_server(limit=5), frame(1, b"42[1]")) == ["42[1]"]
    with pytest.raises(FrameRefused) as refused:
        feed(from_server(limit=4), frame(1, b"42[1]"))
    assert refused.value.end.code == TOO_LARGE


def test_a_short_text_inside_a_message_is_refused():
    reader = from_server()
    feed(reader, frame(1, b"x", fin=False))
    with pytest.raises(FrameRefused) as refused:
        feed(reader, frame(1, b"y"))
    assert refused.value.end.code == BROKEN


def test_a_piece_says_whether_a_frame_is_under_way():
    reader = from_server()
    seen = [list(reader.pieces(each)) for each in (b"\x81", b"\x02", b"a", b"b")]
    assert [[(piece.data, piece.at_boundary) for piece in pieces] for pieces in seen] == [
        [],  # half a header waits for the other half
        [(b"\x81\x02", False)],
        [(b"a", False)],
        [(b"b", True)],
    ]


@given(some.lists(some.integers(1, 30), min_size=1, max_size=10), some.sampled_from([3, 1 << 20]))
def test_a_refused_frame_leaves_nothing_on_the_way_and_what_stood_before_it_passes(reads, length):
    good = frame(1, b"42[1]") + frame(9) + frame(2, b"x" * 300)
    data = good + (frame(3, b"bad") if length == 3 else frame(1, length=length))
    reader, found, position, turn = from_server(), b"", 0, 0
    while position < len(data):
        step = reads[turn % len(reads)]
        found += passed(reader, data[position : position + step])
        position, turn = position + step, turn + 1
        if position >= len(good) + 10:
            break
    assert found.startswith(good)
    assert len(found) == len(good)


def test_many_frames_of_one_read_come_a_few_at_a_time():
    pieces = list(from_server().pieces(frame(9) * 1000))
    assert max(piece.frames for piece in pieces) == FRAMES_PER_PIECE
    assert sum(piece.frames for piece in pieces) == 1000
    assert b"".join(piece.data for piece in pieces) == frame(9) * 1000


def test_a_message_of_exactly_the_limit_passes():
    assert feed(from_server(limit=200), frame(1, b"x" * 200)) == ["x" * 200]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(frame(1, length=1025), TOO_LARGE, id="a giant is refused at its header"),
        pytest.param(frame(1, length=1 << 40), TOO_LARGE, id="a giant in 64 bits"),
        pytest.param(frame(1, b"x" * 600, fin=False) + frame(0, length=600), TOO_LARGE, id="a giant in fragments"),
        pytest.param(frame(1, b"x", key=KEY), BROKEN, id="masked by the server"),
        pytest.param(frame(1, b"x", rsv=0x40), BROKEN, id="compressed without agreement"),
        pytest.param(frame(3, b"x"), BROKEN, id="a reserved opcode"),
        pytest.param(frame(11, b"x"), BROKEN, id="a reserved control opcode"),
        pytest.param(frame(0, b"x"), BROKEN, id="a continuation of nothing"),
        pytest.param(frame(1, b"x", fin=False) + frame(1, b"y"), BROKEN, id="a message inside a message"),
        pytest.param(frame(9, b"x" * 126), BROKEN, id="a long ping"),
        pytest.param(frame(9, b"x", fin=False), BROKEN, id="a fragmented ping"),
        pytest.param(b"\x81\x7e\x00\x05hello", BROKEN, id="a long form for a short length"),
        pytest.param(b"\x81\x7f" + (5).to_bytes(8, "big") + b"hello", BROKEN, id="the longest form"),
        pytest.param(b"\x81\x7f" + (1 << 63).to_bytes(8, "big"), BROKEN, id="the highest bit of a length"),
    ],
)
def test_it_refuses(data, code):
    with pytest.raises(FrameRefused) as refused:
        feed(from_server(), data)
    assert refused.value.end.code == code


def test_it_refuses_an_unmasked_frame_from_a_client():
    with pytest.raises(FrameRefused) as refused:
        feed(from_client(), frame(1, b"x"))
    assert refused.value.end.code == BROKEN


def test_fragments_without_payload_do_not_grow():
    reader = from_server(limit=10)
    feed(reader, frame(1, fin=False))
    for _ in range(1000):
        assert feed(reader, frame(0, fin=False)) == []
    assert feed(reader, frame(0, b"done")) == ["done"]


def test_broken_text_is_shown_not_fatal():
    assert feed(from_server(), frame(1, b"4\xff")) == ["4\ufffd"]


def test_the_close_frame_reads_as_one():
    for end in (IDLE, too_large(256 * 1024)):
        reader, written = from_server(), close_frame(end)
        assert passed(reader, written) == written
        assert (reader.closed, reader.close_code) == (True, end.code)
        assert written[4:].decode() == end.words

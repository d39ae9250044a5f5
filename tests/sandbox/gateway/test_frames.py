"""Frames read as they pass, however the bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some
from wsproto.frame_protocol import FrameProtocol, Opcode

from course.sandbox.gateway.frames import MESSAGE_TOO_BIG, PROTOCOL_ERROR, FrameReader, FrameRefused, close_frame

KEY = b"\x37\xfa\x21\x3d"


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


def from_server(limit=1024):
    return FrameReader(limit=limit, masked=False)


def from_client(limit=1024):
    return FrameReader(limit=limit, masked=True)


def test_it_reads_the_masked_hello_of_the_rfc():
    # RFC 6455, section 5.7
    assert from_client().feed(bytes.fromhex("818537fa213d7f9f4d5158")) == ["Hello"]


def test_it_reads_the_fragmented_hello_of_the_rfc():
    assert from_server().feed(bytes.fromhex("010348656c" + "80026c6f")) == ["Hello"]


def test_a_ping_may_stand_between_fragments():
    data = frame(1, b"42[", fin=False) + frame(9, b"are you there") + frame(0, b"1]")
    assert from_server().feed(data) == ["42[1]"]


@pytest.mark.parametrize("opcode", [9, 10], ids=["ping", "pong"])
def test_pings_and_pongs_pass_and_are_no_messages(opcode):
    reader = from_server()
    assert reader.feed(frame(opcode, b"still there") + frame(1, b"hello")) == ["hello"]
    assert reader.at_boundary and not reader.closed


def test_several_messages_come_out_of_one_read():
    data = frame(1, b"2", key=KEY) + frame(2, b"\x01\xff", key=KEY) + frame(1, b"", key=KEY) + frame(8, key=KEY)
    assert from_client().feed(data) == ["2", b"\x01\xff", ""]


def test_what_stands_behind_a_close_frame_is_counted_and_not_read():
    reader, late = from_server(), frame(1, b"too late")
    assert reader.feed(frame(1, b"in time") + frame(8) + late) == ["in time"]
    assert reader.behind_close == len(late)
    assert reader.feed(late) == []
    assert reader.behind_close == len(late)


def test_a_close_frame_that_comes_in_pieces_has_only_the_rest_behind_it():
    reader, whole = from_server(), frame(8, b"\x03\xe8")
    assert [reader.feed(whole[:1]), reader.behind_close, reader.closed] == [[], 0, False]
    assert [reader.feed(whole[1:] + b"\x81"), reader.behind_close, reader.closed] == [[], 1, True]


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
        found += reader.feed(data[position : position + step])
        position, turn = position + step, turn + 1
    assert found == [message for message, _, _ in messages]
    assert reader.at_boundary


@given(some.text(max_size=70_000), some.booleans())
def test_it_agrees_with_wsproto_on_how_a_frame_is_written(text, is_client):
    written = FrameProtocol(client=is_client, extensions=[])._serialize_frame(Opcode.TEXT, text.encode())
    assert FrameReader(limit=1 << 20, masked=is_client).feed(bytes(written)) == [text]


@given(some.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused_and_nothing_else(data):
    for reader in (from_client(), from_server()):
        try:
            reader.feed(data)
        except FrameRefused as refused:
            assert refused.code in (PROTOCOL_ERROR, MESSAGE_TOO_BIG)


@pytest.mark.parametrize("opcode", [2, 9], ids=["a message", "a ping"])
def test_a_payload_that_looks_like_a_frame_is_a_payload(opcode):
    reader = from_server()
    inner = frame(1, b"42[1]")
    assert reader.feed(frame(opcode, length=len(inner))) == []
    assert reader.feed(inner) == ([inner] if opcode == 2 else [])


def test_a_short_text_counts_against_the_limit_too():
    assert from_server(limit=5).feed(frame(1, b"42[1]")) == ["42[1]"]
    with pytest.raises(FrameRefused) as refused:
        from_server(limit=4).feed(frame(1, b"42[1]"))
    assert refused.value.code == MESSAGE_TOO_BIG


def test_a_short_text_inside_a_message_is_refused():
    reader = from_server()
    reader.feed(frame(1, b"x", fin=False))
    with pytest.raises(FrameRefused) as refused:
        reader.feed(frame(1, b"y"))
    assert refused.value.code == PROTOCOL_ERROR


def test_at_boundary_says_whether_a_frame_is_under_way():
    reader = from_server()
    assert reader.at_boundary
    for piece in (b"\x81", b"\x02", b"a"):
        reader.feed(piece)
        assert not reader.at_boundary
    assert reader.feed(b"b") == ["ab"]
    assert reader.at_boundary


def test_a_message_of_exactly_the_limit_passes():
    assert from_server(limit=200).feed(frame(1, b"x" * 200)) == ["x" * 200]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(frame(1, length=1025), MESSAGE_TOO_BIG, id="a giant is refused at its header"),
        pytest.param(frame(1, length=1 << 40), MESSAGE_TOO_BIG, id="a giant in 64 bits"),
        pytest.param(
            frame(1, b"x" * 600, fin=False) + frame(0, length=600), MESSAGE_TOO_BIG, id="a giant in fragments"
        ),
        pytest.param(frame(1, b"x", key=KEY), PROTOCOL_ERROR, id="masked by the server"),
        pytest.param(frame(1, b"x", rsv=0x40), PROTOCOL_ERROR, id="compressed without agreement"),
        pytest.param(frame(3, b"x"), PROTOCOL_ERROR, id="a reserved opcode"),
        pytest.param(frame(11, b"x"), PROTOCOL_ERROR, id="a reserved control opcode"),
        pytest.param(frame(0, b"x"), PROTOCOL_ERROR, id="a continuation of nothing"),
        pytest.param(frame(1, b"x", fin=False) + frame(1, b"y"), PROTOCOL_ERROR, id="a message inside a message"),
        pytest.param(frame(9, b"x" * 126), PROTOCOL_ERROR, id="a long ping"),
        pytest.param(frame(9, b"x", fin=False), PROTOCOL_ERROR, id="a fragmented ping"),
        pytest.param(b"\x81\x7e\x00\x05hello", PROTOCOL_ERROR, id="a long form for a short length"),
        pytest.param(b"\x81\x7f" + (5).to_bytes(8, "big") + b"hello", PROTOCOL_ERROR, id="the longest form"),
        pytest.param(b"\x81\x7f" + (1 << 63).to_bytes(8, "big"), PROTOCOL_ERROR, id="the highest bit of a length"),
    ],
)
def test_it_refuses(data, code):
    with pytest.raises(FrameRefused) as refused:
        from_server().feed(data)
    assert refused.value.code == code


def test_it_refuses_an_unmasked_frame_from_a_client():
    with pytest.raises(FrameRefused) as refused:
        from_client().feed(frame(1, b"x"))
    assert refused.value.code == PROTOCOL_ERROR


def test_fragments_without_payload_do_not_grow():
    reader = from_server(limit=10)
    reader.feed(frame(1, fin=False))
    for _ in range(1000):
        assert reader.feed(frame(0, fin=False)) == []
    assert reader.feed(frame(0, b"done")) == ["done"]


def test_broken_text_is_shown_not_fatal():
    assert from_server().feed(frame(1, b"4\xff")) == ["4\ufffd"]


def test_the_close_frame_reads_as_one():
    reader = from_server()
    assert reader.feed(close_frame(1009)[:-1]) == []
    assert not reader.closed
    assert reader.feed(close_frame(1009)[-1:]) == []
    assert reader.closed
    assert reader.close_code == 1009
    assert close_frame(1009) == b"\x88\x02\x03\xf1"

"""What a page may send is read as the library would read it, and everything else is refused before it sees it."""

import json

import pytest
from engineio import packet as engineio_packet
from hypothesis import example, given, settings
from hypothesis import strategies as st
from socketio import packet as socketio_packet

from course.live.packets import (
    DEPTH,
    EVENT,
    FRAMES_IN_A_BODY,
    VALUES,
    Malformed,
    check_frame,
    frames_of,
    read_packet,
)
from tests.stage.cases import cases

LESSON = "/lessons/rooms"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
PACKETS = st.builds(
    lambda kind, attachments, namespace, ack, data: f"{kind}{attachments}{namespace}{ack}{data}",
    st.sampled_from([*"0123456789", "", "-1", "²", "x"]),
    st.sampled_from(["", "1-", "999999999-", "0-", "١-"]),
    st.sampled_from(["", f"{LESSON},", LESSON, "/,", "/?x=1,", f"/{'n' * 200},"]),
    st.sampled_from(["", "0", "7", "9" * 9, "9" * 200, "²", "-1"]),
    JSON.map(json.dumps) | st.text(max_size=20) | st.sampled_from(["[" * 100_000, "[1,2", '["connect"]', "1" * 5000]),
)


@settings(max_examples=cases(400))
@given(PACKETS)
@example("0")
@example(f"0{LESSON},")
@example(f'2{LESSON},7["save",{{}}]')
def test_what_is_let_through_the_library_reads_in_the_same_way(text: str) -> None:
    try:
        said = read_packet(text)
    except Malformed:
        return
    if said.refusal:
        return
    theirs = socketio_packet.Packet(encoded_packet=text)
    assert (theirs.packet_type, theirs.namespace or "/", theirs.id) == (said.kind, said.namespace, said.ack)
    assert theirs.attachment_count == 0
    if said.kind == EVENT:
        assert isinstance(theirs.data, list) and isinstance(theirs.data[0], str)
    check_frame(f"4{text}")


@settings(max_examples=cases(400))
@given(st.text(max_size=30) | st.binary(max_size=30) | PACKETS.map(lambda text: f"4{text}"))
@example("")
@example("b////")
@example("²")
@example('4{"a":1}')
@example("4true")
@example("4" + "[" * 100_000)
def test_a_frame_that_is_let_through_is_one_of_five(frame: str | bytes) -> None:
    try:
        checked = check_frame(frame)
    except Malformed:
        return
    theirs = engineio_packet.Packet(encoded_packet=checked)
    assert theirs.packet_type in (1, 2, 3, 4, 5)
    assert theirs.packet_type != 4 or isinstance(theirs.data, str), "the library reads some texts as JSON"


@settings(max_examples=cases(200))
@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from(["3", "40", "", "b", "d=", "2probe"])).map("\x1e".join).map(str.encode)
)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        assert 0 < len(frames_of(body)) <= FRAMES_IN_A_BODY
    except Malformed:
        pass


@pytest.mark.parametrize(
    "text",
    [
        f'5999999999-{LESSON},["save",{{"_placeholder":true,"num":0}}]',
        "51-[]",
        "61-[]",
        "3[]",
        "4{}",
        '2["a"',
        "2" + "9" * 11 + '["a"]',
        "0" + json.dumps({"auth": "x" * 2000}),
        "0[]",
        "1{}",
        "2" + json.dumps(["a", [0] * (VALUES + 1)]),
        "2" + json.dumps(["a"]).replace('"a"', '"a",' + "[" * (DEPTH + 1) + "]" * (DEPTH + 1)),
        "2" + "[" * 200_000,
        "2[" + "1" * 5000 + "]",
        "",
    ],
)
def test_what_no_page_sends_ends_the_connection(text: str) -> None:
    with pytest.raises(Malformed) as malformed:
        read_packet(text)
    assert str(malformed.value).endswith(".")


def test_a_pages_largest_program_fits() -> None:
    files = {f"templates/{number}.html": "\0" * 1000 for number in range(60)}
    assert read_packet(f"2{LESSON},1{json.dumps(['save', {'exercise': 'x', 'files': files}])}").refusal == ""

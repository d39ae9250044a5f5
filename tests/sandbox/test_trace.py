"""The trace: literal rows, coalesced, capped."""

from queue import Queue

import pytest

from course.sandbox.trace import CUT_MARK, FRAME_CHARACTERS, KEPT_MARKS, MARKS_PER_SECOND, Trace


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def told():
    return []


@pytest.fixture
def trace(clock, told):
    # A flush of an hour: only what the test flushes itself is told.
    trace = Trace(lambda rows, dropped: told.append((rows, dropped)), clock=clock, flush_seconds=3600)
    yield trace
    trace.close()


def test_it_tells_literal_rows_with_time_since_the_sandbox_was_ready(trace, clock, told):
    clock.now += 7
    trace.ready()
    clock.now += 1.5
    trace.add("A", "sent", '42["hi"]', "websocket")
    trace.flush()
    assert [row.as_json() for row in told[0][0]] == [
        {
            "time": 1.5,
            "client": "A",
            "direction": "sent",
            "frame": '42["hi"]',
            "transport": "websocket",
            "size": 8,
        }
    ]


def test_a_binary_message_reads_as_long_polling_would_write_it(trace):
    trace.add("A", "received", b"\x01\x02\xff", "websocket")
    trace.add("A", "received", "bAQL/", "polling")
    trace.flush()
    assert [(row.frame, row.size) for row in trace.rows] == [("bAQL/", 3), ("bAQL/", 3)]


def test_padding_is_not_counted_as_payload(trace):
    trace.add("A", "sent", "bAQ==", "polling")
    trace.flush()
    assert trace.rows[0].size == 1


def test_size_counts_bytes_not_characters(trace):
    trace.add("A", "sent", '42["é"]', "websocket")
    trace.flush()
    assert trace.rows[0].size == 8


def test_rows_are_told_in_one_batch_and_in_order(trace, told):
    for number in range(5):
        trace.add("A", "sent", f"42[{number}]", "websocket")
    trace.flush()
    trace.flush()
    assert len(told) == 1
    assert [row.frame for row in told[0][0]] == [f"42[{number}]" for number in range(5)]


def test_frames_beyond_the_rate_are_counted_and_the_next_second_is_free_again(trace, clock, told):
    for number in range(310):
        trace.add("A", "sent", str(number), "websocket")
    trace.flush()
    clock.now += 1
    trace.add("A", "sent", "later", "websocket")
    trace.flush()
    assert [(len(rows), dropped) for rows, dropped in told] == [(300, 10), (1, 0)]
    assert trace.rows[-1].frame == "later"


def test_a_flood_of_large_frames_is_capped_by_characters(trace, told):
    for _ in range(100):
        trace.add("A", "sent", "x" * FRAME_CHARACTERS, "websocket")
    trace.flush()
    assert (len(told[0][0]), told[0][1]) == (64, 36)


@pytest.mark.parametrize("frame", ["4" + "x" * 20_000, b"\0" * 20_000], ids=["text", "binary"])
def test_a_long_frame_is_cut_but_keeps_its_size(trace, frame):
    trace.add("A", "sent", frame, "websocket")
    trace.flush()
    row = trace.rows[0]
    assert len(row.frame) == FRAME_CHARACTERS + len(CUT_MARK)
    assert row.frame.endswith(CUT_MARK)
    assert row.size == len(frame)


def test_it_keeps_the_last_rows_only(told, clock):
    trace = Trace(lambda *_: None, clock=clock, kept_rows=3, flush_seconds=3600)
    for number in range(5):
        trace.add("A", "sent", str(number), "websocket")
    trace.close()
    assert [row.frame for row in trace.rows] == ["2", "3", "4"]


def test_it_flushes_by_itself_soon_after_a_frame():
    batches = Queue()
    trace = Trace(lambda rows, dropped: batches.put(rows), flush_seconds=0.01)
    trace.add("A", "sent", "2probe", "websocket")
    assert [row.frame for row in batches.get(timeout=5)] == ["2probe"]
    trace.add("A", "received", "3probe", "websocket")
    assert [row.frame for row in batches.get(timeout=5)] == ["3probe"]
    trace.close()


def test_closing_tells_the_rest_and_takes_no_more(trace, told):
    trace.add("A", "sent", "1", "websocket")
    trace.close()
    trace.add("A", "sent", "2", "websocket")
    trace.close()
    assert [[row.frame for row in rows] for rows, _ in told] == [["1"]]


def test_a_client_that_only_measures_leaves_no_rows(trace, told):
    trace.add("probe-b", "sent", '420["ping"]', "websocket")
    trace.add("probe", "sent", '42["mine"]', "websocket")
    trace.flush()
    assert [row.client for row in trace.rows] == ["probe"]


def test_marks_go_out_with_the_rows_and_carry_a_frame_only_where_there_is_one(clock):
    told = []
    trace = Trace(lambda rows, dropped: told.append(rows), flush_marks=told.append, clock=clock, flush_seconds=3600)
    clock.now += 2
    trace.add("A", "sent", "40", "websocket")
    trace.mark("A", "opened", "A WebSocket is open.")
    trace.mark("B", "lost", "It never arrived.", b"\x01", "received")
    trace.mark("probe-1", "opened", "nobody looks at these")
    trace.flush()
    assert [row.frame for row in told[0]] == ["40"]
    assert [mark.as_json() for mark in told[1]] == [
        {"time": 2.0, "client": "A", "kind": "opened", "text": "A WebSocket is open."},
        {
            "time": 2.0,
            "client": "B",
            "kind": "lost",
            "text": "It never arrived.",
            "frame": "bAQ==",
            "direction": "received",
        },
    ]
    assert trace.marks == told[1]
    trace.close()


def test_a_flood_of_marks_is_cut_and_takes_no_room_from_rows(clock):
    trace = Trace(lambda rows, dropped: None, clock=clock, flush_seconds=3600)
    for _ in range(MARKS_PER_SECOND + 50):
        trace.mark("A", "lost", "gone", "42", "sent")
    trace.add("A", "sent", "40", "websocket")
    trace.flush()
    assert (len(trace.marks), len(trace.rows)) == (MARKS_PER_SECOND, 1)
    for _ in range(KEPT_MARKS):
        clock.now += 1
        trace.mark("A", "cut", "cut")
    trace.flush()
    assert len(trace.marks) == KEPT_MARKS
    trace.close()

"""Every end of the gateway's own has a code, a name and words that fit; and each is told where a learner looks."""

import pytest

from course.sandbox.gateway.ends import IDLE, OVERWORKED, REASON_BYTES, SLOWED, UNREAD, End, broken_frames, too_large

ENDS = [IDLE, OVERWORKED, UNREAD, too_large(256 * 1024), too_large(1024 * 1024 * 1024), broken_frames("It is broken.")]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.name)
def test_it_has_a_code_that_may_be_sent_and_whole_sentences(end):
    # RFC 6455, section 7.4: an endpoint may send these; 1005, 1006 and 1015 it may not
    assert end.code in (1001, 1002, 1008, 1009)
    assert end.words[0].isupper() and end.words.endswith(".")
    assert end.words in end.mark and str(end.code) in end.mark


def test_what_was_done_too_much_of_says_what_to_do_instead():
    for words in (OVERWORKED.words, SLOWED, too_large(1024).words):
        assert "Send " in words


def test_words_that_do_not_fit_into_a_close_frame_are_refused():
    with pytest.raises(ValueError, match="a Close frame holds"):
        End("long", 1008, "é" * (REASON_BYTES // 2 + 1))

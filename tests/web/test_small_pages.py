"""Pages lose the indentation of their templates, and nothing else."""

from flask.testing import FlaskClient

from course.web.minify import without_indentation

PAGE = b"<main>\n    <p>One\n      line</p>\n  <pre>a\n    b</pre>\n  <textarea>\n  c\n    d</textarea>\n    <p>e</p></main>"


def test_only_what_a_reader_cannot_see_goes() -> None:
    small = b"<main>\n<p>One\nline</p>\n<pre>a\n    b</pre>\n<textarea>\n  c\n    d</textarea>\n<p>e</p></main>"
    assert without_indentation(PAGE) == small
    assert without_indentation(small) == small
    assert without_indentation(b"") == b""


def test_a_lesson_is_sent_so(learner: FlaskClient) -> None:
    page = learner.get("/lessons/listening-to-events/").data
    assert without_indentation(page) == page
    assert b'\n    <span class="k">return</span>' in page, "programs keep their indentation"

"""Every rule finds the mistake that was planted for it: the right file, the right line, and a remedy."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest

from course.authoring.new_lesson import NameRefused, make_lesson
from course.content.loader import load_course
from course.content.pieces import Example, ExerciseLink, Prose, Question
from course.content.text.highlight import highlight_python
from course.content.text.images import MAX_IMAGE_BYTES
from course.content.text.typesetter import TAGS
from course.program import MAX_SOURCE_BYTES
from tests.stage.courses import (
    BUNDLE,
    EXERCISE,
    LESSON,
    SLUG,
    change,
    namesakes,
    problems,
    quiz_of,
    this_course,
    whole_course,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return whole_course(tmp_path / "lessons")


@dataclass(frozen=True)
class Plant:
    """One mistake, made by replacing text of a file, and where it must be found."""

    rule: str
    file: str
    old: str
    new: str
    lines_below: int = 0
    """The problem's line, counted from the line of the change."""
    found_in: str = ""
    line: int | None = None


TASK = f"{EXERCISE}/task.md"
CHECKS = f"{EXERCISE}/checks.py"

TASK_LINE = "- answers_in_capitals: `shout` with a text is acknowledged with the text **in capitals**."
WHY = "The capitals were made and thrown away: without `return`, the acknowledgement is empty."
SOLUTION = "::: solution\nOne line is enough: `return text.upper()`.\n:::"
NO_REASON = "- [ ] Every client\n  > That takes an `emit` with `broadcast=True`."
NAMESAKES = "- [ ] {}\n  > No.\n- [ ] {}\n  > No.\n- [ ] Every client".format(*namesakes("who-hears-it"))

TEXT_PLANTS = [
    Plant("front-matter", LESSON, "---\ntitle", "title", line=1),
    Plant("front-matter", LESSON, "minutes: 5", "minutes: [5", lines_below=1),
    Plant("front-matter", LESSON, "summary: One", "summary: One: two:", lines_below=0),
    Plant("front-matter-missing", LESSON, "insight: The one thing to remember.\n", "", line=1),
    Plant("front-matter-value", LESSON, "minutes: 5", "minutes: five"),
    Plant("front-matter-value", LESSON, "minutes: 5", "minutes: 0"),
    Plant("front-matter-value", LESSON, "level: Foundation", "level: Hard"),
    Plant("front-matter-value", LESSON, "events: [echo]", "events: echo"),
    Plant("front-matter-value", LESSON, "draft: true", "draft: perhaps"),
    Plant("front-matter-value", LESSON, "draft: true", "runtimes: [threading, quantum]"),
    Plant("front-matter-value", LESSON, "draft: true", "runtimes: [gevent, gevent]"),
    Plant("front-matter-value", LESSON, "draft: true", "runtimes: []"),
    Plant("front-matter-value", TASK, "minutes: 3", "minutes: 3\nkind: quiz", lines_below=1),
    Plant("front-matter-value", TASK, "minutes: 3", "minutes: 3\nruntime: asyncio", lines_below=1),
    Plant("front-matter-value", TASK, "minutes: 3", "minutes: 3\nterminal: maybe", lines_below=1),
    Plant("example-runtime", LESSON, "::: example echo", "::: example echo gevent"),
    Plant("example-runtime", LESSON, "::: example echo", "::: example echo threading twice"),
    Plant("duplicate-key", LESSON, "minutes: 5", "minutes: 5\nminutes: 6", lines_below=1),
    Plant("unknown-key", LESSON, "minutes: 5", "minutes: 5\nauthor: me", lines_below=1),
    Plant("block-name", LESSON, "::: question who", "::: qestion who"),
    Plant("block-place", LESSON, "::: question who-hears-it", "::: hint"),
    Plant("block-marker", LESSON, "::: question who", ":::question who"),
    Plant("block-unclosed", LESSON, "%% echo\n:::", "", line=15),
    Plant("block-stray-end", LESSON, "## Show it", ":::"),
    Plant("block-words", LESSON, "::: example echo", "::: example"),
    Plant("block-words", LESSON, "::: exercise echo-louder", "::: exercise echo louder"),
    Plant("block-text", LESSON, "::: exercise echo-louder\n", "::: exercise echo-louder\nDo it.\n"),
    Plant("stray-key", LESSON, "## Show it", "- [x] done"),
    Plant("stray-key", LESSON, "## Show it", "= 42"),
    Plant("fence-unclosed", LESSON, "## Check yourself", "```python"),
    Plant("fence-language", LESSON, "## Show it", "```\ncode\n```"),
    Plant("fence-language", LESSON, "## Show it", "```pyhton\ncode\n```"),
    Plant("markup-left-over", LESSON, "## Show it", "<!-- to be done -->"),
    Plant(
        "question-key", LESSON, "## Show it", "::: question n number\nN?\n\n= 1,000\n> So.\n%% -\n:::", lines_below=3
    ),
    Plant("front-matter-value", LESSON, "minutes: 5", "minutes: !!int ten"),
    Plant("front-matter-value", LESSON, "minutes: 5", "minutes: 1_0"),
    Plant("front-matter-value", LESSON, "draft: true", "draft: yes"),
    Plant("unknown-key", LESSON, "minutes: 5", "minutes: 5\ndate: 2026-02-30", lines_below=1),
    Plant("front-matter", LESSON, "summary: One", 'summary: "One'),
    Plant("block-in-fence", LESSON, "## Show it", "```text\n- [x] done\n```", lines_below=1),
    Plant("question-line", LESSON, "- [x] The client", "- [X] The client"),
    Plant("question-key", LESSON, "- [x] The client", "- [ ] The client", lines_below=-5),
    Plant("question-id", LESSON, "::: question who-hears-it", "::: question"),
    Plant("question-kind", LESSON, "::: question who-hears-it", "::: question who-hears-it sorting"),
    Plant("question-stem", LESSON, "Who hears what the `echo` handler returns?", "", lines_below=-1),
    Plant("question-options", LESSON, "- [ ] Every client\n  > That takes an `emit` with `broadcast=True`.\n", "", -3),
    Plant("option-reason", LESSON, NO_REASON, "- [ ] Every client"),
    Plant("option-catch-all", LESSON, "- [ ] Every client", "- [ ] All of the above"),
    Plant("option-twice", LESSON, "- [ ] Every client", "- [ ] The client that asked", lines_below=2),
    Plant("option-id", LESSON, "- [ ] Every client", NAMESAKES, lines_below=2),
    Plant(
        "question-reason", LESSON, "::: question who-hears-it", "::: question a text\nSo?\n\n= b\n:::\n::: question c"
    ),
    Plant("duplicate-id", LESSON, "::: question who-hears-it", "::: question what-comes-back"),
    Plant("duplicate-id", LESSON, "## Try it", "::: example echo\nAgain.\n:::"),
    Plant("example-missing", LESSON, "::: example echo", "::: example ecko"),
    Plant(
        "example-unused",
        LESSON,
        "::: example echo\nRun it, connect client A, and emit `echo` with "
        '`"hello"`. Tick **wait for acknowledgement**.\n:::\n',
        "",
        found_in=f"{BUNDLE}/examples/echo.py",
        line=1,
    ),
    Plant("example-title", f"{BUNDLE}/examples/echo.py", '"""A server that echoes"""', "", line=1),
    Plant("python-syntax", f"{BUNDLE}/examples/echo.py", "    return text", "    return text)"),
    Plant("evidence-missing", LESSON, "## Show it", "The server sends\n`news` to all.", lines_below=1),
    Plant("evidence-missing", LESSON, "## Show it", "It sends `news`.\n\n%% echo"),
    Plant("evidence-missing", LESSON, "%% echo-louder\n", "", lines_below=-7),
    Plant("evidence-unknown", LESSON, "%% echo-louder", "%% echo-softer"),
    Plant("evidence-unknown", LESSON, "%% echo-louder", "%% echo, test_no_such_test"),
    Plant("evidence-unknown", LESSON, "%% echo-louder", "%%"),
    Plant("exhibit-name", LESSON, "## Show it", "::: exhibit fireworks\nBang.\n:::"),
    Plant("exhibit-name", LESSON, "## Show it", "::: exhibit\nBang.\n:::"),
    Plant("exhibit-words", LESSON, "## Show it", "::: exhibit race\nGo.\n:::"),
    Plant("exhibit-words", LESSON, "## Show it", "::: exhibit handshake echo\nGo.\n:::"),
    Plant("exhibit-words", LESSON, "## Show it", "::: exhibit race echo shout\nGo.\n:::"),
    Plant("example-missing", LESSON, "## Show it", "::: exhibit race ecko\nGo.\n:::"),
    Plant(
        "duplicate-id", LESSON, "## Show it", "::: exhibit handshake\n:::\n::: exhibit handshake\n:::", lines_below=2
    ),
    Plant("recording-missing", LESSON, "## Show it", "::: recording one_worker\nSlow.\n:::"),
    Plant("exercise-missing", LESSON, "::: exercise echo-louder", "::: exercise echo-softer"),
    Plant("exercise-unplaced", LESSON, "::: exercise echo-louder\n:::", "", found_in=EXERCISE, line=1),
    Plant("heading-level", LESSON, "## Show it", "# Show it"),
    Plant("heading-level", LESSON, "## Show it", "#### Show it"),
    Plant("dead-link", LESSON, "## Show it", "[up](#shew-it)"),
    Plant("dead-link", LESSON, "## Show it", "[there](/lessons/no-such-lesson/)"),
    Plant("dead-link", LESSON, "## Show it", f"[there](/lessons/{SLUG}/no-such-exercise/)"),
    Plant("dead-link", LESSON, "## Show it", f"[there](/lessons/{SLUG}/#no-such-heading)"),
    Plant("dead-link", LESSON, "## Show it", "[there](other.md)"),
    Plant("dead-link", LESSON, "## Show it", "[there](javascript:alert)"),
    Plant("dead-link", TASK, "Let the server", "[Look](/nowhere/). Let the server"),
    Plant("dead-link", LESSON, "## Show it", "[there](/glossary/#no-such-entry)"),
    Plant("unknown-term", LESSON, "## Show it", "An\n[[acknowledged|acknowledgement]].", lines_below=1),
    Plant("unknown-term", TASK, "Let the server", "Let the [[sid]]"),
    Plant("image-missing", LESSON, "## Show it", "![Two clients](images/two.png)"),
    Plant("image-missing", LESSON, "## Show it", "![Two clients](https://example.org/two.png)"),
    Plant("image-missing", LESSON, "## Show it", "![Two clients](images/../lesson.md)"),
    Plant("image-alt", LESSON, "## Show it", "![](images/two.png)"),
    Plant("image-alt", LESSON, "## Show it", "![two.png](images/two.png)"),
    Plant("exercise-goal", TASK, "Let the server answer `shout` in capitals.", "", line=1),
    Plant("exercise-tasks", TASK, TASK_LINE, "", line=1),
    Plant("exercise-solution", TASK, SOLUTION, "", line=1),
    Plant("task-line", TASK, "- answers_in_capitals: ", "- answers in capitals: "),
    Plant("task-check", TASK, "- answers_in_capitals:", "- answers_in_kapitals:"),
    Plant(
        "check-unused",
        CHECKS,
        "@check\n",
        '@check\ndef another(server: Server) -> None:\n    """Another"""\n\n\n@check\n',
        lines_below=1,
    ),
    Plant(
        "duplicate-id",
        TASK,
        "- answers_in_capitals:",
        "- answers_in_capitals: again\n- answers_in_capitals:",
        lines_below=1,
    ),
    Plant("block-empty", TASK, "What the handler returns becomes the acknowledgement.", "", lines_below=-1),
    Plant("block-twice", TASK, "::: hint\nA text", "::: solution\nIt is.\n:::\n::: solution\nA text", lines_below=3),
    Plant(
        "check-title", CHECKS, '    """The acknowledgement of “shout” is the text in capitals"""\n', "", lines_below=-1
    ),
    Plant("python-syntax", CHECKS, "    mistake = None", "    mistake = = None"),
    Plant("python-syntax", f"{EXERCISE}/solution/server.py", "def shout(text):", "def shout(text)"),
    Plant("why-missing", f"{EXERCISE}/wrong/never-answers/why.md", WHY, "", line=1),
    Plant(
        "why-belief", f"{EXERCISE}/wrong/never-answers/why.md", "[What a handler computes is its answer.](#try-it)", ""
    ),
    Plant("dead-link", f"{EXERCISE}/wrong/never-answers/why.md", "(#try-it)", "(#try)"),
    Plant("course-file", "course.toml", 'title = "A course"', "title = A course"),
    Plant("course-key", "course.toml", 'title = "A course"\n', "", line=1),
    Plant("course-key", "course.toml", 'server = "playground/server.py"', "", line=1),
    Plant("unknown-key", "course.toml", "[playground]", 'colour = "red"\n[playground]'),
    Plant(
        "program-missing",
        "course.toml",
        '"playground/server.py"',
        '"nowhere/server.py"',
        found_in="nowhere/server.py",
        line=1,
    ),
]


@pytest.mark.parametrize("plant", TEXT_PLANTS, ids=lambda plant: f"{plant.rule}-{plant.new[:20].strip()}")
def test_it_finds_the_planted_mistake(root: Path, plant: Plant) -> None:
    at = change(root, plant.file, plant.old, plant.new)
    found = problems(root)
    places = [(problem.file, problem.line) for problem in found if problem.rule == plant.rule]
    expected = (plant.found_in or plant.file, plant.line if plant.line is not None else at + plant.lines_below)
    assert expected in places, found


def _without(path: str) -> Callable[[Path], None]:
    def remove(root: Path) -> None:
        target = root / path
        for file in sorted(target.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        target.rmdir() if target.is_dir() else target.unlink()

    return remove


def _second(name: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        (root / BUNDLE).rename(root / "09-other-slug")
        make_lesson(root, BUNDLE)
        (root / "09-other-slug").rename(root / name)

    return make


def _heavy_image(root: Path) -> None:
    (root / BUNDLE / "images").mkdir()
    (root / BUNDLE / "images/two.png").write_bytes(b"x" * (MAX_IMAGE_BYTES + 1))
    change(root, LESSON, "## Show it", "![Two clients](images/two.png)")


def _binary(root: Path) -> None:
    (root / EXERCISE / "starter/server.py").write_bytes(b"\xff\xfe")


def _picture(root: Path) -> None:
    (root / EXERCISE / "starter/static").mkdir()
    (root / EXERCISE / "starter/static/logo.png").write_bytes(b"\x89PNG")


def _large(root: Path) -> None:
    (root / EXERCISE / "starter/templates").mkdir()
    (root / EXERCISE / "starter/templates/page.html").write_text("x" * MAX_SOURCE_BYTES)


def _odd_exercise(root: Path) -> None:
    (root / BUNDLE / "exercises/Not A Slug").mkdir()


def _odd_mistake(root: Path) -> None:
    (root / EXERCISE / "wrong/never-answers").rename(root / EXERCISE / "wrong/Never_Answers")


def _unclosed_script(root: Path) -> None:
    (root / BUNDLE / "examples/echo.client.js").write_text("const socket = io();\nsocket.on('echo', (text) => {\n")


def _code_of_nobody(root: Path) -> None:
    (root / BUNDLE / "examples/other.client.js").write_text("io();\n")


FOLDER_PLANTS: list[tuple[str, str, Callable[[Path], None]]] = [
    ("file-missing", "course.toml", _without("course.toml")),
    ("file-missing", LESSON, _without(LESSON)),
    ("file-missing", TASK, _without(TASK)),
    ("file-missing", CHECKS, _without(CHECKS)),
    ("file-encoding", f"{EXERCISE}/starter/server.py", _binary),
    ("program-missing", f"{EXERCISE}/starter/server.py", _without(f"{EXERCISE}/starter")),
    ("program-missing", f"{EXERCISE}/solution/server.py", _without(f"{EXERCISE}/solution")),
    (
        "program-missing",
        f"{EXERCISE}/wrong/never-answers/server.py",
        _without(f"{EXERCISE}/wrong/never-answers/server.py"),
    ),
    ("program-file", f"{EXERCISE}/starter/static/logo.png", _picture),
    ("program-too-large", f"{EXERCISE}/starter", _large),
    ("why-missing", f"{EXERCISE}/wrong/never-answers/why.md", _without(f"{EXERCISE}/wrong/never-answers/why.md")),
    ("too-few-mistakes", f"{EXERCISE}/wrong", _without(f"{EXERCISE}/wrong/never-answers")),
    ("mistake-id", f"{EXERCISE}/wrong/Never_Answers", _odd_mistake),
    ("exercise-slug", f"{BUNDLE}/exercises/Not A Slug", _odd_exercise),
    ("client-alone", f"{BUNDLE}/examples/other.client.js", _code_of_nobody),
    ("javascript-syntax", f"{BUNDLE}/examples/echo.client.js", _unclosed_script),
    ("image-heavy", LESSON, _heavy_image),
    ("bundle-name", "1-speaking", _second("1-speaking")),
    ("bundle-name", "02-playground", _second("02-playground")),
    ("duplicate-id", f"02-{SLUG}", _second(f"02-{SLUG}")),
    ("duplicate-id", "01-zebra", _second("01-zebra")),
]


@pytest.mark.parametrize(
    ("rule", "file", "plant"), FOLDER_PLANTS, ids=[f"{rule}-{file}" for rule, file, _ in FOLDER_PLANTS]
)
def test_it_finds_the_planted_file(root: Path, rule: str, file: str, plant: Callable[[Path], None]) -> None:
    plant(root)
    assert (rule, file) in [(problem.rule, problem.file) for problem in problems(root)]


def test_an_exercise_without_hints_is_a_problem(root: Path) -> None:
    text = (root / TASK).read_text()
    (root / TASK).write_text(
        text.replace("::: hint", "::: solution").replace("::: solution\nOne line", "::: hint\nOne line")
    )
    assert not [problem for problem in problems(root) if problem.rule == "exercise-hints"]
    (root / TASK).write_text(text[: text.index("::: hint")])
    assert (TASK, "exercise-hints") in [(problem.file, problem.rule) for problem in problems(root)]


def test_every_problem_says_what_to_do(root: Path) -> None:
    for plant in (TEXT_PLANTS[0], TEXT_PLANTS[12], TEXT_PLANTS[-1]):
        change(root, plant.file, plant.old, plant.new)
    for problem in problems(root):
        assert len(problem.fix.split()) >= 3
        assert problem.message.endswith(".")


def test_a_broken_lesson_is_left_out_and_the_rest_stays(root: Path) -> None:
    make_lesson(root, "02-next")
    change(root, LESSON, "- [x] The client", "- [X] The client")
    course = load_course(root)
    assert [lesson.slug for lesson in course.lessons] == ["next"]
    assert {problem.file for problem in course.problems} == {LESSON}


def test_a_warning_leaves_the_lesson_in(root: Path) -> None:
    change(root, LESSON, "## Show it", "[up](#shew-it)")
    course = load_course(root)
    assert [problem.severity for problem in course.problems] == ["warning"]
    assert [lesson.slug for lesson in course.lessons] == [SLUG]


def test_it_never_raises_even_where_there_is_no_course(tmp_path: Path) -> None:
    course = load_course(tmp_path / "nowhere")
    assert course.lessons == ()
    assert course.problems != ()


def test_a_whole_lesson_becomes_blocks_in_the_order_of_the_text(root: Path) -> None:
    (lesson,) = load_course(root).lessons
    kinds = [type(block) for block in lesson.blocks]
    assert kinds == [Prose, Question, Prose, Example, Prose, ExerciseLink, Prose, Question]
    assert (lesson.number, lesson.slug, lesson.draft) == (1, SLUG, True)
    assert [heading.id for heading in lesson.headings] == ["show-it", "try-it", "check-yourself"]
    exercise = lesson.exercises["echo-louder"]
    assert [task.check for task in exercise.tasks] == ["answers_in_capitals"]
    assert [mistake.id for mistake in exercise.mistakes] == ["forgets-to-shout", "never-answers", "one-word-only"]
    assert all(set(mistake.files) == {"server.py"} for mistake in exercise.mistakes)


def test_an_example_shows_its_telling_part_and_runs_as_a_whole(root: Path) -> None:
    change(root, f"{BUNDLE}/examples/echo.py", "@socketio.on", "# Say it again.\n@socketio.on")
    (example,) = load_course(root).lessons[0].examples
    shown = re.sub(r"<[^>]*>", "", example.html)
    assert (
        html.unescape(shown).rstrip() + "\n"
        == '# Say it again.\n@socketio.on("echo")\ndef echo(text):\n    return text\n'
    )
    assert example.source.startswith('"""A server that echoes"""')
    assert example.source.endswith("socketio.run(app)\n")


def test_an_example_brings_its_client_code(root: Path) -> None:
    (root / BUNDLE / "examples/echo.client.js").write_text('const text = "<b>";\n')
    (root / BUNDLE / "examples/echo.index.html").write_text("<h1>Hi</h1>\n")
    course = load_course(root)
    (example,) = course.lessons[0].examples
    assert course.problems == ()
    assert example.client == {"client.js": 'const text = "<b>";\n', "index.html": "<h1>Hi</h1>\n"}
    assert list(example.client_html) == ["client.js", "index.html"]
    assert "<b>" not in example.client_html["client.js"] and "<h1>" not in example.client_html["index.html"]


def test_runtimes_and_the_kind_of_exercise_are_read_and_have_defaults(root: Path) -> None:
    (lesson,) = load_course(root).lessons
    exercise = lesson.exercises["echo-louder"]
    assert (lesson.runtimes, lesson.examples[0].runtime) == (("threading",), "threading")
    assert (exercise.kind, exercise.runtime, exercise.terminal, exercise.timed) == ("build", "threading", True, False)
    change(root, LESSON, "draft: true", "runtimes: [gevent, threading]")
    change(root, TASK, "minutes: 3", "minutes: 3\nkind: fix\nruntime: gevent-patched\nterminal: false\ntimed: true")
    (lesson,) = load_course(root).lessons
    exercise = lesson.exercises["echo-louder"]
    assert (lesson.runtimes, lesson.examples[0].runtime) == (("gevent", "threading"), "gevent")
    assert (exercise.kind, exercise.runtime, exercise.terminal, exercise.timed) == (
        "fix",
        "gevent-patched",
        False,
        True,
    )
    change(root, LESSON, "::: example echo", "::: example echo threading")
    assert load_course(root).lessons[0].examples[0].runtime == "threading"


def test_evidence_is_seen_by_nobody(root: Path) -> None:
    change(root, LESSON, "## Show it", "One.\n%% echo\nTwo.\n%% -\n\n```text\n%% code\n```\n\n## Show it")
    change(root, LESSON, "Who hears", "%% echo-louder\nWho hears")
    change(root, LESSON, ":::\n\nWhat a", "%% echo\n:::\n\nWhat a")
    change(root, TASK, "Let the server", "%% echo\nLet the server")
    course = load_course(root)
    assert course.problems == ()
    (lesson,) = course.lessons
    texts = [block.html for block in lesson.blocks if isinstance(block, Prose)]
    texts += [block.stem_html for block in lesson.questions] + [lesson.examples[0].try_text_html]
    texts.append(lesson.exercises["echo-louder"].goal_html)
    assert [text for text in texts if "%%" in text] == [texts[1]]
    assert "<p>One.</p>\n<p>Two.</p>" in texts[1]
    assert "%% code" in texts[1]


def test_learners_see_no_draft(root: Path) -> None:
    make_lesson(root, "02-next")
    change(root, LESSON, "draft: true", "draft: false")
    course = load_course(root)
    assert [lesson.slug for lesson in course.lessons] == [SLUG, "next"]
    assert [lesson.slug for lesson in course.without_drafts().lessons] == [SLUG]


def test_headings_of_one_name_get_ids_of_their_own(root: Path) -> None:
    change(root, LESSON, "## Try it", "## Show it")
    (lesson,) = load_course(root).lessons
    assert [heading.id for heading in lesson.headings][:2] == ["show-it", "show-it_1"]


def test_the_version_changes_with_any_file_of_the_bundle(root: Path) -> None:
    before = load_course(root).lessons[0].version
    assert load_course(root).lessons[0].version == before
    (root / EXERCISE / "checks.py").write_text((root / EXERCISE / "checks.py").read_text() + "\n# changed\n")
    assert load_course(root).lessons[0].version != before


def tags_of(page: str) -> list[tuple[str, dict[str, str]]]:
    """Return the tags that a browser would see, with their attributes."""
    found: list[tuple[str, dict[str, str]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, {name: value or "" for name, value in attrs}))

    Reader().feed(page)
    return found


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<p style="color: red">red</p>',
        "[click](javascript:alert(1))",
        "[click](data:text/html,x)",
        "<iframe src=//example.org></iframe>",
    ],
)
def test_nothing_active_gets_through_the_markdown(root: Path, hostile: str) -> None:
    change(root, LESSON, "## Show it", hostile)
    course = load_course(root)
    page = " ".join(block.html for block in course.lessons[0].blocks if isinstance(block, Prose))
    for tag, attributes in tags_of(page):
        assert tag in TAGS
        assert set(attributes) <= {"id", "href", "rel", "class", "tabindex"}
        assert not attributes.get("href", "").startswith(("javascript:", "data:"))


def test_code_is_coloured_by_classes_alone(root: Path) -> None:
    change(root, LESSON, "## Show it", "```python\nreturn 1\n```")
    (lesson,) = load_course(root).lessons
    page = " ".join(block.html for block in lesson.blocks if isinstance(block, Prose))
    assert '<div class="code"><pre tabindex="0">' in page
    assert '<span class="k">return</span>' in page
    assert "style=" not in page


@pytest.mark.parametrize("name", ["8-x", "08_x", "08-X", "08-", "x", "08-a--b"])
def test_a_new_lesson_needs_a_proper_name(root: Path, name: str) -> None:
    with pytest.raises(NameRefused):
        make_lesson(root, name)


@pytest.mark.parametrize("name", ["01-other", f"02-{SLUG}"])
def test_a_new_lesson_takes_no_number_or_slug_of_another(root: Path, name: str) -> None:
    with pytest.raises(NameRefused, match="there already"):
        make_lesson(root, name)


def test_the_course_of_this_project_has_no_problem() -> None:
    course = this_course()
    assert course.problems == ()
    assert "listening-to-events" in [lesson.slug for lesson in course.lessons]


def test_lesson_three_asks_enough_and_shows_no_key() -> None:
    lesson = this_course().lesson("listening-to-events")
    assert len(quiz_of(lesson)) >= 8
    assert {question.kind for question in quiz_of(lesson)} == {"single", "multiple", "text", "number"}
    assert isinstance(lesson.blocks[1], Question)
    assert lesson.blocks[1].role == "prediction"
    names = {"add-with-ack", "specific-and-catch-all", "bad-input-must-not-hang", "shopping-list"}
    assert set(lesson.exercises) == names
    for example in lesson.examples:
        assert example.source.rstrip().endswith("socketio.run(app)")
        assert 'async_mode="threading"' in example.source


def test_a_shown_program_is_its_source_to_the_letter() -> None:
    planted = '\n\n"""Begins late"""\n\nif 1 < 2:\n    print("&amp;")\n'
    for text in (planted, *(each.source for each in this_course().lessons[2].examples)):
        shown = highlight_python(text).partition("</pre>")[0]
        assert html.unescape(re.sub("<[^>]*>", "", shown)) == text


def test_code_carries_only_the_spans_that_have_a_colour(tmp_path: Path) -> None:
    root = whole_course(tmp_path / "lessons")
    change(root, LESSON, "## Show it", '```python\ndef f(a):\n    return a.b + "x"\n```\n\n%% -\n\n## Show it')
    lesson = load_course(root).lessons[0]
    fence = "".join(block.html for block in lesson.blocks if isinstance(block, Prose))
    for shown in (fence, highlight_python('def f(a):\n    return a.b + "x"\n')):
        assert '<span class="k">def</span> <span class="nf">f</span>(a):\n' in shown
        assert re.search(r'    <span class="k">return</span> a.b \+ <span class="s2?">.*x', shown)


def test_the_empty_corner_of_a_table_is_no_heading(tmp_path: Path) -> None:
    root = whole_course(tmp_path / "lessons")
    change(root, LESSON, "## Show it", "| | now |\n|---|---|\n| A | 1 |\n\n## Show it")
    text = "".join(block.html for block in load_course(root).lessons[0].blocks if isinstance(block, Prose))
    assert "<th>now</th>" in text
    assert "<th></th>" not in text

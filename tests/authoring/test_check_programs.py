"""What only shows when the programs run: each planted mistake is found, in the real sandbox, by the real grader."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.authoring.check_programs import Step, check_programs
from course.authoring.delivery_player import NotPlayed
from course.authoring.new_lesson import make_lesson
from course.authoring.program_runs import ProgramRuns
from course.authoring.record_deliveries import keep, settled
from course.authoring.record_demonstrations import record_demonstrations
from course.authoring.record_mistakes import record_mistakes
from course.content.golden.mistakes import GOLDEN_FILE as MISTAKES_FILE
from course.content.golden.mistakes import read_kept
from course.content.loader import load_course
from course.grading.grader import Grader
from course.sandbox.host.supervisor import Supervisor
from course.sandbox.limits import Limits
from tests.stage.courses import BUNDLE, EXERCISE, LESSON, change, whole_course
from tests.stage.delivering import BLOCK, GOLDEN, record, with_delivery

pytestmark = pytest.mark.programs

CHECKS = f"{EXERCISE}/checks.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return whole_course(tmp_path / "lessons")


@pytest.fixture(scope="module")
def sandboxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    supervisor = Supervisor(Limits(), tmp_path_factory.mktemp("sandboxes"), slots=2)
    supervisor.open()
    if supervisor.unavailable:  # these programs are ours: where they can't be confined, they run all the same
        supervisor = Supervisor(Limits(), tmp_path_factory.mktemp("plain"), slots=2, unconfined=True)
        supervisor.open()
    yield supervisor
    supervisor.close()


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    grader = Grader(run_seconds=5)
    grader.open()
    yield grader
    grader.close()


def found(root: Path, sandboxes: Supervisor, grader: Grader) -> set[tuple[str, str, int]]:
    course = load_course(root)
    assert course.problems == ()
    return {
        (problem.rule, problem.file, problem.line) for problem in check_programs(course, sandboxes, grader).problems
    }


def without_exercise(root: Path) -> None:
    shutil.rmtree(root / BUNDLE / "exercises")
    change(root, f"{BUNDLE}/lesson.md", "::: exercise echo-louder\n:::\n", "")
    change(root, f"{BUNDLE}/lesson.md", "%% echo-louder", "%% echo")


def test_a_new_lesson_has_no_problem(root: Path, sandboxes: Supervisor, grader: Grader) -> None:
    seen: list[Step] = []
    assert check_programs(load_course(root), sandboxes, grader, seen.append).problems == []
    assert [(step.done, step.total) for step in seen] == [(done, 7) for done in range(7)]
    files = [step.what for step in seen]
    assert files[0] == "playground/server.py"
    assert [file for file in files if file.startswith(EXERCISE)] == files_of_the_exercise()
    assert sorted(files) == sorted([*files_of_the_exercise(), f"{BUNDLE}/examples/echo.py", "playground/server.py"])


def files_of_the_exercise() -> list[str]:
    return [
        f"{EXERCISE}/solution/server.py",
        f"{EXERCISE}/starter/server.py",
        f"{EXERCISE}/wrong/forgets-to-shout/server.py",
        f"{EXERCISE}/wrong/never-answers/server.py",
        f"{EXERCISE}/wrong/one-word-only/server.py",
    ]


def test_a_program_that_does_not_start_is_found_with_its_line(
    root: Path, sandboxes: Supervisor, grader: Grader
) -> None:
    without_exercise(root)
    line = change(root, f"{BUNDLE}/examples/echo.py", "app = Flask(__name__)", "app = Flask(__nome__)")
    change(root, "playground/server.py", "socketio.run(app)", "")
    assert found(root, sandboxes, grader) == {
        ("program-fails", f"{BUNDLE}/examples/echo.py", line),
        ("program-fails", "playground/server.py", 1),
    }


def test_programs_that_do_not_earn_what_they_should_are_found(
    root: Path, sandboxes: Supervisor, grader: Grader
) -> None:
    wrong = f"{EXERCISE}/wrong"
    change(root, f"{EXERCISE}/starter/server.py", "    pass  # answer here", "    return text.upper()")
    change(root, f"{wrong}/never-answers/server.py", "    text.upper()", "    return text.upper()")
    change(root, f"{wrong}/one-word-only/server.py", "    return text.split()[0].upper()", "    return text")
    change(root, f"{wrong}/forgets-to-shout/server.py", "    return text", "    return txet")
    line = 24
    with (root / CHECKS).open("a") as checks:
        checks.write(
            '\n\n@check\ndef always_passes(server: Server) -> None:\n    """It starts"""\n    server.client("a")\n'
        )
    assert (root / CHECKS).read_text().split("\n")[line - 1] == "def always_passes(server: Server) -> None:"
    change(root, f"{EXERCISE}/task.md", "\n:::\n\n::: hint", "\n- always_passes: It starts.\n:::\n\n::: hint")
    assert found(root, sandboxes, grader) == {
        ("starter-passes", f"{EXERCISE}/starter/server.py", 1),
        ("mistake-not-earned", f"{wrong}/never-answers/server.py", 1),
        ("mistake-not-earned", f"{wrong}/one-word-only/server.py", 1),
        ("mistake-not-earned", f"{wrong}/forgets-to-shout/server.py", 1),
        ("check-never-fails", CHECKS, line),
    }


def test_a_solution_that_fails_is_found(root: Path, sandboxes: Supervisor, grader: Grader) -> None:
    file = f"{EXERCISE}/solution/server.py"
    change(root, file, "    return text.upper()", "    return text.lower()")
    assert ("solution-fails", file, 1) in found(root, sandboxes, grader)


def test_a_solution_that_does_not_start_is_found_with_its_line(
    root: Path, sandboxes: Supervisor, grader: Grader
) -> None:
    file = f"{EXERCISE}/solution/server.py"
    line = change(root, file, '@socketio.on("shout")', '@socketoi.on("shout")')
    assert ("solution-fails", file, line) in found(root, sandboxes, grader)


def test_programs_run_as_the_task_says(root: Path, sandboxes: Supervisor, grader: Grader) -> None:
    file = f"{EXERCISE}/solution/server.py"
    change(root, f"{EXERCISE}/task.md", "minutes:", "terminal: false\nminutes:")
    assert ("solution-fails", file, line_of(root, file, "socketio.run(app)")) in found(root, sandboxes, grader)
    change(root, f"{EXERCISE}/task.md", "terminal: false\n", "runtime: gevent\n")
    assert ("solution-fails", file, line_of(root, file, "async_mode")) in found(root, sandboxes, grader)


def test_an_example_runs_under_its_own_runtime(root: Path, sandboxes: Supervisor, grader: Grader) -> None:
    without_exercise(root)
    file = f"{BUNDLE}/examples/echo.py"
    change(root, file, 'async_mode="threading"', 'async_mode="gevent"')
    assert found(root, sandboxes, grader) == {("program-fails", file, line_of(root, file, "async_mode"))}
    change(root, f"{BUNDLE}/lesson.md", "level:", "runtimes: [gevent]\nlevel:")
    assert found(root, sandboxes, grader) == set()


def line_of(root: Path, file: str, text: str) -> int:
    """Return the number of the line that holds `text`."""
    lines = (root / file).read_text().split("\n")
    return next(number for number, line in enumerate(lines, start=1) if text in line)


BREAKS_THE_RUN = '    asker = server.client("asker")\n'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (BREAKS_THE_RUN, f"{BREAKS_THE_RUN}    raise LookupError('ours')\n", "ended with LookupError: ours"),
        (BREAKS_THE_RUN, f"{BREAKS_THE_RUN}    assert 1 == 2, 'never'\n", "ended with AssertionError: never"),
        (BREAKS_THE_RUN, f"{BREAKS_THE_RUN}    asker.shouts()\n", "ended with AttributeError"),
        (BREAKS_THE_RUN, f"{BREAKS_THE_RUN}    raise SystemExit\n", "ended with SystemExit"),
        ("@check\n", "import nowhere_to_be_found\n\n\n@check\n", "ModuleNotFoundError: No module named"),
        ("@check\n", "1 / 0\n\n\n@check\n", "the file can't be read: ZeroDivisionError"),
        ("@check\n", "ROUNDS = ROUNDZ\n\n\n@check\n", "the file can't be read: NameError: name 'ROUNDZ' is not"),
    ],
)
def test_what_breaks_in_the_checks_is_told_to_their_author_with_its_line(
    root: Path,
    sandboxes: Supervisor,
    grader: Grader,
    capfd: pytest.CaptureFixture[str],
    old: str,
    new: str,
    words: str,
) -> None:
    line = change(root, CHECKS, old, new) + (1 if new.startswith(old) else 0)
    broken = [
        each for each in check_programs(load_course(root), sandboxes, grader).problems if each.rule == "checks-broken"
    ]
    assert [(each.file, each.line) for each in broken] == [(CHECKS, line)]
    assert words in broken[0].message
    assert "Traceback" not in capfd.readouterr().err


def test_checks_that_never_end_are_found_at_their_beginning(root: Path, sandboxes: Supervisor, grader: Grader) -> None:
    change(root, CHECKS, BREAKS_THE_RUN, f"{BREAKS_THE_RUN}    while True: pass\n")
    assert found(root, sandboxes, grader) == {("checks-broken", CHECKS, line_of(root, CHECKS, "def "))}


def test_timed_exercises_run_alone_after_everything_else(root: Path, sandboxes: Supervisor, grader: Grader) -> None:
    make_lesson(root, "02-next")
    change(root, f"{EXERCISE}/task.md", "minutes: 3", "minutes: 3\ntimed: true")
    seen: list[Step] = []
    assert check_programs(load_course(root), sandboxes, grader, seen.append).problems == []
    assert [step.what for step in seen[-5:]] == files_of_the_exercise()


def test_a_recorded_outcome_is_what_real_clients_heard(root: Path, sandboxes: Supervisor, grader: Grader) -> None:
    with_delivery(root)
    course = load_course(root)
    (delivery,) = course.lessons[0].deliveries
    heard = settled(ProgramRuns(sandboxes, grader).heard, delivery.scenario)
    assert heard == {"A": 0, "B": 2, "C": 0}
    assert keep(course, course.lessons[0], {"who-hears-news": heard}) == root / GOLDEN
    without_exercise(root)
    assert found(root, sandboxes, grader) == set()


def test_another_outcome_than_the_recorded_one_is_found(root: Path, sandboxes: Supervisor, grader: Grader) -> None:
    without_exercise(root)
    line = with_delivery(root)
    record(root, A=1, B=2, C=0)
    course = load_course(root)
    (problem,) = check_programs(course, sandboxes, grader).problems
    assert (problem.rule, problem.file, problem.line) == ("golden-differs", LESSON, line)
    assert "recorded as A 1, B 2, C 0, and now ends with A 0, B 2, C 0" in problem.message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('A emits join "red"', 'A emits jion "red"', "A emitted “jion”, and no handler came to its end"),
        ('A emits shout "hi", "red"', 'A emits shout "hi"', "A emitted “shout”, and no handler came to its end"),
        ("connect A B C", "connect A B\nconnect C in /none", "C could not connect"),
    ],
)
def test_a_scenario_that_cannot_be_played_is_found(
    root: Path, sandboxes: Supervisor, grader: Grader, old: str, new: str, message: str
) -> None:
    without_exercise(root)
    line = with_delivery(root, BLOCK.replace(old, new))
    record(root, A=0, B=2, C=0)
    (problem,) = check_programs(load_course(root), sandboxes, grader).problems
    assert (problem.rule, problem.file, problem.line) == ("delivery-fails", LESSON, line)
    assert message in problem.message


def test_an_outcome_that_is_not_always_the_same_is_not_believed() -> None:
    outcomes = iter([{"A": 1}, {"A": 1}, {"A": 0}])
    with pytest.raises(NotPlayed, match="differently"):
        settled(lambda scenario: next(outcomes), None)  # type: ignore[arg-type]


WATCH = """\
::: watch echo
A word comes back

> One client is connected.
connect A
> It asks.
A asks echo "hello"
A vanishes
connect A over upgrade
> It is back.
A leaves
:::
"""


def test_a_demonstration_is_played_and_kept(root: Path, sandboxes: Supervisor, grader: Grader) -> None:
    change(root, LESSON, "## Try it", f"{WATCH}\n## Try it")
    course = load_course(root)
    said: list[tuple[str, bool]] = []
    recorded = record_demonstrations(
        course, course.lessons[0], ProgramRuns(sandboxes, grader), lambda *each: said.append(each)
    )
    assert recorded and [well for _, well in said] == [True]
    course = load_course(root)
    assert course.problems == ()
    trace = course.lessons[0].demonstrations[0].trace
    assert trace is not None
    frames = [(row["client"], row["direction"], row["frame"]) for row in trace["rows"]]
    assert ("A", "sent", '421["echo","hello"]') in frames and ("A", "received", '431["hello"]') in frames
    assert ("A", "sent", "2probe") in frames  # the second time
    assert not [frame for _, _, frame in frames if "duplex-fence" in frame]
    assert [mark["kind"] for mark in trace["marks"]] == ["opened", "closed", "opened", "closed"]
    asked = next(row["time"] for row in trace["rows"] if "hello" in row["frame"])
    first, second, third = [caption["time"] for caption in trace["captions"]]
    assert first < second < asked < third
    said.clear()
    assert record_demonstrations(course, course.lessons[0], ProgramRuns(sandboxes, grader), lambda *each: None)
    assert said == []  # what is recorded is left alone


def test_what_travels_with_each_mistake_is_kept_and_a_change_is_noticed(
    root: Path, sandboxes: Supervisor, grader: Grader
) -> None:
    runs = ProgramRuns(sandboxes, grader)
    course = load_course(root)
    assert record_mistakes(course, course.lessons[0], runs, lambda *each: None)
    kept = read_kept(root / BUNDLE)
    silent = kept["echo-louder/never-answers"]
    assert (silent.check, silent.held) == ("answers_in_capitals", "exactly")
    (frames,) = silent.frames.values()
    assert frames[-2:] == ('> 421["shout","‹w1› ‹w2›"]', "< 431[]")
    assert load_course(root).problems == ()
    assert found(root, sandboxes, grader) == set()
    change(root, f"{BUNDLE}/{MISTAKES_FILE}", "< 431[]", "< 431[null]")  # as another library's release would bring it
    (problem,) = check_programs(load_course(root), sandboxes, grader).problems
    wrong = f"{EXERCISE}/wrong/never-answers/server.py"
    assert (problem.rule, problem.file) == ("golden-differs", wrong)
    assert "sends and receives is no more the same" in problem.message and "record --again" in problem.fix
    assert record_mistakes(course, course.lessons[0], runs, lambda *each: None, again=True)
    assert read_kept(root / BUNDLE) == kept
    change(root, f"{EXERCISE}/wrong/never-answers/server.py", "text.upper()", "text.lower()")
    (problem,) = load_course(root).problems
    assert (problem.rule, problem.file) == ("golden-stale", f"{EXERCISE}/wrong/never-answers/server.py")
    course = load_course(root)
    assert record_mistakes(course, course.lessons[0], runs, lambda *each: None)
    assert load_course(root).problems == ()


def test_the_exercise_of_a_page_is_recorded_again_under_the_name_of_its_page(
    root: Path, sandboxes: Supervisor, grader: Grader
) -> None:
    slug = "when-not-to-speak"
    page = root / "pages" / slug
    shutil.move(root / BUNDLE, page)
    change(
        root,
        "course.toml",
        "[playground]",
        f'[[parts]]\ntitle = "More"\nsummary = "s"\npages = ["{slug}"]\n\n[playground]',
    )
    course = load_course(root)
    assert course.problems == ()
    assert record_mistakes(course, course.pages[0], ProgramRuns(sandboxes, grader), lambda *each: None)
    change(root, f"pages/{slug}/{MISTAKES_FILE}", "< 431[]", "< 431[null]")
    (problem,) = check_programs(load_course(root), sandboxes, grader).problems
    assert problem.file == f"pages/{slug}/exercises/echo-louder/wrong/never-answers/server.py"
    assert problem.fix.endswith(f"record --again {slug}")


def test_a_mistake_that_is_none_is_not_recorded(root: Path, sandboxes: Supervisor, grader: Grader) -> None:
    change(root, f"{EXERCISE}/wrong/never-answers/server.py", "    text.upper()", "    return text.upper()")
    course = load_course(root)
    said: list[str] = []
    runs = ProgramRuns(sandboxes, grader)
    assert not record_mistakes(course, course.lessons[0], runs, lambda text, well: well or said.append(text))
    assert len(said) == 1 and "recognise nothing" in said[0]
    assert "echo-louder/never-answers" not in read_kept(root / BUNDLE)

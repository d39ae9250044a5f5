"""What learners have written is kept, with versions to go back to."""

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from course.extensions import db
from course.progress import answers, own_data, work
from course.progress.answers import Answered
from course.progress.models import Answer, Learner, Work, WorkVersion

ME, LESSON, EXERCISE = "a" * 32, "listening-to-events", "add-with-ack"

pytestmark = pytest.mark.usefixtures("app")


def files(code: str) -> dict[str, str]:
    return {"server.py": code}


def save(code: str, base: int | None = None, kind: str = "save") -> work.Saved:
    return work.save(ME, LESSON, EXERCISE, files(code), base_version=base, kind=kind)


def test_nothing_is_written_for_somebody_who_only_looks() -> None:
    assert work.find(ME, LESSON, EXERCISE) is None
    assert db.session.scalar(select(func.count()).select_from(Learner)) == 0


def test_it_keeps_what_was_saved_last() -> None:
    save("one")
    assert save("two").version == 2
    kept = work.find(ME, LESSON, EXERCISE)
    assert kept is not None and kept.files == files("two")


def test_saving_the_same_again_makes_no_new_version() -> None:
    assert save("one").version == save("one").version == 1


def test_it_refuses_to_overwrite_a_newer_version_and_hands_it_over() -> None:
    save("one")
    save("newer", base=1)
    with pytest.raises(work.Conflict) as conflict:
        save("mine", base=1)
    assert (conflict.value.version, conflict.value.files) == (2, files("newer"))


def test_a_burst_of_saves_is_one_entry_of_the_history() -> None:
    for step in range(10):
        save(f"step {step}")
    history = work.versions(ME, LESSON, EXERCISE)
    assert [entry["version"] for entry in history] == [10]


def test_reset_can_be_undone() -> None:
    save("my work")
    save("starter", kind="starter")
    history = work.versions(ME, LESSON, EXERCISE)
    assert [entry["kind"] for entry in history] == ["starter", "save"]
    restored = work.restore(ME, LESSON, EXERCISE, history[1]["version"])
    assert restored.files == files("my work")


def test_restoring_a_version_that_is_not_kept_says_so() -> None:
    save("one")
    with pytest.raises(KeyError):
        work.restore(ME, LESSON, EXERCISE, 99)


def test_what_was_checked_stays_restorable_while_typing_goes_on() -> None:
    save("checked")
    work.record_attempt(ME, LESSON, EXERCISE, files("checked"), [{"outcome": "failed"}], 1)
    save("typed afterwards")
    [attempt] = work.attempts(ME, LESSON, EXERCISE)
    assert work.restore(ME, LESSON, EXERCISE, attempt["version"]).files == files("checked")


def test_what_was_checked_is_told_where_it_is_another_version_by_now() -> None:
    kept = work.record_attempt(ME, LESSON, EXERCISE, files("checked"), [{"outcome": "failed"}], 1)
    assert kept.checked is None, "it is what the editor holds"
    assert save("typed afterwards").checked == files("checked")
    assert work.record_attempt(ME, LESSON, EXERCISE, files("typed afterwards"), [], 1).checked is None


def test_the_history_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_000_000.0]
    monkeypatch.setattr(work.time, "time", lambda: clock[0])
    for step in range(work.VERSIONS_KEPT * 3):
        clock[0] += 60
        save(f"step {step}")
    kept = len(work.versions(ME, LESSON, EXERCISE))
    hours = work.VERSIONS_KEPT * 2 // 60 + 1
    assert work.VERSIONS_KEPT <= kept <= work.VERSIONS_KEPT + hours


def test_what_was_checked_stays_however_much_is_typed_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [3600.0 * 1000]
    monkeypatch.setattr(work.time, "time", lambda: clock[0])
    work.record_attempt(ME, LESSON, EXERCISE, files("checked"), [{"outcome": "failed"}], 1)
    for step in range(work.VERSIONS_KEPT + 10):
        clock[0] += 40  # within the same hour, of which one version would stay
        save(f"step {step}")
    [attempt] = work.attempts(ME, LESSON, EXERCISE)
    assert work.restore(ME, LESSON, EXERCISE, attempt["version"]).files == files("checked")


def test_passing_is_remembered_even_when_a_later_attempt_fails() -> None:
    passed, failed = [{"outcome": "passed"}], [{"outcome": "failed"}]
    work.record_attempt(ME, LESSON, EXERCISE, files("good"), passed, 1)
    kept = work.record_attempt(ME, LESSON, EXERCISE, files("bad"), failed, 1)
    assert kept.passed and kept.best == 1
    assert kept.results == failed


def test_votes_are_hidden_until_there_are_five_and_count_first_answers_only() -> None:
    def vote(learner: str, choice: str) -> None:
        answers.record(learner, LESSON, Answered("q", "v1", (choice,), "", False))

    for number in range(4):
        vote(f"learner-{number}", "one")
    vote("learner-0", "two")
    assert answers.votes(LESSON, "q", "v1") is None
    vote("learner-4", "two")
    assert answers.votes(LESSON, "q", "v1") == answers.Votes(5, {"one": 4, "two": 1})
    assert answers.votes(LESSON, "q", "v2") is None, "an edited question starts anew"


def test_a_learner_can_take_everything_away_and_delete_it() -> None:
    save("mine")
    answers.record(ME, LESSON, Answered("q", "v1", ("one",), "", True))
    exported = own_data.export(ME)
    assert exported["work"][0]["files"] == files("mine")
    assert exported["answers"][0]["question"] == "q"
    own_data.forget(ME)
    for table in (Learner, Work, WorkVersion, Answer):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_sqlite_is_set_up_for_many_readers_and_one_writer(app: Flask) -> None:
    assert db.session.scalar(text("PRAGMA journal_mode")) == "wal"
    assert db.session.scalar(text("PRAGMA foreign_keys")) == 1

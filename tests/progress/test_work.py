"""What learners have written is kept, with versions to go back to."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from course.extensions import db
from course.progress import answers, history, learners, notes, own_data, work
from course.progress.answers import Answered
from course.progress.models import Answer, Learner, Work, WorkVersion
from course.progress.not_kept import Forgotten
from course.progress.thinning import Held

ME, LESSON, EXERCISE = "a" * 32, "listening-to-events", "add-with-ack"

pytestmark = pytest.mark.usefixtures("app")


def files(code: str) -> dict[str, str]:
    return {"server.py": code}


def save(code: str, base: int | None = None, kind: str = "save") -> work.Kept:
    return work.save(ME, LESSON, EXERCISE, files(code), base_version=base, kind=kind)


def check(code: str, outcome: str) -> None:
    work.record_attempt(ME, LESSON, EXERCISE, files(code), [{"outcome": outcome}], 1)


def found() -> work.Saved:
    saved = work.find(ME, LESSON, EXERCISE)
    assert saved is not None
    return saved


def listed() -> list[history.Entry]:
    """Return the whole history, newest first, page after page."""
    entries, older = history.page(ME, LESSON, EXERCISE)
    while older:
        more, older = history.page(ME, LESSON, EXERCISE, before=entries[-1].version)
        entries += more
    return entries


def test_nothing_is_written_for_somebody_who_only_looks() -> None:
    assert work.find(ME, LESSON, EXERCISE) is None
    assert db.session.scalar(select(func.count()).select_from(Learner)) == 0


def test_it_keeps_what_was_saved_last() -> None:
    save("one")
    assert save("two").version == 2
    assert found().files == files("two")


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
    assert [entry.version for entry in listed()] == [10]


def test_reset_can_be_undone() -> None:
    save("my work")
    save("starter", kind="starter")
    assert [entry.kind for entry in listed()] == ["starter", "save"]
    restored = work.restore(ME, LESSON, EXERCISE, listed()[1].version)
    assert restored.files == files("my work")


def test_restoring_a_version_that_is_not_kept_says_so() -> None:
    save("one")
    with pytest.raises(KeyError):
        work.restore(ME, LESSON, EXERCISE, 99)


def test_what_was_checked_stays_restorable_while_typing_goes_on() -> None:
    save("checked")
    check("checked", "failed")
    save("typed afterwards")
    [attempted] = [entry for entry in listed() if entry.attempt]
    assert attempted.attempt == (0, 1)
    assert work.restore(ME, LESSON, EXERCISE, attempted.version).files == files("checked")


def test_what_was_checked_is_told_where_it_is_another_version_by_now() -> None:
    check("checked", "failed")
    assert found().checked is None, "it is what the editor holds"
    save("typed afterwards")
    assert found().checked == files("checked")
    check("typed afterwards", "failed")
    assert found().checked is None


def test_passing_is_remembered_even_when_a_later_attempt_fails() -> None:
    check("good", "passed")
    check("bad", "failed")
    assert found().passed and found().best == 1
    assert found().results == [{"outcome": "failed"}]


def test_the_history_lists_what_was_found_when_a_version_was_checked_last() -> None:
    check("once", "failed")
    check("once", "passed")
    save("later")
    assert [(entry.kind, entry.attempt) for entry in listed()] == [("save", None), ("check", (1, 1))]


def test_only_so_many_attempts_are_kept_and_what_led_to_the_others_may_go() -> None:
    for number in range(work.ATTEMPTS_KEPT + 5):
        check(f"attempt {number}", "failed")
    held = list(db.session.scalars(select(WorkVersion.held).order_by(WorkVersion.version)))
    assert held[:5] == [0] * 5
    assert all(each & Held.CHECKED for each in held[5:])
    assert len([entry for entry in listed() if entry.attempt]) == work.ATTEMPTS_KEPT


def test_the_history_comes_in_pages_that_never_overlap() -> None:
    for number in range(3 * history.PAGE - 10):
        save(f"text {number}", kind="loaded")
    first, older = history.page(ME, LESSON, EXERCISE)
    assert (len(first), older) == (history.PAGE, True)
    assert [entry.version for entry in listed()] == list(range(3 * history.PAGE - 10, 0, -1))


def test_the_last_text_of_each_tab_stays_though_both_save_within_seconds() -> None:
    for tab in ("one", "one", "two", "two", "one", "two"):
        work.save(ME, LESSON, EXERCISE, files(f"{tab} {len(listed())} {found().version if listed() else 0}"), tab=tab)
    assert [each.tab for each in db.session.scalars(select(WorkVersion).order_by(WorkVersion.version))] == [
        "one",
        "two",
        "one",
        "two",
    ]
    last = db.session.scalars(select(WorkVersion.held).order_by(WorkVersion.version.desc()).limit(2))
    assert [each & Held.TAB for each in last] == [Held.TAB, Held.TAB]


def test_both_sides_of_a_conflict_are_in_the_history_whichever_is_chosen() -> None:
    save("one")
    save("theirs", base=1, kind="loaded")
    with pytest.raises(work.Conflict):
        save("mine", base=1)
    assert found().files == files("theirs"), "the refused copy is kept beside it, not instead of it"
    assert [(entry.version, entry.kind) for entry in listed()] == [(3, "conflict"), (2, "loaded"), (1, "save")]
    assert history.files_of(ME, LESSON, EXERCISE, 3) == files("mine")
    with pytest.raises(work.Conflict):
        save("mine", base=1)
    assert len(listed()) == 3, "the same copy, refused again, is kept once"
    assert save("mine", base=2).version == 3
    assert [(entry.version, entry.kind) for entry in listed()] == [(3, "save"), (2, "loaded"), (1, "save")]
    save("mine, and more", base=3)
    assert history.files_of(ME, LESSON, EXERCISE, 3) == files("mine")


def test_a_page_that_is_older_than_everything_kept_begins_anew() -> None:
    assert save("what an open page still had", base=17).version == 1


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
    exported = json.loads("".join(own_data.export(ME)))
    assert exported["work"][0]["versions"][0]["files"] == files("mine")
    assert exported["answers"][0]["question"] == "q"
    learners.forget(ME)
    for table in (Learner, Work, WorkVersion, Answer):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.parametrize(
    "keep",
    [
        lambda: save("again"),
        lambda: work.record_attempt(ME, LESSON, EXERCISE, files("again"), [], 1),
        lambda: work.note_hint(ME, LESSON, EXERCISE, 1),
        lambda: work.note_solution_asked(ME, LESSON, EXERCISE),
        lambda: answers.record(ME, LESSON, Answered("q", "v1", ("one",), "", True)),
        lambda: notes.add(ME, LESSON, "v1", "", "a note"),
    ],
    ids=["a save", "an attempt", "a hint", "a solution", "an answer", "a note"],
)
@pytest.mark.parametrize("was_here", [True, False])
def test_nothing_can_be_kept_of_somebody_who_was_deleted(keep: Callable[[], object], was_here: bool) -> None:
    if was_here:
        save("mine")
    learners.forget(ME)
    learners.forget(ME)
    with pytest.raises(Forgotten):
        keep()
    assert learners.is_forgotten(ME) and not learners.is_forgotten("b" * 32)
    assert db.session.scalar(select(func.count()).select_from(Learner)) == 0
    assert ME not in str(db.session.execute(text("SELECT * FROM forgotten_learner")).all()), "a hash, not the id"


def test_notes_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "NOTES_AN_HOUR", notes.NOTES_KEPT + 10)
    for number in range(notes.NOTES_KEPT):
        notes.add(ME, LESSON, "v1", "", f"note {number}")
    with pytest.raises(notes.TooManyNotes):
        notes.add(ME, LESSON, "v1", "", "one more")


def test_sqlite_is_set_up_for_many_readers_and_one_writer(app: Flask) -> None:
    assert db.session.scalar(text("PRAGMA journal_mode")) == "wal"
    assert db.session.scalar(text("PRAGMA foreign_keys")) == 1

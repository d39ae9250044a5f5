"""What a learner can do: run, check, save, answer, ask for help. The same for the page, the plain forms and the tests.

Every method takes plain values, and either does what its name says or raises `Refused` with a sentence for the learner.
Those that read or keep something need an application context.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from course.content.model import PLAYGROUND, SCRATCH, Course, Lesson
from course.content.pieces import Exercise, Question
from course.content.questions.marking import MAX_ANSWER_LENGTH, is_right
from course.grading.grader import Grader, checks_at_once
from course.learning import faults
from course.learning.programs import program_of, valid_files
from course.learning.refused import Refused
from course.learning.verdicts import Verdict, is_choice
from course.program import RUNTIMES, Files, Runtime
from course.progress import answers, history, learners, work
from course.progress.answers import Answered
from course.progress.history import Entry
from course.progress.not_kept import Forgotten
from course.progress.work import Conflict, Kept
from course.sandbox.host.sandbox import Sandbox
from course.sandbox.host.supervisor import SandboxesUnavailable, Supervisor
from course.sandbox.model import Output, Program, Purpose, Watcher
from course.shares.fair_queue import Share
from course.shares.turns import Turns

GONE = ("unknown_version", "That version is not kept any more.")
FORGOTTEN_HERE = 10_000
"""Deleted learners that this process remembers: for requests that were under way, which end within minutes."""


class Learning:
    """The use cases, over one course, one supervisor, one grader, and the turns at it."""

    def __init__(
        self, courses: Callable[[], Course], sandboxes: Supervisor, grader: Grader, turns: Turns | None = None
    ) -> None:
        self._courses = courses
        self.sandboxes = sandboxes
        self.grader = grader
        self._forgotten: OrderedDict[str, None] = OrderedDict()
        self.turns = turns or Turns(checks_at_once())

    # Finding things

    def lesson(self, slug: str) -> Lesson:
        """Return a lesson.

        Raises:
            Refused: there is none of that name.
        """
        try:
            return self._courses().lesson(slug)
        except KeyError:
            raise Refused("unknown_lesson", "There is no such lesson. The course map has them all.") from None

    def exercise(self, slug: str, exercise: str) -> Exercise:
        """Return an exercise of a lesson.

        Raises:
            Refused: there is none of that name.
        """
        found = None if slug == PLAYGROUND else self.lesson(slug).exercises.get(exercise)
        if found is None:
            raise Refused("unknown_exercise", "There is no such exercise here (any more). Reload the page.")
        return found

    def starting_files(self, slug: str, exercise: str) -> Files:
        """Return what the editor of a workspace holds at first; if the text shows no program, the playground's.

        Raises:
            Refused: there is no such workspace.
        """
        if exercise != SCRATCH:
            return self.exercise(slug, exercise).starter
        examples = () if slug == PLAYGROUND else self.lesson(slug).examples
        return {"server.py": examples[0].source, **examples[0].client} if examples else self._courses().playground

    def runtimes(self, slug: str, exercise: str) -> tuple[Runtime, ...]:
        """Return the runtimes of a workspace's program; the first is used unless another is chosen.

        Raises:
            Refused: there is no such workspace.
        """
        if slug == PLAYGROUND and exercise == SCRATCH:
            return RUNTIMES
        return self.lesson(slug).runtimes if exercise == SCRATCH else (self.exercise(slug, exercise).runtime,)

    def _chosen_runtime(self, slug: str, exercise: str, asked: str | None) -> Runtime:
        """Return the runtime for a workspace's program; `asked` is the learner's choice, None without one.

        Raises:
            Refused: there is no such workspace, or it does not offer that runtime.
        """
        offered = self.runtimes(slug, exercise)
        for runtime in offered:
            if asked in (runtime, None):
                return runtime
        words = f"This program can't be run under “{str(asked)[:40]}”, only under {' or '.join(offered)}."
        raise Refused("unknown_runtime", f"{words} Reload the page.")

    # Running

    def run(
        self,
        learner: str,
        slug: str,
        exercise: str,
        files: Files,
        watcher: Watcher,
        runtime: str | None = None,
        *,
        share: Share | None = None,
    ) -> Sandbox:
        """Start the learner's program in a sandbox of its own, in place of their previous one.

        `runtime` is the learner's choice; without one it is the first that the workspace offers. `share` says whose
        turn it takes where programs have to wait.
        """
        chosen = self._chosen_runtime(slug, exercise, runtime)
        terminal = exercise == SCRATCH or self.exercise(slug, exercise).terminal
        program, left_out = program_of(files, chosen, terminal=terminal)
        sandbox = self.start(program, learner=learner, purpose="run", watcher=watcher, share=share)
        for name, why in left_out.items():
            watcher.output(sandbox.id, Output("notice", f"Left out {name}: {why}.\n"))
        return sandbox

    def start(
        self, program: Program, *, learner: str, purpose: Purpose, watcher: Watcher, share: Share | None = None
    ) -> Sandbox:
        """Start a program: the learner's own run, or one to be checked.

        Raises:
            Refused: no code can be run now.
            course.progress.not_kept.Forgotten: the learner has asked to be deleted, maybe while it started.
        """
        self._refuse_forgotten(learner)
        try:
            sandbox = self.sandboxes.start(program, learner=learner, purpose=purpose, watcher=watcher, share=share)
        except SandboxesUnavailable as refusal:
            raise Refused("sandbox_unavailable", str(refusal)) from refusal
        self._refuse_forgotten(learner)
        return sandbox

    def restart(self, sandbox: Sandbox, watcher: Watcher) -> Sandbox:
        """Start a running or a killed program again, at the same address; `watcher` watches it from then on.

        Raises:
            Refused: it ended for another reason, or no code can be run now.
            course.progress.not_kept.Forgotten: as for `start`.
        """
        self._refuse_forgotten(sandbox.learner)
        again = faults.restart(self.sandboxes, sandbox, watcher)
        self._refuse_forgotten(sandbox.learner)
        return again

    def stop(self, learner: str) -> None:
        """Stop the learner's program, if one is running."""
        sandbox = self.sandboxes.of_learner(learner)
        if sandbox is not None:
            self.sandboxes.stop(sandbox.id)

    def keep_alive(self, learner: str) -> None:
        """Start the idle clock of the learner's program again."""
        sandbox = self.sandboxes.of_learner(learner)
        if sandbox is None:
            raise Refused("not_running", "Your server is not running any more. Press Run to start it again.")
        self.sandboxes.keep_alive(sandbox.id)

    # Saved work: `tab` names the open page that asks

    def save(
        self,
        learner: str,
        slug: str,
        exercise: str,
        files: Files,
        base_version: int | None,
        *,
        loaded: bool = False,
        tab: str = "",
    ) -> Kept:
        """Keep what the editor holds: typed, or `loaded` in place of what was there; the history has both."""
        self.starting_files(slug, exercise)
        files = valid_files(files)
        try:
            kind = "loaded" if loaded else "save"
            return work.save(learner, slug, exercise, files, kind=kind, base_version=base_version, tab=tab)
        except Conflict as conflict:
            raise Refused(
                "conflict",
                "A newer version of this program was saved in another tab or on another device.",
                newer={"version": conflict.version, "files": conflict.files},
            ) from conflict

    def reset(self, learner: str, slug: str, exercise: str, *, tab: str = "") -> Kept:
        """Put the starter back; what was there stays in the history."""
        return work.save(learner, slug, exercise, self.starting_files(slug, exercise), kind="starter", tab=tab)

    def use_solution(self, learner: str, slug: str, exercise: str, *, tab: str = "") -> Kept:
        """Put the official solution into the editor; what was there stays in the history."""
        found = self.exercise(slug, exercise)
        if not self._may_see_solution(learner, slug, exercise):
            raise Refused("ask_again", "Look at the solution first.")
        return work.save(learner, slug, exercise, found.solution, kind="solution", tab=tab)

    def restore(self, learner: str, slug: str, exercise: str, version: int, *, tab: str = "") -> Kept:
        """Put an earlier version back."""
        self.starting_files(slug, exercise)
        try:
            return work.restore(learner, slug, exercise, version, tab=tab)
        except KeyError:
            raise Refused(*GONE) from None

    def history(self, learner: str, slug: str, exercise: str, before: int | None) -> tuple[list[Entry], bool]:
        """Return the versions before the one called `before`, newest first, and whether there are older ones."""
        self.starting_files(slug, exercise)
        return history.page(learner, slug, exercise, before=before)

    def version(self, learner: str, slug: str, exercise: str, version: int) -> Files:
        """Return the files of one version."""
        self.starting_files(slug, exercise)
        try:
            return history.files_of(learner, slug, exercise, version)
        except KeyError:
            raise Refused(*GONE) from None

    # Leaving

    def forget(self, learner: str) -> None:
        """Delete a learner: all that is kept, and every program of theirs. Nothing may begin under that id again."""
        learners.forget(learner)
        self._forgotten[learner] = None
        while len(self._forgotten) > FORGOTTEN_HERE:
            self._forgotten.popitem(last=False)
        self._stop_all(learner)

    def _refuse_forgotten(self, learner: str) -> None:
        """Refuse to run what a deleted learner's page asked for, before that or while it is asked."""
        if learner in self._forgotten:
            self._stop_all(learner)
            raise Forgotten

    def _stop_all(self, learner: str) -> None:
        for sandbox in self.sandboxes.all():
            if sandbox.learner == learner:
                self.sandboxes.stop(sandbox.id)

    # Questions

    def answer(self, learner: str, slug: str, question: str, choices: tuple[str, ...], text: str) -> Verdict:
        """Commit an answer and mark it."""
        found = find_question(self.lesson(slug), question)
        if found.options:
            if not is_choice(found, choices):
                raise Refused("no_choice", "Choose an answer first.")
        elif not text.strip():
            raise Refused("no_choice", "Write an answer first.")
        elif len(text) > MAX_ANSWER_LENGTH:
            raise Refused("too_long", f"That is longer than {MAX_ANSWER_LENGTH} characters; the answer is short.")
        correct = is_right(found, choices, text)
        given = Answered(question, found.version, tuple(dict.fromkeys(choices)), text.strip(), correct)
        answers.record(learner, slug, given)
        return Verdict(found, given, answers.votes(slug, question, found.version))

    # Help

    def hint(self, learner: str, slug: str, exercise: str, step: int) -> tuple[str, int]:
        """Return the HTML of hint number `step` (from 1) and how many there are."""
        hints = self.exercise(slug, exercise).hints
        if not 1 <= step <= len(hints):
            raise Refused("no_more_hints", "There are no more hints for this exercise.")
        work.note_hint(learner, slug, exercise, step)
        return hints[step - 1], len(hints)

    def solution(self, learner: str, slug: str, exercise: str) -> Exercise:
        """Return the exercise with its official solution: after passing, or on asking twice."""
        found = self.exercise(slug, exercise)
        if not self._may_see_solution(learner, slug, exercise) and not work.note_solution_asked(
            learner, slug, exercise
        ):
            raise Refused(
                "ask_again",
                "You have not passed yet, and finding it yourself is worth more. Still want to see it? Ask again.",
            )
        return found

    def _may_see_solution(self, learner: str, slug: str, exercise: str) -> bool:
        saved = work.find(learner, slug, exercise)
        return bool(saved and (saved.passed or saved.solution_asked > 1))


def find_question(lesson: Lesson, question: str) -> Question:
    """Return a question of a lesson.

    Raises:
        Refused: the lesson has none of that id.
    """
    for found in lesson.questions:
        if found.id == question:
            return found
    raise Refused("unknown_question", "This question has changed or gone. Reload the page.")

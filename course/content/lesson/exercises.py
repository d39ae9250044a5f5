"""An exercise's folder: task.md, starter/, solution/, checks.py and wrong/<mistake>/."""

from __future__ import annotations

import re
from pathlib import Path

from course.content.files import read_text
from course.content.lesson.front_matter import TASK_KEYS, FrontMatter, read_front_matter
from course.content.lesson.mistakes import read_mistakes
from course.content.pieces import Exercise, Task
from course.content.problems import ProblemList
from course.content.programs import CheckFunction, check_functions, parse, read_program
from course.content.text.scanner import TASK_BLOCKS, BlockText, ProseText, scan
from course.content.text.typesetter import Typesetter

SLUG = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")

_TASK = re.compile(r"^- ([a-z_][a-z0-9_]*): (\S.*)$")
_MORE = re.compile(r"^  +(\S.*)$")


def read_exercise(folder: Path, problems: ProblemList, typesetter: Typesetter) -> Exercise | None:
    """Return the exercise in `folder`, or None when an error keeps it from being one.

    Args:
        folder: named like the exercise's slug.
        problems: collects those of the folder.
        typesetter: renders the task's text and collects its links.
    """
    before = len(problems.found)
    task_file = problems.beside(f"{problems.file}/task.md")
    source = read_text(folder / "task.md", task_file)
    text = (
        _TaskText(read_front_matter(source, TASK_KEYS, task_file), task_file, typesetter)
        if source is not None
        else None
    )
    starter = read_program(folder / "starter", problems.beside(f"{problems.file}/starter"))
    solution = read_program(folder / "solution", problems.beside(f"{problems.file}/solution"))
    checks_file = problems.beside(f"{problems.file}/checks.py")
    checks_source = read_text(folder / "checks.py", checks_file)
    checks = parse(checks_source, checks_file) if checks_source is not None else None
    if text is not None and checks is not None:
        text.hold_against(check_functions(checks), checks_file)
    mistakes = read_mistakes(folder / "wrong", problems, typesetter)
    broken = any(problem.severity == "error" for problem in problems.found[before:])
    if broken or text is None or starter is None or solution is None or checks_source is None:
        return None
    return Exercise(
        slug=folder.name,
        title=text.matter.text("title"),
        minutes=int(text.matter.values["minutes"]),
        goal_html=text.goal_html,
        tasks=tuple(task for task, _ in text.tasks),
        hints=tuple(text.hints),
        starter=starter,
        solution=solution,
        solution_note_html=text.solution_html,
        checks=folder / "checks.py",
        checks_source=checks_source,
        mistakes=mistakes,
        events=text.matter.names("events"),
        runtime=text.matter.values["runtime"],
        kind=text.matter.values["kind"],
        terminal=text.matter.values["terminal"],
        timed=text.matter.values["timed"],
    )


class _TaskText:
    """The body of a task.md: the goal, and its blocks."""

    def __init__(self, matter: FrontMatter, problems: ProblemList, typesetter: Typesetter) -> None:
        self.matter, self.problems, self.typesetter = matter, problems, typesetter
        self.tasks: list[tuple[Task, int]] = []
        self.hints: list[str] = []
        self.solution_html = ""
        self._misspelt = False
        """Whether a line of the tasks is none: what it would have named is not known."""
        goal: list[str] = []
        for piece in scan(matter.body, problems, allowed=TASK_BLOCKS, first_line=matter.body_line):
            if isinstance(piece, ProseText):
                goal.append(typesetter.block(piece.text, piece.line, problems))
            else:
                self._block(piece)
        self.goal_html = "".join(goal)
        self._complete()

    def _block(self, block: BlockText) -> None:
        if block.words:
            fix = f"Write only “::: {block.name}”."
            self.problems.add(block.line, "block-words", f"“{block.name}” takes no name or kind.", fix)
        if block.name == "tasks":
            self._read_tasks(block)
            return
        if not block.text.strip():
            fix = "Write its text, or remove it."
            self.problems.add(block.line, "block-empty", f"This {block.name} says nothing.", fix)
        html = self.typesetter.block(block.text, block.line + 1, self.problems)
        if block.name == "hint":
            self.hints.append(html)
        elif self.solution_html:
            self.problems.add(block.line, "block-twice", "There is a second solution block.", "Keep one of the two.")
        else:
            self.solution_html = html

    def _read_tasks(self, block: BlockText) -> None:
        tasks: list[tuple[str, list[str], int]] = []
        for number, line in enumerate(block.text.split("\n"), block.line + 1):
            if match := _TASK.match(line):
                tasks.append((match[1], [match[2]], number))
            elif (more := _MORE.match(line)) and tasks:
                tasks[-1][1].append(more[1])
            elif line.strip():
                fix = "Write “- name_of_the_check: what the learner must reach”, one a line."
                self._misspelt = True
                self.problems.add(number, "task-line", f"“{line.strip()}” is not a task.", fix)
        for name, text, number in tasks:
            if any(task.check == name for task, _ in self.tasks):
                fix = "Give each task a check of its own."
                self.problems.add(number, "duplicate-id", f"Two tasks name the check “{name}”.", fix)
            html = self.typesetter.inline("\n".join(text), number, self.problems)
            self.tasks.append((Task(name, html), number))

    def _complete(self) -> None:
        missing = (
            (not self.goal_html, "exercise-goal", "says no goal", "Write the goal below the front matter."),
            (not (self.tasks or self._misspelt), "exercise-tasks", "has no tasks", "Add a ::: tasks block."),
            (not self.hints, "exercise-hints", "has no hints", "Add at least one ::: hint block."),
            (not self.solution_html, "exercise-solution", "has no note on its solution", "Add a ::: solution block."),
        )
        for is_missing, rule, what, fix in missing:
            if is_missing:
                self.problems.add(1, rule, f"The exercise {what}.", fix)

    def hold_against(self, checks: tuple[CheckFunction, ...], checks_file: ProblemList) -> None:
        names = {check.name for check in checks}
        for task, line in self.tasks:
            if task.check not in names:
                fix = "Its checks are: " + (", ".join(sorted(names)) or "none") + "."
                self.problems.add(line, "task-check", f"checks.py has no check “{task.check}”.", fix)
        named = {task.check for task, _ in self.tasks}
        for check in checks:
            if check.name not in named <= names and not self._misspelt:
                fix = "Name it in task.md's ::: tasks block, so that the learner knows what is asked."
                checks_file.add(check.line, "check-unused", f"No task names the check “{check.name}”.", fix)
            if not check.title:
                fix = "Begin it with a docstring: its first line is the title that the learner reads."
                checks_file.add(check.line, "check-title", f"The check “{check.name}” has no title.", fix)

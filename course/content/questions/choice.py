"""Questions and predictions: from the text of their block to a `Question`, or to problems instead of a question."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import get_args

from course.content.pieces import Option, Question, QuestionKind
from course.content.problems import ProblemList
from course.content.questions.marking import accepted_form, normalised
from course.content.text.fences import FenceReader
from course.content.text.scanner import BlockText, holds_a_mark, looks_like_a_key, without_code
from course.content.text.typesetter import Typesetter

OPTION_ID_DIGITS = 4
"""Hex digits of an option's id.

A lesson's page carries up to sixty ids, which can't be compressed. They need to differ within a question
only: among four options two share four digits in one question of 11,000, and three in one of 700. When it happens, the
rule `option-id` reports it. Learners' answers are stored with these ids: another number of digits needs a migration.
"""

KINDS: tuple[QuestionKind, ...] = tuple(kind for kind in get_args(QuestionKind) if kind != "delivery")

ID = re.compile(r"^[a-z][a-z0-9-]*$")
_OPTION = re.compile(r"^- \[([ x])\] (\S.*)$")
_NEARLY_AN_OPTION = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s*\[\s*([xX✓✔]?)\s*\]\s*(\S.*)$")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_REASON = re.compile(r"^ *> ?(.*)$")
_ACCEPTED = re.compile(r"^= (\S.*)$")
_RUNS_ON = re.compile(r">\s")
_CATCH_ALL = re.compile(r"\b(?:none|all|both|neither|any) of the (?:above|below|others?|options)\b", re.IGNORECASE)


@dataclass
class _Choice:
    line: int
    correct: bool
    text: str
    reason: list[str] = field(default_factory=list)


@dataclass
class _Draft:
    """A question as it was written, before anything is rendered."""

    stem: list[str] = field(default_factory=list)
    choices: list[_Choice] = field(default_factory=list)
    accepted: list[tuple[str, int]] = field(default_factory=list)
    reason: list[str] = field(default_factory=list)
    reason_line: int = 0


def read_question(block: BlockText, problems: ProblemList, typesetter: Typesetter) -> Question | None:
    """Return the question in a block, or None when anything about it is wrong.

    A question is complete or absent: one that is half understood could show its key.
    """
    mine = problems.beside(problems.file)
    before = len(mine.found)
    name, kind = _heading(block, mine)
    draft = _parse(block, kind, mine)
    if not mine.grew_since(before):  # otherwise more would seem to be wrong than is
        _check(block, kind, draft, mine)
    if mine.grew_since(before) or kind is None:
        return None
    question = _render(block, name, kind, draft, mine, typesetter)
    return None if mine.grew_since(before) else question


def _heading(block: BlockText, problems: ProblemList) -> tuple[str, QuestionKind | None]:
    name = block.words[0] if block.words else ""
    if not ID.match(name):
        fix = "Give an id of small letters, digits and hyphens: ::: question who-hears-it"
        problems.add(block.line, "question-id", f"The {block.name} has no proper id.", fix)
    kind = block.words[1] if len(block.words) > 1 else "single"
    if kind not in KINDS or len(block.words) > 2:
        fix = "The kinds are: " + ", ".join(get_args(QuestionKind)) + " (single when none is given)."
        problems.add(block.line, "question-kind", f"“{' '.join(block.words[1:])}” is no kind of question.", fix)
        return name, None
    return name, kind


def _parse(block: BlockText, kind: QuestionKind | None, problems: ProblemList) -> _Draft:
    draft, fence = _Draft(), FenceReader()
    for number, line in enumerate(block.text.split("\n"), block.line + 1):
        fenced = fence.feed(line, number)
        keyish = looks_like_a_key(line, in_code=fenced)
        if option := _OPTION.match(line):
            if holds_a_mark(option[2]) or _RUNS_ON.search(without_code(option[2])):
                _misspelt(number, line, problems)
            draft.choices.append(_Choice(number, option[1] == "x", option[2].strip()))
        elif not fenced and (nearly := _NEARLY_AN_OPTION.match(line)):
            right = f"- [{'x' if nearly[1] else ' '}] {nearly[2].strip()}"
            fix = f"Write “{right}”: a hyphen, and a small x or a space between the brackets."
            problems.add(number, "question-line", f"“{line.strip()}” is almost an option.", fix)
            draft.choices.append(_Choice(number, bool(nearly[1]), nearly[2].strip()))
        elif accepted := _ACCEPTED.match(line):
            draft.accepted.append((accepted[1].strip(), number))
        elif kind in ("text", "number") and not fenced and not keyish and (reason := _REASON.match(line)):
            _add_reason(draft, reason[1], number)
        elif not (draft.choices or draft.accepted):
            if keyish or (not fenced and _REASON.match(line)):
                _misspelt(number, line, problems)
            draft.stem.append(line)
        elif not line.strip():
            continue
        elif (reason := _REASON.match(line)) and not keyish:
            _add_reason(draft, reason[1], number)
        else:
            _misspelt(number, line, problems)
    return draft


def _add_reason(draft: _Draft, text: str, number: int) -> None:
    if draft.choices:
        draft.choices[-1].reason.append(text)
    else:
        draft.reason_line = draft.reason_line or number
        draft.reason.append(text)


def _misspelt(number: int, line: str, problems: ProblemList) -> None:
    problems.add(
        number,
        "question-line",
        f"“{line.strip()}” is neither the question, nor an option, nor a reason.",
        "Options, each on one line: “- [x] text” or “- [ ] text”; reasons below them: “  > text”; "
        "accepted answers: “= text”.",
    )


def _check(block: BlockText, kind: QuestionKind | None, draft: _Draft, problems: ProblemList) -> None:
    stem = "\n".join(draft.stem)
    if not stem.strip():
        problems.add(block.line, "question-stem", "The question asks nothing.", "Write the question above its options.")
    elif (draft.choices or draft.accepted) and draft.stem[-1].strip():
        fix = "Leave an empty line between the question and what follows."
        line = block.line + len(draft.stem)
        problems.add(line, "question-line", "The question runs into its options or accepted answers.", fix)
    if any(re.search(rf"=\s*{re.escape(text)}", stem) for text, _ in draft.accepted):
        fix = "Put every accepted answer on a line of its own."
        problems.add(block.line, "question-line", "The question holds an accepted answer itself.", fix)
    if kind in ("text", "number"):
        _check_written(block, kind, draft, problems)
    else:
        _check_options(block, kind, draft, problems)


def _check_written(block: BlockText, kind: QuestionKind, draft: _Draft, problems: ProblemList) -> None:
    if draft.choices:
        fix = "Write accepted answers as “= answer” lines, or take the kind single or multiple."
        problems.add(draft.choices[0].line, "question-key", f"A {kind} question has options.", fix)
    if not draft.accepted:
        fix = "Add at least one line “= answer” below the question."
        problems.add(block.line, "question-key", "The question accepts no answer.", fix)
    for text, line in draft.accepted:
        if not normalised(kind, text):
            problems.add(line, "question-key", f"“{text}” is no {kind}.", "Write the bare answer behind “= ”.")
        elif kind == "number" and not _NUMBER.fullmatch(text):
            fix = "Write digits, with a point before the decimals and no other sign: = 1000 or = 2.5"
            problems.add(line, "question-key", f"“{text}” can be read as more than one number.", fix)
    if not "".join(draft.reason).strip():
        fix = "Add a line “> why” below the accepted answers."
        problems.add(block.line, "question-reason", "The question gives no reason for its answer.", fix)


def _check_options(block: BlockText, kind: QuestionKind | None, draft: _Draft, problems: ProblemList) -> None:
    if draft.accepted:
        fix = "Use options, or make it a text or number question."
        problems.add(draft.accepted[0][1], "question-key", "A question with options has an accepted answer.", fix)
    if len(draft.choices) < 2:
        fix = "Write at least two lines “- [ ] text”."
        problems.add(block.line, "question-options", "The question has fewer than two options.", fix)
    keys = sum(choice.correct for choice in draft.choices)
    if draft.choices and (keys == 0 or (kind == "single" and keys != 1)):
        fix = "Mark exactly one option [x]." if kind == "single" else "Mark every right option [x]."
        problems.add(block.line, "question-key", f"{keys} options are marked as right.", fix)
    seen: set[str] = set()
    for choice in draft.choices:
        _check_choice(choice, seen, problems)
    _check_ids(block.words[0] if block.words else "", draft, problems)


def _check_choice(choice: _Choice, seen: set[str], problems: ProblemList) -> None:
    text = choice.text
    if not "".join(choice.reason).strip():
        fix = "Add a line “  > why” below it: learners read it whichever option they chose."
        problems.add(choice.line, "option-reason", f"The option “{text}” has no reason.", fix)
    if _CATCH_ALL.search(text):
        fix = "Options are shuffled, so nothing is above: write out what you mean."
        problems.add(choice.line, "option-catch-all", f"“{text}” depends on the order of the options.", fix)
    if text.casefold() in seen:
        problems.add(choice.line, "option-twice", f"The option “{text}” is there twice.", "Remove one of the two.")
    seen.add(text.casefold())


def _check_ids(name: str, draft: _Draft, problems: ProblemList) -> None:
    """Report options with the same id: it would be unclear which of them a learner chose."""
    owners: dict[str, str] = {}
    for choice in draft.choices:
        other = owners.setdefault(option_id(name, choice.text), choice.text)
        if other != choice.text:  # the same text twice is another mistake
            message = f"The options “{other}” and “{choice.text}” happen to get the same id."
            fix = "Word this one a little differently: the id is made from its text."
            problems.add(choice.line, "option-id", message, fix)


def _render(
    block: BlockText, name: str, kind: QuestionKind, draft: _Draft, problems: ProblemList, typesetter: Typesetter
) -> Question:
    options = tuple(
        Option(
            id=option_id(name, choice.text),
            html=typesetter.inline(choice.text, choice.line, problems),
            correct=choice.correct,
            reason_html=typesetter.block("\n".join(choice.reason), choice.line + 1, problems),
        )
        for choice in draft.choices
    )
    keys = [[choice.text, choice.correct, *choice.reason] for choice in draft.choices]
    accepted = [text for text, _ in draft.accepted]
    return Question(
        id=name,
        role="prediction" if block.name == "predict" else "question",
        kind=kind,
        stem_html=typesetter.block("\n".join(draft.stem), block.line + 1, problems),
        options=options,
        accepted=tuple(accepted_form(kind, text) for text in accepted),
        reason_html=typesetter.block("\n".join(draft.reason), draft.reason_line, problems) if draft.reason else "",
        version=short_hash(kind, "\n".join(draft.stem).strip(), keys, accepted, draft.reason),
        line=block.line,
    )


def option_id(question: str, text: str) -> str:
    """Return the id of the option with that text: it depends neither on its place nor on whether it is right."""
    return short_hash(question, text)[:OPTION_ID_DIGITS]


def short_hash(*parts: object) -> str:
    """Return 16 characters that change with any of the parts, which are written as JSON."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

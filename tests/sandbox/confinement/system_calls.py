"""Writes the page of system calls: ``python -m tests.sandbox.confinement.system_calls`` (docs/system-calls.md)."""

import errno
from collections.abc import Iterator
from pathlib import Path

from course.sandbox.confinement.seccomp import ANY_CALL, KILL, Among, Rule, refuse
from course.sandbox.confinement.seccomp_numbers import AARCH64, X86_64
from course.sandbox.confinement.seccomp_rules import ALLOWED, learner_rules

PAGE = Path(__file__).parents[3] / "docs" / "system-calls.md"
OWN_PID = 4711
RULES = learner_rules(X86_64, OWN_PID)
ARGUMENTS = ("first", "second", "third", "fourth", "fifth", "sixth")

HEAD = """# What a learner's program may ask of the kernel

Written from the rules of the filter (`course/sandbox/confinement/seccomp_rules.py` and `seccomp_arguments.py`) by
`python -m tests.sandbox.confinement.system_calls`; a test compares the two. What stands in no row is refused with
EPERM. Each row and each rule has cases in `tests/sandbox/confinement/test_seccomp_rules.py` (by the name in its last
column) that turn red when it is left out: an allowed call is then refused, a guarded argument passes. Many are tried on
the kernel that runs the tests as well, and what reaches further today is tried by an attack ([attacks.md](attacks.md),
by the layer's name).
"""


def page() -> str:
    """Return the page as it should be."""
    return "\n".join([HEAD, *_allowed(), *_held(), *_refused()]) + "\n"


def _allowed() -> Iterator[str]:
    yield "## Allowed\n\n| call | arguments allowed | what needs it | the case without which it goes red |\n|---|---|---|---|"
    for rule in ALLOWED:
        for call in rule.calls:
            only = "" if AARCH64.number(call) is not None else " (x86_64)"
            guards = [each for each in _guards() if call in each.calls]
            arguments = "; ".join(_arguments(each) for each in guards) or "any"
            yield f"| `{call}`{only} | {arguments} | {rule.why} | {rule.name} |"


def _held() -> Iterator[str]:
    yield "\n## Why these arguments only\n\n| calls | what others could reach | the case |\n|---|---|---|"
    for rule in _guards():
        yield f"| {_calls(rule)} | {rule.why} | {rule.name} |"


def _refused() -> Iterator[str]:
    yield "\n## Refused in another way than by EPERM\n\n| calls | answer | why | the case |\n|---|---|---|---|"
    for rule in RULES:
        if rule not in ALLOWED and rule not in _guards():
            yield f"| {_calls(rule)} | {_answer(rule)} | {rule.why} | {rule.name} |"


def _guards() -> list[Rule]:
    allowed = {call for rule in ALLOWED for call in rule.calls}
    return [rule for rule in RULES if rule not in ALLOWED and allowed.issuperset(rule.calls)]


def _arguments(rule: Rule) -> str:
    held = "; ".join(f"{_which(each)}: {each.words}" for each in rule.unless if each.words)
    when = " and ".join(each.words for each in rule.when)
    return f"with {when}, {held}" if when else held


def _which(condition: Among) -> str:
    return ARGUMENTS[(condition.word - 16) // 8]


def _calls(rule: Rule) -> str:
    return "a call by another table" if rule.calls == ANY_CALL else ", ".join(f"`{call}`" for call in rule.calls)


def _answer(rule: Rule) -> str:
    if rule.verdict == KILL:
        return "the process is ended"
    return next(errno.errorcode[code] for code in errno.errorcode if refuse(code) == rule.verdict)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

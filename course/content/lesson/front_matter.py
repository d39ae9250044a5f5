"""The YAML between two ``---`` lines at the top of lesson.md and task.md, with the line of every key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import yaml

from course.content.pieces import ExerciseKind
from course.content.problems import ProblemList
from course.program import Runtime

LEVELS = ("Foundation", "Intermediate", "Advanced", "Expert")
RUNTIMES: tuple[str, ...] = get_args(Runtime)
EXERCISE_KINDS: tuple[str, ...] = get_args(ExerciseKind)


@dataclass(frozen=True)
class Key:
    """What a key must hold: ``text``, ``minutes`` (a whole number above 0), ``names``, ``flag``, or some of `choices`.

    ``choice`` is one of them, ``choices`` a list of one or more.
    """

    kind: str
    required: bool = True
    choices: tuple[str, ...] = ()
    default: Any = None
    """The value when the key is missing; None means the empty value of its kind."""


LESSON_KEYS: Mapping[str, Key] = {
    "title": Key("text"),
    "level": Key("choice", choices=LEVELS),
    "minutes": Key("minutes"),
    "summary": Key("text"),
    "idea": Key("text"),
    "result": Key("text"),
    "insight": Key("text"),
    "events": Key("names", required=False),
    "draft": Key("flag", required=False),
    "runtimes": Key("choices", required=False, choices=RUNTIMES, default=[RUNTIMES[0]]),
}
PAGE_KEYS: Mapping[str, Key] = {
    **LESSON_KEYS,
    "level": Key("choice", required=False, choices=LEVELS, default=""),
    "result": Key("text", required=False),
    "insight": Key("text", required=False),
}
"""The keys of a page after the steps: it belongs to no level, and need not end like a lesson."""
TASK_KEYS: Mapping[str, Key] = {
    "title": Key("text"),
    "minutes": Key("minutes"),
    "events": Key("names", required=False),
    "kind": Key("choice", required=False, choices=EXERCISE_KINDS),
    "runtime": Key("choice", required=False, choices=RUNTIMES),
    "terminal": Key("flag", required=False, default=True),
    "timed": Key("flag", required=False),
}

_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EXPECTED = {
    "text": "some text",
    "minutes": "a whole number of minutes, 1 or more",
    "names": "a list of names, such as [add, message]",
    "flag": "true or false",
}
_EMPTY: Mapping[str, Any] = {"text": "", "minutes": 1, "names": (), "flag": False}


@dataclass(frozen=True)
class FrontMatter:
    """The values that were found (every key of the schema has one), and the text below."""

    values: Mapping[str, Any]
    body: str
    body_line: int
    lines: Mapping[str, int] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """Return the value of a key that holds text."""
        return str(self.values[key])

    def names(self, key: str) -> tuple[str, ...]:
        """Return the value of a key that holds a list of names."""
        return tuple(self.values[key])


def read_front_matter(source: str, keys: Mapping[str, Key], problems: ProblemList) -> FrontMatter:
    """Split `source` and check its front matter against `keys`; every mistake goes to `problems`."""
    lines = source.split("\n")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if lines[0].rstrip() != "---" or end is None:
        problems.add(
            1,
            "front-matter",
            "The file does not begin with front matter between two --- lines.",
            "Begin the file with ---, one “key: value” a line, and --- again.",
        )
        return FrontMatter(_checked({}, {}, keys, problems=None), source, 1)
    found, at = _parse("\n".join(lines[1:end]), problems)
    values = _checked(found, at, keys, problems if found is not None else None)
    return FrontMatter(values, "\n".join(lines[end + 1 :]), end + 2, at)


def _parse(text: str, problems: ProblemList) -> tuple[dict[str, Any] | None, dict[str, int]]:
    fix = "Write one “key: value” a line; put text that holds a colon in quotes."
    try:
        node, value = _read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark is not None else 1
        problems.add(line, "front-matter", f"The front matter is not valid YAML: {_reason(error)}.", fix)
        return None, {}
    if not isinstance(node, yaml.MappingNode) or not isinstance(value, dict):
        problems.add(2, "front-matter", "The front matter holds no keys.", fix)
        return None, {}
    at: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 2
        if key.value in at:
            problems.add(line, "duplicate-key", f"“{key.value}” is given twice.", "Keep one of the two.")
        at[key.value] = line
    return {str(key): held for key, held in value.items()}, at


def _read(text: str) -> tuple[yaml.Node | None, Any]:
    """Return the tree of `text`, and what it holds.

    LibYAML reads it in a tenth of the time; the other loader says better what is wrong with a text, and where.
    """
    try:
        return yaml.compose(text, Loader=_FAST), yaml.load(text, Loader=_FAST)  # noqa: S506  (it is a safe one)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)


def _reason(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or "it can't be read")


def _checked(
    found: Mapping[str, Any] | None, at: Mapping[str, int], keys: Mapping[str, Key], problems: ProblemList | None
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    found = found or {}
    for name, key in keys.items():
        value = found.get(name)
        if name in found and _fits(key, value):
            values[name] = value
            continue
        values[name] = _default(key)
        if problems is not None and (name in found or key.required):
            problem = "is not what it must be" if name in found else "is missing"
            problems.add(
                at.get(name, 1),
                "front-matter-value" if name in found else "front-matter-missing",
                f"“{name}” {problem}.",
                f"Give {name}: {_expected(key)}.",
            )
    if problems is not None:
        for name in found:
            if name not in keys:
                fix = "The keys are: " + ", ".join(keys) + "."
                problems.add(at.get(name, 1), "unknown-key", f"There is no key “{name}”.", fix)
    return values


def _default(key: Key) -> Any:
    if key.default is not None:
        return key.default
    return key.choices[0] if key.choices else _EMPTY[key.kind]


def _expected(key: Key) -> str:
    among = ", ".join(key.choices)
    if key.kind == "choices":
        return f"a list of one or more of {among}, each once"
    return f"one of {among}" if key.kind == "choice" else _EXPECTED[key.kind]


def _fits(key: Key, value: Any) -> bool:
    kind = key.kind
    if kind == "choices":
        return (
            isinstance(value, list)
            and bool(value)
            and all(value.count(name) == 1 for name in value)
            and (set(map(str, value)) <= set(key.choices))
        )
    if kind == "text":
        return isinstance(value, str) and bool(value.strip())
    if kind == "minutes":
        return isinstance(value, int) and not isinstance(value, bool) and value > 0
    if kind == "names":
        return isinstance(value, list) and all(isinstance(name, str) and name for name in value)
    if kind == "flag":
        return isinstance(value, bool)
    return value in key.choices

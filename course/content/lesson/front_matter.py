"""The YAML between two ``---`` lines at the top of lesson.md and task.md, with the line of every key."""

from __future__ import annotations

import re
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

_FAST: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
MOST_CHARACTERS = 8 * 1024
"""Of the YAML: what nests deeper than that could hold overflows the parser's stack."""
_EXPECTED = {
    "text": "some text",
    "minutes": "a whole number of minutes, 1 or more",
    "names": "a list of names, such as [add, message]",
    "flag": "true or false",
}
_TEXT_TAG, _LIST_TAG = "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq"
_MINUTES = re.compile(r"[1-9][0-9]{0,3}")
_FLAGS = {"true": True, "false": False}
_OPENERS = {'"': '"', "'": "'", "[": "]", "{": "}"}
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
    """Return what each key holds, as it is written (a text, or a list of texts), and its line.

    YAML's own reading of a bare word is never used: it takes ``no`` for false, ``010`` for eight, and stumbles over the
    30th of February. What a key means is up to its `Key`.
    """
    fix = "Write one “key: value” a line; put text that holds a colon in quotes."
    if len(text) > MOST_CHARACTERS:
        most = f"The front matter is longer than {MOST_CHARACTERS // 1024} KB."
        problems.add(1, "front-matter", most, "Close it with a line of --- above the text.")
        return None, {}
    try:
        node = _compose(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problems.add(
            _line_of(error, text), "front-matter", f"The front matter is not valid YAML: {_reason(error)}.", fix
        )
        return None, {}
    if not isinstance(node, yaml.MappingNode):
        problems.add(2, "front-matter", "The front matter holds no keys.", fix)
        return None, {}
    found: dict[str, Any] = {}
    at: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 2
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        if name in at:
            problems.add(line, "duplicate-key", f"“{name}” is given twice.", "Keep one of the two.")
        at[name] = line
        found[name] = _written(value)
    return found, at


def _compose(text: str) -> yaml.Node | None:
    """Return the tree of `text`.

    LibYAML reads it in a tenth of the time; the other loader says better what is wrong with a text, and where.
    """
    try:
        return yaml.compose(text, Loader=_FAST)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.BaseLoader)


def _written(node: yaml.Node) -> str | list[str] | None:
    """Return a value as it was written; None for what no key may hold, such as a tag or something nested."""
    if isinstance(node, yaml.ScalarNode) and node.tag == _TEXT_TAG:
        return str(node.value)
    if isinstance(node, yaml.SequenceNode) and node.tag == _LIST_TAG:
        items = [_written(item) if isinstance(item, yaml.ScalarNode) else None for item in node.value]
        return [item for item in items if isinstance(item, str)] if None not in items else None
    return None


def _line_of(error: Exception, text: str) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return _beginning_of(mark, text)
    position = getattr(error, "position", None)
    return text.count("\n", 0, position) + 2 if isinstance(position, int) else 1


def _beginning_of(mark: Any, text: str) -> int:
    """Return the line of the mistake at `mark`: where a quote or bracket is open to the end, the line that opens it."""
    lines = text.split("\n")
    if mark.line < len(lines) - 1:
        return int(mark.line) + 2
    for number, line in enumerate(lines):
        value = line.partition(":")[2].strip()
        if value[:1] in _OPENERS and _OPENERS[value[0]] not in value[1:]:
            return number + 2
    return int(mark.line) + 2


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(getattr(error, "problem", None) or "it can't be read")


def _checked(
    found: Mapping[str, Any] | None, at: Mapping[str, int], keys: Mapping[str, Key], problems: ProblemList | None
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    found = found or {}
    for name, key in keys.items():
        value = found.get(name)
        if name in found and _fits(key, value):
            values[name] = _meant(key, value)
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


def _fits(key: Key, value: str | list[str] | None) -> bool:
    match key.kind:
        case "choices":
            return (
                isinstance(value, list)
                and bool(value)
                and len(set(value)) == len(value) <= len(key.choices)
                and (set(value) <= set(key.choices))
            )
        case "names":
            return isinstance(value, list) and all(value)
        case "text":
            return isinstance(value, str) and bool(value.strip())
        case "minutes":
            return isinstance(value, str) and _MINUTES.fullmatch(value) is not None
        case "flag":
            return value in _FLAGS
        case _:
            return value in key.choices


def _meant(key: Key, value: Any) -> Any:
    """Return what a value that fits means."""
    if key.kind == "minutes":
        return int(value)
    return _FLAGS[value] if key.kind == "flag" else value

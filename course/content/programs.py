"""Reading programs without running them: their text, their docstring, the checks they define."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from course.content.files import files_below, is_there, read_text
from course.content.javascript import report_syntax
from course.content.problems import ProblemList
from course.program import MAX_SOURCE_BYTES, source_bytes

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".ico", ".woff2"})
WHY_FILE = "why.md"
"""Beside a wrong server: the explanation, which is not part of the program."""


@dataclass(frozen=True)
class CheckFunction:
    """A function of checks.py that marks a task."""

    name: str
    line: int
    title: str


def read_program(folder: Path, problems: ProblemList) -> dict[str, str] | None:
    """Return the files of a program (name → text), or None when it has no readable server.py.

    `problems` collects those of the folder; each problem is reported for the file inside that has it.
    """
    files: dict[str, str] = {}
    for path in files_below(folder):
        name = path.relative_to(folder).as_posix()
        if name == WHY_FILE:
            continue
        if path.suffix.lower() in PICTURES:
            fix = "Draw it as SVG, or write it into the page as a data: address."
            problems.beside(f"{problems.file}/{name}").add(1, "program-file", "A program has files of text only.", fix)
            continue
        text = read_text(path, problems.beside(f"{problems.file}/{name}"))
        if text is not None:
            files[name] = text
    if "server.py" not in files:
        if not is_there(folder / "server.py"):  # otherwise it has a problem of its own
            problems.beside(f"{problems.file}/server.py").add(
                1, "program-missing", "There is no server.py here.", "Every program of a lesson begins in a server.py."
            )
        return None
    if source_bytes(files) > MAX_SOURCE_BYTES:
        limit = f"Keep all files together below {MAX_SOURCE_BYTES // 1024} KB."
        problems.add(1, "program-too-large", "The program is too large for the sandbox.", limit)
    for name, text in files.items():
        report_syntax(name, text, problems.beside(f"{problems.file}/{name}"))
        if name.endswith(".py"):
            parse(text, problems.beside(f"{problems.file}/{name}"))
    return files


def parse(source: str, problems: ProblemList) -> ast.Module | None:
    """Return the program's syntax tree, or None after reporting that it is not valid Python."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # the last two: too many brackets
        line = getattr(error, "lineno", None) or 1
        message = getattr(error, "msg", None) or str(error) or "it is nested too deeply"
        problems.add(line, "python-syntax", f"This is not valid Python: {message}.", "Correct the line.")
    return None


def title_of(tree: ast.Module) -> str:
    """Return the first line of the program's docstring, without its full stop."""
    first = (ast.get_docstring(tree) or "").strip().split("\n")[0]
    return first.rstrip(".")


def telling_part(source: str, tree: ast.Module) -> str:
    """Return the lines of a program that are specific to it: without the docstring, imports, set-up and run call.

    Every program has those, and they are in the editor once the example runs.
    """
    telling = [node for node in tree.body if not _is_routine(node)]
    if not telling:
        return source
    lines = source.split("\n")
    first = min([telling[0].lineno, *(decorator.lineno for decorator in getattr(telling[0], "decorator_list", []))])
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    return "\n".join(lines[first - 1 : telling[-1].end_lineno]) + "\n"


def _is_routine(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id in ("app", "socketio") for target in node.targets)
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    is_run = isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "run"
    return is_run or isinstance(value, ast.Constant)


def check_functions(tree: ast.Module) -> tuple[CheckFunction, ...]:
    """Return the functions that are marked with ``@check``, bare or called, in the order of the file."""
    return tuple(
        CheckFunction(node.name, node.lineno, (ast.get_docstring(node) or "").strip().split("\n")[0])
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_marks_check, node.decorator_list))
    )


def _marks_check(decorator: ast.expr) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (isinstance(target, ast.Name) and target.id == "check") or (
        isinstance(target, ast.Attribute) and target.attr == "check"
    )

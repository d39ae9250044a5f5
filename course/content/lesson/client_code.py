"""Code for the clients of an example: ``examples/echo.client.js`` beside ``examples/echo.py``."""

from __future__ import annotations

from pathlib import Path

from course.content.files import files_in, is_there, read_text
from course.content.javascript import report_syntax
from course.content.problems import ProblemList
from course.program import CLIENT_FILES


def read_client(program: Path, problems: ProblemList) -> dict[str, str]:
    """Return the client files of the example at `program`, name → text; none when it has none.

    `problems` collects those of the folder of examples.
    """
    files: dict[str, str] = {}
    for name in CLIENT_FILES:
        path = program.with_name(f"{program.stem}.{name}")
        if is_there(path):
            file = problems.beside(f"{problems.file}/{path.name}")
            text = read_text(path, file)
            if text is not None:
                report_syntax(name, text, file)
                files[name] = text
    return files


def report_alone(folder: Path, problems: ProblemList) -> None:
    """Report client code that belongs to no example, and files with other names: nothing would ever run them."""
    for path in files_in(folder):
        stem, _, name = path.name.partition(".")
        if name == "py":
            continue
        if name not in CLIENT_FILES or not path.with_name(f"{stem}.py").is_file():
            fix = f"Name it after a program: <program>.{' or <program>.'.join(CLIENT_FILES)}."
            file = problems.beside(f"{problems.file}/{path.name}")
            file.warn(1, "client-alone", "This belongs to no example.", fix)

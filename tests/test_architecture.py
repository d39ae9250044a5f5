"""The import law: every layer imports only what stands to its left."""

import ast
from pathlib import Path

import pytest

COURSE = Path(__file__).parent.parent / "course"

LAYERS = {
    "extensions": 0,
    "content": 0,
    "sandbox": 1,
    "grading": 1,
    "progress": 2,
    "verdicts": 3,
    "attempts": 3,
    "check_runs": 3,
    "drills": 3,
    "web": 4,
    "live": 4,
    "cli": 5,
    "config": 5,
    "factory": 6,
    "serve": 7,
}
MAY_ALSO = {
    ("web", "config"),  # views read the settings
    ("attempts", "verdicts"),
    ("check_runs", "attempts"),
    ("drills", "attempts"),
    ("web", "live"),  # pages begin with what the feeds remember
    ("factory", "config"),
    ("cli", "config"),
}
"""What a layer may import beside what stands to its left; sandbox and grading import nothing but themselves."""


def imports() -> list[tuple[str, str, str]]:
    found = []
    for file in sorted(COURSE.rglob("*.py")):
        part = file.relative_to(COURSE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(file.read_text())):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module] if node.module != "course" else [f"course.{item.name}" for item in node.names]
            elif isinstance(node, ast.Import):
                names = [item.name for item in node.names]
            for name in names:
                if name.startswith("course."):
                    found.append((str(file.relative_to(COURSE)), part, name.split(".")[1]))
    return found


def is_lawful(importer: str, imported: str) -> bool:
    if importer in ("__init__", imported):
        return True
    if importer in ("sandbox", "grading"):
        return False
    return LAYERS[imported] < LAYERS[importer] or (importer, imported) in MAY_ALSO


def test_each_layer_imports_only_from_the_left() -> None:
    assert [
        f"{file} imports course.{imported}" for file, part, imported in imports() if not is_lawful(part, imported)
    ] == []


@pytest.mark.parametrize(
    ("importer", "imported", "lawful"),
    [
        ("web", "content", True),
        ("content", "web", False),
        ("web", "config", True),
        ("live", "config", False),
        ("sandbox", "sandbox", True),
        ("sandbox", "content", False),
        ("grading", "content", False),
        ("grading", "sandbox", False),
        ("sandbox", "grading", False),
        ("live", "web", False),
    ],
)
def test_the_law_is_what_it_says(importer: str, imported: str, lawful: bool) -> None:
    assert is_lawful(importer, imported) is lawful


def test_nothing_left_of_web_touches_the_request() -> None:
    for file in sorted(COURSE.rglob("*.py")):
        part = file.relative_to(COURSE).parts[0].removesuffix(".py")
        if part in ("sandbox", "grading", "content", "progress", "verdicts", "attempts", "check_runs", "drills"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module == "flask":
                    touched = {item.name for item in node.names} & {"request", "g", "session"}
                    assert not touched, f"{file} imports {touched} from flask"


def test_importing_the_package_pulls_in_nothing() -> None:
    assert not (COURSE / "__init__.py").read_text().strip()

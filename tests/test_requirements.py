"""What the site is installed from: lists of names, compiled to pinned and hashed ones, which everybody can install."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
COMPILED = {
    "requirements.txt": ("requirements.in",),
    "requirements-dev.txt": ("requirements.in", "requirements-dev.in"),
    "frontend/requirements.txt": ("frontend/requirements.in",),
}
SITE = ("course", "migrations", "app.py", "gunicorn.conf.py")
OUR_TESTS = [
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("tests/*"), *ROOT.glob("lessons/**/claims"))
    if path.name not in ("apps", "courses", "js", "__pycache__") and (path.is_dir() or path.suffix == ".py")
]
"""Beside them lie programs of learners, who import what they like."""
LOADED_BY_NAME = {"packaging", "pymdown-extensions", "simple-websocket"}
"""Used by the site without an import: gunicorn, Markdown and python-engineio need them."""
FOR_PROGRAMS = {"cachelib", "flask-cors", "flask-login", "flask-session", "jinja2", "pydantic", "python-dotenv"}
"""Imported by learners' programs: `course.sandbox.available_modules` names them."""
TOOLS = {"mypy", "pytest-timeout", "ruff", "uv"}
"""Used by the Makefile, pytest's settings, or a lesson's server; beside them the stubs for mypy."""


def listed(name: str) -> list[Requirement]:
    """Return what a list written by hand asks for."""
    lines = (line.partition(" #")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in requirements}


def entries(name: str) -> list[str]:
    """Return the entries of a compiled list, each on one line, without comments."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / name).read_text(), flags=re.M)
    return text.replace("\\\n", "").splitlines()


def pinned(name: str) -> dict[str, set[str]]:
    """Return the versions that a compiled list pins, by package."""
    found: dict[str, set[str]] = {}
    for entry in entries(name):
        requirement = Requirement(entry.partition(" --hash")[0])
        found.setdefault(canonicalize_name(requirement.name), set()).add(str(requirement.specifier))
    return found


def imported(*parts: str) -> set[str]:
    """Return the packages whose modules the Python of these files and folders imports."""
    modules = set()
    for path in (ROOT / part for part in parts):
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Import):
                    modules |= {item.name.partition(".")[0] for item in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    modules.add(node.module.partition(".")[0])
    own = {path.name.removesuffix(".py") for path in ROOT.iterdir()}
    providers = packages_distributions()
    assert (unknown := modules - sys.stdlib_module_names - own - providers.keys()) == set(), unknown
    return {canonicalize_name(providers[name][0]) for name in modules - sys.stdlib_module_names - own}


@pytest.mark.parametrize("name", COMPILED)
def test_every_package_is_pinned_to_one_version_and_hashed(name: str) -> None:
    line = re.compile(r"[a-z0-9-]+(\[[a-z,-]+\])?==[\w.]+( ; [^;#]+?)?( +--hash=sha256:[0-9a-f]{64})+")
    assert entries(name) and [entry for entry in entries(name) if not line.fullmatch(entry)] == []
    assert {package: versions for package, versions in pinned(name).items() if len(versions) > 1} == {}


@pytest.mark.parametrize("name", COMPILED)
def test_what_is_asked_for_is_pinned(name: str) -> None:
    for source in COMPILED[name]:
        assert names(listed(source)) <= pinned(name).keys()
        for requirement in listed(source):
            (version,) = pinned(name)[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version.removeprefix("=="))


@pytest.mark.parametrize("name", COMPILED)
def test_the_lists_tell_nothing_of_the_machine_that_compiled_them(name: str) -> None:
    for file in (name, *COMPILED[name]):
        assert re.findall(r".*(?:://|@| /|\.\./).*", (ROOT / file).read_text()) == []


def test_tests_run_with_exactly_what_the_site_runs_with() -> None:
    assert pinned("requirements.txt").items() <= pinned("requirements-dev.txt").items()


def test_the_site_asks_for_what_it_imports_and_for_nothing_else() -> None:
    assert names(listed("requirements.in")) == imported(*SITE) | LOADED_BY_NAME | FOR_PROGRAMS


def test_tests_and_tools_ask_for_what_they_import_and_for_nothing_else() -> None:
    asked = names(listed("requirements-dev.in"))
    assert asked & names(listed("requirements.in")) == set()
    stubs = {name for name in asked if name.startswith("types-")}
    assert {name.removeprefix("types-") for name in stubs} <= pinned("requirements.txt").keys() | {"psutil"}
    used = imported("bench", *OUR_TESTS)
    assert asked - stubs - TOOLS == used - names(listed("requirements.in"))


def test_the_project_declares_these_lists_as_its_dependencies() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert declared["project"]["dynamic"] == ["dependencies", "optional-dependencies"]
    read_by_the_build = declared["tool"]["setuptools"]["dynamic"]
    assert read_by_the_build["dependencies"] == {"file": ["requirements.in"]}
    assert read_by_the_build["optional-dependencies"] == {"dev": {"file": ["requirements-dev.in"]}}


def test_one_version_of_python_is_the_oldest_everywhere() -> None:
    oldest = (ROOT / ".python-version").read_text().strip()
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert declared["project"]["requires-python"] == f">={oldest}"
    assert f"--python-version {oldest} " in (ROOT / "Makefile").read_text()
    assert declared["tool"]["mypy"]["python_version"] == oldest
    assert declared["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    assert f"OLDEST = ({oldest.replace('.', ', ')})" in (ROOT / "dev" / "prepare.py").read_text()

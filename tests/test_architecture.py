"""The laws of the house, a sentence each. A broken one lists everything that breaks it."""

from __future__ import annotations

import ast
import subprocess
import sys
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COURSE = ROOT / "course"

LAYERS = (
    ("browser_features", "origin", "program", "server_request", "shares", "wire"),
    ("content",),
    ("sandbox", "grading"),
    ("progress",),
    ("learning",),
    ("web", "live"),
    ("authoring",),
    ("cli",),
    ("factory",),
    ("serve", "__main__"),
)
"""Each imports only what stands before it."""
AROUND = ("config", "extensions")
"""Read by whoever is wired: they import nothing but what settings are made of."""
ARE_SETTINGS = ("course.sandbox.limits", "course.shares.exceptions")
NEVER = {("sandbox", "content"), ("grading", "content"), ("sandbox", "grading"), ("grading", "sandbox")}
"""How programs run and what checks are made of is known without lessons, and without each other."""
ALSO = {("web", "live")}
"""Pages begin with what the feeds remember."""
READ_SETTINGS = (
    "course.web",
    "course.cli",
    "course.authoring.players",
    "course.factory",
    "course.serve",
    "course.__main__",
)
"""The players start programs in the project's root, which the settings name."""
REACH_THE_DATABASE = ("course.progress", "course.factory", "course.web.routes.health")
"""The health check asks the database whether it answers."""

IN_THE_LEARNERS_PROCESS = tuple(f"course.sandbox.{part}" for part in ("learner", "forkserver", "confinement"))
OUTSIDE_IT = ("course.sandbox.host", "course.sandbox.gateway")

FILE_WARNS, FILE_FAILS = 300, 400
FOLDER_WARNS, FOLDER_FAILS = 20, 24
MADE_TO_CHANGE = {"append", "add", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove"}
MADE_TO_CHANGE |= {"setdefault", "update", "appendleft", "acquire", "set", "put", "move_to_end"}
STATEFUL = {"Lock", "RLock", "Event", "Condition", "Semaphore", "deque", "defaultdict", "OrderedDict", "Counter"}
STATEFUL |= {"Queue", "SimpleQueue", "WeakSet", "WeakValueDictionary", "WeakKeyDictionary", "local"}


@cache
def modules() -> dict[str, Path]:
    """Return every module of the course by its name."""
    names = {}
    for file in sorted(COURSE.rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return names


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text())


@cache
def imports(module: str) -> frozenset[str]:
    """Return the modules of ours that one imports, anywhere in it, for types too."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "course":
            for item in node.names:
                inner = f"{node.module}.{item.name}"
                found.add(inner if inner in modules() else str(node.module))
        elif isinstance(node, ast.Import):
            found |= {item.name for item in node.names if item.name in modules()}
    return frozenset(found - {module, "course"})


def part_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def place(part: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if part in layer)


def is_below(module: str, parents: tuple[str, ...]) -> bool:
    return any(module == parent or module.startswith(f"{parent}.") for parent in parents)


def reached_from(start: str) -> dict[str, str]:
    """Return every module that importing one brings along, with the one that imports it."""
    reached: dict[str, str] = {start: ""}
    waiting = [start]
    while waiting:
        module = waiting.pop()
        for other in imports(module):
            if other not in reached:
                reached[other] = module
                waiting.append(other)
    return reached


def test_every_part_has_its_place() -> None:
    parts = {part_of(module) for module in modules()} - {""}
    assert parts == {part for layer in LAYERS for part in layer} | set(AROUND)


def test_a_part_imports_only_what_stands_to_its_left() -> None:
    broken = []
    for module in modules():
        for other in imports(module):
            part, imported = part_of(module), part_of(other)
            if part in ("", imported) or part in AROUND or imported in AROUND:
                continue
            if place(imported) >= place(part) and (part, imported) not in ALSO:
                broken.append(f"{module} imports {other}")
    assert not broken, "\n".join(sorted(broken))


def test_the_sandbox_and_the_grader_know_neither_lessons_nor_each_other() -> None:
    broken = [
        f"{module} imports {other}"
        for module in modules()
        for other in imports(module)
        if (part_of(module), part_of(other)) in NEVER
    ]
    assert not broken, "\n".join(sorted(broken))


def test_settings_and_tables_are_reached_from_where_they_are_wired() -> None:
    broken = []
    for module in modules():
        part = part_of(module)
        if part in AROUND:
            broken += [f"{module} imports {each}" for each in imports(module) if each not in ARE_SETTINGS]
        elif "course.config" in imports(module) and not is_below(module, READ_SETTINGS):
            broken.append(f"{module} reads the settings")
        elif "course.extensions" in imports(module) and not is_below(module, REACH_THE_DATABASE):
            broken.append(f"{module} reaches the database")
    assert not broken, "\n".join(sorted(broken))


def test_no_import_comes_back_to_where_it_began() -> None:
    circles = set()
    for module in modules():
        for other in imports(module):
            back = reached_from(other)
            if module in back:
                circle, step = [module], back[module]
                while step:
                    circle.append(step)
                    step = back[step]
                first = circle.index(min(circle))
                circles.add(" ← ".join([*circle[first:], *circle[:first]]))
    assert not circles, "\n".join(sorted(circles))


def test_what_runs_in_the_learners_process_imports_nothing_of_the_sites_side() -> None:
    broken = []
    for module in modules():
        if is_below(module, IN_THE_LEARNERS_PROCESS):
            reached = reached_from(module)
            broken += [
                f"{module} reaches {other} by way of {reached[other]}"
                for other in reached
                if is_below(other, OUTSIDE_IT)
            ]
        elif is_below(module, OUTSIDE_IT[1:]):
            reached = reached_from(module)
            broken += [f"{module} reaches {other}" for other in reached if is_below(other, OUTSIDE_IT[:1])]
    assert not broken, "\n".join(sorted(broken))


def test_importing_a_part_loads_no_part_to_its_right() -> None:
    """One process imports part after part, and tells after each which parts it holds."""
    script = """
import importlib, sys
for line in sys.stdin:
    part, *names = line.split()
    for name in names:
        importlib.import_module(name)
    print(part, *sorted({name.split(".")[1] for name in sys.modules if name.startswith("course.")}))
"""
    by_part: dict[str, list[str]] = {}
    for module in modules():
        if part_of(module) and not module.endswith(".__main__"):
            by_part.setdefault(part_of(module), []).append(module)
    order = [part for layer in LAYERS for part in layer if part in by_part]
    asked = "".join(f"{part} {' '.join(by_part[part])}\n" for part in order)
    told = subprocess.run([sys.executable, "-c", script], input=asked, capture_output=True, text=True, cwd=ROOT)
    assert told.returncode == 0, told.stderr
    broken = []
    for line in told.stdout.splitlines():
        part, *held = line.split()
        allowed = {each for each in order if place(each) <= place(part)} | set(AROUND)
        broken += [f"importing {part} loads {each}" for each in held if each not in allowed]
    assert len(told.stdout.splitlines()) == len(order)
    assert not broken, "\n".join(broken)


def test_nothing_left_of_web_touches_the_request() -> None:
    broken = []
    for module in modules():
        part = part_of(module)
        if part in ("", *AROUND) or place(part) >= place("web") or is_below(module, IN_THE_LEARNERS_PROCESS):
            continue  # the learner's own process has an application of its own, whose requests it tells of
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.ImportFrom) and node.module == "flask":
                touched = {item.name for item in node.names} & {"request", "g", "session"}
                broken += [f"{module}:{node.lineno} imports {name} from flask" for name in sorted(touched)]
            elif isinstance(node, ast.Attribute) and ast.unparse(node) in ("flask.request", "flask.g", "flask.session"):
                broken.append(f"{module}:{node.lineno} uses {ast.unparse(node)}")
    assert not broken, "\n".join(broken)


def test_no_module_holds_anything_that_changes() -> None:
    """The learner's own process excepted: there is one program in it, and it ends with it."""
    broken = []
    for module in modules():
        if not is_below(module, IN_THE_LEARNERS_PROCESS):
            broken += [f"{module}:{line} {what}" for line, what in mutable_globals(tree(module))]
    assert not broken, "\n".join(broken)


@cache
def changing_classes() -> frozenset[str]:
    """Return the names of our classes that write to `self` after they are made."""
    found = set()
    for module in modules():
        for each in tree(module).body:
            if isinstance(each, ast.ClassDef):
                methods = [node for node in each.body if isinstance(node, ast.FunctionDef) and node.name != "__init__"]
                written = [node for method in methods for node in ast.walk(method) if isinstance(node, ast.Attribute)]
                if any(isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self" for node in written):
                    found.add(each.name)
    return frozenset(found)


def mutable_globals(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield what makes a module's own names change: `global`, state made at import, containers that are written to."""
    containers = set()
    for node in module.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        if isinstance(value, ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp | ast.SetComp):
            containers.update(names)
        elif isinstance(value, ast.Call):
            called = ast.unparse(value.func).split(".")[-1]
            if called in STATEFUL or called in changing_classes():
                yield node.lineno, f"{', '.join(names)} is a {called}"
            elif called in ("dict", "list", "set"):
                containers.update(names)
    for node in ast.walk(module):
        if isinstance(node, ast.Global):
            yield node.lineno, f"writes to the global {', '.join(node.names)}"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            own = {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
            own |= {
                each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            }
            yield from ((line, f"changes {name}") for line, name in _written(node, containers - own))


def _written(function: ast.AST, containers: set[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(function):
        changed: ast.expr | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MADE_TO_CHANGE:
            changed = node.func.value
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            changed = node.value
        if isinstance(changed, ast.Name) and changed.id in containers:
            yield node.lineno, changed.id


def test_only_the_files_named_after_them_touch_privates_of_others() -> None:
    """`self._x`, `cls._x` and `super()._x` are one's own. The sandbox's learner side is held by its own tests."""
    broken = []
    for module in modules():
        if module.endswith("_privates") or part_of(module) == "sandbox":
            continue
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__"):
                owner = ast.unparse(node.value)
                if (
                    owner not in ("self", "cls", "super()")
                    and f"{module} {owner}.{node.attr}" not in PRIVATES_OF_OTHERS
                ):
                    broken.append(f"{module}:{node.lineno} touches {owner}.{node.attr}")
    assert not broken, "\n".join(broken)


PRIVATES_OF_OTHERS = {
    "course.grading.clients.transports response._content",  # told in its docstring
    "course.grading.grader_process os._exit",  # public: it is in the manual
    "course.serve.worker os._exit",
}


def test_importing_a_package_runs_nothing() -> None:
    broken = [str(file.relative_to(ROOT)) for file in COURSE.rglob("__init__.py") if file.read_text().strip()]
    assert not broken, f"not empty: {broken}"


@pytest.mark.parametrize("folder", ["course", "static/js"])
def test_files_and_folders_are_small_enough_to_be_read(folder: str) -> None:
    files = [file for file in (ROOT / folder).rglob("*") if file.suffix in (".py", ".js")]
    sizes = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in files}
    rooms: dict[str, int] = {}
    for file in files:
        if file.name != "__init__.py":
            room = str(file.parent.relative_to(ROOT))
            rooms[room] = rooms.get(room, 0) + 1
    large = {name: lines for name, lines in sizes.items() if lines > FILE_WARNS}
    full = {name: count for name, count in rooms.items() if count > FOLDER_WARNS}
    if large or full:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn(f"grown large: {large} lines, {full} files", stacklevel=1)
    assert {name: lines for name, lines in large.items() if lines > FILE_FAILS} == {}
    assert {name: count for name, count in full.items() if count > FOLDER_FAILS} == {}

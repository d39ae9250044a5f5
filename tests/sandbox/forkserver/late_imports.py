"""Prints, as JSON, what a fork server's libraries import inside functions and it has not imported: module → by whom.

``python -m tests.sandbox.forkserver.late_imports RUNTIME LIBRARIES PACKAGE…``. A child can open no file, so such an
import fails there, at the moment when a program first comes that way.
"""

import ast
import json
import sys
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

from course.sandbox.forkserver import server


def late_imports(module: str, file: Path) -> set[str]:
    """Return the modules that functions of a module import."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for function in ast.walk(ast.parse(file.read_text())):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import):
                    found |= {item.name for item in node.names}
                elif isinstance(node, ast.ImportFrom):
                    parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                    found.add(".".join([*parents, *([node.module] if node.module else [])]))
    return found


if __name__ == "__main__":
    runtime, libraries, *packages = sys.argv[1:]
    files = {name: Path(str(spec.origin)) for name in packages if (spec := find_spec(name)) is not None}
    server.prepare(runtime, libraries, confined=True)  # type: ignore[arg-type]
    imported = {name for name, module in sys.modules.items() if module is not None}
    missing: dict[str, list[str]] = defaultdict(list)
    for package, origin in files.items():
        folder = origin.parent
        for file in sorted(folder.rglob("*.py")) if origin.name == "__init__.py" else [origin]:
            inner = ".".join((package, *file.relative_to(folder).with_suffix("").parts)).removesuffix(".__init__")
            module = inner if origin.name == "__init__.py" else package
            if module in imported:
                for name in late_imports(module, file) - imported:
                    missing[name].append(module)
    print(json.dumps(missing))

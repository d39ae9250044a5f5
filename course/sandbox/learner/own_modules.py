"""The learner's own modules and packages, imported from memory as Python imports them from a folder.

A hook in ``sys.path_hooks`` is all that Python needs for a package, a package without ``__init__``, `pkgutil`,
`importlib.resources`, `inspect` and Flask's root paths to work as at home. Runs inside the child.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import posixpath
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.resources.abc import TraversableResources
from pathlib import Path
from types import CodeType, ModuleType

from course.sandbox.learner.own_files import HOME, OwnFiles


def install(own: OwnFiles, names: Sequence[str], why_missing: Callable[[str], str]) -> None:
    """Let Python find the learner's modules first, then what is imported already, and no other.

    Args:
        own: the program's folder.
        names: of its files.
        why_missing: returns what is said of a module that can't be imported.
    """
    for name in names:
        if name.endswith(".py"):
            text = own.text(name)
            linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
            _stand_before_others(name)
    sys.path[:] = [HOME]
    sys.path_hooks[:] = [lambda path: _Folder(own, path)]
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [importlib.machinery.BuiltinImporter, importlib.machinery.PathFinder, _NotHere(why_missing)]


def _stand_before_others(name: str) -> None:
    """A file next to the one that is run stands before a module of that name, as at home; Python's own core stays."""
    module = name.partition("/")[0].removesuffix(".py")
    core = module in sys.builtin_module_names or importlib.machinery.FrozenImporter.find_spec(module) is not None
    if module in sys.modules and not core and module not in ("__main__", "encodings"):
        del sys.modules[module]


class _Folder(importlib.abc.PathEntryFinder):
    """Finds the modules in one folder.

    Raises:
        ImportError: the path is not one of the program's folders.
    """

    def __init__(self, own: OwnFiles, path: str) -> None:
        name = own.name_of(path)
        if name is None or not own.is_folder(name):
            raise ImportError("not a folder of the program", path=path)
        self._own = own
        self._inside = f"{name}/" if name else ""

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a module of this folder, if it has one of that name."""
        base = self._inside + fullname.rpartition(".")[2]
        for file, places in ((f"{base}/__init__.py", [f"{HOME}/{base}"]), (f"{base}.py", None)):
            if self._own.is_file(file):
                loader = OwnModule(self._own, fullname, file)
                return importlib.util.spec_from_file_location(
                    fullname, loader.path, loader=loader, submodule_search_locations=places
                )
        if not self._own.is_folder(base):
            return None
        spec = importlib.machinery.ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [f"{HOME}/{base}"]
        return spec

    def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
        """Yield (name, whether it is a package) of every module, for `pkgutil`."""
        for name in self._own.listed(self._inside.rstrip("/")):
            if self._own.is_file(f"{self._inside}{name}/__init__.py"):
                yield prefix + name, True
            elif name.endswith(".py") and name != "__init__.py":
                yield prefix + name.removesuffix(".py"), False


class OwnModule(importlib.abc.ExecutionLoader):
    """Loads one of the learner's modules.

    Args:
        own: the program's folder.
        name: of the module.
        file: its name in the folder, by which tracebacks call it.
    """

    def __init__(self, own: OwnFiles, name: str, file: str) -> None:
        self.name = name
        self.file = file
        self.path = f"{HOME}/{file}"
        self._own = own

    def is_package(self, fullname: str) -> bool:
        """Return whether it is a package."""
        return posixpath.basename(self.file) == "__init__.py"

    def get_filename(self, fullname: str = "") -> str:
        """Return its path."""
        return self.path

    def get_source(self, fullname: str = "") -> str:
        """Return its text."""
        return self._own.text(self.file)

    def get_data(self, path: str) -> bytes:
        """Return what is in a file beside it.

        Raises:
            OSError: there is no such file among the program's.
        """
        return self._own.content(self._own.name_of(path) or "")

    def get_code(self, fullname: str = "") -> CodeType:
        """Return its code, compiled under the name of the file."""
        return compile(self.get_source(), self.file, "exec", dont_inherit=True)

    def get_resource_reader(self, fullname: str) -> TraversableResources:
        """Return what `importlib.resources` reads a package's files with."""
        return _Resources(Path(self.path).parent)


class _Resources(TraversableResources):
    """The files of one package."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> Path:
        """Return its folder."""
        return self._folder


class _NotHere(importlib.abc.MetaPathFinder):
    """Says of every other module what can be imported instead."""

    def __init__(self, why_missing: Callable[[str], str]) -> None:
        self._why_missing = why_missing

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Refuse.

        Raises:
            ModuleNotFoundError: nothing of that name can be imported in the sandbox.
        """
        if path is None:  # a submodule that its package merely tries is the package's own affair
            message = f"No module named {fullname!r} in the sandbox. {self._why_missing(fullname)}"
            raise ModuleNotFoundError(message, name=fullname)

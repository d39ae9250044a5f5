"""The learner's files, served from memory: the confined process can open none. Runs inside the child."""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import linecache
import mimetypes
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType

import flask
import jinja2

from course.sandbox.available_modules import SENTENCE as AVAILABLE

HOME = "/home/learner"


def install(files: Mapping[str, str]) -> None:
    """Let Python, Flask and tracebacks find the learner's files in memory."""
    for name, text in files.items():
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    sys.meta_path[:] = [importlib.machinery.BuiltinImporter, Finder(files)]
    templates = {name.removeprefix("templates/"): text for name, text in files.items() if name.startswith("templates/")}
    loader = jinja2.DictLoader(templates)
    flask.Flask.jinja_loader = loader  # type: ignore[assignment, method-assign]

    def send_static_file(self: flask.Flask, filename: str) -> flask.Response:
        text = files.get(f"static/{filename}")
        if text is None:
            flask.abort(404)
        return flask.Response(text, mimetype=mimetypes.guess_type(filename)[0] or "text/plain")

    flask.Flask.send_static_file = send_static_file  # type: ignore[method-assign]


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the learner's own modules, and says plainly what else there is."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of one of the learner's own modules.

        Raises:
            ModuleNotFoundError: nothing of that name can be imported in the sandbox.
        """
        if f"{fullname}.py" in self._files:
            return importlib.machinery.ModuleSpec(fullname, self)
        if path is not None:  # a submodule that its package merely tries: let the package handle it as usual
            return None
        message = f"No module named {fullname!r} in the sandbox. It has {AVAILABLE}"
        raise ModuleNotFoundError(message, name=fullname)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's source."""
        name = f"{module.__name__}.py"
        exec(builtins.compile(self._files[name], name, "exec"), module.__dict__)  # noqa: S102  (confined by now)

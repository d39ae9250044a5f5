"""The learner's files, served from memory: the confined process can open none. Runs inside the child."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import linecache
import mimetypes
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType

import flask
import jinja2

from course.program import Runtime
from course.sandbox.available_modules import kept_out, sentence

HOME = "/home/learner"


def install(files: Mapping[str, str], runtime: Runtime) -> None:
    """Let Python, Flask and tracebacks find the learner's files in memory, and no others."""
    for name, text in files.items():
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    for name in kept_out(runtime):
        sys.modules.pop(name, None)  # they stay out: from here on the finder below refuses them, with a clearer message
    sys.meta_path[:] = [importlib.machinery.BuiltinImporter, Finder(files, sentence(runtime))]

    def jinja_loader(app: flask.Flask) -> jinja2.BaseLoader:
        return jinja2.DictLoader(_below(str(app.template_folder or "templates"), files))

    def send_static_file(app: flask.Flask, filename: str) -> flask.Response:
        text = _below((app.static_folder or "static").rstrip("/").rpartition("/")[2], files).get(filename)
        if text is None:
            flask.abort(404)
        return flask.Response(text, mimetype=mimetypes.guess_type(filename)[0] or "text/plain")

    flask.Flask.jinja_loader = property(jinja_loader)  # type: ignore[assignment, method-assign]
    flask.Flask.send_static_file = send_static_file  # type: ignore[method-assign, assignment]


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the learner's own modules; for all others it says what can be imported.

    Args:
        files: name → text.
        others: what else can be imported, in words.
    """

    def __init__(self, files: Mapping[str, str], others: str) -> None:
        self._files = files
        self._others = others

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
        message = f"No module named {fullname!r} in the sandbox. It has {self._others}"
        raise ModuleNotFoundError(message, name=fullname)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's source."""
        name = f"{module.__name__}.py"
        code = compile(self._files[name], name, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102  (confined by now)


def _below(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    prefix = f"{folder.strip('/')}/"
    return {name.removeprefix(prefix): text for name, text in files.items() if name.startswith(prefix)}

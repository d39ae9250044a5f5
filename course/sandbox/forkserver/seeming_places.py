"""Where Python's modules seem to lie, for whoever asks from inside a sandbox: not where the site keeps them.

An ImportError names the file of the module that lacks a name, a traceback the files that it passed, and a program may
print both. Done once, in the fork server, so no child pays for it. Standard library only.
"""

from __future__ import annotations

import _imp
import gc
import logging
import os
import site
import sys
import sysconfig
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from course.sandbox.learner.tracebacks import CONCEALED

_ROOT = str(Path(__file__).parents[3])
PYTHON = "/usr/lib/python3/"
LIBRARIES = f"{PYTHON}site-packages/"


def conceal() -> None:
    """Give every module, and all code of its functions, a place that tells nothing of this site."""
    places = {os.path.join(_ROOT, "course", "sandbox") + os.sep: CONCEALED}
    for folder in (*site.getsitepackages(), site.getusersitepackages()):
        places[folder + os.sep] = LIBRARIES
    for kind in ("stdlib", "platstdlib"):
        places[sysconfig.get_path(kind) + os.sep] = PYTHON
    places[_ROOT + os.sep] = CONCEALED
    sys.path_importer_cache.clear()  # a child that did so would copy the pages with the names of all those files
    for module in [each for each in sys.modules.values() if isinstance(each, ModuleType)]:
        _conceal_module(module, places)
    # What the import system itself calls for the code of a folder that was moved. It changes the code in place.
    moved: Any = vars(_imp)["_fix_co_filename"]
    for each in gc.get_objects():
        if isinstance(each, FunctionType):
            code = each.__code__
            seeming = _seeming(code.co_filename, places)
            if seeming != code.co_filename:
                moved(code, seeming)
    sys.executable, sys.orig_argv = "/usr/bin/python3", ["python3"]
    sys.prefix = sys.exec_prefix = sys.base_prefix = sys.base_exec_prefix = "/usr"
    logs: Any = logging
    logs._srcfile = os.path.normcase(logging.addLevelName.__code__.co_filename)  # by which it knows its own frames


def _conceal_module(module: ModuleType, places: dict[str, str]) -> None:
    spec: Any = getattr(module, "__spec__", None)
    loader = getattr(spec, "loader", None)
    told = ((module, "__file__"), (module, "__cached__"), (spec, "origin"), (spec, "cached"), (loader, "path"))
    for owner, name in told:
        known = getattr(owner, name, None)
        if isinstance(known, str) and (seeming := _seeming(known, places)) != known:
            setattr(owner, name, seeming)
    for holder in (module.__dict__.get("__path__"), getattr(spec, "submodule_search_locations", None)):
        if isinstance(holder, list):
            holder[:] = [_seeming(each, places) for each in holder]


def _seeming(path: str, places: dict[str, str]) -> str:
    for place, seeming in places.items():
        if path.startswith(place):
            return seeming + path.removeprefix(place)
    return path

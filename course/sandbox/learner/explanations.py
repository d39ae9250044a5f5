"""What went wrong in a learner's program, in a sentence or two: what happened, where, and what to do next.

Pure, standard library only. Runs inside the confined child.
"""

from __future__ import annotations

from dataclasses import dataclass

from course.program import Runtime, async_mode
from course.sandbox.learner.engineio_privates import asked_async_mode
from course.sandbox.learner.missing_modules import why_missing
from course.sandbox.learner.refusals import NO_WAY_OUT, REFUSED, sentence_of
from course.sandbox.learner.tracebacks import described, innermost_function, last_own_line, last_own_place


@dataclass(frozen=True)
class Explanation:
    """Why a program ended, or what hit one of its handlers."""

    code: str
    """Stable; ``exception`` for everything without an explanation of its own."""
    sentence: str


NO_RUN_CALL = Explanation(
    "no_run_call",
    "Your program ended without socketio.run(app), so nothing listens. Put socketio.run(app) on its last line.",
)
RUN_RETURNED = Explanation("exited", "Your program's server has stopped by itself. Press Run to start it again.")

_MODES = {
    "gevent": "gevent is not installed here, since this program runs in threading mode.",
    "threading": "this program runs under gevent, where there is one event loop in place of threads.",
    "eventlet": "eventlet is not installed here; its own authors advise against it for anything new.",
    "gevent_uwsgi": "that mode works only inside the uWSGI server, and there is none here.",
}
TOO_LATE_TO_PATCH = (
    "monkey.patch_all() must come before every other import, and here Flask and the standard library are imported "
    "before the program starts."
)
"""The message of the functions that replace gevent's own."""
_NO_TERMINAL = "The Werkzeug web server is not designed to run in production"
_ENVIRON = (("os.py", "__getitem__"), ("<frozen os>", "__getitem__"))
"""Where Python looks a setting up in ``os.environ``."""


def explained(
    error: BaseException, own_files: frozenset[str], runtime: Runtime, entry: str = "server.py"
) -> Explanation:
    """Return what `error` means, in words that fit both the end of a program and the failure of a handler.

    Args:
        error: what was raised.
        own_files: names of the learner's files, as they were compiled.
        runtime: of the program.
        entry: the file that is run; of another one the words say its name.
    """
    file, line = last_own_place(error, own_files) or (entry, None)
    where = f" (line {line})" if file == entry else f" ({file}, line {line})"
    where = where if line else ""
    special = _of_python(error, where, runtime) or _of_library(error, where, runtime) or _of_system(error, where)
    about = described(error, own_files)
    special = special or _of_other_library(error, about["message"], where)
    if special is not None:
        return special
    return Explanation("exception", f"Your program raised {about['text']}{where}. Correct it, then press Run again.")


def exit_called(error: SystemExit, own_files: frozenset[str]) -> Explanation:
    """Return what `sys.exit` before the server's start means."""
    line = last_own_line(error, own_files)
    where = f" on line {line}" if line else ""
    return Explanation(
        "exited",
        f"Your program ended itself{where} with sys.exit(), so nothing listens. Take the call out, then press Run.",
    )


def _of_python(error: BaseException, where: str, runtime: Runtime) -> Explanation | None:
    if isinstance(error, MemoryError):
        return Explanation(
            "memory",
            f"Your program asked for more memory than a sandbox has{where}. Keep less at once, then press Run again.",
        )
    if isinstance(error, SyntaxError):
        return Explanation(
            "syntax_error", f"Python can't read your program{where}: {error.msg}. Correct that, then press Run again."
        )
    if isinstance(error, ModuleNotFoundError):
        why = why_missing(str(error.name), runtime)
        return Explanation("no_module", f"“{error.name}” can't be imported here{where}: {why}")
    if isinstance(error, KeyError) and _looked_up_a_setting(error):
        name = error.args[0][:40]
        return Explanation(
            "no_setting",
            f"The environment of a sandbox has no {name}{where}: settings and .env files stay on your machine. Write "
            f'os.environ.get("{name}", "…") with a value for here.',
        )
    if isinstance(error, RecursionError):
        return Explanation("recursion", f"A function of yours calls itself without end{where}. Give it a way out.")
    if isinstance(error, EOFError):
        return Explanation(
            "no_keyboard",
            f"Nobody can type here, so input() finds nothing{where}. Take what you need from your clients' events.",
        )
    return None


def _of_library(error: BaseException, where: str, runtime: Runtime) -> Explanation | None:
    if isinstance(error, ValueError) and "async_mode" in str(error):
        mode = asked_async_mode(error)[:40]
        why = _MODES.get(mode, "Flask-SocketIO knows no such mode.")
        ours = async_mode(runtime)
        return Explanation("async_mode", f'async_mode="{mode}" can\'t run{where}: {why} Write async_mode="{ours}".')
    if isinstance(error, RuntimeError) and str(error) == TOO_LATE_TO_PATCH:
        return Explanation(
            "too_late_to_patch",
            f"Your program runs under gevent without patching, and patches{where}: that would come too late here. Take "
            "the call out; where a runtime can be chosen, “gevent, monkey-patched” patches before anything else.",
        )
    if isinstance(error, RuntimeError) and str(error).startswith(_NO_TERMINAL):
        return Explanation(
            "no_terminal",
            "Your program has no terminal, as on a real server, so the development server refused to "
            f"start{where}. While you develop, write socketio.run(app, allow_unsafe_werkzeug=True).",
        )
    return None


def _of_other_library(error: BaseException, text: str, where: str) -> Explanation | None:
    """Explain errors of libraries that a program may do without: they are known by their names."""
    kind = f"{type(error).__module__}.{type(error).__name__}"
    if kind == "sqlite3.OperationalError" and text.startswith("too many attached databases"):
        return Explanation(
            "one_database",
            f"Each database here stands alone: ATTACH and VACUUM, which attaches as well, can't be used{where}. Take "
            "that line out.",
        )
    if kind == "sqlalchemy.exc.NoSuchModuleError" and "sqlalchemy.dialects" in text:
        return Explanation(
            "one_database",
            f"There is no database server here{where}, but SQLite in memory: write sqlite:///chat.db as the address.",
        )
    if kind == "socketio.exceptions.ConnectionError":
        return Explanation("not_allowed", f"{NO_WAY_OUT}{where}.")
    return None


def _of_system(error: BaseException, where: str) -> Explanation | None:
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return Explanation(
            "processes", f"Your program started more threads than a sandbox has{where}. Start fewer, or let some end."
        )
    if words := sentence_of(error):
        return Explanation("not_allowed", f"{words}{where}.")
    if isinstance(error, OSError) and error.errno in REFUSED:
        return Explanation(
            "not_allowed",
            f"A sandbox has no devices, no other programs and no way out{where}. Write what your server needs into the "
            "program itself.",
        )
    return None


def _looked_up_a_setting(error: KeyError) -> bool:
    file, function = innermost_function(error)
    return (file.rpartition("/")[2], function) in _ENVIRON and bool(error.args) and isinstance(error.args[0], str)

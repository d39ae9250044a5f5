"""Runs the learner's program as Python would, and says in one sentence why it ended. Runs inside the confined child."""

from __future__ import annotations

import logging
import sys
import threading
import types
from collections.abc import Callable, Mapping
from typing import Any

import flask.cli
import flask.logging
import werkzeug.serving

from course.sandbox import memory_files
from course.sandbox.tracebacks import described, folded, own_function

Tell = Callable[[dict[str, Any]], None]

NO_RUN = "Your program ended without socketio.run(app), so nothing listens. Put socketio.run(app) on its last line."
NO_MEMORY = "Stopped: your program asked for more memory than a sandbox has. Keep less at once."
ASYNC_MODES = {
    "eventlet": "eventlet is deprecated, and not installed here.",
    "gevent": "this exercise runs in threading mode.",
    "gevent_uwsgi": "there is no uWSGI here.",
}


class LearnerProgram:
    """One program.

    Args:
        files: name → text; ``server.py`` is run.
        tell: sends a message to the supervisor.
        serve: takes the WSGI application and never returns.
    """

    def __init__(self, files: Mapping[str, str], tell: Tell, serve: Callable[[Any], None]) -> None:
        self._files = files
        self._own = frozenset(files)
        self._tell = tell
        self._serve = serve

    def run(self) -> None:
        """Run to the end; what is told last is why it ended."""
        memory_files.install(self._files)
        self._catch_handlers_errors()
        werkzeug.serving.run_simple = self._attach  # type: ignore[assignment]
        flask.cli.show_server_banner = lambda *_: None
        try:
            main = types.ModuleType("__main__")
            main.__dict__["__file__"] = f"{memory_files.HOME}/server.py"
            sys.modules["__main__"] = main
            code = compile(self._files["server.py"], "server.py", "exec")
            exec(code, main.__dict__)  # noqa: S102  (this is what the sandbox is for)
        except SystemExit as error:
            self._ended("exited", f"Your program called sys.exit({error.code!r}), so the server is gone.", None)
        except BaseException as error:
            self._crashed(error)
        else:
            self._ended("no_run_call", NO_RUN, None)

    def _attach(self, hostname: str, port: int, application: Any, **_options: Any) -> None:
        """Stand in for Werkzeug's `run_simple`: by now the library's own checks have passed."""
        self._tell({"ready": {"host": hostname, "port": port}})
        self._serve(application)

    def _crashed(self, error: BaseException) -> None:
        sys.stderr.write(folded(error, self._own))
        about = described(error, self._own)
        where = f" (line {about['line']})" if about["line"] else ""
        if isinstance(error, MemoryError):
            self._ended("memory", NO_MEMORY, about)
        elif isinstance(error, SyntaxError):
            self._ended("syntax_error", f"Python can't read your program: {error.msg}{where}.", about)
        elif isinstance(error, ModuleNotFoundError):
            self._ended("no_module", f"“{error.name}” can't be imported here{where}. The log says what can.", about)
        elif isinstance(error, ValueError) and "async_mode" in str(error):
            self._ended("async_mode", self._async_mode_sentence(), about)
        else:
            self._ended("exception", f"Your program raised {about['text']}{where}.", about)

    def _async_mode_sentence(self) -> str:
        source = self._files["server.py"]
        for mode, why in ASYNC_MODES.items():
            if f'"{mode}"' in source or f"'{mode}'" in source:
                return f'async_mode="{mode}" can\'t run: {why} Write async_mode="threading".'
        return 'That async_mode does not exist. Write async_mode="threading".'

    def _ended(self, code: str, reason: str, error: dict[str, Any] | None) -> None:
        self._tell({"ended": {"code": code, "reason": reason, "error": error}})

    # Errors while the server goes on

    def _catch_handlers_errors(self) -> None:
        threading.excepthook = lambda args: self.report(args.exc_value)
        handler = _Reporter(self)
        for name in ("socketio.server", "engineio.server"):
            logger = logging.getLogger(name)
            logger.setLevel(logging.ERROR)  # a level of its own keeps the library from adding a handler of its own
            logger.addHandler(handler)
        flask.logging.default_handler.emit = handler.emit
        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)  # its access log says nothing that the wire does not
        logging.lastResort = handler

    def report(self, error: BaseException | None) -> None:
        """Print what escaped from a handler, folded, and tell the supervisor."""
        if error is None or isinstance(error, SystemExit):
            return
        sys.stderr.write(folded(error, self._own))
        about = described(error, self._own)
        self._tell(
            {
                "exception": {
                    "type": about["type"],
                    "message": about["message"],
                    "line": about["line"],
                    "handler": own_function(error, self._own),
                }
            }
        )


class _Reporter(logging.Handler):
    """Prints log records with folded tracebacks."""

    def __init__(self, program: LearnerProgram) -> None:
        super().__init__(logging.WARNING)
        self._program = program

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self._program.report(record.exc_info[1])
        elif record.name not in ("socketio.server", "engineio.server"):
            sys.stderr.write(record.getMessage() + "\n")

"""Runs the learner's program as Python would, and reports why it ended. Runs inside the confined child."""

from __future__ import annotations

import importlib
import inspect
import logging
import posixpath
import sys
import threading
import types
import warnings
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import flask
import flask.cli
import werkzeug.serving

from course.program import Runtime, entry_of
from course.sandbox.available_modules import kept_out
from course.sandbox.learner import explanations, file_calls, flask_socketio_privates, hooks, own_modules
from course.sandbox.learner.explanations import Explanation, explained
from course.sandbox.learner.missing_modules import why_missing
from course.sandbox.learner.own_files import HOME, OwnFiles
from course.sandbox.learner.refusals import sentence_of
from course.sandbox.learner.tracebacks import described, folded, outermost_function, short_name

Tell = Callable[[dict[str, Any]], None]
Report = Callable[[BaseException | None], None]

_LIBRARY_LOGGERS = ("socketio.server", "engineio.server")
_HINTED = ("memory", "not_allowed", "processes", "no_keyboard", "no_module", "no_setting", "one_database")
"""Errors that get a sentence after their traceback, even when only a handler failed."""
_RUN_SIMPLE = inspect.signature(werkzeug.serving.run_simple)


class Server(Protocol):
    """Serves the program's application, under one runtime, on the socket that was opened for it."""

    def install(self, starts: Callable[[str, int], None], report: Report) -> None:
        """Take the place of the libraries' own server.

        Args:
            starts: told the host and port that the program asked for, when it begins to serve.
            report: told of errors that nobody in the program caught; prints them too.
        """

    def serve(self, host: str, port: int, application: Any) -> None:
        """Serve the application forever; the program sees the address that it asked for."""


class LearnerProgram:
    """One program.

    Args:
        files: name → text, as `course.program.Files`.
        runtime: of the program.
        tell: sends a message to the supervisor.
        server: serves the application that the program makes.
        inside: sends the supervisor reports of its handlers, emissions and rooms, as JSON; without it nothing is noted.
        entry: the file that is run; the one that `entry_of` names when it is "".
    """

    def __init__(
        self,
        files: Mapping[str, str],
        runtime: Runtime,
        tell: Tell,
        server: Server,
        inside: Callable[[bytes], None] | None = None,
        *,
        entry: str = "",
    ) -> None:
        self._files = files
        self._own = frozenset(files)
        self._entry = entry or entry_of(files)
        self._runtime = runtime
        self._tell = tell
        self._server = server
        self._inside = inside
        self._entry = entry
        self._ran = False

    def run(self) -> None:
        """Run to the end, and tell why it ended."""
        self._find_own_files()
        self._catch_what_is_raised_later()
        if self._inside is not None:
            hooks.begin(self._inside, {self._entry}, self._runtime)  # a line of another file would be shown in this one
        werkzeug.serving.run_simple = self._run_simple
        flask.cli.show_server_banner = lambda *_: None
        sys.argv = [self._entry]
        main = types.ModuleType("__main__")
        main.__dict__["__file__"] = f"{HOME}/{self._entry}"
        sys.modules["__main__"] = main
        try:
            package = posixpath.dirname(self._entry)
            if package:  # as `python -m package` does
                importlib.import_module(package)
                main.__package__ = package
            code = compile(self._files[self._entry], self._entry, "exec", dont_inherit=True)
            exec(code, main.__dict__)  # noqa: S102  (this is what the sandbox is for)
        except SystemExit as error:
            self._ended(explanations.exit_called(error, self._own))
        except BaseException as error:
            self._print(error)
            self._ended(self._explained(error), described(error, self._own))
        else:
            self._ended(explanations.RUN_RETURNED if self._ran else explanations.NO_RUN_CALL)

    def _find_own_files(self) -> None:
        """Let Python, Flask and tracebacks find the learner's files in memory, and no others."""
        own = OwnFiles(self._files)
        for name in kept_out(self._runtime):
            sys.modules.pop(name, None)  # they stay out: from here on they are refused with a clearer message
        own_modules.install(own, tuple(self._files), lambda name: why_missing(name, self._runtime))
        file_calls.begin(own)

    def report(self, error: BaseException | None, handler: str = "") -> None:
        """Tell the supervisor what escaped from a handler. This does not print it."""
        if error is None or isinstance(error, SystemExit):
            return
        about = described(error, self._own)
        del about["text"], about["file"]
        self._tell({"exception": {**about, "handler": handler or self._handler_of(error)}})

    def _handler_of(self, error: BaseException) -> str:
        """Return whose error it is: the event that was handled, else the outermost function; "" for neither."""
        event = flask_socketio_privates.event_of(error)
        return event if event is not None else outermost_function(error, self._own)

    def _run_simple(self, *positional: Any, **named: Any) -> None:
        """Stand in for Werkzeug's function: Flask-SocketIO and Flask have made their checks, Werkzeug's are made here.

        A reloader, a debugger and certificates would need what a sandbox does not have: they are left out.
        """
        asked = _RUN_SIMPLE.bind(*positional, **named).arguments
        if not isinstance(asked["port"], int):
            raise TypeError("port must be an integer")
        self._starts(str(asked["hostname"]), asked["port"])
        self._server.serve(str(asked["hostname"]), asked["port"], asked["application"])

    def _starts(self, host: str, port: int) -> None:
        self._ran = True
        self._tell({"ready": {"host": host[:100], "port": port}})

    def _ended(self, why: Explanation, error: dict[str, Any] | None = None) -> None:
        self._tell({"ended": {"code": why.code, "reason": why.sentence, "error": error}})

    # Errors while the server goes on

    def _catch_what_is_raised_later(self) -> None:
        threading.excepthook = lambda args: self._report_and_print(args.exc_value)
        self._server.install(self._starts, self._report_and_print)
        for name in _LIBRARY_LOGGERS:  # the library logs what a connect handler raises
            logging.getLogger(name).addFilter(self._report_record)
        own, in_full = self._own, self._in_full

        def format_exception(formatter: logging.Formatter, info: Any) -> str:
            return in_full(info[1]).rstrip("\n")

        def format_warning(message: Any, category: type[Warning], filename: str, lineno: int, line: Any = None) -> str:
            return f"{short_name(filename, own)}: {category.__name__}: {message}\n"

        logging.Formatter.formatException = format_exception  # type: ignore[method-assign, assignment]
        warnings.formatwarning = format_warning
        self._catch_what_routes_raise()

    def _catch_what_routes_raise(self) -> None:
        report = self.report
        log_exception = flask.Flask.log_exception

        def log_and_report(app: flask.Flask, *arguments: Any) -> None:
            report(sys.exc_info()[1], f"{flask.request.method} {flask.request.path}"[:80])
            log_exception(app, *arguments)

        flask.Flask.log_exception = log_and_report  # type: ignore[method-assign, assignment]

    def _report_record(self, record: logging.LogRecord) -> bool:
        if record.exc_info:
            self.report(record.exc_info[1])
        return True

    def _report_and_print(self, error: BaseException | None) -> None:
        self.report(error)
        self._print(error)

    def _print(self, error: BaseException | None) -> None:
        if error is None or isinstance(error, SystemExit):
            return
        sys.stderr.write(self._in_full(error))

    def _in_full(self, error: BaseException) -> str:
        """Return the traceback and, where one helps and is not in it already, a sentence."""
        why = self._explained(error)
        hint = f"{why.sentence}\n" if why.code in _HINTED and not sentence_of(error) else ""
        return folded(error, self._own) + hint

    def _explained(self, error: BaseException) -> Explanation:
        return explained(error, self._own, self._runtime, self._entry)

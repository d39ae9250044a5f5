"""What a learner's program can import. All of it is imported in the fork server, since a child can't open files."""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any, Literal, get_args

from course.program import Files, Runtime, async_mode, is_gevent

Libraries = Literal["core", "more"]
"""What a fork server has imported: what every lesson uses, or what larger programs bring as well."""
LIBRARIES: tuple[Libraries, ...] = get_args(Libraries)

_NEVER = ("eventlet uwsgi geventwebsocket redis valkey kombu kafka zmq aiohttp aio_pika requests").split()
"""Flask-SocketIO and python-socketio import these when they can, and must not here: ``SocketIO(app)`` would pick
another async mode than the lesson says, WebSockets would need another handler, and the message queues cost 20 MB.
``requests`` tries a socket as it is imported, which under gevent makes an event loop in the fork server."""

STANDARD_LIBRARY = (
    "_strptime argparse array ast asyncio base64 binascii bisect calendar collections.abc colorsys concurrent.futures "
    "concurrent.futures.thread contextlib contextvars copy csv dataclasses datetime decimal difflib encodings.ascii "
    "encodings.base64_codec encodings.cp1252 encodings.hex_codec encodings.idna encodings.latin_1 encodings.punycode "
    "encodings.raw_unicode_escape encodings.rot_13 encodings.unicode_escape encodings.utf_16 encodings.utf_32 "
    "encodings.utf_8_sig enum fractions functools hashlib heapq hmac html html.parser http.client inspect io "
    "itertools json keyword logging.handlers math mimetypes numbers operator pathlib pprint queue random re sched "
    "secrets select selectors shlex socket statistics string struct textwrap threading time timeit traceback types "
    "typing unicodedata unittest.mock urllib.parse urllib.request uuid warnings weakref wsgiref.util zlib zoneinfo"
).split()

SELDOM_USED = (
    "atexit bz2 cmath concurrent.futures.process configparser cProfile dbm dbm.dumb doctest email.encoders "
    "email.message email.mime.application email.mime.base email.mime.image email.mime.multipart email.mime.text "
    "errno fnmatch ftplib gc getopt getpass gettext glob graphlib gzip http.cookiejar http.cookies http.server "
    "imaplib importlib.resources importlib.resources.readers ipaddress linecache locale logging.config lzma "
    "marshal multiprocessing multiprocessing.connection multiprocessing.managers multiprocessing.pool "
    "multiprocessing.popen_fork multiprocessing.queues multiprocessing.synchronize optparse os.path pickle pkgutil "
    "platform plistlib pstats pydoc reprlib resource runpy shelve shutil signal smtplib socketserver ssl stat "
    "stringprep subprocess symtable tarfile tempfile tokenize tomllib tracemalloc unittest unittest.async_case "
    "urllib.error urllib.robotparser webbrowser xml.dom.expatbuilder xml.dom.minidom xml.etree.ElementTree "
    "xml.sax.saxutils xmlrpc.client zipfile"
).split()
"""More of the standard library, which larger programs import."""

_CORE = (
    "blinker click click._termui_impl click._textwrap click.shell_completion flask flask.debughelpers flask.views "
    "flask_socketio itsdangerous jinja2 jinja2.constants jinja2.debug jinja2.ext jinja2.meta jinja2.nativetypes "
    "jinja2.sandbox markupsafe simple_websocket socketio socketio.admin werkzeug.debug.tbtools "
    "werkzeug.middleware.dispatcher werkzeug.middleware.profiler werkzeug.middleware.proxy_fix "
    "werkzeug.middleware.shared_data werkzeug.security werkzeug.utils"
).split()
"""Including what they would import only on first use: by then no file can be read any more."""

MORE = (
    "cachelib dotenv flask_cors flask_login flask_session flask_session.cachelib flask_session.filesystem "
    "flask_session.sqlalchemy flask_sqlalchemy flask_sqlalchemy.record_queries flask_sqlalchemy.track_modifications "
    "pydantic pydantic._internal._serializers pydantic.alias_generators pydantic.dataclasses pydantic.deprecated.json "
    "pydantic.deprecated.parse pydantic.experimental.pipeline pydantic.functional_serializers "
    "pydantic.functional_validators pydantic.json_schema pydantic.networks pydantic.root_model pydantic.type_adapter "
    "pydantic.types pydantic.validate_call_decorator sqlalchemy sqlalchemy.dialects.sqlite sqlalchemy.event "
    "sqlalchemy.ext.associationproxy sqlalchemy.ext.automap sqlalchemy.ext.compiler sqlalchemy.ext.declarative "
    "sqlalchemy.ext.hybrid sqlalchemy.ext.indexable sqlalchemy.ext.mutable sqlalchemy.ext.orderinglist "
    "sqlalchemy.ext.serializer sqlalchemy.orm sqlalchemy.pool sqlalchemy.sql sqlalchemy.util._has_cython sqlite3 "
    "typing_extensions"
).split()
"""Libraries that most programs do without. They are imported in a fork server of their own, which the first program
that names one of them starts: the others have nothing of it in their memory."""
_NAMES_MORE = re.compile(rf"\b(?:{'|'.join(sorted({name.partition('.')[0] for name in MORE}))})\b")

PACKAGES = (
    "flask flask-cors flask-login flask-session flask-socketio flask-sqlalchemy jinja2 pydantic python-dotenv "
    "python-engineio python-socketio simple-websocket sqlalchemy werkzeug"
).split()
"""Packages whose versions a program can ask for."""

_GEVENT = (
    "gevent gevent.event gevent.fileobject gevent.libev.corecext gevent.local gevent.lock gevent.monkey gevent.os "
    "gevent.pool gevent.pywsgi gevent.queue gevent.resolver.thread gevent.select gevent.selectors gevent.server "
    "gevent.signal gevent.socket gevent.ssl gevent.subprocess gevent.thread gevent.threading gevent.threadpool "
    "gevent.time gevent.timeout gevent.util"
).split()
_GEVENT_SETTINGS = "loop threadpool resolver fileobject format_context".split()
"""Each names a class that gevent imports when the setting is first read."""


def libraries_for(files: Files) -> Libraries:
    """Return what a program needs: more than the core if a name of `MORE` stands anywhere in its code.

    A look at words, since to parse a stranger's code would cost the site more than a fork server that has too much.
    """
    code = (text for name, text in files.items() if name.endswith(".py"))
    return "more" if any(map(_NAMES_MORE.search, code)) else "core"


def kept_out(runtime: Runtime) -> tuple[str, ...]:
    """Return the top-level modules that can't be imported under `runtime`, even where they are installed."""
    return (*_NEVER, *(() if is_gevent(runtime) else ("gevent",)))


def prepare(runtime: Runtime, libraries: Libraries) -> None:
    """Import all that a program can ask for under `runtime`. Once, before anything of Flask is imported."""
    if runtime == "gevent-patched":
        from gevent import monkey

        monkey.patch_all()
    for name in kept_out(runtime):
        sys.modules[name] = None  # type: ignore[assignment]
    driver = f"engineio.async_drivers.{async_mode(runtime)}"
    for name in (*STANDARD_LIBRARY, *_CORE, driver, *SELDOM_USED, *(MORE if libraries == "more" else ())):
        importlib.import_module(name)
    if is_gevent(runtime):
        import_gevent()


def import_gevent() -> None:
    """Import all of gevent that a program can come to need, without making an event loop."""
    for name in _GEVENT:
        importlib.import_module(name)
    from gevent import config

    for name in _GEVENT_SETTINGS:
        getattr(config, name)


def warm_up(runtime: Runtime) -> None:
    """Take one tiny server through its first event, in process, so that what is made on first use is made here."""
    import logging
    import mimetypes

    import flask
    import flask_socketio

    _remember_versions()
    app = flask.Flask("warm", root_path="/", static_folder=None)
    app.config["SECRET_KEY"] = "warm"  # noqa: S105  (nobody ever connects)
    socketio: Any = flask_socketio.SocketIO(app, async_mode=async_mode(runtime))
    socketio.on_event("add", lambda a, b: a + b)
    client = socketio.test_client(app)
    client.emit("add", 1, 2, callback=True)
    client.disconnect()
    app.test_client().get("/")
    mimetypes.init()
    for name in ("socketio.server", "engineio.server"):  # as if no server had been: a learner's own sets its log up
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.NOTSET)


def _remember_versions() -> None:
    """Read the packages' versions now: they stand in files, which a child can't open.

    Werkzeug asks for its own whenever a server is made; to parse the file each time would take a child 2 ms, and make
    1 MB of shared pages its own.
    """
    import importlib.metadata

    read = importlib.metadata.version
    known = {package: read(package) for package in PACKAGES}

    def version(distribution_name: str) -> str:
        return known.get(distribution_name.lower().replace("_", "-")) or read(distribution_name)

    importlib.metadata.version = version

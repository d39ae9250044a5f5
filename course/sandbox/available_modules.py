"""What a learner's program can import. All of it is imported in the fork server, since a child can't open files."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from course.program import Runtime, async_mode, is_gevent

_NEVER = ("eventlet uwsgi geventwebsocket redis valkey kombu kafka zmq aiohttp aio_pika requests").split()
"""Flask-SocketIO and python-socketio import these when they can, and must not here: ``SocketIO(app)`` would pick
another async mode than the lesson says, WebSockets would need another handler, and the message queues cost 20 MB.
``requests`` tries a socket as it is imported, which under gevent makes an event loop in the fork server."""

STANDARD_LIBRARY = (
    "_strptime argparse array ast asyncio atexit base64 binascii bisect bz2 calendar cmath collections.abc colorsys "
    "concurrent.futures concurrent.futures.thread configparser contextlib contextvars copy cProfile csv dataclasses "
    "datetime decimal difflib email.message email.mime.multipart email.mime.text encodings.ascii "
    "encodings.base64_codec encodings.cp1252 encodings.hex_codec encodings.idna encodings.latin_1 encodings.punycode "
    "encodings.raw_unicode_escape encodings.rot_13 encodings.unicode_escape encodings.utf_16 encodings.utf_32 "
    "encodings.utf_8_sig enum errno fnmatch fractions ftplib functools gc getpass gettext glob graphlib gzip hashlib "
    "heapq hmac html html.parser http.client http.cookies http.server imaplib importlib.resources "
    "importlib.resources.readers inspect io ipaddress itertools json keyword linecache locale logging.config "
    "logging.handlers lzma marshal math mimetypes multiprocessing numbers operator optparse os.path pathlib pickle "
    "pkgutil platform pprint pstats queue random re reprlib resource runpy sched secrets select selectors shelve shlex "
    "shutil signal smtplib socket socketserver ssl stat statistics string stringprep struct subprocess symtable "
    "tarfile tempfile textwrap threading time timeit tokenize tomllib traceback tracemalloc types typing unicodedata "
    "unittest unittest.mock urllib.error urllib.parse urllib.request urllib.robotparser uuid warnings weakref wsgiref.util "
    "xml.dom.minidom xml.etree.ElementTree xml.sax.saxutils xmlrpc.client zipfile zlib zoneinfo"
).split()

LIBRARIES = (
    "blinker click flask flask.views flask_socketio itsdangerous jinja2 jinja2.debug jinja2.ext markupsafe "
    "simple_websocket socketio socketio.admin werkzeug.debug.tbtools werkzeug.middleware.dispatcher "
    "werkzeug.middleware.proxy_fix werkzeug.middleware.shared_data werkzeug.security werkzeug.utils"
).split()
"""Including what they would import only on first use: by then no file can be read any more."""

PACKAGES = ("flask", "flask-socketio", "jinja2", "python-engineio", "python-socketio", "simple-websocket", "werkzeug")
"""Packages whose versions a program can ask for."""

_GEVENT = (
    "gevent gevent.event gevent.fileobject gevent.libev.corecext gevent.local gevent.lock gevent.monkey gevent.os "
    "gevent.pool gevent.pywsgi gevent.queue gevent.resolver.thread gevent.select gevent.selectors gevent.server "
    "gevent.signal gevent.socket gevent.ssl gevent.subprocess gevent.thread gevent.threading gevent.threadpool "
    "gevent.time gevent.timeout gevent.util"
).split()
_GEVENT_SETTINGS = "loop threadpool resolver fileobject format_context".split()
"""Each names a class that gevent imports when the setting is first read."""


def kept_out(runtime: Runtime) -> tuple[str, ...]:
    """Return the top-level modules that can't be imported under `runtime`, even where they are installed."""
    return (*_NEVER, *(() if is_gevent(runtime) else ("gevent",)))


def prepare(runtime: Runtime) -> None:
    """Import all that a program can ask for under `runtime`. Once, before anything of Flask is imported."""
    if runtime == "gevent-patched":
        from gevent import monkey

        monkey.patch_all()
    for name in kept_out(runtime):
        sys.modules[name] = None  # type: ignore[assignment]
    driver = f"engineio.async_drivers.{async_mode(runtime)}"
    for name in (*STANDARD_LIBRARY, *LIBRARIES, driver):
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

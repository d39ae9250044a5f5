"""The only place where parts are wired together: settings in, a working site out."""

from __future__ import annotations

import atexit
import resource
import socket
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from wsgiref.types import WSGIApplication

import flask_migrate
from flask import Flask
from flask_socketio import SocketIO
from werkzeug.middleware.proxy_fix import ProxyFix

from course.cli import commands
from course.config import ROOT, Settings, read_settings
from course.content.course_on_disk import Courses
from course.content.model import PLAYGROUND, Course
from course.extensions import compress, db, migrate
from course.grading.grader import Grader, checks_at_once
from course.learning.actions import Learning
from course.live.door import Door
from course.live.guard import Guard
from course.live.hub import Hub
from course.live.namespace import LessonNamespace
from course.live.packets import MESSAGE_BYTES
from course.progress import models as _tables  # noqa: F401  (registers the tables)
from course.progress.sweep import Retention, sweep_daily
from course.progress.writing import tune_sqlite
from course.sandbox.gateway.middleware import Gateway
from course.sandbox.host import socket_folder
from course.sandbox.host.supervisor import Supervisor
from course.shares.shares import Shares
from course.shares.turns import Turns
from course.web.connections import Connections, count_ceilings
from course.web.errors import install_errors
from course.web.front_gate import front_gate, over_https
from course.web.hosts import HostGuard, KnownHosts
from course.web.lasting import Lasting
from course.web.minify import install_small_pages
from course.web.page_turns import PageTurns
from course.web.routes.account import account
from course.web.routes.assets import install_assets
from course.web.routes.downloads import downloads
from course.web.routes.health import health
from course.web.routes.lookup import look_up
from course.web.routes.notes import notes
from course.web.routes.pages import pages
from course.web.routes.questions import questions
from course.web.security import install_security
from course.web.site import Site
from course.web.views.search_index import SearchIndex

PAGE_BYTES = 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Return the site, wired but idle: no process is started before `start`.

    Raises:
        course.config.SettingRefused: a setting is invalid, or not safe in production.
    """
    settings = settings or read_settings()
    app = Flask("duplex", root_path=str(ROOT), instance_path=str(settings.instance))
    _configure(app, settings)
    _open_database(app)
    courses = Courses(settings.course, drafts=not settings.production)
    shares = Shares(settings.limit_exceptions)
    socketio = SocketIO(
        app,
        async_mode="gevent",
        async_handlers=False,  # the guard starts a task for each event, so many at a time
        max_http_buffer_size=MESSAGE_BYTES,
        ping_interval=20,
        ping_timeout=20,
        cors_allowed_origins=[],  # the library's own check is off: it believes X-Forwarded-Host. The front gate asks.
    )
    turns = Turns(checks_at_once(), shares)
    learning = Learning(
        courses.current, _supervisor(settings, courses.current(), shares), Grader(at_once=checks_at_once()), turns
    )
    hub = Hub(app, socketio, learning, shares, sandbox_url=settings.sandbox_url)
    for slug in (*(lesson.slug for lesson in courses.current().readable), PLAYGROUND):
        socketio.on_namespace(LessonNamespace(slug, hub))
    guard = Guard(socketio, shares, app.logger)
    connections = _connections(settings)
    app.extensions["duplex"] = Site(settings, learning, hub, courses, SearchIndex(courses.current), connections)
    courses.on_change = hub.lesson_changed
    courses.on_new = lambda slug: socketio.on_namespace(LessonNamespace(slug, hub))
    install_security(app, settings.sandbox_url)
    manifest = install_assets(app)
    install_errors(app)
    compress.init_app(app)
    install_small_pages(app)
    for blueprint in (pages, look_up, questions, notes, downloads, account, health):
        app.register_blueprint(blueprint)
    app.cli.add_command(commands.course_cli)
    _wrap(app, settings, learning.sandboxes, connections, manifest.path, guard, shares)
    return app


def start(app: Flask) -> None:
    """Start what runs beside the site: the fork server, the grader and, in development, the watcher of the lessons.

    Call it on the main thread: under gevent a process must be started there. Everything ends with this process.
    """
    site: Site = app.extensions["duplex"]
    if site.settings.production and not site.settings.host_names:
        app.logger.warning("No host name of this site is known: set ALLOWED_HOSTS, or only this machine can use it.")
    if site.settings.migrate:
        with app.app_context():
            flask_migrate.upgrade()
    if site.settings.sandbox != "off":
        site.learning.sandboxes.open()
    site.learning.grader.open()
    socketio = app.extensions["socketio"]
    retention = Retention(site.settings.keep_days, site.settings.keep_visitors_days)
    socketio.start_background_task(sweep_daily, app, retention, socketio.sleep)
    atexit.register(stop, app)
    if not site.settings.production:
        site.courses.watch()


def stop(app: Flask) -> None:
    """End what `start` has started. Calling it twice is harmless.

    Pages are told first, below Socket.IO: they take it for a lost connection, and reconnect by themselves.
    """
    site: Site = app.extensions["duplex"]
    app.extensions["socketio"].server.eio.disconnect()
    site.learning.sandboxes.close()
    site.learning.grader.close()


def _configure(app: Flask, settings: Settings) -> None:
    settings.instance.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},  # no learner's id or program in a log
        STORAGE_BYTES=settings.storage_mb * 1024 * 1024,
        MAX_CONTENT_LENGTH=PAGE_BYTES,
        PERMANENT_SESSION_LIFETIME=timedelta(days=365),
        SESSION_COOKIE_NAME="__Host-duplex" if settings.https else "duplex",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        TEMPLATES_AUTO_RELOAD=not settings.production,
        COMPRESS_MIMETYPES=["text/html", "application/json"],  # built files are compressed on disk already
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=8,  # a millisecond or two for a lesson, and a tenth smaller than at the library's 4
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # what the course puts first, the page shows first
    app.jinja_env.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _open_database(app: Flask) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    with app.app_context():
        tune_sqlite(db.engine)


def _supervisor(settings: Settings, course: Course, shares: Shares) -> Supervisor:
    directory = Path(tempfile.gettempdir()) / socket_folder.name()  # made when programs can first run
    return Supervisor(
        settings.limits,
        directory,
        slots=settings.sandbox_slots,
        unconfined=settings.sandbox == "unconfined",
        runtimes=course.runtimes,
        shares=shares,
    )


def _connections(settings: Settings) -> Connections:
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    behind_proxy = settings.trusted_proxies > 0
    return Connections(count_ceilings(descriptors, at_most=settings.connections, behind_proxy=behind_proxy))


def _known_hosts(settings: Settings) -> KnownHosts:
    """Return the site's names: in development all that this machine has in the network that it is opened to."""
    if settings.production or settings.loopback:
        return KnownHosts(settings.host_names)
    name = socket.gethostname().lower()
    return KnownHosts(settings.host_names | {name, f"{name.partition('.')[0]}.local"}, own_addresses=True)


def _wrap(
    app: Flask,
    settings: Settings,
    sandboxes: Supervisor,
    connections: Connections,
    client_script: Callable[[str], str],
    guard: Guard,
    shares: Shares,
) -> None:
    """Put around Flask what every request passes first, learners' servers' included: those do not pass through it."""
    gateway = Gateway(
        front_gate(PageTurns(Door(app.wsgi_app, guard), shares, connections.ceilings.connections)),
        sandboxes,
        host=settings.sandbox_host or None,
        course_url=settings.course_url if settings.sandbox_host else "",
        client_script=client_script,
    )
    guarded = HostGuard(Lasting(gateway, connections), _known_hosts(settings))
    site: WSGIApplication = over_https(guarded) if settings.https else guarded
    proxies = settings.trusted_proxies
    whole = ProxyFix(site, x_for=proxies, x_proto=proxies, x_host=proxies) if proxies else site
    app.wsgi_app = whole  # type: ignore[method-assign, assignment]

"""gunicorn's gevent worker, as this site needs it: never patient for ever, never full of silence, quick to end."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn

import gevent
from gevent.event import Event
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn import http, util
from gunicorn.errors import AppImportError
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.ggevent import GeventWorker

from course.serve.arriving import Arriving, CheckedReader, NotReceived, Patience
from course.serve.descriptors import raise_descriptors
from course.web.connections import Connection, Connections, count_ceilings
from course.web.lasting import FULL, RETRY_SECONDS

LEAVING_SECONDS = 1.5
"""What is answered when the end comes may take this long; who has a WebSocket is told at once, and comes back."""
GONE_SECONDS = 4
"""After this the kernel ends what can't end by itself, a loop in a lesson's text, say."""
UNREAD_BYTES = 1024 * 1024
"""As much of a body that nobody has read is passed over to keep a connection, and as an answer is on its way."""
REFUSALS = 64
"""So many are told that the site is full, at the same time; more are closed without a word."""
AT_A_TIME = 16
"""So many arrive before the others have their turn."""
PR_SET_PDEATHSIG = 1


class SiteWorker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """Serves the connections of one process."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.patience = Patience()
        self.connections: Connections
        self.farewell: gevent.Greenlet[..., object] | None = None
        """What else is done at the end; it is waited for as long as for answers."""
        self._ending = Event()
        self._refusals = 0

    @property
    def is_ending(self) -> bool:
        """Return whether it was asked to end."""
        return bool(self._ending.is_set())

    # Its life

    def init_process(self) -> None:
        """Become a worker. Until its own handlers are set, those of the master would swallow a signal."""
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _end_with_master(self.ppid)
        raise_descriptors()
        try:
            super().init_process()
        except SystemExit:
            if not self.is_ending:
                raise
        vanish()

    def load_wsgi(self) -> None:
        """Load the site.

        Raises:
            AppImportError: it refuses to start. The master then ends as well, instead of trying it again for ever.
        """
        try:
            super().load_wsgi()
        except SystemExit as refusal:
            if self.is_ending:
                raise
            raise AppImportError(str(refusal.code)) from refusal
        site = getattr(self.wsgi, "extensions", {}).get("duplex")
        self.connections = site.connections if site else Connections(count_ceilings(raise_descriptors()))

    def run(self) -> None:
        """Serve until the end is asked for."""
        servers = [self._server(listener) for listener in self.sockets]
        for server in servers:
            server.start()
        self.listening()
        while not self._ending.wait(1.0):
            self.notify()
        for server in servers:
            server.close()
        self.connections.hang_up_silent()
        with suppress(gevent.Timeout), gevent.Timeout(LEAVING_SECONDS):
            while self.connections.at_work or not (self.farewell is None or self.farewell.dead):
                gevent.sleep(0.02)

    def open(self, listener: Any) -> None:
        """Let clients in: see `stay_closed`."""
        listener.listen(self.cfg.backlog)
        listener.setblocking(True)

    def listening(self) -> None:
        """Say that clients are answered from now on. Nothing to do under a master, which has said so."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin to end; at once while the site is not up yet."""
        self.alive = False
        self._ending.set()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, GONE_SECONDS)
        if not self.booted:
            sys.exit(0)

    handle_quit = handle_exit

    def _server(self, listener: Any) -> StreamServer:
        self.open(listener)
        # With those that are just being told so, and those that have just arrived; a pool that is full accepts no more,
        # but neither stays for long.
        room = Pool(self.connections.ceilings.connections + REFUSALS + AT_A_TIME)
        server = StreamServer(listener, handle=partial(self.handle, listener), spawn=room)
        server.max_accept = AT_A_TIME
        return server

    # One connection

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection, if there is room for it."""
        connection = self.connections.arrive(addr[0] if addr else "", partial(_hang_up, client))
        try:
            if connection is None:
                self._refuse(client)
            else:
                self._serve(listener, client, addr, connection)
        finally:
            if connection is not None:
                connection.leave()
            util.close(client)

    def _serve(self, listener: Any, client: Any, addr: Any, connection: Connection) -> None:
        parser = http.get_parser(self.cfg, client, addr)
        arriving = parser.unreader = Arriving(client, self.patience)
        request, first = None, True
        try:
            while self.alive:
                request = None
                arriving.expect_head(first=first)
                request = next(parser)
                connection.work()
                self._answer(listener, client, addr, request, arriving)
                connection.wait()  # the rest of a body that nobody wants: who has been answered gives way
                if not _passed_over(parser):
                    return
                first = False
                gevent.sleep(0)  # who sends many requests at once waits after each for all the others
        except (StopIteration, NoMoreData):
            pass  # the connection is over, for the client or for whoever has answered
        except NotReceived as failure:
            _tell(client, failure)
            _see_off(client)
        except OSError as error:
            self.log.debug("A connection has failed: %s", error)
        except Exception as error:
            self.handle_error(request, client, addr, error)
            _see_off(client)

    def _answer(self, listener: Any, client: Any, addr: Any, request: Any, arriving: Arriving) -> None:
        arriving.expect_body()
        request.body.reader = CheckedReader(request.body.reader, self.patience)
        client.settimeout(None if _asks_for_upgrade(request) else self.patience.answer_seconds)
        self.handle_request(listener.getsockname(), request, client, addr)

    def _refuse(self, client: Any) -> None:
        if self._refusals >= REFUSALS:
            return
        self._refusals += 1
        try:
            client.settimeout(1.0)
            client.recv(8192)  # with a request unread, the end of a connection would overtake the answer
            client.sendall(_FULL)
        except OSError:
            pass
        finally:
            self._refusals -= 1


def stay_closed(master: Any) -> None:
    """Let nobody connect before a worker can answer. gunicorn listens long before, and clients would hang.

    Linux gives up listening, and keeps the address; elsewhere this fails, and clients wait. Sockets that a master was
    handed are left as they are: whoever had them before may still serve on them.
    """
    if master.master_pid == 0 and not master.systemd:
        for listener in master.LISTENERS:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def vanish() -> NoReturn:
    """End this process without taking everything in it apart, which takes a second; fork servers see its end."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)


_FULL = (
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
    f"Retry-After: {RETRY_SECONDS}\r\nContent-Length: {len(FULL) + 1}\r\n\r\n{FULL}\n"
).encode()


def _asks_for_upgrade(request: Any) -> bool:
    """Return whether a request may become a WebSocket: how long that may be silent, others decide."""
    return any(name == "UPGRADE" for name, _ in request.headers)


def _passed_over(parser: Any) -> bool:
    """Pass over what is left of an answered request's body; return whether it has an end, and the next one a start."""
    try:
        return bool(parser.finish_body(max_bytes=UNREAD_BYTES))
    except NotReceived:
        return False  # it is answered already: another answer would be taken for the next one's


def _hang_up(client: Any) -> None:
    """Close a connection under whoever waits for it: its descriptor is free at once."""
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)
    util.close(client)


def _tell(client: Any, failure: NotReceived) -> None:
    """Say what is wrong, if the client still listens."""
    with suppress(OSError):
        client.settimeout(1.0)
        util.write_error(client, failure.status, failure.reason, failure.sentence)


def _see_off(client: Any) -> None:
    """Let a last answer arrive: what is still unread would make the end of the connection overtake it."""
    with suppress(OSError), suppress(gevent.Timeout), gevent.Timeout(1.0):
        client.shutdown(socket.SHUT_WR)
        for _ in range(UNREAD_BYTES // 65536):
            if not client.recv(65536):
                return


def _end_with_master(master: int) -> None:
    """Ask the kernel for a SIGTERM when the master ends, however it ends; elsewhere than on Linux `notify` sees it."""
    if sys.platform == "linux" and master:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != master:
            sys.exit(0)

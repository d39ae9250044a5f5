import socket
from contextlib import ExitStack

import pytest

from tests.sandbox.gateway.stage import SERVERS, Front, accepts, running, until
from tests.stage.ports import free_port


@pytest.fixture(scope="session")
def learner_socket(tmp_path_factory):
    """The unix socket of one real Flask-SocketIO server, shared: each test is a client with a tag of its own."""
    path = str(tmp_path_factory.mktemp("learner") / "s")
    with running("learner_server.py", path):
        until(lambda: accepts(socket.AF_UNIX, path))
        yield path


@pytest.fixture(scope="session")
def fronts(learner_socket, tmp_path_factory):
    """Start the gateway under a web server, once."""
    started = {}
    errors = tmp_path_factory.mktemp("fronts")
    with ExitStack() as stack:

        def front(server):
            if server not in started:
                port = free_port()
                log = stack.enter_context((errors / server).open("w"))
                stack.enter_context(running("front.py", server, port, learner_socket, errors=log))
                until(lambda: accepts(socket.AF_INET, ("127.0.0.1", port)))
                started[server] = Front(server, port, errors / server)
            return started[server]

        yield front


@pytest.fixture(params=SERVERS)
def front(request, fronts):
    """The gateway under each web server that the course can run in."""
    return fronts(request.param)


@pytest.fixture
def gunicorn(fronts):
    """The gateway under the web server of production, for what does not depend on the server."""
    return fronts("gunicorn")

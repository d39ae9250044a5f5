import socket

import pytest

from tests.sandbox.gateway.stage import SERVERS, Front, accepts, free_port, running, until


@pytest.fixture(scope="session")
def learner_socket(tmp_path_factory):
    """The unix socket of one real Flask-SocketIO server, shared: each test is a client with a tag of its own."""
    path = str(tmp_path_factory.mktemp("learner") / "s")
    with running("learner_server.py", path):
        until(lambda: accepts(socket.AF_UNIX, path))
        yield path


@pytest.fixture(scope="session")
def fronts(learner_socket):
    started = {}
    managers = []

    def front(server):
        if server not in started:
            port = free_port()
            manager = running("front.py", server, port, learner_socket)
            manager.__enter__()
            managers.append(manager)
            until(lambda: accepts(socket.AF_INET, ("127.0.0.1", port)))
            started[server] = Front(server, port)
        return started[server]

    yield front
    for manager in managers:
        manager.__exit__(None, None, None)


@pytest.fixture(params=SERVERS)
def front(request, fronts):
    """The gateway under each web server that the course can run in."""
    return fronts(request.param)


@pytest.fixture
def gunicorn(fronts):
    """The gateway under the web server of production, for what does not depend on the server."""
    return fronts("gunicorn")

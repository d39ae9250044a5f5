"""What the libraries do not promise and the sandbox uses: an upgrade that changes it is seen here, by name."""

import inspect
from typing import Any

import flask
import flask_socketio
import pytest
from engineio import Server
from engineio.base_server import BaseServer

from course.sandbox.learner import engineio_privates, flask_socketio_privates, socketio_privates


@pytest.mark.parametrize(
    ("place", "parameters"),
    [
        (flask_socketio_privates.CALLS_A_HANDLER, ["self", "handler", "message", "namespace", "sid", "args"]),
        (
            socketio_privates.EMITS,
            ["self", "event", "data", "namespace", "room", "skip_sid", "callback", "to", "kwargs"],
        ),
        (socketio_privates.CHANGE_ROOMS[0], ["self", "sid", "namespace", "room", "eio_sid"]),
        (socketio_privates.CHANGE_ROOMS[1], ["self", "sid", "namespace", "room"]),
    ],
)
def test_a_hooked_method_takes_what_its_hook_expects(place: tuple[type, str], parameters: list[str]) -> None:
    owner, method = place
    assert list(inspect.signature(getattr(owner, method)).parameters) == parameters


@pytest.fixture
def app() -> flask.Flask:
    return flask.Flask(__name__)


@pytest.fixture
def socketio(app: flask.Flask) -> Any:
    return flask_socketio.SocketIO(app, async_mode="threading")


def test_flask_socketio_takes_its_debugger_from_a_name_in_its_module() -> None:
    assert "DebuggedApplication(" in inspect.getsource(flask_socketio.SocketIO.run)
    assert "use_reloader" in inspect.getsource(flask_socketio.SocketIO.run)
    assert hasattr(flask_socketio, "DebuggedApplication")


def test_a_handlers_error_tells_its_event(app: flask.Flask, socketio: Any) -> None:
    @socketio.on("add")
    def add() -> None:
        raise LookupError("nothing to add")

    with pytest.raises(LookupError) as raised:
        socketio.test_client(app).emit("add")
    assert flask_socketio_privates.event_of(raised.value) == "add"
    assert flask_socketio_privates.event_of(LookupError("from nowhere")) is None


def test_rooms_are_found_with_their_members(app: flask.Flask, socketio: Any) -> None:
    @socketio.on("join")
    def join() -> None:
        flask_socketio.join_room("blue")

    socketio.test_client(app).emit("join")
    manager = socketio.server.manager
    found = {room: (namespace, sids, own) for namespace, room, sids, own in socketio_privates.rooms_of(manager)}
    _, [sid], _ = found[None]
    assert found == {None: ("/", [sid], False), sid: ("/", [sid], True), "blue": ("/", [sid], False)}
    assert [socketio_privates.is_sid(manager, "/", room) for room in (sid, "blue")] == [True, False]
    assert socketio_privates.environ_of(manager, "/", sid)["PATH_INFO"] == "/socket.io"


def test_an_unknown_async_mode_is_named(app: flask.Flask) -> None:
    with pytest.raises(ValueError, match="async_mode") as raised:
        flask_socketio.SocketIO(app, async_mode="eventlets")
    assert engineio_privates.asked_async_mode(raised.value) == "eventlets"


@pytest.mark.parametrize(("wanted", "announced"), [({}, 5000), ({"max_http_buffer_size": 10_000_000}, 5000)])
def test_a_server_announces_what_passes(
    app: flask.Flask, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, int], announced: int
) -> None:
    monkeypatch.setattr(BaseServer, engineio_privates.MESSAGE_LIMIT, None, raising=False)  # taken back at the end
    engineio_privates.limit_messages(5000)
    server = flask_socketio.SocketIO(app, async_mode="threading", **wanted).server.eio
    assert server.max_http_buffer_size == announced
    assert '"maxPayload": self.max_http_buffer_size' in inspect.getsource(Server).replace("'", '"')

"""What the page says about production, with a real nginx, a real gunicorn and a real Redis."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest
import requests
import socketio
import websocket
from redis import Redis

from tests.stage.people import Person
from tests.stage.quick_to_close import LEAVING_AT_ONCE
from tests.stage.services import Service, gunicorn, nginx, redis
from tests.stage.serving import PATIENCE, Wire, serving

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parents[4]
PAGE = Path(__file__).parents[1]
PROGRAM = (PAGE / "examples/ready_to_go.py").read_text()
UNPATCHED = PROGRAM.replace('"threading"', '"gevent"')
GREEN = "from gevent import monkey\nmonkey.patch_all()\n" + UNPATCHED
NGINX = (ROOT / "deploy/nginx.conf").read_text()
HANDSHAKE = "/socket.io/?EIO=4&transport=polling"
STICKY = "hash $seat consistent;"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("services")


@pytest.fixture(scope="module")
def pair(folder: Path) -> Iterator[tuple[Service, Service]]:
    """Two processes of one program, with threads and without a queue; no poll hangs for longer than two seconds."""
    quick = PROGRAM.replace("message_queue=queue", "ping_interval=2")
    with gunicorn(quick, folder, "--threads", "60") as one, gunicorn(quick, folder, "--threads", "60") as other:
        yield one, other


@pytest.fixture(scope="module")
def balanced(pair: tuple[Service, Service], folder: Path) -> Iterator[Callable[..., str]]:
    """Return the address of an nginx in front of the two: the site's own configuration, with changes."""
    with ExitStack() as stack:

        @cache
        def balance(*changes: tuple[str, str]) -> str:
            ports = zip(("127.0.0.1:8001", "127.0.0.1:8002"), pair, strict=True)
            all_changes = {name: f"127.0.0.1:{service.port}" for name, service in ports} | dict(changes)
            return stack.enter_context(nginx(NGINX, folder, all_changes)).url

        yield balance


@contextmanager
def connected(
    url: str, token: str = "ada-7", transports: tuple[str, ...] = ("websocket",)
) -> Iterator[socketio.Client]:
    client = socketio.Client(**LEAVING_AT_ONCE)
    client.connect(url, auth={"token": token}, transports=list(transports), wait_timeout=PATIENCE)
    try:
        yield client
    finally:
        client.disconnect()


def process_of(client: socketio.Client) -> int:
    answer = client.call("enter", "red", timeout=PATIENCE)
    return int(answer["process"])


# The worked example: this site


@pytest.mark.parametrize("name", ["Procfile", "gunicorn.conf.py", "deploy/nginx.conf"])
def test_the_page_shows_the_files_of_this_site(name: str) -> None:
    assert f"\n{(ROOT / name).read_text()}```\n" in (PAGE / "lesson.md").read_text()


@pytest.mark.parametrize(("program", "options"), [(GREEN, ("-k", "gevent")), (PROGRAM, ("--threads", "20"))])
def test_gunicorn_serves_many_with_gevent_or_threads(program: str, options: tuple[str, ...], folder: Path) -> None:
    with gunicorn(program, folder, "-w", "1", *options) as served, ExitStack() as stack:
        clients = [stack.enter_context(connected(served.url)) for _ in range(5)]
        assert len({process_of(client) for client in clients}) == 1
        assert requests.get(f"{served.url}/healthz", timeout=PATIENCE).json()["ok"] is True


def test_the_default_worker_serves_one_client_and_nobody_else(folder: Path) -> None:
    with gunicorn(PROGRAM, folder, "-w", "1") as served, connected(served.url) as client:
        with pytest.raises(requests.Timeout):
            requests.get(f"{served.url}/healthz", timeout=1)
        assert client.connected


def test_gunicorn_has_no_eventlet_worker(folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-k",
        "eventlet",
        "-b",
        "127.0.0.1:0",
        "--no-control-socket",
        "flask:Flask",
    ]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode != 0
    assert "eventlet" in ended.stderr and "not found" in ended.stderr


# nginx


@pytest.mark.parametrize("transports", [("websocket",), ("polling", "websocket")])
def test_websocket_passes_through_nginx(balanced: Callable[..., str], transports: tuple[str, ...]) -> None:
    with connected(balanced(), transports=transports) as client:
        assert client.transport() == "websocket"
        assert process_of(client)


@pytest.mark.parametrize(
    "line", ["proxy_set_header Upgrade $http_upgrade;", "proxy_set_header Connection $connection_header;"]
)
def test_without_the_upgrade_headers_nothing_is_upgraded(balanced: Callable[..., str], line: str) -> None:
    with pytest.raises(websocket.WebSocketException):
        Wire(balanced((line, "")))


def test_without_them_clients_keep_polling_and_nobody_notices(balanced: Callable[..., str]) -> None:
    url = balanced(("proxy_set_header Upgrade $http_upgrade;", ""))
    with connected(url, transports=("polling", "websocket")) as client:
        assert client.transport() == "polling"
        assert process_of(client)


def test_gunicorn_forgives_http_1_0(balanced: Callable[..., str]) -> None:
    with connected(balanced(("proxy_http_version 1.1;", ""))) as client:
        assert process_of(client)


def test_a_line_that_is_silent_for_longer_than_the_read_timeout_is_cut(balanced: Callable[..., str]) -> None:
    silent = Wire(balanced(("proxy_read_timeout 75s;", "proxy_read_timeout 1s;")))
    try:
        assert silent.receive().startswith("0{")
        with pytest.raises(websocket.WebSocketConnectionClosedException):
            silent.receive()
    finally:
        silent.socket.shutdown()


def test_behind_https_the_origin_is_refused_unless_nginx_says_so(
    balanced: Callable[..., str], pair: tuple[Service, Service]
) -> None:
    """Stands for TLS: the page's origin is https, and what reaches the program is plain HTTP."""
    origin = {"Origin": "https://duplex.test", "Host": "duplex.test"}
    assert requests.get(pair[0].url + HANDSHAKE, headers=origin, timeout=PATIENCE).status_code == 400
    over_tls = balanced(("X-Forwarded-Proto $scheme;", "X-Forwarded-Proto https;"))
    assert requests.get(over_tls + HANDSHAKE, headers=origin, timeout=PATIENCE).status_code == 200


ADDRESSES = """
from flask import Flask, request
from flask_socketio import SocketIO
from werkzeug.middleware.proxy_fix import ProxyFix
app = Flask(__name__)
{above}
socketio = SocketIO(app, async_mode="threading")
{below}
@app.route("/address")
def address(): return request.remote_addr
@socketio.on("address")
def address_of_a_client(): return request.remote_addr
socketio.run(app)
"""
TRUST = "app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)"
NGINX_ITSELF, VISITOR = "127.0.0.1", "203.0.113.9"


@pytest.mark.parametrize(
    ("above", "below", "a_page_sees", "a_handler_sees"),
    [("", "", NGINX_ITSELF, NGINX_ITSELF), (TRUST, "", VISITOR, NGINX_ITSELF), ("", TRUST, VISITOR, VISITOR)],
)
def test_the_visitors_address_takes_proxyfix_below_socketio(
    tmp_path: Path, above: str, below: str, a_page_sees: str, a_handler_sees: str
) -> None:
    assert TRUST in (PAGE / "lesson.md").read_text()
    headers = {"X-Forwarded-For": VISITOR}
    with serving(ADDRESSES.format(above=above, below=below), tmp_path) as served:
        assert requests.get(f"{served.url}/address", headers=headers, timeout=PATIENCE).text == a_page_sees
        visitor = socketio.Client(**LEAVING_AT_ONCE)
        visitor.connect(served.url, headers=headers, transports=["websocket"], wait_timeout=PATIENCE)
        assert visitor.call("address", timeout=PATIENCE) == a_handler_sees
        visitor.disconnect()


# One client, one process


def test_a_cookie_keeps_a_polling_client_with_one_process(
    balanced: Callable[..., str], pair: tuple[Service, Service]
) -> None:
    seats = []
    with ExitStack() as stack:
        for _ in range(16):
            client = stack.enter_context(connected(balanced(), transports=("polling",)))
            processes = {process_of(client) for _ in range(4)}
            assert len(processes) == 1
            seats.append(processes.pop())
    assert len(set(seats)) == 2


def test_a_browser_with_its_cookie_always_meets_the_same_process(balanced: Callable[..., str]) -> None:
    with requests.Session() as browser:
        answers = [browser.get(f"{balanced()}/healthz", timeout=PATIENCE) for _ in range(8)]
        assert len({answer.json()["process"] for answer in answers}) == 1
        assert ["Set-Cookie" in answer.headers for answer in answers] == [True] + [False] * 7


def test_round_robin_breaks_polling_sessions(balanced: Callable[..., str]) -> None:
    refused = []
    with requests.Session() as browser:
        for _ in range(10):
            sid = browser.get(balanced((STICKY, "")) + HANDSHAKE, timeout=PATIENCE).text.split('"')[3]
            answer = browser.post(f"{balanced((STICKY, ''))}{HANDSHAKE}&sid={sid}", data="40", timeout=PATIENCE)
            if answer.status_code == 400:
                refused.append(answer.text)
    assert any("Invalid session" in text for text in refused)


def test_by_address_a_whole_classroom_meets_one_process(balanced: Callable[..., str]) -> None:
    url = balanced((STICKY, "ip_hash;"))
    answers = [requests.get(f"{url}/healthz", timeout=PATIENCE).json()["process"] for _ in range(16)]
    assert len(set(answers)) == 1
    answers = [requests.get(f"{balanced()}/healthz", timeout=PATIENCE).json()["process"] for _ in range(16)]
    assert len(set(answers)) == 2


# The queue


@pytest.fixture(scope="module")
def queue(folder: Path) -> Iterator[str]:
    with redis(folder) as running:
        yield f"redis://127.0.0.1:{running.port}"


def subscribed(queue: str, processes: int) -> None:
    """Wait until so many processes listen to the queue: what is published earlier than that, nobody keeps for them."""
    with Redis.from_url(queue) as client:
        deadline = time.monotonic() + PATIENCE
        while dict(client.pubsub_numsub("flask-socketio"))[b"flask-socketio"] < processes:
            assert time.monotonic() < deadline, f"fewer than {processes} processes listen to {queue}"
            time.sleep(0.02)


def members(*services: Service) -> list[Person]:
    """One client in each process, all in the room “red”."""
    people = []
    for running in services:
        people.append(Person(running.url, auth={"token": "ada-7"}))
        assert people[-1].ask("enter", "red")["ok"] is True
    return people


def test_an_emit_reaches_the_clients_of_the_other_process_through_redis(queue: str, folder: Path) -> None:
    with (
        gunicorn(GREEN, folder, "-k", "gevent", QUEUE=queue) as one,
        gunicorn(GREEN, folder, "-k", "gevent", QUEUE=queue) as other,
    ):
        ada, ben = members(one, other)
        subscribed(queue, 2)
        ada.ask("say", "red", "across")
        assert ben.waits_for("said") == ada.waits_for("said") == ("said", "across")
        script = "import sys; from flask_socketio import SocketIO; "
        script += "SocketIO(message_queue=sys.argv[1]).emit('said', 'from a script', to='red')"
        subprocess.run([sys.executable, "-c", script, queue], check=True, timeout=PATIENCE)
        assert ben.waits_for("said") == ada.waits_for("said") == ("said", "from a script")
        for person in (ada, ben):
            person.wire.close()


def test_without_a_queue_an_emit_stays_in_its_process(pair: tuple[Service, Service]) -> None:
    ada, ben = members(*pair)
    ada.ask("say", "red", "across")
    assert ada.heard() == [("said", "across")]
    assert ben.heard() == []
    for person in (ada, ben):
        person.wire.close()


@pytest.mark.parametrize("patched", [False, True])
def test_with_gevent_the_queue_wants_everything_patched(
    queue: str, folder: Path, monkeypatch: pytest.MonkeyPatch, patched: bool
) -> None:
    monkeypatch.setenv("QUEUE", queue)
    with serving(GREEN if patched else UNPATCHED, folder, cold=True) as served:
        assert requests.get(served.url + HANDSHAKE, timeout=PATIENCE).status_code == (200 if patched else 401)


def test_the_gevent_worker_patches_by_itself(queue: str, folder: Path) -> None:
    with gunicorn(UNPATCHED, folder, "-k", "gevent", QUEUE=queue) as served:
        assert requests.get(served.url + HANDSHAKE, timeout=PATIENCE).status_code == 200


def test_a_queue_out_of_reach_shows_in_the_log_alone(folder: Path) -> None:
    with gunicorn(PROGRAM, folder, "--threads", "20", QUEUE="redis://127.0.0.1:1") as served:
        (ada,) = members(served)
        while not any("redis" in line.lower() for line in served.lines):
            ada.ask("enter", "red")
        ada.wire.close()


def test_with_websocket_alone_round_robin_and_a_queue_are_enough(queue: str, folder: Path) -> None:
    with (
        gunicorn(PROGRAM, folder, "--threads", "20", QUEUE=queue) as one,
        gunicorn(PROGRAM, folder, "--threads", "20", QUEUE=queue) as other,
    ):
        ports = {"127.0.0.1:8001": f"127.0.0.1:{one.port}", "127.0.0.1:8002": f"127.0.0.1:{other.port}"}
        with nginx(NGINX, folder, ports | {STICKY: "zone web 64k;"}) as front:
            crowd = [Person(front.url, auth={"token": "ada-7"}) for _ in range(6)]
            assert len({person.ask("enter", "red")["process"] for person in crowd}) == 2
            subscribed(queue, 2)
            crowd[0].ask("say", "red", "to all of us")
            for person in crowd:
                assert person.waits_for("said") == ("said", "to all of us")
                person.wire.close()


# Who may do what


def test_the_door_and_every_event_ask_for_permission(pair: tuple[Service, Service]) -> None:
    stranger = Wire(pair[0].url)
    assert stranger.receive().startswith("0{")
    stranger.send('40{"token":"a guess"}')
    assert stranger.receive() == '44{"message":"unknown token"}'
    stranger.close()
    with connected(pair[0].url, "ada-7") as ada:
        assert ada.call("enter", "blue", timeout=PATIENCE) == {"error": "Not your team."}
        assert "error" in ada.call("say", ("blue", "psst"), timeout=PATIENCE)


# The end


STOP = 'def stop(app):\n    app.extensions["socketio"].server.eio.disconnect()\n'


def test_an_open_socket_holds_the_end_up(folder: Path) -> None:
    with (
        gunicorn(GREEN, folder, "-k", "gevent", "--graceful-timeout", "100") as served,
        connected(served.url) as client,
    ):
        served.terminate()
        while accepts(served):
            pass
        assert client.call("enter", "red", timeout=PATIENCE)["ok"] is True
        assert served.process.poll() is None


def test_after_the_graceful_timeout_the_plug_is_pulled(folder: Path) -> None:
    with gunicorn(GREEN, folder, "-k", "gevent", "--graceful-timeout", "1") as served:
        client = Wire(served.url)
        served.terminate()
        served.process.wait(PATIENCE)
        client.socket.shutdown()


def accepts(served: Service) -> bool:
    try:
        requests.get(f"{served.url}/healthz", timeout=PATIENCE)
    except requests.ConnectionError:
        return False
    return True


def test_the_sites_own_file_tells_everybody_and_ends(folder: Path) -> None:
    stand_in = folder / "stand-in/course"
    stand_in.mkdir(parents=True)
    for part in (ROOT / "course").iterdir():
        (stand_in / part.name).symlink_to(part)
    (stand_in / "factory.py").unlink()
    (stand_in / "factory.py").write_text(STOP)
    options = ("-c", str(ROOT / "gunicorn.conf.py"), "--graceful-timeout", "100")
    settings = {"PYTHONPATH": str(stand_in.parent), "INSTANCE_DIR": str(folder)}
    with gunicorn(GREEN, folder, *options, **settings) as served:
        while not accepts(served):
            pass
        client = Wire(served.url)
        assert client.receive().startswith("0{")
        served.terminate()
        assert client.receive() == "1"
        client.socket.shutdown()
        served.process.wait(PATIENCE)


def test_a_computing_handler_fails_the_health_check(folder: Path) -> None:
    program = GREEN + "@socketio.on('compute')\ndef compute():\n    while True: pass\n"
    with gunicorn(program, folder, "-k", "gevent") as served:
        assert requests.get(f"{served.url}/healthz", timeout=PATIENCE).ok
        busy = Person(served.url, auth={"token": "ada-7"})
        busy.wire.send('42["compute"]')
        with pytest.raises(requests.Timeout):
            while True:
                requests.get(f"{served.url}/healthz", timeout=2)
        busy.wire.socket.shutdown()

"""Every statement that lesson 2 makes about behaviour, seen to be true: real servers, started in each way it names."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import socketio
import websocket

from tests.stage.ports import free_port
from tests.stage.quick_to_close import LEAVING_AT_ONCE, QuickToClose
from tests.stage.serving import PATIENCE, Served, client, examples_of, serving, wire

pytestmark = pytest.mark.programs

EXAMPLES = Path(__file__).parents[1] / "examples"
HANDSHAKE = "/socket.io/?EIO=4&transport=polling"
SHOP = "https://shop.example"

TEXTBOOK = """
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app{mode})
@socketio.on("hello")
def hello():
    return "hello"
if __name__ == "__main__":
    socketio.run(app, port={port}{more})
"""


@pytest.fixture(scope="module")
def example() -> Iterator[Mapping[str, Served]]:
    """The lesson's examples, each started when a test first asks for it."""
    with examples_of(EXAMPLES, cold="smallest") as started:
        yield started


@contextmanager
def started(*command: str, cwd: Path, until: str, **environment: str) -> Iterator[list[str]]:
    """Run a command without a terminal; give what it has printed, once it has printed `until`."""
    process = subprocess.Popen(
        [sys.executable, "-u", *command],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
        start_new_session=True,
    )
    lines: list[str] = []
    there = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if until in line:
                there.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        assert there.wait(PATIENCE), "\n".join(lines)
        yield lines
    finally:
        os.killpg(process.pid, 9)
        process.wait()
        reader.join()
        assert process.stdout is not None
        process.stdout.close()


def handshake(url: str, origin: str | None = None, seconds: float = PATIENCE) -> requests.Response:
    return requests.get(url + HANDSHAKE, headers={"Origin": origin} if origin else {}, timeout=seconds)


def ask_over_websocket(url: str, event: str) -> object:
    asking = socketio.SimpleClient(**LEAVING_AT_ONCE)
    asking.connect(url, transports=["websocket"])
    try:
        return asking.call(event, timeout=PATIENCE)
    finally:
        asking.disconnect()


# The other end


def test_flask_sends_what_lies_in_static_and_its_page_is_let_in(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static/index.html").write_text("<p>A page</p>")
    (tmp_path / "server.py").write_text((EXAMPLES / "from_a_page.py").read_text())
    with serving(tmp_path / "server.py") as served:
        page = requests.get(f"{served.url}/static/index.html", timeout=PATIENCE)
        assert (page.status_code, page.text) == (200, "<p>A page</p>")
        assert handshake(served.url, served.url).status_code == 200


# Starting


def test_the_tutorial_program_refuses_to_start_without_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(TEXTBOOK.format(mode=', async_mode="threading"', port=free_port(), more=""))
    ended = subprocess.run(
        [sys.executable, "server.py"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "RuntimeError: The Werkzeug web server is not designed to run in production" in ended.stderr
    assert "allow_unsafe_werkzeug=True" in ended.stderr


def test_the_switch_lets_it_start(tmp_path: Path) -> None:
    port = free_port()
    more = ", allow_unsafe_werkzeug=True"
    (tmp_path / "server.py").write_text(TEXTBOOK.format(mode=', async_mode="threading"', port=port, more=more))
    with started("server.py", cwd=tmp_path, until="Running on"):
        assert handshake(f"http://127.0.0.1:{port}").text.startswith("0{")


def test_flask_run_serves_websocket_with_threads(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "server.py").write_text(TEXTBOOK.format(mode="", port=port, more="") + "print(socketio.async_mode)\n")
    with started(
        "-m", "flask", "--app", "server", "run", "--port", str(port), cwd=tmp_path, until="Running on"
    ) as lines:
        assert "threading" in lines
        assert ask_over_websocket(f"http://127.0.0.1:{port}", "hello") == "hello"


def test_under_flask_run_gevent_gets_no_websocket(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "server.py").write_text(TEXTBOOK.format(mode=', async_mode="gevent"', port=port, more=""))
    address = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
    with started("-m", "flask", "--app", "server", "run", "--port", str(port), cwd=tmp_path, until="Running on"):
        with pytest.raises((websocket.WebSocketException, OSError)):
            websocket.create_connection(address, timeout=1.5, class_=QuickToClose).recv()


def test_app_run_serves_the_sockets_too(tmp_path: Path) -> None:
    port = free_port()
    program = TEXTBOOK.format(mode=', async_mode="threading"', port=port, more="").replace(
        "socketio.run(app,", "app.run("
    )
    (tmp_path / "server.py").write_text(program)
    with started("server.py", cwd=tmp_path, until="Running on"):
        assert ask_over_websocket(f"http://127.0.0.1:{port}", "hello") == "hello"


def gunicorn(port: int, program: str, *options: str) -> tuple[str, ...]:
    return "-m", "gunicorn", *options, "-w", "1", "-b", f"127.0.0.1:{port}", "--no-control-socket", f"{program}:app"


def test_gunicorn_serves_it_with_one_gevent_worker(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "server.py").write_text(TEXTBOOK.format(mode=', async_mode="gevent"', port=port, more=""))
    with started(*gunicorn(port, "server", "-k", "gevent"), cwd=tmp_path, until="Booting worker"):
        assert ask_over_websocket(f"http://127.0.0.1:{port}", "hello") == "hello"


def test_gunicorn_does_not_get_past_a_bare_run_line(tmp_path: Path) -> None:
    """Without a terminal the run line refuses; with leave to go on, it serves on a port of its own, for ever."""
    port, own = free_port(), free_port()
    smallest = (EXAMPLES / "smallest.py").read_text()
    (tmp_path / "smallest.py").write_text(smallest)
    with started(*gunicorn(port, "smallest", "--threads", "9"), cwd=tmp_path, until="Worker failed to boot") as lines:
        assert any("RuntimeError: The Werkzeug web server is not designed" in line for line in lines)
    stays = smallest.replace("run(app)", f"run(app, port={own}, allow_unsafe_werkzeug=True)")
    (tmp_path / "smallest.py").write_text(stays)
    with started(
        *gunicorn(port, "smallest", "--threads", "9"), cwd=tmp_path, until=f"Running on http://127.0.0.1:{own}"
    ):
        with pytest.raises(requests.RequestException):
            handshake(f"http://127.0.0.1:{port}", seconds=2)


def test_gunicorn_serves_a_program_with_the_guard() -> None:
    port = free_port()
    with started(*gunicorn(port, "guarded", "--threads", "9"), cwd=EXAMPLES, until="my name is guarded"):
        assert handshake(f"http://127.0.0.1:{port}").text.startswith("0{")


def test_run_the_file_is_main_and_imported_it_has_its_own_name(example: Mapping[str, Served]) -> None:
    example["guarded"].wait_for_line("my name is __main__")
    imported = subprocess.run(
        [sys.executable, "-c", "import guarded"], cwd=EXAMPLES, capture_output=True, text=True, timeout=60
    )
    assert imported.stdout.strip() == "my name is guarded"


def test_the_reloader_reads_the_file_twice(tmp_path: Path) -> None:
    more = ", debug=True, allow_unsafe_werkzeug=True"
    program = TEXTBOOK.format(mode=', async_mode="threading"', port=free_port(), more=more)
    (tmp_path / "server.py").write_text(program.replace("app = Flask", "print('read from the top')\napp = Flask"))
    with started("server.py", cwd=tmp_path, until="Debugger PIN") as lines:
        assert lines.count("read from the top") == 2


# One program, two languages


def test_http_and_sockets_share_one_port(example: Mapping[str, Served]) -> None:
    served = example["smallest"]
    assert requests.get(served.url, timeout=PATIENCE).text == "Hello over HTTP"
    with client(served) as ada:
        assert ada.ask("hello", "Ada") == ("Hello over the socket, Ada",)
    assert requests.get(served.url, timeout=PATIENCE).text == "Hello over HTTP"


def test_an_old_client_is_refused_with_a_sentence_about_the_client(example: Mapping[str, Served]) -> None:
    answer = requests.get(example["smallest"].url + HANDSHAKE.replace("EIO=4", "EIO=3"), timeout=PATIENCE)
    assert answer.status_code == 400
    assert "The client is using an unsupported version of the Socket.IO or Engine.IO protocols" in answer.text


# The mode


def test_without_a_word_the_first_importable_mode_is_taken() -> None:
    """gevent is installed beside this test; a program that can't import it falls through to threading."""
    ask = "from flask import Flask; from flask_socketio import SocketIO; s = SocketIO(Flask('x')); "
    ask += "print(s.server.eio.async_modes(), s.async_mode)"
    hide = "import sys; sys.modules['gevent'] = None; "
    order = "['eventlet', 'gevent_uwsgi', 'gevent', 'threading']"
    for program, taken in ((ask, "gevent"), (hide + ask, "threading")):
        said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
        assert said.stdout.strip() == f"{order} {taken}", said


def test_a_mode_that_is_named_is_taken(example: Mapping[str, Served]) -> None:
    with wire(example["smallest"]):
        pass
    asked = "from flask import Flask; from flask_socketio import SocketIO; "
    asked += "print(SocketIO(Flask('x'), async_mode='threading').async_mode)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60)
    assert said.stdout.strip() == "threading"


def test_every_program_names_its_mode_where_the_reader_chooses_none() -> None:
    """Which programs leave the mode open: those of a lesson with a choice of runtimes, and the one about leaving it."""
    lessons = EXAMPLES.parents[1]
    programs = {
        *lessons.glob("[0-9]*/**/server.py"),
        *lessons.glob("**/examples/*.py"),
        lessons / "playground/server.py",
    }
    silent = {
        program for program in programs if "async_mode=" not in program.read_text() and "wrong" not in program.parts
    }
    silent = {program for program in silent if "SocketIO(" in program.read_text()}
    assert {program.parent.parent.name for program in silent} <= {
        "lessons",
        "02-setting-up-flask-socketio",
        "04-emitting-events",
        "07-performance",
    }, silent


# What stands where


def test_a_handler_below_the_run_line_is_never_registered(example: Mapping[str, Served]) -> None:
    with client(example["late_handler"]) as ada:
        late = ada.emit("late")
        assert ada.ask("early") == ("I was here in time",)
        assert ada.ask("early") == ("I was here in time",)
        assert late.empty()


def test_the_last_socketio_object_takes_all_requests(example: Mapping[str, Served]) -> None:
    with client(example["two_objects"]) as ada:
        said = ada.emit("say", "hi")
        assert ada.ask("headline") == ("two servers, one door",)
        assert ada.ask("headline") == ("two servers, one door",)
        assert said.empty()


def test_init_app_serves_the_handlers_registered_before(tmp_path: Path) -> None:
    program = """
from flask import Flask
from flask_socketio import SocketIO
socketio = SocketIO()
@socketio.on("hello")
def hello():
    return "hello"
app = Flask(__name__)
socketio.init_app(app, async_mode="threading")
socketio.run(app)
"""
    with serving(program, tmp_path) as served, client(served) as ada:
        assert ada.ask("hello") == ("hello",)


# The key


def test_without_a_key_a_route_can_not_write_the_session_but_a_handler_can(example: Mapping[str, Served]) -> None:
    served = example["session_key"]
    with client(served) as ada:
        assert ada.ask("count") == (1,)
        assert ada.ask("count") == (2,)
    with client(served) as bob:
        assert bob.ask("count") == (1,)
    assert requests.get(served.url + "/login", timeout=PATIENCE).status_code == 500
    served.wait_for_line("The session is unavailable because no secret key was set")


def test_with_a_key_the_handler_sees_who_logged_in(tmp_path: Path) -> None:
    program = (EXAMPLES / "session_key.py").read_text()
    program = program.replace(
        "app = Flask(__name__)", "app = Flask(__name__)\napp.config['SECRET_KEY'] = 'only a test'"
    )
    program = program.replace('return session["events"]', 'return session.get("name")')
    with serving(program, tmp_path) as served:
        browser = requests.Session()
        assert browser.get(served.url + "/login", timeout=PATIENCE).ok
        visitor = socketio.SimpleClient(**LEAVING_AT_ONCE, http_session=browser)
        visitor.connect(served.url, transports=["websocket"])
        assert visitor.call("count", timeout=PATIENCE) == "Ada"
        visitor.disconnect()


# The first frames


def test_the_open_packet_tells_the_rules(example: Mapping[str, Served]) -> None:
    address = example["heartbeat"].url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    bare = websocket.create_connection(address, timeout=PATIENCE, class_=QuickToClose)
    first = bare.recv()
    bare.close()
    assert isinstance(first, str) and first[0] == "0"
    rules = json.loads(first[1:])
    assert (rules["pingInterval"], rules["pingTimeout"], rules["maxPayload"]) == (5000, 3000, 1_000_000)
    assert rules["upgrades"] == []


def test_request_sid_is_the_second_id(example: Mapping[str, Served]) -> None:
    address = example["heartbeat"].url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    bare = websocket.create_connection(address, timeout=PATIENCE, class_=QuickToClose)
    first = json.loads(str(bare.recv())[1:])["sid"]
    bare.send("40")
    second = json.loads(str(bare.recv())[2:])["sid"]
    bare.send('420["who_am_i"]')
    answer = str(bare.recv())
    bare.close()
    assert answer == f'430["{second}"]'
    assert first != second


def test_polling_is_offered_the_upgrade(example: Mapping[str, Served]) -> None:
    opened = handshake(example["heartbeat"].url)
    assert re.match(r'0\{"sid":"[^"]+","upgrades":\["websocket"\]', opened.text)


# Origins


def test_only_the_own_origin_is_let_in_at_first(example: Mapping[str, Served]) -> None:
    url = example["smallest"].url
    assert handshake(url, url).ok
    refused = handshake(url, SHOP)
    assert (refused.status_code, refused.json()) == (400, "Not an accepted origin.")


def test_a_list_replaces_the_rule(example: Mapping[str, Served]) -> None:
    url = example["one_origin"].url
    assert handshake(url, SHOP).ok
    assert handshake(url, url).status_code == 400
    assert handshake(url, "https://other.example").status_code == 400


def test_an_empty_list_lets_everybody_in(tmp_path: Path) -> None:
    program = (EXAMPLES / "one_origin.py").read_text().replace('["https://shop.example"]', "[]")
    with serving(program, tmp_path) as served:
        assert handshake(served.url, "https://evil.example").ok
        assert handshake(served.url, served.url).ok


@pytest.mark.parametrize("near", [f"{SHOP}/", "http://shop.example", "https://SHOP.example", f"{SHOP}:8443"])
def test_origins_are_compared_to_the_letter(example: Mapping[str, Served], near: str) -> None:
    assert handshake(example["one_origin"].url, near).status_code == 400
    local = example["smallest"].url
    assert handshake(local, local.replace("127.0.0.1", "localhost")).status_code == 400


def test_a_client_that_names_no_origin_is_let_in(example: Mapping[str, Served]) -> None:
    assert handshake(example["one_origin"].url).ok


def test_an_origin_is_refused_on_both_transports(example: Mapping[str, Served]) -> None:
    url = example["one_origin"].url
    address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    with pytest.raises(websocket.WebSocketBadStatusException, match="400"):
        websocket.create_connection(address, origin="https://other.example", timeout=PATIENCE)
    assert handshake(url, "https://other.example").status_code == 400
    accepted = websocket.create_connection(address, origin=SHOP, timeout=PATIENCE, class_=QuickToClose)
    assert str(accepted.recv()).startswith("0{")
    accepted.close()


def test_headers_added_by_flask_do_not_reach_socketio(tmp_path: Path) -> None:
    program = (
        (EXAMPLES / "smallest.py")
        .read_text()
        .replace(
            "socketio.run(app)",
            "@app.after_request\ndef cors(response):\n"
            "    response.headers['Access-Control-Allow-Origin'] = '*'\n    return response\n\nsocketio.run(app)",
        )
    )
    with serving(program, tmp_path) as served:
        assert requests.get(served.url, timeout=PATIENCE).headers["Access-Control-Allow-Origin"] == "*"
        refused = handshake(served.url, SHOP)
        assert refused.status_code == 400
        assert "Access-Control-Allow-Origin" not in refused.headers


def test_a_star_lets_any_page_in_with_the_visitors_cookies(tmp_path: Path) -> None:
    program = (EXAMPLES / "one_origin.py").read_text().replace('["https://shop.example"]', '"*"')
    with serving(program, tmp_path) as served:
        opened = handshake(served.url, "https://anybody.example")
        assert opened.ok
        assert opened.headers["Access-Control-Allow-Credentials"] == "true"
        assert opened.headers["Access-Control-Allow-Origin"] == "https://anybody.example"

"""A program can't tell a check from a run whose client is a program in a terminal, and so can't behave well for it.

A browser shows itself by what it asks for; the clients of checks are programs, as those of a terminal are. Both runs here
use the same libraries, one through the gateway, one as a check does.

What differs, and may:

- a check sends further UPGRADE packets (its fences), which only a change inside the library can see;
- what clients ask, how soon and how often: a check is quicker than a person;
- which process is at the other end of the socket, where the kernel tells it: `SO_PEERCRED` is for the filter to refuse.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import socketio
from werkzeug.serving import make_server

from course.grading.clients.server import Server
from course.grading.reports import Reports
from course.program import Runtime
from course.sandbox.gateway.middleware import Gateway
from tests.stage.host import Host

APP = "tells_all_it_sees"
ADDRESSES = re.compile(r"0x[0-9a-f]+|\b[tj]=[0-9.]+|sid=[\w-]+|\bw1-[0-9a-f]{32}")
UPGRADE = 5
QUESTION = {"word": "over"}

WHATEVER = ("HTTP_SEC_WEBSOCKET_KEY", "Sec-Websocket-Key")
"""Random in every handshake."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with Host(tmp_path_factory.mktemp("twins")) as host:
        yield host


@pytest.fixture(scope="module")
def base(host: Host) -> Iterator[str]:
    """The gateway, served."""
    served = make_server("127.0.0.1", 0, Gateway(lambda _environ, _start: [], host.supervisor), threaded=True)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{served.port}"
    served.shutdown()


def seen_in_a_run(host: Host, base: str, transports: list[str], runtime: Runtime) -> dict[str, Any]:
    running = host.start(APP, purpose="run", runtime=runtime).ready()
    client = socketio.Client(reconnection=False)
    try:
        client.connect(base, socketio_path=f"sandbox/{running.id}/A/socket.io", transports=transports)
        seen = client.call("look", QUESTION, timeout=20)
        posted = requests.post(f"{base}/sandbox/{running.id}/A/look?x=1", json=QUESTION, timeout=20).json()
    finally:
        client.disconnect()
        host.supervisor.stop(running.id)
    assert running.memory.text() == ""
    return told_alike({"socket": seen, "http": posted})


def seen_in_a_check(host: Host, transports: list[Any], runtime: Runtime) -> dict[str, Any]:
    running = host.start(APP, purpose="check", runtime=runtime).ready()
    server = Server(running.sandbox.socket_path, Reports())
    try:
        client = server.client("Ada", transports=transports)
        client.fence()
        seen = client.ask("look", QUESTION, within=20).value
        posted = server.http("POST", "/look?x=1", json=QUESTION).json()
    finally:
        server.close()
        host.supervisor.stop(running.id)
    return told_alike({"socket": seen, "http": posted})


def told_alike(seen: Any) -> Any:
    """Take out what is random in every run, and the one packet that is known to differ: see the test below."""
    if isinstance(seen, dict):
        seen = {key: told_alike(value) for key, value in seen.items() if key not in WHATEVER}
        packets = seen.get("packets")
        if packets is not None:
            seen["packets"] = [packet for packet in packets if packet[0] != UPGRADE]
        return seen
    if isinstance(seen, list):
        return [told_alike(each) for each in seen if not (isinstance(each, list) and each and each[0] in WHATEVER)]
    return ADDRESSES.sub("…", seen) if isinstance(seen, str) else seen


@pytest.mark.parametrize("runtime", ["threading", "gevent"])
@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]], ids="-".join)
def test_requests_process_and_packets_are_those_of_a_client_in_a_terminal(
    host: Host, base: str, transports: list[str], runtime: Runtime
) -> None:
    run, check = seen_in_a_run(host, base, transports, runtime), seen_in_a_check(host, transports, runtime)
    assert run["socket"]["environ"] and run["http"]["headers"]
    for part in ("socket", "http"):
        assert set(run[part]) == set(check[part])
        for what in run[part]:
            assert check[part][what] == run[part][what], (part, what)


def test_what_a_fence_sends_reaches_no_handler_and_no_log_that_a_program_has_by_itself(host: Host) -> None:
    """The one difference: more than one UPGRADE packet, which only a change inside the library can see."""
    running = host.start(APP, purpose="check").ready()
    server = Server(running.sandbox.socket_path, Reports())
    try:
        client = server.client("Ada")
        before = client.ask("look", QUESTION, within=20).value["packets"]
        assert client.fence()
        after = client.ask("look", QUESTION, within=20).value["packets"]
    finally:
        server.close()
        host.supervisor.stop(running.id)
    kinds = [kind for kind, _ in after[len(before) :]]
    assert [kind for kind in kinds if kind not in (3, 4)] == [UPGRADE]
    assert running.memory.text() == ""


def test_every_client_of_a_check_has_a_tag_as_those_of_a_page_have(host: Host) -> None:
    running = host.start(APP, purpose="check").ready()
    server = Server(running.sandbox.socket_path, Reports())
    try:
        tags = [
            dict(client.ask("look", QUESTION, within=20).value["environ"])["duplex.client"]
            for client in server.clients("Ada", "Bo", "Cy")
        ]
    finally:
        server.close()
        host.supervisor.stop(running.id)
    assert tags == ["A", "B", "C"]

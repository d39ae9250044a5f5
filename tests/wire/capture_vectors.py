"""Capture what Socket.IO clients and a real Flask-SocketIO server say to each other, frame by frame.

`python -m tests.wire.capture_vectors` prints the vectors as JSON; vectors.json beside this file is its output. A vector
is {name, direction, transport, frame, expect}: `frame` is literal (binary as `b` and base64, as the site's trace writes
it), session ids are replaced by sid-1, sid-2 … in the order in which they appear, and `expect` is what python-engineio
and python-socketio themselves read in the frame. So the page's own decoder is held against theirs, not against itself.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import engineio
import engineio.packet
import flask
import flask_socketio
import requests
import socketio.packet
import websocket
from werkzeug.serving import make_server

SECONDS = 10
PING_SECONDS = 1
SEPARATOR = "\x1e"

Frame = str | bytes
Vector = dict[str, Any]


def build_app() -> flask.Flask:
    """A server that says every kind of packet."""
    app = flask.Flask("vectors")
    app.secret_key = "only for this capture"
    server = flask_socketio.SocketIO(
        app, async_mode="threading", ping_interval=PING_SECONDS, ping_timeout=SECONDS, always_connect=False
    )
    emit = flask_socketio.emit

    @server.on("connect")
    def connect(auth: Any = None) -> None:
        if auth and auth.get("token") == "wrong":
            raise flask_socketio.ConnectionRefusedError("bad token", {"code": 4})

    @server.on("echo")
    def echo(*args: Any) -> tuple[str, int]:
        emit("echoed", args)
        return "ok", len(args)

    @server.on("silent")
    def silent() -> None:
        return None

    @server.on("question")
    def question() -> None:
        emit("ask", "sure?", callback=lambda *answer: emit("answered", answer))

    @server.on("file")
    def file(payload: dict[str, bytes]) -> dict[str, int]:
        emit("file", {"name": "x", "data": b"\x01\x02\x03"})
        return {"len": len(payload["data"])}

    @server.on("bytes")
    def give_bytes() -> bytes:
        return b"\xff"

    @server.on("leave")
    def leave() -> None:
        flask_socketio.disconnect()

    @server.on("echo", namespace="/chat")
    def echo_in_chat(*args: Any) -> str:
        emit("echoed", args)
        return "chat"

    return app


@contextmanager
def serving() -> Iterator[str]:
    """Serve the app on loopback; gives host:port."""
    server = make_server("127.0.0.1", 0, build_app(), threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(SECONDS)
        server.server_close()


class Record:
    """The vectors so far."""

    def __init__(self) -> None:
        self.vectors: list[Vector] = []
        self._sids: dict[str, str] = {}

    def add(self, name: str, direction: str, transport: str, frame: Frame) -> None:
        """Note one frame; `direction` is the client's: sent or received."""
        text = frame if isinstance(frame, str) else "b" + base64.b64encode(frame).decode()
        text = self._without_sids(text)
        self.vectors.append(
            {"name": name, "direction": direction, "transport": transport, "frame": text, "expect": reference(text)}
        )

    def _without_sids(self, text: str) -> str:
        if '"sid":"' in text:
            sid = text.split('"sid":"')[1].split('"')[0]
            self._sids.setdefault(sid, f"sid-{len(self._sids) + 1}")
        for sid, name in self._sids.items():
            text = text.replace(sid, name)
        return text


def reference(frame: str) -> dict[str, Any]:
    """Return what the Python libraries read in a frame."""
    outer = engineio.packet.Packet(encoded_packet=frame)
    if outer.binary:
        return {"engine": "binary", "bytes": list(outer.data)}
    engine = engineio.packet.packet_names[outer.packet_type].lower()
    if engine != "message":
        return {"engine": engine, "data": frame[1:]}
    inner = socketio.packet.Packet(encoded_packet=frame[1:])
    seen: dict[str, Any] = {
        "engine": engine,
        "socket": socketio.packet.packet_names[inner.packet_type],
        "namespace": inner.namespace or "/",
        "ack": None if inner.id is None else str(inner.id),
        "attachments": inner.attachment_count,
        "data": inner.data,
    }
    if seen["socket"].endswith("EVENT"):
        seen |= {"event": inner.data[0], "args": inner.data[1:]}
    return seen


class Socket:
    """One raw WebSocket connection whose frames are recorded; heartbeats are answered, and noted when asked for."""

    def __init__(self, host: str, record: Record, query: str = "") -> None:
        url = f"ws://{host}/socket.io/?EIO=4&transport=websocket{query}"
        self._connection = websocket.create_connection(url, timeout=SECONDS)
        self._record = record

    def send(self, name: str, frame: Frame) -> None:
        self._record.add(name, "sent", "websocket", frame)
        if isinstance(frame, bytes):
            self._connection.send_binary(frame)
        else:
            self._connection.send(frame)

    def receive(self, name: str, count: int = 1) -> None:
        """Record the next `count` frames that are neither heartbeat nor noop."""
        while count:
            frame = self._connection.recv()
            if frame == "2":
                self._connection.send("3")
                continue
            if frame == "6":  # meant for a waiting poll; it slips through where the upgrade was quicker than the poll
                continue
            self._record.add(name, "received", "websocket", frame)
            count -= 1

    def heartbeat(self) -> None:
        assert self._connection.recv() == "2"
        self._record.add("ping", "received", "websocket", "2")
        self.send("pong", "3")

    def close(self) -> None:
        self._connection.close()


def talk_over_websocket(host: str, record: Record) -> None:
    client = Socket(host, record)
    client.receive("open")
    client.send("connect", "40")
    client.receive("connected")
    client.send("event", '42["echo","hi"]')
    client.receive("event back")
    client.send("event without data", '42["silent"]')
    client.send("several arguments", '42["echo",1,{"b":[2,null]},true,"é 🙂"]')
    client.receive("several arguments back")
    client.send("event with ack 0", '420["echo","hi"]')
    client.receive("event, then ack 0", 2)
    client.send("event with ack 13", '4213["silent"]')
    client.receive("an empty ack")
    client.send("ask me", '42["question"]')
    client.receive("the server wants an ack")
    client.send("the client's ack", '431["yes",{"sure":1}]')
    client.receive("answered")
    client.send("nobody listens to this", '425["nosuch",1]')
    talk_in_binary(client)
    talk_in_a_namespace(client)
    client.send("ask to be disconnected", '42["leave"]')
    client.receive("disconnected by the server")
    client.close()


def talk_in_binary(client: Socket) -> None:
    client.send("binary event", '451-["file",{"data":{"_placeholder":true,"num":0}}]')
    client.send("its attachment", b"\x09\x08")
    client.receive("binary event back, with its attachment", 2)
    client.send("binary event with ack", '451-9["file",{"data":{"_placeholder":true,"num":0}}]')
    client.send("its attachment", b"\x09\x08\x07")
    client.receive("binary event back, its attachment, and the ack", 3)
    client.send("ask for bytes", '423["bytes"]')
    client.receive("binary ack and its attachment", 2)


def talk_in_a_namespace(client: Socket) -> None:
    client.send("connect to a namespace", "40/chat,")
    client.receive("connected to a namespace")
    client.send("event with ack in a namespace", '42/chat,7["echo",1]')
    client.receive("event and ack in a namespace", 2)
    client.send("leave a namespace", "41/chat,")
    client.send("connect to an unknown namespace", "40/nope,")
    client.receive("refused: unknown namespace")


def talk_at_the_door(host: str, record: Record) -> None:
    client = Socket(host, record)
    client.receive("open")
    client.send("connect with a wrong auth", '40{"token":"wrong"}')
    client.receive("refused with data")
    client.send("connect with auth", '40{"token":"right"}')
    client.receive("connected with auth")
    client.heartbeat()
    client.send("disconnect", "41")
    client.send("close", "1")
    client.close()


def talk_over_polling(host: str, record: Record) -> None:
    url = f"http://{host}/socket.io/?EIO=4&transport=polling"
    with requests.Session() as http:

        def get(name: str, address: str) -> list[str]:
            frames = http.get(address, timeout=SECONDS).text.split(SEPARATOR)
            for frame in frames:
                if frame != "2":
                    record.add(name, "received", "polling", frame)
            return frames

        def post(name: str, address: str, *frames: str) -> None:
            for frame in frames:
                record.add(name, "sent", "polling", frame)
            assert http.post(address, data=SEPARATOR.join(frames), timeout=SECONDS).text == "OK"

        def get_until(name: str, address: str, last: str) -> None:
            while last not in get(name, address):
                pass

        (opened,) = get("open over polling", url)
        sid = json.loads(opened[1:])["sid"]
        here = f"{url}&sid={sid}"
        post("connect over polling", here, "40")
        get("connected over polling", here)
        post("two packets in one body", here, '42["silent"]', '421["echo","b"]')
        get_until("event and ack in bodies", here, '431["ok",1]')
        post("binary in a body", here, '451-2["file",{"data":{"_placeholder":true,"num":0}}]', "bCQgH")
        get_until("binary in bodies", here, '432[{"len":3}]')
        upgrade(host, record, sid, lambda: get("the poll that waits is ended", here))


def upgrade(host: str, record: Record, sid: str, last_poll: Any) -> None:
    client = Socket(host, record, f"&sid={sid}")
    client.send("probe", "2probe")
    client.receive("probe answered")
    last_poll()
    client.send("upgrade", "5")
    client.send("event after the upgrade", '422["silent"]')
    client.receive("ack after the upgrade")
    client.close()


def capture() -> list[Vector]:
    """Hold all conversations with a fresh server; return the vectors."""
    record = Record()
    with serving() as host:
        talk_over_websocket(host, record)
        talk_at_the_door(host, record)
        talk_over_polling(host, record)
    return record.vectors


if __name__ == "__main__":
    rows = ",\n".join(json.dumps(vector, ensure_ascii=False) for vector in capture())
    print(f"[\n{rows}\n]")

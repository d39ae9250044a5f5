"""Two ways to the same learner's server, spoken by hand: straight to its unix socket, and through the gateway."""

import re
import socket
from contextlib import closing, suppress

import websocket

from tests.sandbox.gateway.stage import Answer

LONG = 10.0
"""Seconds. Only a server that has hung needs so many."""
FENCE, FENCED = "40/nobody-there,", "44/nobody-there,"
QUICK = 0.3
"""Seconds after which a server that says nothing is taken to be silent."""
_SID = re.compile(r"[\w-]{16}AA[\w-]{2}", re.ASCII)


class Way:
    """How a client reaches a server. What differs from run to run (sessions' names) is left out of all it returns."""

    def __init__(self, connect, prefix="", host="localhost:5000"):
        self._connect, self._prefix, self._host = connect, prefix, host
        self._sessions = []

    def play(self, exchange):
        """Return what is heard in an exchange; no session of it is left open."""
        try:
            return exchange(self)
        finally:
            for sid in self._sessions:
                self._http("POST", f"EIO=4&transport=polling&sid={sid}", b"1")
            self._sessions = []

    def http(self, method, query, body=b"", headers=(), path="/socket.io/"):
        """Return status and body."""
        status, text = self._http(method, query, body, headers, path)
        return status, _SID.sub("…", text)

    def opened(self):
        """Open a session on long-polling; return its name."""
        self._http("GET", "EIO=4&transport=polling")
        return self._sessions[-1]

    def polled(self, session):
        """Return the packets that polls bring before the answer to a question that calls no handler; or the refusal."""
        status, text = self.http("POST", session, FENCE.encode())
        heard = []
        while status == 200 and FENCED not in text:
            status, text = self.http("GET", session)
            heard += [packet for packet in text.split("\x1e") if packet != "2" and not packet.startswith(FENCED)]
        return heard if status == 200 else [*heard, (status, text)]

    def websocket(self, query="EIO=4&transport=websocket", path="/socket.io/"):
        """Return an open WebSocket, or the status by which it was refused."""
        connection = self._connect()
        url = f"ws://{self._host}{self._prefix}{path}?{query}"
        try:
            return Talk(websocket.create_connection(url, socket=connection, timeout=LONG, suppress_origin=True))
        except websocket.WebSocketBadStatusException as refused:
            connection.close()
            return refused.status_code
        except (websocket.WebSocketException, OSError):
            connection.close()
            return "hung up"

    def _http(self, method, query, body=b"", headers=(), path="/socket.io/"):
        lines = [f"{method} {self._prefix}{path}?{query} HTTP/1.1", f"Host: {self._host}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers]
        lines += [f"Content-Length: {len(body)}"] if body or method == "POST" else []
        with closing(self._connect()) as connection:
            connection.settimeout(LONG)
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            data = b""
            with suppress(TimeoutError):
                while piece := connection.recv(65536):
                    data += piece
        answer = Answer.parse(data)
        text = answer.body.decode("utf-8", "replace")
        if opened := re.match(r'0{"sid":"([^"]+)"', text):
            self._sessions.append(opened[1])
        return answer.status, text


class Talk:
    """An open WebSocket."""

    def __init__(self, connection):
        self.connection = connection

    def send(self, *messages):
        for message in messages:
            with suppress(OSError, websocket.WebSocketException):
                if isinstance(message, bytes):
                    self.connection.send_binary(message)
                else:
                    self.connection.send(message)
        return self

    def hear(self, count=1, *, ping=False, patience=LONG):
        """Return the next `count` messages, or fewer and why; pings of the server count only with `ping`."""
        heard = []
        while len(heard) < count:
            message = self._next(patience)
            if ping or message != "2":
                heard.append(message)
            if message in ("closed", "silence"):
                break
        return heard

    def rest(self, patience=LONG):
        """Return what else comes before the answer to a question that calls no handler of the program's."""
        self.send(FENCE)
        heard = []
        while (message := self._next(patience)) not in ("closed", "silence") and not str(message).startswith(FENCED):
            if message != "2":
                heard.append(message)
        return heard if str(message).startswith(FENCED) else [*heard, message]

    def _next(self, seconds):
        self.connection.settimeout(seconds)
        try:
            opcode, data = self.connection.recv_data(control_frame=True)
        except websocket.WebSocketTimeoutException:
            return "silence"
        except (OSError, websocket.WebSocketException):
            return "closed"
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            return "closed"
        if opcode == websocket.ABNF.OPCODE_PONG:
            return ("pong", data)
        return _SID.sub("…", data.decode()) if opcode == websocket.ABNF.OPCODE_TEXT else data

    def close(self):
        with suppress(OSError, websocket.WebSocketException):
            self.connection.shutdown()


def direct(path):
    """Return the way straight to a unix socket."""

    def connect():
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        return connection

    return Way(connect)

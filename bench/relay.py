"""The least that can stand between a client and a unix socket: it passes bytes on and reads none of them.

`python -m bench.relay SOCKET` prints the port it listens on. What it adds to a round trip is the machine's; what the
gateway adds beyond it is ours. It stands on what the production site stands on, gevent.
"""

from __future__ import annotations

import sys

import gevent
from gevent import socket
from gevent.server import StreamServer

from course.sandbox.gateway.backend import READ_BYTES


def main(unix_socket: str) -> None:
    """Tie one connection after another to the unix socket, for ever."""

    def tie(client: socket.socket, _: tuple[str, int]) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        backend = socket.socket(socket.AF_UNIX)
        backend.connect(unix_socket)
        gevent.spawn(pass_on, backend, client)
        pass_on(client, backend)

    server = StreamServer(("127.0.0.1", 0), tie)
    server.start()
    print(server.server_port, flush=True)
    server.serve_forever()


def pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until either end is gone."""
    while data := source.recv(READ_BYTES):
        sink.sendall(data)


if __name__ == "__main__":
    main(sys.argv[1])

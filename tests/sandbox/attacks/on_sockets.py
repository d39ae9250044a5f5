"""The only way in or out is a connection that somebody made to the program's own server."""

from tests.sandbox.attacks.attack import Attack


def _refused(name: str, source: str, *, layer: str = "seccomp: default", expected: str = "EPERM") -> Attack:
    return Attack(name, "sockets", layer, expected, "import socket\n" + source)


ATTACKS = (
    _refused("connect to the internet", "attempt(lambda: socket.create_connection(('93.184.215.14', 80), 1))"),
    _refused("connect to this host", "attempt(lambda: socket.create_connection(('127.0.0.1', 22), 1))"),
    _refused("send a datagram", "attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))"),
    _refused("ask the kernel's network table", "attempt(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))"),
    _refused("sniff packets", "attempt(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))"),
    _refused("talk to the hypervisor", "attempt(lambda: socket.socket(socket.AF_VSOCK))"),
    _refused("talk to a local service", "attempt(lambda: socket.socket(socket.AF_UNIX))"),
    _refused(
        "look up a name",
        "attempt(lambda: socket.getaddrinfo('example.org', 80))",
        layer="seccomp: default, paths",
        expected="gaierror",
    ),
    _refused(
        "turn a pair of datagram sockets outwards",
        "attempt(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', '/dev/log'))",
        layer="seccomp: socket pairs are streams",
    ),
    _refused(
        "make a pair of internet sockets",
        "attempt(lambda: socket.socketpair(socket.AF_INET))",
        layer="seccomp: socket pairs stay inside",
    ),
    _refused(
        "connect with a socket that exists",
        "a, b = socket.socketpair()\nattempt(lambda: a.connect('/dev/log'))",
    ),
    _refused("open a second door", "a, b = socket.socketpair()\nattempt(lambda: a.bind('\\0door'))"),
    _refused(
        "hand on a descriptor",
        "a, b = socket.socketpair()\nattempt(lambda: socket.send_fds(a, [b'x'], [1]))",
    ),
    _refused(
        "change a socket's options",
        "a, b = socket.socketpair()\nattempt(lambda: a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30))",
    ),
    _refused("go round the calls by a ring", "attempt(lambda: call('io_uring_setup', 8, 0))"),
)

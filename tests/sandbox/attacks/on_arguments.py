"""A call that is allowed can reach further by its arguments: clocks, flags, options, advice."""

from tests.sandbox.attacks.attack import Attack


def _refused(name: str, layer: str, source: str, expected: str = "EPERM") -> Attack:
    return Attack(name, "arguments", f"seccomp: {layer}", expected, source)


ATTACKS = (
    _refused(
        "read the supervisor's clock",
        "clocks are the machine's or its own",
        "import time\nattempt(lambda: time.clock_gettime(~<supervisor> << 3 | 2))",
    ),
    _refused(
        "list the processes of the machine by their clocks",
        "clocks are the machine's or its own",
        """
import time
found = []
for pid in range(1, 5000):
    if pid == os.getpid():
        continue
    try:
        time.clock_gettime(~pid << 3 | 2)
        found.append(pid)
    except OSError as error:
        why = error.errno
say(f"{len(found)} processes" if found else errno.errorcode[why])
""",
    ),
    _refused(
        "read the clock of the neighbour's main thread",
        "clocks are the machine's or its own",
        "import time\nattempt(lambda: time.clock_gettime(~<neighbour> << 3 | 6))",
    ),
    _refused(
        "ask how exact the neighbour's clock is",
        "clocks are the machine's or its own",
        "import time\nattempt(lambda: time.clock_getres(~<neighbour> << 3 | 2))",
    ),
    _refused(
        "read the clock of a device",
        "clocks are the machine's or its own",
        "import time\nattempt(lambda: time.clock_gettime(~1 << 3 | 3))",
    ),
    _refused(
        "sleep until the neighbour has computed",
        "sleeps by two clocks",
        "import ctypes\nzero = (ctypes.c_long * 2)()\n"
        "attempt(lambda: call('clock_nanosleep', ~<neighbour> << 3 | 2, 0, ctypes.byref(zero), 0))",
    ),
    _refused(
        "ask who is behind a socket",
        "does not ask who the peer is",
        "import socket\na, b = socket.socketpair()\n"
        "attempt(lambda: a.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))",
    ),
    _refused(
        "ask for a descriptor of the peer's process",
        "does not ask who the peer is",
        "import socket\na, b = socket.socketpair()\nattempt(lambda: a.getsockopt(socket.SOL_SOCKET, 77))",
    ),
    _refused(
        "ask for the peer's groups",
        "does not ask who the peer is",
        "import socket\na, b = socket.socketpair()\nattempt(lambda: a.getsockopt(socket.SOL_SOCKET, 59, 64))",
    ),
    _refused(
        "ask another protocol about a socket",
        "asks about sockets only",
        "import socket\na, b = socket.socketpair()\nattempt(lambda: a.getsockopt(socket.IPPROTO_TCP, 3))",
    ),
    _refused(
        "send out of band",
        "sends plainly",
        "import socket\na, b = socket.socketpair()\nattempt(lambda: a.send(b'x', socket.MSG_OOB))",
    ),
    _refused(
        "receive out of band",
        "receives plainly",
        "import socket\na, b = socket.socketpair()\nattempt(lambda: a.recv(1, socket.MSG_OOB))",
    ),
    _refused(
        "send without a copy",
        "sends plainly",
        "import socket\na, b = socket.socketpair()\nattempt(lambda: a.send(b'x', 0x4000000))",
    ),
    _refused(
        "send to another address",
        "sends to its peer only",
        "import socket\na, b = socket.socketpair()\nattempt(lambda: a.sendto(b'x', '/dev/log'))",
    ),
    _refused("make a queue of the kernel's messages", "pipes are plain", "attempt(lambda: os.pipe2(0o200))"),
    _refused("make a pipe of packets", "pipes are plain", "attempt(lambda: os.pipe2(0o40000))"),
    _refused(
        "make a pipe keep packets later",
        "descriptors send no signals",
        "import fcntl\nr, w = os.pipe()\nattempt(lambda: fcntl.fcntl(w, fcntl.F_SETFL, 0o240000))",
    ),
    _refused(
        "have a descriptor send signals",
        "descriptors send no signals",
        "import fcntl, socket\na, b = socket.socketpair()\nattempt(lambda: fcntl.fcntl(a, fcntl.F_SETFL, os.O_ASYNC))",
    ),
    _refused(
        "have a descriptor send signals, by another call",
        "ioctl is harmless",
        "import fcntl, socket\na, b = socket.socketpair()\nattempt(lambda: fcntl.ioctl(a, 0x5452, b'\\1\\0\\0\\0'))",
    ),
    _refused(
        "make a pipe larger",
        "fcntl is harmless",
        "import fcntl\nr, w = os.pipe()\nattempt(lambda: fcntl.fcntl(w, 1031, 1 << 20))",
    ),
    _refused(
        "have a table of descriptors for each thread",
        "one table of descriptors",
        """
import threading
def alone():
    call("close_range", 60, 61, 2)
    while True:
        os.pipe()
thread = threading.Thread(target=lambda: attempt(alone))
thread.start()
thread.join()
""",
    ),
    _refused(
        "keep memory that is not mapped",
        "memory is private",
        "attempt(lambda: call('mmap', 0, 1 << 20, 3, 0x21, -1, 0))",
    ),
    _refused("take huge pages", "memory is private", "attempt(lambda: call('mmap', 0, 1 << 21, 3, 0x40022, -1, 0))"),
    _refused(
        "take memory that grows by itself",
        "memory is private",
        "attempt(lambda: call('mmap', 0, 4096, 3, 0x122, -1, 0))",
    ),
    _refused(
        "move memory and keep its old place",
        "memory moves plainly",
        "page = call('mmap', 0, 4096, 3, 0x22, -1, 0)\nattempt(lambda: call('mremap', page, 4096, 4096, 5, 0))",
    ),
    _refused(
        "have its pages compared with others'",
        "advice is harmless",
        "page = call('mmap', 0, 4096, 3, 0x22, -1, 0)\nattempt(lambda: call('madvise', page, 4096, 12))",
    ),
    _refused(
        "have the kernel collect huge pages",
        "advice is harmless",
        "page = call('mmap', 0, 4096, 3, 0x22, -1, 0)\nattempt(lambda: call('madvise', page, 4096, 25))",
    ),
    _refused(
        "lend a lock its priority",
        "locks are plain",
        "page = call('mmap', 0, 4096, 3, 0x22, -1, 0)\nattempt(lambda: call('futex', page, 6, 0, 0))",
    ),
    _refused("interrupt every processor", "barriers stay inside", "attempt(lambda: call('membarrier', 2, 0))"),
    _refused(
        "wait for true randomness", "random numbers do not wait", "attempt(lambda: os.getrandom(8, os.GRND_RANDOM))"
    ),
)

"""A canary sits in the environment and the memory of the supervisor's process: no way may lead to it."""

from tests.sandbox.attacks.attack import Attack


def _secret(name: str, layer: str, expected: str, source: str) -> Attack:
    return Attack(name, "secrets", layer, expected, source)


ATTACKS = (
    _secret(
        "look into its own environment",
        "fork server: clean environment",
        "no canary",
        """
import re
text = repr(dict(os.environ))
say("canary" if re.search("<pattern>", text) else "no canary")
""",
    ),
    _secret(
        "look at what the C library holds as environment",
        "fork server: clean environment",
        "no canary",
        """
import ctypes, re
entries = ctypes.POINTER(ctypes.c_char_p).in_dll(c_library(), "environ")
found, index = [], 0
while entries and entries[index] is not None:
    found.append(entries[index].decode(errors="replace"))
    index += 1
say("canary" if re.search("<pattern>", "".join(found)) else "no canary")
""",
    ),
    _secret(
        "search every object of the interpreter",
        "fork server: holds no secret",
        "no canary",
        """
import gc, re
texts = []
gc.unfreeze()
for thing in gc.get_objects():
    if type(thing) is dict:
        texts += [part for part in list(thing.values()) if type(part) is str]
    elif type(thing) in (list, tuple, set):
        texts += [part for part in list(thing) if type(part) is str]
found = any(re.search("<pattern>", text) for text in texts)
say("canary" if found else "no canary" if len(texts) > 1000 else "the search is broken")
""",
    ),
    _secret(
        "search its own heap, byte by byte",
        "fork server: holds no secret",
        "no canary",
        """
import ctypes, re
# A write from memory that is not there fails instead of crashing: so a pipe finds out what can be read.
library = c_library()
library.sbrk.restype = ctypes.c_void_p
top, found, read_on = library.sbrk(0), False, 0
reader, writer = os.pipe()
for address in range(top - 4096, top - (48 << 20), -4096):
    if library.write(writer, ctypes.c_void_p(address), 4096) == 4096:
        read_on += 1
        found = found or bool(re.search(b"<pattern>", os.read(reader, 4096)))
say("canary" if found else "no canary" if read_on > 100 else "the search is broken")
""",
    ),
    _secret(
        "read the supervisor's environment",
        "seccomp: paths",
        "EACCES",
        "attempt(lambda: open('/proc/<supervisor>/environ').read())",
    ),
    _secret(
        "read the supervisor's memory as a file",
        "seccomp: paths",
        "EACCES",
        "attempt(lambda: open('/proc/<supervisor>/mem', 'rb').read(1))",
    ),
    _secret(
        "read the supervisor's memory by a call",
        "seccomp: default",
        "EPERM",
        """
import ctypes
room = ctypes.create_string_buffer(64)
vector = (ctypes.c_size_t * 2)(ctypes.addressof(room), 64)
attempt(lambda: call("process_vm_readv", <supervisor>, ctypes.byref(vector), 1, ctypes.byref(vector), 1, 0))
""",
    ),
    _secret(
        "debug the supervisor",
        "seccomp: default",
        "EPERM",
        "attempt(lambda: call('ptrace', 16, <supervisor>, 0, 0))",
    ),
    _secret(
        "take a descriptor from the supervisor",
        "seccomp: default",
        "EPERM",
        "attempt(lambda: call('pidfd_open', <supervisor>, 0))",
    ),
    _secret(
        "read files through a descriptor left open",
        "lockdown: descriptors",
        "nothing to seek in",
        """
files = []
for number in range(64):
    try:
        os.lseek(number, 0, os.SEEK_END)
        files.append(number)
    except OSError:
        pass
# Only the null device may be there, and it is empty.
say("nothing to seek in" if all(os.read(number, 10) == b"" for number in files) else files)
""",
    ),
    _secret("see the name of the host", "seccomp: default", "EPERM", "attempt(lambda: call('uname', bytes(400)))"),
    _secret(
        "read another's command line",
        "seccomp: paths",
        "EACCES",
        "attempt(lambda: open('/proc/1/cmdline').read())",
    ),
)

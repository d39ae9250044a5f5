"""What a program is made of, wherever it is read, run or checked. Standard library only: fork servers import it."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Literal, get_args

Files = Mapping[str, str]
"""Name inside the program (``server.py``, ``templates/index.html``) → text; of a binary file (`is_binary`) → base64."""

MAX_SOURCE_BYTES = 192 * 1024
"""All files of one program together, as they are sent and kept: text as UTF-8, a binary file as base64. A save carries
all of them, and the history keeps each version."""
FILES_AT_MOST = 60
NAME_CHARACTERS = 100
FOLDERS_AT_MOST = 8
"""How deep a file may lie."""

ENTRIES = ("server.py", "app.py", "main.py", "run.py", "wsgi.py", "manage.py")
"""Names of the file that is run, the first that there is: ``server.py`` always, the others if they call ``run``."""

CLIENT_PAGE = "index.html"
CLIENT_SCRIPT = "client.js"
CLIENT_FILES = (CLIENT_SCRIPT, "client.jsx", "client.vue", CLIENT_PAGE)
"""Files that a program may bring for its clients, in the order of the text. Any of them counts as client code."""

Runtime = Literal["threading", "gevent", "gevent-patched"]
"""``threading``: real threads. ``gevent``: greenlets on one loop, with the standard library as it is.
``gevent-patched``: the same, with the standard library replaced by gevent's before anything else is imported."""

RUNTIMES: tuple[Runtime, ...] = get_args(Runtime)
AsyncMode = Literal["threading", "gevent"]

_BINARY = frozenset(
    "png jpg jpeg gif webp avif ico bmp woff woff2 ttf otf eot mp3 wav ogg oga m4a aac flac mp4 webm pdf".split()
)
_ODD = re.compile(r'[\\:*?"<>|]')
_DEVICES = frozenset("con prn aux nul".split()) | {
    f"{name}{digit}" for name in ("com", "lpt") for digit in "0123456789"
}
"""Names that no folder on Windows can hold, with any ending: a program is taken home as a zip."""

_SECRET = "it may hold secrets, which stay on your machine"  # noqa: S105
_MACHINE = "it belongs to your machine, not to the program"
_PACKAGES = "installed packages stay on your machine; what can be imported here is here already"
_DATABASE = "a database's data stay on your machine; here the program begins with an empty one"
_LEFT_OUT = (
    (re.compile(r"\.env|\.netrc|\.pypirc|\.htpasswd|\.npmrc|\.git-credentials|\.ssh|\.aws|\.gnupg", re.I), _SECRET),
    (re.compile(r"(id_(rsa|dsa|ecdsa|ed25519)|credentials\.json|client_secret.*\.json)$", re.I), _SECRET),
    (re.compile(r".*\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg)$", re.I), _SECRET),
    (re.compile(r"(node_modules|site-packages|venv|virtualenv|bower_components|.*\.(egg-info|dist-info))$"), _PACKAGES),
    (re.compile(r"\.|__pycache__$|__MACOSX$|Thumbs\.db$|desktop\.ini$|.*\.(pyc|pyo|swp|bak|tmp)$|.*~$"), _MACHINE),
    (re.compile(r".*\.(db|sqlite|sqlite3|db3|rdb|mdb)(-wal|-shm|-journal)?$", re.I), _DATABASE),
)
"""How a file's or a folder's name begins → why it is left out. The first that fits says why."""
_ENVIRONMENT = "pyvenv.cfg"
_CALLS_RUN = re.compile(r"\.(run|serve_forever)\s*\(")


class ProgramRefused(ValueError):
    """The files can't be run at all; `code` is stable, the message is a sentence for the learner."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check_files(files: Files) -> None:
    """Check what claims to be a program's files.

    Raises:
        ProgramRefused: too many, too large, badly named, or not what their names say.
    """
    if not files or len(files) > FILES_AT_MOST:
        raise ProgramRefused(
            "bad_files", f"A program has between one and {FILES_AT_MOST} files; this has {len(files)}."
        )
    for name, text in files.items():
        why_not = _why_no_name(name) or _why_no_content(name, text)
        if why_not:
            raise ProgramRefused("bad_files", f"{name[:40]!r} can't be a file of a program here: {why_not}.")
    _check_together(files)
    if source_bytes(files) > MAX_SOURCE_BYTES:
        raise ProgramRefused(
            "source_too_large",
            f"Your program is larger than {MAX_SOURCE_BYTES // 1024} KB, pictures and sounds counted by a third more. "
            "This browser keeps it, but it can't run here. Take out what the server does not need.",
        )


def _why_no_name(name: str) -> str:
    """Return what is wrong with a file's name, or nothing."""
    if not name or len(name) > NAME_CHARACTERS:
        return f"a name has between one and {NAME_CHARACTERS} characters, folders included"
    parts = name.split("/")
    if len(parts) > FOLDERS_AT_MOST:
        return f"it lies more than {FOLDERS_AT_MOST - 1} folders deep"
    if "" in parts:
        return "names of files and folders are joined by one “/”, and the name does not begin or end with it"
    if "." in parts or ".." in parts:
        return "“.” and “..” lead out of the program's folder"
    # Cc, Cf: control and invisible characters; Cs, Co, Cn: halves of characters, and those without a meaning; Zl, Zp.
    if any(unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for each in name):
        return "it has a character that can't be seen"
    if _ODD.search(name):
        return 'a name has none of \\ : * ? " < > |'
    if any(part != part.strip() or part.endswith(".") for part in parts):
        return "no name begins or ends with a space, or ends with a full stop"
    if any(part.partition(".")[0].casefold() in _DEVICES for part in parts):
        return "Windows keeps that name for a device"
    if unicodedata.normalize("NFC", name) != name:
        return "its accents are written in a form that other machines take for another name"
    return ""


def _why_no_content(name: str, text: str) -> str:
    if is_binary(name):
        try:
            content_of(name, text)
        except ValueError:
            return "a picture, sound or font is sent as base64, and this is none"
    return ""


def _check_together(files: Files) -> None:
    """Refuse names that would be one file on some machines, and files that are folders of others."""
    known: dict[str, str] = {}
    for name in files:
        folded = unicodedata.normalize("NFKC", name).casefold()
        if folded in known:
            words = f"{known[folded][:40]!r} and {name[:40]!r} are the same name on some machines. Rename one of them."
            raise ProgramRefused("bad_files", words)
        known[folded] = name
    for folded, name in known.items():
        for folder in PurePosixPath(folded).parents:
            if str(folder) in known:
                words = (
                    f"{known[str(folder)][:40]!r} can't be a file and the folder of {name[:40]!r}. Rename one of them."
                )
                raise ProgramRefused("bad_files", words)


def needed(files: Files) -> tuple[Files, dict[str, str]]:
    """Return the files that a program needs, and those that are left out: name → why, as a sentence without its end."""
    left_out = why_left_out(files)
    return {name: text for name, text in files.items() if name not in left_out}, left_out


def why_left_out(names: Iterable[str]) -> dict[str, str]:
    """Return why files of a project are left out of the program; those that belong to it are not there.

    `names` are those of all its files: a folder with an installed Python is known by one of them.
    """
    sane = [name for name in names if len(name) <= NAME_CHARACTERS]  # others are refused, so nobody looks at them here
    installed = {name.removesuffix(f"/{_ENVIRONMENT}") for name in sane if name.endswith(f"/{_ENVIRONMENT}")}
    found = {name: _why_left_out(name, installed) for name in sane}
    return {name: why for name, why in found.items() if why}


def _why_left_out(name: str, installed: set[str]) -> str:
    for part in name.split("/"):
        for begins, why in _LEFT_OUT:
            if part not in (".", "..") and begins.match(part):
                return why
    return _PACKAGES if installed & {str(folder) for folder in PurePosixPath(name).parents} else ""


def entry_of(files: Files) -> str:
    """Return the name of the file that is run: the first of `ENTRIES`, other modules, and packages' ``__main__``.

    A ``server.py`` is always it. Among the others one that calls ``run`` goes before one that does not. "" without any.
    """
    modules = sorted(name for name in files if name.endswith(".py") and "/" not in name)
    packages = sorted(name for name in files if name.count("/") == 1 and name.endswith("/__main__.py"))
    found = list(dict.fromkeys([*(name for name in ENTRIES if name in files), *modules, *packages]))
    if found[:1] == [ENTRIES[0]]:
        return ENTRIES[0]
    running = [name for name in found if _CALLS_RUN.search(files[name])]
    return next(iter((*running, *found)), "")


def is_binary(name: str) -> bool:
    """Return whether a file of that name is sent and kept as base64."""
    return PurePosixPath(name).suffix[1:].lower() in _BINARY


def content_of(name: str, text: str) -> bytes:
    """Return the bytes of a file, as they would lie on a disk.

    Raises:
        ValueError: its name says that it is binary, but it is not base64.
    """
    if not is_binary(name):
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(str(error)) from error


def source_bytes(files: Files) -> int:
    """Return the size of all files together, in bytes of UTF-8."""
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in files.values())


def is_gevent(runtime: Runtime) -> bool:
    """Return whether a program under this runtime has one event loop in place of threads."""
    return runtime != "threading"


def async_mode(runtime: Runtime) -> AsyncMode:
    """Return the async mode of Flask-SocketIO under this runtime: there is only one for each."""
    return "gevent" if is_gevent(runtime) else "threading"

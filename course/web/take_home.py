"""A program to run at home: a small project for the learner's own machine."""

from __future__ import annotations

import io
import json
import re
import zipfile
from importlib.metadata import version
from pathlib import Path
from string import Template

from course.program import Files, Runtime, content_of, entry_of, is_binary

PINNED = ("Flask", "Flask-SocketIO", "simple-websocket")
ALSO_PINNED = {
    "Flask-Cors": "flask_cors",
    "Flask-Login": "flask_login",
    "Flask-Session": "flask_session",
    "Flask-SQLAlchemy": "flask_sqlalchemy",
    "pydantic": "pydantic",
    "python-dotenv": "dotenv",
}
"""Package → its module, where a program imports it."""
PYTEST = "pytest==9.2.0"
"""Written out, since the site itself is installed without it."""
PATCHING = "from gevent import monkey\n\nmonkey.patch_all()  # before every other import\n\n"
HERE = Path(__file__).parent / "take_home"
CLIENT_LIBRARY = "static/socket.io.min.js"
SERVED_BY_FLASK = ("client.js", "index.html")
"""Client code that a browser can run as it is, from Flask's folder for static files."""
OWN_CLIENT = (
    "- `static/index.html` is the page of your own client code, at http://127.0.0.1:5000/static/index.html; "
    "`static/client.js` is exactly what you wrote.\n"
)
_COMPONENT = (
    "- `{file}` is your component. It is at home in a {framework} project of its own: put it there as `src/App{kind}`, "
    "run `npm install socket.io-client`, and let the address of that project's page into `cors_allowed_origins`.\n"
)
COMPONENTS = {
    "client.jsx": _COMPONENT.format(file="client.jsx", framework="React", kind=".jsx"),
    "client.vue": _COMPONENT.format(file="client.vue", framework="Vue", kind=".vue"),
}
"""Client code that has to be built first, and what the README says about it."""


def project(
    title: str, files: Files, *, event: str, client_library: bytes | None, runtime: Runtime = "threading"
) -> bytes:
    """Return a zip with the program, pinned requirements, a test, a client page and a README.

    Flask serves the folder ``static`` by itself, so the client page has the server's own origin and nothing has to
    be added to what the learner wrote.

    Args:
        title: of the exercise.
        files: the program.
        event: the event name that the client page offers first.
        client_library: ``socket.io.min.js``; None leaves it out, and the README says where to get it.
        runtime: what the program runs under here, and should run under at home.
    """
    code = "\n".join(text for name, text in files.items() if name.endswith(".py"))
    used = [package for package, module in ALSO_PINNED.items() if re.search(rf"\b{module}\b", code)]
    pinned = (*PINNED, *(() if runtime == "threading" else ("gevent",)), *used)
    entry = entry_of(files)
    if runtime == "gevent-patched" and "patch_all" not in files[entry]:
        files = {**files, entry: PATCHING + files[entry]}
    client = {name: text for name, text in files.items() if name in SERVED_BY_FLASK}
    component = next((name for name in files if name in COMPONENTS), "")
    files = {name: text for name, text in files.items() if name not in client}
    words = {
        "title": title,
        "event": event,
        "entry": entry,
        "started": f"-m {entry.removesuffix('/__main__.py')}" if "/" in entry else entry,
        "own_client": (OWN_CLIENT if client else "") + COMPONENTS.get(component, ""),
    }
    contents: dict[str, str | bytes] = {
        "static/client.html": Template((HERE / "client.html").read_text()).substitute(words),
        "requirements.txt": "".join(f"{name}=={version(name)}\n" for name in pinned) + f"{PYTEST}\n",
        "test_server.py": Template((HERE / "test_server.template").read_text()).substitute(
            event=json.dumps(event), imported=_imported(entry)
        ),
        "README.md": Template((HERE / "README.md").read_text()).substitute(words),
        **_client_page(client),
        **{name: content_of(name, text) if is_binary(name) else text for name, text in files.items()},
    }
    if client_library is not None:
        contents[CLIENT_LIBRARY] = client_library
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(contents.items()):
            archive.writestr(f"duplex-project/{name}", content)
    return packed.getvalue()


def _imported(entry: str) -> str:
    module = entry.removesuffix(".py").replace("/", ".")
    return module if module == "server" else f"{module} as server"


def _client_page(client: Files) -> Files:
    """Return the client files as they are in ``static``, with a page that loads the script if there is none."""
    page = (HERE / "index.html").read_text()
    return {f"static/{name}": text for name, text in {"index.html": page, **client}.items()} if client else {}

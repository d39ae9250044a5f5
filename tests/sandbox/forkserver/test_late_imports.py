"""What libraries import only when they come to need it is imported in the fork server, or is known to be of no use."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parents[3]
PACKAGES = {
    "core": "flask flask_socketio socketio engineio simple_websocket wsproto werkzeug jinja2 itsdangerous click blinker markupsafe",
    "more": "flask_login flask_sqlalchemy flask_session flask_cors cachelib dotenv pydantic sqlalchemy msgspec typing_inspection",
}
OTHER_SERVERS = (
    "boto3 botocore google libmc memcache pylibmc pymongo redis uwsgi valkey pysqlcipher3 sqlcipher3 flask_session"
)
OTHER_LOOPS = "asgiref eventlet gevent geventwebsocket simple_websocket socketio greenlet"
ONLY_AT_A_TERMINAL = "colorama readline rlcompleter rich watchdog winreg dotenv"
NOT_INSTALLED = "annotationlib attrs cryptography email_validator importlib_metadata pkg_resources tomli tomli_w yaml"
OF_NO_USE = set(" ".join((OTHER_SERVERS, OTHER_LOOPS, ONLY_AT_A_TERMINAL, NOT_INSTALLED)).split())
NAMED = {"pydantic.v1"}
"""The first pydantic, which the second carries along for programs that mix both."""


@pytest.mark.parametrize("libraries", PACKAGES)
def test_what_is_imported_late_is_there_in_time(libraries: str) -> None:
    command = [sys.executable, "-m", "tests.sandbox.forkserver.late_imports", "threading", libraries]
    done = subprocess.run(
        [*command, *PACKAGES[libraries].split()], cwd=ROOT, capture_output=True, text=True, check=True
    )
    missing: dict[str, list[str]] = json.loads(done.stdout)
    assert {name: by for name, by in missing.items() if name.split(".")[0] not in OF_NO_USE and name not in NAMED} == {}

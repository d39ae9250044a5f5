"""What a learner's program does, and what is said when it ends: each bad program has its own sentence and next step."""

import json
import re
import sys
from collections.abc import Callable
from importlib import metadata

import pytest

from tests.stage.host import APPS, Host


def test_a_server_answers_requests_and_events(host: Host) -> None:
    running = host.start("adds").ready()
    assert running.get() == (200, "hello")
    with running.client().accepted() as client:
        assert client.ask("add", 2, 3) == [5]
    assert running.memory.text() == ""


@pytest.mark.parametrize(
    ("option", "announced"),
    [("", 256 * 1024), (", max_http_buffer_size=10_000_000", 256 * 1024), (", max_http_buffer_size=5000", 5000)],
    ids=["unsaid", "larger than passes", "smaller"],
)
def test_the_handshake_announces_the_largest_message_that_passes(host: Host, option: str, announced: int) -> None:
    running = host.run(
        "from flask import Flask\nfrom flask_socketio import SocketIO\napp = Flask('x')\n"
        f"socketio = SocketIO(app{option})\nsocketio.run(app)"
    ).ready()
    status, body = running.get("/socket.io/?EIO=4&transport=polling")
    assert (status, json.loads(body[1:])["maxPayload"]) == (200, announced)


@pytest.mark.parametrize(
    ("app", "code", "line", "words"),
    [
        ("syntax_error", "syntax_error", 3, r"Python can't read your program \(line 3\): '\(' was never closed"),
        ("raises_at_import", "exception", 8, r"KeyError: 'coffee'.*line 8"),
        ("no_run_call", "no_run_call", None, r"without socketio\.run\(app\).*Put socketio\.run\(app\)"),
        ("exits", "exited", None, r"sys\.exit\("),
        ("imports_numpy", "no_module", 1, r"numpy.*can't be imported here.*line 1"),
        ("falls", "recursion", 9, r"calls itself without end \(line 9\)"),
        ("opens_a_file", "not_allowed", 7, r"A sandbox has no files.*line 7"),
        ("asks_for_input", "no_keyboard", 7, r"Nobody can type here.*line 7"),
    ],
)
def test_a_program_that_fails_says_what_happened_and_where(
    host: Host, app: str, code: str, line: int | None, words: str
) -> None:
    change = host.start(app).end()
    assert (change.state, change.code) == ("crashed", code)
    assert re.search(words, change.reason), change.reason
    assert (change.error["line"] if change.error else None) == line


def test_ten_gigabytes_at_once_are_a_limit_and_not_a_crash(host: Host) -> None:
    change = host.start("ten_gigabytes").end()
    assert (change.state, change.code) == ("limited", "memory")
    assert "more memory than a sandbox has" in change.reason
    assert change.error is not None and change.error["line"] == 7


@pytest.mark.parametrize("mode", ["gevent", "eventlet", "gevent_uwsgi", "gvent"])
def test_every_other_async_mode_has_its_own_sentence(host: Host, mode: str) -> None:
    program = (
        f'from flask import Flask\nfrom flask_socketio import SocketIO\nSocketIO(Flask(__name__), async_mode="{mode}")'
    )
    change = host.run(program).end()
    assert change.code == "async_mode"
    assert 'async_mode="threading"' in change.reason
    known = {"gevent": "gevent is not installed", "eventlet": "eventlet is not installed", "gevent_uwsgi": "uWSGI"}
    assert known.get(mode, "knows no such mode") in change.reason


def test_without_an_async_mode_the_lesson_runtime_is_picked(host: Host) -> None:
    program = "from flask import Flask\nfrom flask_socketio import SocketIO\nprint(SocketIO(Flask('x')).async_mode)"
    running = host.run(program)
    running.end()
    assert running.memory.text("stdout") == "threading\n"


def test_a_late_import_names_what_there_is(host: Host) -> None:
    running = host.run("import rooms")
    running.end()
    text = running.memory.text("stderr")
    assert "No module named 'rooms' in the sandbox. It is neither installed here nor one of your files." in text
    assert "There are flask, flask_socketio" in text


@pytest.mark.parametrize("module", ["gevent", "eventlet", "redis", "kombu"])
def test_what_is_kept_out_can_not_be_imported(host: Host, module: str) -> None:
    change = host.run(f"import {module}").end()
    assert change.code == "no_module"
    assert f"“{module}”" in change.reason


def test_without_a_terminal_the_real_check_refuses(host: Host) -> None:
    running = host.start("adds", terminal=False)
    change = running.end()
    assert change.error is not None
    assert (change.code, change.error["type"]) == ("no_terminal", "RuntimeError")
    assert "allow_unsafe_werkzeug=True" in change.reason


def test_without_a_terminal_the_real_switch_lets_it_run(host: Host) -> None:
    source = (APPS / "adds.py").read_text().replace("run(app)", "run(app, allow_unsafe_werkzeug=True)")
    assert host.start({"server.py": source}, terminal=False).ready().get() == (200, "hello")


def test_flask_alone_is_served_as_well(host: Host) -> None:
    assert host.start("plain_flask").ready().get()[0] == 200


def test_a_program_can_ask_which_versions_it_runs_on(host: Host) -> None:
    program = 'from importlib.metadata import version\nprint(version("flask"), version("Flask-SocketIO"))'
    running = host.run(program)
    running.end()
    assert running.memory.text().split() == [metadata.version("flask"), metadata.version("flask-socketio")]


def test_two_runs_do_not_draw_the_same_random_numbers(host: Host) -> None:
    assert host.start("plain_flask").ready().get() != host.start("plain_flask").ready().get()


def test_templates_static_files_and_modules_come_from_the_learners_files(host: Host) -> None:
    running = host.start(
        {
            "server.py": (APPS / "shows_a_page.py").read_text(),
            "greetings.py": 'WORD = "welcome"',
            "templates/page.html": "{% extends 'frame.html' %}{% block body %}{{ word }}{% endblock %}",
            "templates/frame.html": "<p>{% block body %}{% endblock %}</p>",
            "static/page.css": "p { color: teal }",
        }
    ).ready()
    assert running.get() == (200, "<p>welcome</p>")
    assert running.get("/static/page.css") == (200, "p { color: teal }")
    assert running.get("/static/other.css")[0] == 404


# What handlers raise while the server goes on


def test_an_exception_in_a_handler_is_told_and_the_server_goes_on(host: Host) -> None:
    running = host.start("raises_in_handlers").ready()
    with running.client().accepted() as client:
        client.emit("divide", 1, 0)
        exception = running.memory.wait(lambda memory: memory.exceptions).exceptions[0]
        assert (exception.type, exception.message, exception.line, exception.handler) == (
            "ZeroDivisionError",
            "division by zero",
            29,
            "divide",
        )
        assert client.ask("divide", 6, 2) == [3]


def test_its_traceback_shows_the_learners_lines_and_folds_the_libraries(host: Host) -> None:
    running = host.start("raises_in_handlers").ready()
    with running.client().accepted() as client:
        client.emit("divide", 1, 0)
        running.memory.wait(lambda memory: "ZeroDivisionError" in memory.text("stderr"))
    text = running.memory.text("stderr")
    assert '  File "server.py", line 29, in divide\n    return a / b\n' in text
    assert re.search(r"  … \d+ lines inside .*flask_socketio", text)
    assert "course" not in text
    assert "site-packages" not in text


def test_an_exception_in_a_connect_handler_is_told(host: Host) -> None:
    running = host.start("raises_in_handlers").ready()
    with running.client({"who": "nobody"}):
        exception = running.memory.wait(lambda memory: memory.exceptions).exceptions[0]
    assert (exception.type, exception.handler) == ("KeyError", "connect")


def test_an_exception_in_a_background_task_is_told(host: Host) -> None:
    running = host.start("raises_in_handlers").ready()
    with running.client().accepted() as client:
        client.emit("background")
        exception = running.memory.wait(lambda memory: memory.exceptions).exceptions[0]
    assert (exception.type, exception.message, exception.handler) == ("ValueError", "tired", "work")


def test_an_exception_in_a_route_is_told(host: Host) -> None:
    running = host.start("raises_in_handlers").ready()
    assert running.get("/broken")[0] == 500
    exception = running.memory.wait(lambda memory: memory.exceptions).exceptions[0]
    assert (exception.type, exception.line) == ("ZeroDivisionError", 15)
    assert "site-packages" not in running.memory.text("stderr")


def test_memory_that_a_handler_can_not_have_is_an_exception_and_the_server_goes_on(host: Host) -> None:
    running = host.start("misbehaves_on_request").ready()
    with running.client().accepted() as client:
        client.emit("once")
        assert running.memory.wait(lambda memory: memory.exceptions).exceptions[0].type == "MemoryError"
    assert running.get() == (200, "hello")


def test_a_program_that_ends_itself_later_is_told(host: Host) -> None:
    running = host.start("misbehaves_on_request").ready()
    with running.client().accepted() as client:
        client.emit("leave", 3)
        change = running.end()
    assert (change.state, change.code) == ("crashed", "exited")
    assert running.memory.states == ["starting", "ready", "crashed"]


LOOKS_FOR_PLACES = """
import sys, types

found = set()


def note(owner, name):
    value = getattr(owner, name, None)
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str) and any(place in each for place in PLACES):
            found.add(f"{owner!r:.60} {name}: {each}")


def code_of(code):
    note(code, "co_filename")
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            code_of(each)


for name in "path executable prefix exec_prefix base_prefix base_exec_prefix argv orig_argv".split():
    note(sys, name)
for module in [each for each in sys.modules.values() if isinstance(each, types.ModuleType)]:
    spec = getattr(module, "__spec__", None)
    for name in ("__file__", "__cached__", "__path__"):
        note(module, name)
    for name in ("origin", "cached", "submodule_search_locations"):
        note(spec, name)
    note(getattr(spec, "loader", None), "path")
    for thing in list(vars(module).values()):
        for function in (thing, *(vars(thing).values() if isinstance(thing, type) else ())):
            if isinstance(function, types.FunctionType):
                code_of(function.__code__)
print(len(found), *sorted(found)[:5], sep="\\n")
"""


@pytest.mark.parametrize("more", ["", "import flask_sqlalchemy, pydantic, flask_session\n"])
def test_no_place_of_the_site_is_told(host: Host, more: str) -> None:
    places = [str(APPS.parents[1]), sys.prefix, sys.base_prefix]
    running = host.run(f"{more}PLACES = {places!r}\n{LOOKS_FOR_PLACES}")
    running.end()
    assert running.memory.text("stdout").split("\n")[0] == "0", running.memory.text()


def test_a_programs_own_module_goes_before_pythons(host: Host) -> None:
    running = host.start({"server.py": "import queue\nprint(queue.OWN)", "queue.py": "OWN = 'mine'"})
    running.end()
    assert running.memory.text("stdout") == "mine\n"


# What a program prints


def test_what_is_printed_arrives_at_once_and_in_order(host: Host) -> None:
    running = host.run("import sys, time\nprint('one')\nprint('zwei ü')\nprint('three', end='')\ntime.sleep(60)")
    running.memory.wait(lambda memory: memory.text("stdout") == "one\nzwei ü\n")


def test_output_before_the_end_is_told_before_the_end(host: Host) -> None:
    running = host.start("no_run_call")
    running.end()
    assert running.memory.text("stdout") == "that is all\n"
    assert running.memory.told[-1] == running.memory.changes[-1]


def test_the_access_log_is_left_out(host: Host) -> None:
    running = host.start("adds").ready()
    running.get("/")
    running.get("/nothing-here")
    with running.client().accepted() as client:
        client.ask("add", 1, 1)
    host.supervisor.stop(running.id)
    running.end()
    assert running.memory.text() == ""


def test_a_flood_is_held_and_said(limited_host: Callable[..., Host]) -> None:
    host = limited_host(output_bytes_per_second=8192, output_bytes=32768)
    running = host.start("misbehaves_on_request").ready()
    with running.client().accepted() as client:
        client.emit("flood")
        running.memory.wait(lambda memory: "of output" in memory.text("notice"))
    host.supervisor.stop(running.id)
    running.end()
    assert len(running.memory.text()) <= 32768


# What comes from outside the usual


def test_every_character_of_a_large_program_arrives(host: Host) -> None:
    text = '\x01\x7f€\\"' * 8000
    source = f"#{text}\nprint('read')"
    running = host.run(source)
    running.end()
    assert running.memory.text("stdout") == "read\n"


def test_a_long_message_of_an_exception_is_cut_and_told(host: Host) -> None:
    change = host.run("raise ValueError('\U0001f600' * 5000)").end()
    assert change.code == "exception"
    assert change.error is not None and change.error["type"] == "ValueError"


def test_an_exception_that_can_not_be_shown_is_told_all_the_same(host: Host) -> None:
    source = "class Shy(Exception):\n    def __str__(self): raise RuntimeError('no')\nraise Shy"
    change = host.run(source).end()
    assert change.error is not None and (change.error["type"], change.error["line"]) == ("Shy", 3)


def test_a_recursion_is_shown_short(host: Host) -> None:
    running = host.start("falls")
    running.end()
    assert running.memory.text("stderr").count("\n") < 60


def test_a_port_that_is_no_number_is_refused_as_the_library_does(host: Host) -> None:
    source = (APPS / "adds.py").read_text().replace("run(app)", 'run(app, port="http")')
    change = host.start({"server.py": source}).end()
    assert change.error is not None and change.error["type"] in ("TypeError", "ValueError")


def test_an_option_that_does_not_exist_is_refused_as_the_library_does(host: Host) -> None:
    source = (APPS / "adds.py").read_text().replace("run(app)", "run(app, colour=1)")
    change = host.start({"server.py": source}).end()
    assert change.error is not None
    assert (change.error["type"], change.error["line"]) == ("TypeError", 19)


def test_debug_mode_needs_no_second_process(host: Host) -> None:
    source = (APPS / "adds.py").read_text().replace("run(app)", "run(app, debug=True)")
    assert host.start({"server.py": source}).ready().get() == (200, "hello")


def test_the_library_s_own_log_can_be_turned_on(host: Host) -> None:
    source = (APPS / "adds.py").read_text().replace('"threading")', '"threading", logger=True, engineio_logger=True)')
    running = host.start({"server.py": source}).ready()
    with running.client().accepted() as client:
        client.ask("add", 1, 1)
        running.memory.wait(lambda memory: 'received event "add"' in memory.text("stderr"))


def test_a_forged_ready_or_end_harms_only_its_own_sandbox(host: Host) -> None:
    lines = ['{"ready": {}}', "[]", '{"ended": 3}', '{"exception": {"type": 1}}', "[" * 9999, "x", '{"ready": 1}', ""]
    forgery = f"""
import os, time
for number in range(3, 20):
    try:
        os.write(number, {chr(10).join(lines).encode()!r})
    except OSError:
        pass
time.sleep(0.2)
os._exit(0)
"""
    neighbour = host.start("adds").ready()
    change = host.run(forgery).end()
    assert change.state == "crashed"
    assert neighbour.get() == (200, "hello")

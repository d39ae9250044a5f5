"""A course with a delivery question in it, recorded or not."""

from __future__ import annotations

from pathlib import Path

from course.authoring.record_deliveries import keep
from course.content.loader import load_course
from tests.stage.courses import BUNDLE, LESSON, change

PROGRAM = '''\
"""Who hears the news"""

from flask import Flask
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("join")
def join(room):
    join_room(room)


@socketio.on("shout")
def shout(text, room):
    emit("news", text, to=room, include_self=False)
    emit("news", text + "!", to=room, include_self=False)


socketio.run(app)
'''

BLOCK = """\
::: predict who-hears-news delivery
A and B are in the room. A emits `shout`. Who receives `news`?

run who_hears
connect A B C
A emits join "red"
B emits join "red"
A emits shout "hi", "red"
who news
> The room, but not the one who *shouts*.
%% who_hears
:::
"""

GOLDEN = f"{BUNDLE}/golden/deliveries.json"


def with_delivery(root: Path, block: str = BLOCK) -> int:
    """Put the question and its program into a complete course; return the line on which the block begins."""
    (root / BUNDLE / "examples/who_hears.py").write_text(PROGRAM)
    shown = "::: example who_hears\nRun it.\n:::\n\n"
    return change(root, LESSON, "## Show it", f"{shown}{block}\n## Show it") + shown.count("\n")


def record(root: Path, **heard: int) -> None:
    """Keep an outcome of the question without playing it."""
    course = load_course(root)
    keep(course, course.lessons[0], {"who-hears-news": heard})

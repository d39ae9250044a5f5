"""What the namespaces of one site share: use cases, feeds, presence, and the way to a learner's pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_socketio import SocketIO
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from course.content.model import Lesson
from course.learning.actions import Learning
from course.learning.refused import Refused
from course.learning.verdicts import votes_json
from course.live import events
from course.live.coalescing import Coalescer
from course.live.feed import Feeds
from course.live.presence import Presence
from course.progress import answers
from course.progress.lesson_progress import lesson_progress

PER_MINUTE = {
    events.RUN: 60,
    events.CHECK: 30,
    events.SAVE: 200,
    events.ANSWER: 60,
    events.PREDICT: 60,
}
"""How often one learner may do what costs us resources; everything else is allowed 240 times a minute."""


@dataclass(frozen=True)
class Visit:
    """One connection of one learner to the namespace of one lesson."""

    sid: str
    learner: str
    slug: str
    namespace: str

    @property
    def room(self) -> str:
        """Return the room that all pages of this learner are in."""
        return room_of(self.learner)


class Hub:
    """Made once by the factory. `sandbox_url` is where programs answer if they have a host of their own, else ""."""

    def __init__(self, app: Flask, socketio: SocketIO, learning: Learning, *, sandbox_url: str = "") -> None:
        self.app = app
        self.socketio = socketio
        self.learning = learning
        self.feeds = Feeds()
        self.presence = Presence()
        self.checking: set[str] = set()
        """Learners whose check is in progress."""
        self._sandbox_url = sandbox_url
        self._coalescer = Coalescer(socketio.start_background_task, socketio.sleep)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def allow(self, visit: Visit, event: str) -> None:
        """Count one more request.

        Raises:
            Refused: the learner does this too often.
        """
        if not self._limiter.hit(RateLimitItemPerMinute(PER_MINUTE.get(event, 240)), visit.learner, event):
            raise Refused("too_often", "That was a little too often. Wait a few seconds, then try again.")

    def address_of(self, sandbox_id: str) -> str:
        """Return the address below which a program answers its clients; a path if that is on the course's host."""
        return f"{self._sandbox_url}/sandbox/{sandbox_id}/"

    def tell(self, visit: Visit) -> Callable[[str, dict[str, Any]], None]:
        """Return a function that emits to all pages of this learner on this lesson, from any task."""

        def emit(event: str, payload: dict[str, Any]) -> None:
            self.socketio.emit(event, payload, to=visit.room, namespace=visit.namespace)

        return emit

    def forget(self, learner: str) -> None:
        """Delete a learner, drop what is remembered of their run, and tell and disconnect their open pages.

        Needs an application context.
        """
        self.learning.forget(learner)
        self.feeds.forget(learner)
        for sid, slug in self.presence.of(learner):
            self.socketio.emit(events.FORGOTTEN, {}, to=sid, namespace=namespace_of(slug))
            self.socketio.server.disconnect(sid, namespace=namespace_of(slug))

    def presence_changed(self, visit: Visit) -> None:
        """Soon tell everybody on the lesson how many learners are there."""

        def emit() -> None:
            here = self.presence.count(visit.slug)
            self.socketio.emit(events.PRESENCE, {"here": here}, namespace=visit.namespace)

        self._coalescer.soon(("presence", visit.slug), emit)

    def votes_changed(self, slug: str, question: str, version: str) -> None:
        """Soon show the question's votes to everybody who has answered it."""

        def emit() -> None:
            with self.app.app_context():
                votes = votes_json(answers.votes(slug, question, version))
            if votes:
                payload = {"question": question, **votes}
                self.socketio.emit(events.VOTES, payload, to=answered_room(question), namespace=namespace_of(slug))

        self._coalescer.soon(("votes", slug, question), emit)

    def progress_changed(self, visit: Visit, lesson: Lesson) -> None:
        """Tell the learner's pages about their progress. Needs an application context."""
        progress = lesson_progress(visit.learner, lesson)
        payload = {
            "lesson": {"done": progress.done, "total": progress.total},
            "exercises": {
                slug: {"passed": item.passed, "total": item.total, "done": item.done}
                for slug, item in progress.exercises.items()
            },
        }
        self.tell(visit)(events.PROGRESS, payload)

    def lesson_changed(self, slug: str) -> None:
        """Tell the open pages of a lesson that its text was saved again (development)."""
        self.socketio.emit(events.LESSON_CHANGED, {"slug": slug}, namespace=namespace_of(slug))


def namespace_of(slug: str) -> str:
    """Return the namespace that the pages of a lesson connect to."""
    return f"/lessons/{slug}"


def room_of(learner: str) -> str:
    """Return the room of a learner's pages."""
    return f"learner:{learner}"


def answered_room(question: str) -> str:
    """Return the room of those who have answered a question, and so may see the votes."""
    return f"answered:{question}"

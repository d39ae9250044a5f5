"""What the namespaces of one site share: use cases, feeds, presence, and the way to a learner's pages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from course.content.model import Lesson
from course.learning.actions import Learning
from course.learning.fair_use import Visitor, meet, pay, share_of
from course.learning.refused import Refused
from course.learning.verdicts import votes_json
from course.live import events
from course.live.coalescing import Coalescer
from course.live.feed import Feeds
from course.live.presence import Presence
from course.progress import answers
from course.progress.lesson_progress import lesson_progress
from course.shares.fair_queue import Share
from course.shares.prices import CONNECTIONS_OF_LEARNER
from course.shares.shares import Shares


@dataclass(frozen=True)
class Visit:
    """One connection of one learner to the namespace of one lesson."""

    sid: str
    learner: str
    slug: str
    namespace: str
    address: str | None = None
    """Where it comes from, as far as the trusted proxies tell."""

    @property
    def visitor(self) -> Visitor:
        """Return whose connection it is, and from where."""
        return Visitor(self.learner, self.address)

    @property
    def room(self) -> str:
        """Return the room that all pages of this learner are in."""
        return room_of(self.learner)


class Hub:
    """Made once by the factory. `sandbox_url` is where programs answer if they have a host of their own, else ""."""

    def __init__(
        self, app: Flask, socketio: SocketIO, learning: Learning, shares: Shares, *, sandbox_url: str = ""
    ) -> None:
        self.app = app
        self.socketio = socketio
        self.learning = learning
        self.feeds = Feeds()
        self.presence = Presence()
        self.shares = shares
        self._sandbox_url = sandbox_url
        self._coalescer = Coalescer(socketio.start_background_task, socketio.sleep)

    def arrive(self, visit: Visit) -> None:
        """Let one more page of a learner in. Needs an application context.

        Raises:
            Refused: they have too many, or open them too often.
        """
        if self.presence.pages_of(visit.learner) >= CONNECTIONS_OF_LEARNER:
            words = (
                f"{CONNECTIONS_OF_LEARNER} pages of the course are open already. Close one of them, and reload this."
            )
            raise Refused("too_many_pages", words)
        self.presence.arrive(visit.sid, visit.slug, visit.learner)
        try:
            pay(self.shares, visit.visitor, "page")
            meet(self.shares, visit.visitor)
        except BaseException:
            self.presence.leave(visit.sid)
            raise

    def allow(self, visit: Visit, event: str) -> None:
        """Let the learner pay for one more request. Needs an application context.

        Raises:
            Refused: their budget is spent, or that of their address.
        """
        pay(self.shares, visit.visitor, event)

    def share_of(self, visit: Visit) -> Share:
        """Return for whom a run or a check of this page waits. Needs an application context."""
        return share_of(self.shares, visit.visitor)

    def join(self, visit: Visit, room: str) -> None:
        """Put a page into a room, unless it has gone meanwhile."""
        with suppress(KeyError, ValueError):
            self.socketio.server.enter_room(visit.sid, room, namespace=visit.namespace)

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

"""The namespace `/lessons/<slug>`: one for each lesson, and one for the playground."""

from __future__ import annotations

from typing import Any

from flask import current_app, request, session
from flask_socketio import ConnectionRefusedError, Namespace, emit

from course.learning.refused import Refused, not_kept
from course.live import events
from course.live.flask_socketio_privates import in_request_context
from course.live.hub import Hub, Visit, answered_room, namespace_of
from course.live.payloads import payload_of
from course.live.requests import REQUESTS
from course.progress import answers, learners
from course.progress.not_kept import Forgotten, NotKept


class LessonNamespace(Namespace):  # type: ignore[misc]
    """Every request is acknowledged, no matter what it is: no silence, no traceback."""

    def __init__(self, slug: str, hub: Hub) -> None:
        super().__init__(namespace_of(slug))
        self._slug = slug
        self._hub = hub
        self._visits: dict[str, Visit] = {}

    def on_connect(self, auth: Any) -> None:
        """Accept visitors that carry the course cookie and put all their pages in one room."""
        learner = session.get("learner")
        if not isinstance(learner, str):
            raise ConnectionRefusedError(
                "The course needs its cookie to know your work. Allow cookies, then reload the page.",
                {"code": "no_cookie"},
            )
        sid: str = request.sid  # type: ignore[attr-defined]
        visit = Visit(sid, learner, self._slug, self.namespace, request.remote_addr)
        try:
            self._hub.arrive(visit)
        except Refused as refused:
            raise ConnectionRefusedError(refused.message, {"code": refused.code, **refused.extra}) from refused
        self._visits[sid] = visit
        self._hub.join(visit, visit.room)
        for question in answers.newest(learner, self._slug):
            self._hub.join(visit, answered_room(question))
        if learners.is_forgotten(learner):  # looked up once the deletion would find this connection, not before
            self._forget(sid)
            raise ConnectionRefusedError(str(Forgotten()), {"code": Forgotten.code})
        state = self._hub.feeds.state_of(learner, self._slug)
        if state is not None:  # what changed between the page's rendering and its connection, or while it was away
            emit(events.SANDBOX_STATE, state)
        self._hub.presence_changed(visit)

    def on_disconnect(self, reason: str) -> None:
        """Forget the connection; the learner's program runs on until its own limits end it."""
        self._forget(request.sid)  # type: ignore[attr-defined]

    def _forget(self, sid: str) -> None:
        visit = self._visits.pop(sid, None)
        if visit is not None:
            self._hub.presence.leave(sid)
            self._hub.presence_changed(visit)

    def trigger_event(self, event: str, *args: Any) -> Any:
        """Dispatch by a table: an unknown event is answered, and no method can be called by guessing its name."""
        if event in ("connect", "disconnect"):
            return super().trigger_event(event, *args)
        sid, *values = args

        def respond(*values: Any) -> dict[str, Any]:
            return self._respond(sid, event, values)

        return in_request_context(self, sid, event, respond, *values)

    def _respond(self, sid: str, event: str, values: tuple[Any, ...]) -> dict[str, Any]:
        visit = self._visits.get(sid)
        if visit is None:
            return refusal(Refused("not_connected", "This page is not connected. Reload it."))
        try:
            self._hub.allow(visit, event)
            if event not in REQUESTS:
                raise Refused("unknown_event", f"“{event[:40]}” is not something a page can ask for.")
            return {"ok": True, **REQUESTS[event](self._hub, visit, payload_of(values))}
        except Refused as refused:
            return refusal(refused)
        except NotKept as reason:
            return refusal(not_kept(reason))
        except Exception:
            current_app.logger.exception("the request %r failed", event)
            return refusal(Refused("our_fault", "Something went wrong on our side. Nothing is lost; try again."))


def refusal(refused: Refused) -> dict[str, Any]:
    """Return the acknowledgement of a request that was refused."""
    return {"ok": False, "error": {"code": refused.code, "message": refused.message}, **refused.extra}

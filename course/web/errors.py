"""Error pages: what happened, and what to do next."""

from __future__ import annotations

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from course.progress.not_kept import NotKept
from course.web.site import site

NEXT_STEPS = {
    403: ("That was not allowed", "Go back to the page, reload it, and try again."),
    404: ("There is nothing at this address", "The course map lists every page there is."),
    405: ("This address can't be used like that", "Go back to the course map."),
    410: ("This is over", "Go back to the lesson and press Run."),
    413: ("That is too large", "Send less at once."),
    429: ("That was too often", "Wait for a moment, then try again."),
    503: ("That could not be kept", "Nothing else has changed. Go back, and try again in a moment."),
    500: ("Something broke on our side", "Nothing of yours is lost. Reload the page in a moment."),
}


def install_errors(app: Flask) -> None:
    """Give every error a page in the course's own design."""

    @app.errorhandler(NotKept)
    def show_not_kept(reason: NotKept) -> tuple[str, int, dict[str, str]]:
        return show(ServiceUnavailable(str(reason)))

    @app.errorhandler(HTTPException)
    def show(error: HTTPException) -> tuple[str, int, dict[str, str]]:
        status = error.code or 500
        title, step = NEXT_STEPS.get(status, (error.name, "Go back, and try again."))
        own_words = error.description if error.description != type(error).description else ""
        page = render_template(
            "error.html",
            status=status,
            title=title,
            message=own_words or "",
            next_step=step,
            course=site().course,
            progress={},
            problems=(),
            page_data={"kind": "error"},
        )
        app.logger.debug("%s %s: %s", status, request.path, own_words)
        again = getattr(error, "retry_after", None)
        return page, status, {"Retry-After": str(again)} if again else {}

"""Why something was not kept. Pages and sockets turn each into an answer, once, at their edge."""

from __future__ import annotations


class NotKept(Exception):
    """Nothing was changed. `code` is stable; the message is a sentence for the learner."""

    code = "not_kept"


class Busy(NotKept):
    """The database did not take the change in time."""

    code = "busy"

    def __init__(self) -> None:
        super().__init__("The site could not keep this just now: its database is busy. Try again in a moment.")


class Forgotten(NotKept):
    """The learner has asked to be deleted: nothing is kept under that id any more."""

    code = "forgotten"

    def __init__(self) -> None:
        super().__init__("Your data was deleted, so nothing more is kept here. Reload this page to begin anew.")


class QuotaReached(NotKept):
    """The learner has as much as one learner may have, and none of it may be thinned."""

    code = "quota"

    def __init__(self) -> None:
        super().__init__(
            "Not kept on the server: your earlier versions fill your space. This browser keeps your code. "
            "Delete earlier versions under “Your data”, or go on tomorrow, when today's can be thinned."
        )


class SiteFull(NotKept):
    """The site has no room for newcomers; those who came before are not affected."""

    code = "full"

    def __init__(self) -> None:
        super().__init__(
            "Not kept on the server: it has no room for newcomers today. "
            "This browser keeps your code; try again tomorrow."
        )

"""One request to a sandbox on its way through the gateway, and all that belongs to it: what every step is given."""

from __future__ import annotations

from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIEnvironment

from course.sandbox.gateway.address import Address
from course.sandbox.gateway.admission import Admission
from course.sandbox.gateway.cookies import CookieJar
from course.sandbox.gateway.link import RequestLink
from course.sandbox.gateway.running import RunningSandbox


@dataclass(frozen=True)
class Request:
    """A request to a sandbox that runs."""

    environ: WSGIEnvironment
    start_response: StartResponse
    address: Address
    sandbox: RunningSandbox

    @property
    def method(self) -> str:
        """Return its HTTP method."""
        method: str = self.environ["REQUEST_METHOD"]
        return method

    @property
    def client(self) -> str:
        """Return the tag of the client that sent it."""
        return self.address.client


@dataclass(frozen=True)
class Exchange(Request):
    """A request that is passed on to the learner's server, and what it needs on the way."""

    admission: Admission
    """Of the sandbox: its connections, sessions and cookie jars."""
    link: RequestLink
    """This request, as the faults of its client see it."""

    @property
    def jar(self) -> CookieJar:
        """Return the cookies of the client that sent it."""
        return self.admission.jar(self.client)

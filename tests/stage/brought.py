"""Programs in the style of what people bring, from tests/brought: their files, and a talk with them, as text.

A talk has one act on a line: ``get PATH => STATUS TEXT``, ``post PATH FORM => …``, ``upload PATH NAME BYTES => …``,
``header PATH NAME => VALUE``, ``ask EVENT JSON… => JSON``, ``emit EVENT JSON…``, ``hear EVENT => JSON``,
``has EVENT => a key of its object``, ``prints => TEXT``, ``ends CODE => TEXT``, ``runs under => RUNTIMES``. A namespace
may stand before an event's act.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course.program import Runtime
from tests.stage.host import Client, Host, Running

FOLDER = Path(__file__).parents[1] / "brought"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))


@dataclass(frozen=True)
class Brought:
    """One program."""

    files: dict[str, str]
    talk: list[str]

    @property
    def runtimes(self) -> list[Runtime]:
        """The runtimes that it is run under."""
        for line in self.talk:
            if line.startswith("runs under => "):
                return line.removeprefix("runs under => ").split()  # type: ignore[return-value]
        return ["threading"]


def brought(name: str) -> Brought:
    """Return a program of tests/brought."""
    _, *parts = re.split(r"^=== (.+)\n", (FOLDER / f"{name}.txt").read_text(), flags=re.M)
    files = dict(zip(parts[::2], parts[1::2], strict=True))
    talk = files.pop("talk").splitlines()
    return Brought(files, [line for line in talk if line])


class Visitor:
    """Talks with one program: a browser with one jar of cookies, and a Socket.IO client for each namespace."""

    def __init__(self, running: Running, runtime: Runtime) -> None:
        self._running = running
        self._runtime = runtime
        self._cookies: dict[str, str] = {}
        self._clients: dict[str, Client] = {}
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def act(self, line: str) -> None:
        """Do what a line of a talk says, and compare."""
        said, _, expected = line.replace("<mode>", self._runtime.split("-")[0]).partition(" => ")
        namespace, said = said.split(" ", 1) if said.startswith("/") else ("", said)
        verb, *words = said.split(" ", 2)
        if verb in ("get", "post", "upload"):
            seen = self._ask_over_http(verb, words)
            assert expected.partition(" ")[0] == seen.partition(" ")[0] and expected.partition(" ")[2] in seen, seen
        elif verb == "header":
            assert self._running.request("GET", words[0])[1][words[1]] == expected
        elif verb == "prints":
            self._running.memory.wait(lambda memory: expected in memory.text())
        elif verb != "runs":
            self._act_on_events(verb, self._client(namespace), words[0], words[1:], expected)

    def _act_on_events(self, verb: str, client: Client, event: str, rest: list[str], expected: str) -> None:
        values = list(_values(rest[0])) if rest else []
        match verb:
            case "ask":
                answered = client.ask(event, *values)
                assert answered == json.loads(expected), answered
            case "emit":
                client.emit(event, *values)
            case "hear":
                heard = client.hear(event)
                assert heard == json.loads(expected), heard
            case "has":
                assert expected in client.hear(event)[0]
            case _:
                raise ValueError(verb)

    def _client(self, namespace: str) -> Client:
        if namespace not in self._clients:
            client = self._running.client(namespace=namespace, cookies=self._cookies)
            self._clients[namespace] = self._open.enter_context(client).accepted()
        return self._clients[namespace]

    def _ask_over_http(self, verb: str, words: list[str]) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        body = None
        if verb == "post":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = words[1].encode() if len(words) > 1 else b""
        elif verb == "upload":
            name, size = words[1].split(" ")
            headers["Content-Type"] = "multipart/form-data; boundary=----edge"
            disposition = f'Content-Disposition: form-data; name="file"; filename="{name}"'
            body = f"------edge\r\n{disposition}\r\n\r\n{'a' * int(size)}\r\n------edge--\r\n".encode()
        status, answered, text = self._running.request("GET" if verb == "get" else "POST", words[0], body, headers)
        for cookie in answered.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return f"{status} {answered.get('Location') or ''} {text}"


def play(host: Host, name: str, runtime: Runtime) -> None:
    """Run a program of tests/brought and talk with it."""
    program = brought(name)
    running = host.start(program.files, runtime=runtime)
    if program.talk[0].startswith("ends "):
        code, _, words = program.talk[0].removeprefix("ends ").partition(" => ")
        change = running.end()
        assert change.code == code and words in change.reason, (change, running.memory.text())
        return
    running.ready()
    with Visitor(running, runtime) as visitor:
        for line in program.talk:
            try:
                visitor.act(line)
            except Exception as error:
                raise AssertionError(f"{line}: {error!r}\n{running.memory.text()}") from error


def _values(text: str) -> Iterator[object]:
    decoder, place = json.JSONDecoder(), 0
    while place < len(text):
        value, place = decoder.raw_decode(text, place)
        yield value
        place += len(text[place:]) - len(text[place:].lstrip())

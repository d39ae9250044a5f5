"""What a client sees of a server that was started without a terminal."""

from course.grading.author import Client, Server, check, fail, random_word

SWITCH = "Give socketio.run the argument that its error message names."


@check
def opens_the_door(server: Server) -> None:
    """The server answers a Socket.IO handshake"""
    opened = server.handshake()
    if opened.text.startswith("0{"):
        return
    expected = "an open packet: 0{…}"
    actual = f"status {opened.status} and {opened.text[:60]!r}"
    if opened.ok:
        fail(
            "Somebody answers at /socket.io/, but does not speak Socket.IO.",
            expected=expected,
            actual=actual,
            hint="Let SocketIO(app) answer there: take your own route away.",
            mistake="hand-written-door",
        )
    if server.http("GET", "/ws/?EIO=4&transport=polling").text.startswith("0{"):
        fail(
            "Your server waits for its clients at another path.",
            expected=expected,
            actual=actual,
            hint="Leave path= out of SocketIO(…).",
            mistake="another-path",
        )
    fail(
        "Nobody answers at /socket.io/.",
        expected=expected,
        actual=actual,
        hint="Make a SocketIO(app), and start the program with socketio.run.",
        mistake="flask-alone",
    )


@check(after=opens_the_door)
def answers_hello(server: Server) -> None:
    """“hello” is acknowledged with a greeting"""
    visitor = server.client("visitor")
    name = random_word()
    answer = visitor.ask("hello", name)
    if not answer.arrived:
        recognise_late_handler(server, visitor)
    answer.expect(f"Hello, {name}", hint='Return the greeting: return f"Hello, {name}".')


def recognise_late_handler(server: Server, visitor: Client) -> None:
    if visitor.connected and not server.exceptions():
        fail(
            "Nobody listens for “hello”.",
            expected="an acknowledgement",
            actual="nothing came back",
            hint="Is the handler above the run line? What stands below it is never reached.",
            mistake="handler-below-run",
            about=visitor,
        )

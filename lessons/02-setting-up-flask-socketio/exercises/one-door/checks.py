"""A chat and an alarm, over one connection."""

from course.grading.author import Client, Server, check, fail, random_word

ONE = "Keep one SocketIO object, and register both handlers on it."


@check
def chat_answers(server: Server) -> None:
    """“say” is acknowledged with the same text"""
    text = random_word()
    server.client("chatter").ask("say", text).expect(text, hint=ONE)


@check
def alarm_rings_everywhere(server: Server) -> None:
    """“alarm” rings at every client"""
    watchman, sleeper = server.clients("watchman", "sleeper")
    text = random_word()
    watchman.emit("alarm", text)
    if watchman.wait_patiently(lambda: watchman.heard("rung")):
        sleeper.expect_event(
            "rung", text, hint="Who shall hear it? socketio.emit(…) reaches everybody.", mistake="only-the-sender"
        )
    else:
        recognise_silence(server, watchman)
    watchman.expect_event("rung", text, hint=ONE)


def recognise_silence(server: Server, watchman: Client) -> None:
    if server.http("GET", "/alarms/?EIO=4&transport=polling").text.startswith("0{"):
        silent(watchman, "The alarm waits at a path of its own, where none of the clients is.", "a-second-path")
    elsewhere = server.tries("elsewhere", namespace="/alarms")
    if isinstance(elsewhere, Client):
        silent(watchman, "The alarm listens in the namespace /alarms; the clients are in /.", "a-namespace-of-its-own")
    silent(watchman, "Nobody listens for “alarm”.", "turned-round")


def silent(watchman: Client, sentence: str, mistake: str) -> None:
    fail(
        sentence,
        expected="both clients hear “rung”",
        actual="nobody hears anything",
        hint=ONE,
        mistake=mistake,
        about=watchman.missing("rung"),
    )

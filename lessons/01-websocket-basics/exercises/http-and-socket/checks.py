"""A note comes in by HTTP and goes out to every socket."""

from course.grading.author import Client, HttpAnswer, Server, check, fail, random_word, show

TELL = "Emit in the route, when the note comes in: socketio.emit(“note”, text)."


@check
def the_poster_is_answered(server: Server) -> None:
    """The poster is answered with 200, and the note is listed"""
    listener = server.client("listener")
    text = random_word()
    posted = notify(server, text)
    if posted.status >= 500:
        told = listener.wait_patiently(lambda: listener.heard("note"))
        posted.expect_status(
            200,
            hint="A route answers its request, whatever else it does.",
            mistake="forgets-the-answer" if told else "emits-in-the-route",
        )
    posted.expect_status(200)
    listed = server.http("GET", "/notes")
    listed.expect_status(200)
    if text not in listed.json():
        fail(
            "The note is not in the list.",
            expected=f"a list with {show(text)} in it",
            actual=listed.text,
            hint="Keep notes.append(text).",
        )


@check(after=the_poster_is_answered)
def every_socket_hears_it(server: Server) -> None:
    """Every connected client hears the note"""
    listeners = (*server.clients("ann", "ben"), server.client("cem", transports=("polling",)))
    text = random_word()
    notify(server, text).expect_status(200)
    ann = listeners[0]
    told = ann.wait_patiently(lambda: of(ann, text))
    mistake = None if told else recognise_silence(server, text)
    for listener in listeners:
        listener.expect_event("note", text, hint=TELL, mistake=mistake)


@check(after=every_socket_hears_it)
def once_and_no_old_ones(server: Server) -> None:
    """Nobody hears a note twice"""
    ann = server.client("ann")
    first, second = random_word(), random_word()
    notify(server, first).expect_status(200)
    ann.expect_event("note", first, hint=TELL)
    server.client("newcomer").fence()
    notify(server, second).expect_status(200)
    heard = ann.expect_event("note", second, hint=TELL)
    ann.expect_exactly(
        "note", first, times=1, after=heard, hint="socketio.emit speaks to all of them.", mistake="old-news-to-all"
    )


def notify(server: Server, text: str) -> HttpAnswer:
    return server.http("POST", "/notify", json={"text": text})


def of(client: Client, text: str) -> bool:
    return any(note.value == text for note in client.heard("note"))


def recognise_silence(server: Server, text: str) -> str | None:
    """The route has told nobody: does a newcomer hear of it, or who sends an event called “notify”?"""
    newcomer = server.client("newcomer")
    if newcomer.wait_patiently(lambda: of(newcomer, text)):
        return "waits-for-a-newcomer"
    another = random_word()
    newcomer.emit("notify", {"text": another})
    return "an-event-instead" if newcomer.wait_patiently(lambda: of(newcomer, another)) else None

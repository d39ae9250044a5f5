"""What the office and the classes see."""

from course.grading.author import Client, Server, check, random_word

ADDRESS = "A route has no room and no namespace of its own: give socketio.emit both."


@check
def the_room_hears_it(server: Server) -> None:
    """The announcement reaches the room, and the office gets its answer"""
    first, second = pupils(server, "first", "second")
    room, text = random_word(), random_word()
    join(room, first, second)
    posted = server.http("POST", "/announce", json={"room": room, "text": text})
    posted.expect_status(
        200,
        hint="emit answers the client whose event is handled. A route has none.",
        mistake="emits-in-the-route" if posted.status == 500 else None,
    )
    first.wait_patiently(lambda: first.heard("announced"))
    mistake = None if first.heard("announced") else recognise_default_namespace(server)
    for pupil in (first, second):
        pupil.expect_event("announced", text, hint=ADDRESS, mistake=mistake)


@check(after=the_room_hears_it)
def others_hear_nothing(server: Server) -> None:
    """No other room hears it, and no other namespace"""
    member, elsewhere, nowhere = pupils(server, "member", "elsewhere", "nowhere")
    visitor = server.client("visitor")
    room, text = random_word(), random_word()
    join(room, member)
    join(random_word(), elsewhere)
    server.http("POST", "/announce", json={"room": room, "text": text}).expect_status(200)
    heard = member.expect_event("announced", text)
    for outsider in (elsewhere, nowhere, visitor):
        outsider.expect_nothing(
            after=heard, event="announced", hint="Which room? to=room says so.", mistake="everybody-in-the-chat"
        )


@check(after=others_hear_nothing)
def no_room_is_refused(server: Server) -> None:
    """Without a room nobody hears it, and the office is told"""
    member, nowhere = pupils(server, "member", "nowhere")
    visitor = server.client("visitor")
    room, text = random_word(), random_word()
    join(room, member)
    refused = [server.http("POST", "/announce", json={"text": text, **missing}) for missing in ({}, {"room": ""})]
    server.http("POST", "/announce", json={"room": room, "text": text}).expect_status(200)
    heard = member.expect_event("announced", text)
    for outsider in (nowhere, visitor):
        outsider.expect_nothing(
            after=heard,
            event="announced",
            hint="An empty “to” reaches everybody.",
            mistake="missing-room-to-all",
        )
    for posted in refused:
        posted.expect_status(400, hint="Look for the room before you send: if not room: return …, 400")


def recognise_default_namespace(server: Server) -> str | None:
    """Announce to the room that a client of “/” has to itself; heard there, the namespace is missing."""
    visitor = server.client("visitor")
    server.http("POST", "/announce", json={"room": visitor.sio.get_sid("/"), "text": random_word()})
    visitor.fence()
    visitor.fence()
    return "no-namespace" if visitor.heard("announced") else None


def pupils(server: Server, *names: str) -> tuple[Client, ...]:
    return tuple(server.client(name, namespace="/chat") for name in names)


def join(room: str, *clients: Client) -> None:
    for client in clients:
        client.ask("join", room).expect_arrived(hint="“join” takes the name of a room.")

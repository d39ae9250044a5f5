"""What clients see of a chat with rooms."""

from course.grading.author import Client, Server, check, fail, random_word, show

LISTS = "join_room(room) puts this client on the room's list, and to=room sends to those who are on it."


@check
def members_hear(server: Server) -> None:
    """Everybody in the room hears it, the speaker too"""
    speaker, member = server.clients("speaker", "member")
    room, text = random_word(), random_word()
    join(room, speaker, member)
    answer = speaker.ask("say", room, text)
    answer.expect(True, hint="Return True when the message went out.")
    member.wait_patiently(lambda: member.heard("said"))
    speaker.fence()
    if not member.heard("said") and not speaker.heard("said") and not server.exceptions():
        fail(
            "“say” was acknowledged, but nobody in the room heard anything.",
            expected=f"member hears “said” with {show(room, text)}",
            actual="nothing came",
            hint=LISTS,
            mistake="never-joins",
            about=member.missing("said", room, text),
        )
    heard = member.expect_event("said", room, text, hint=LISTS)
    if not speaker.heard("said"):
        fail(
            "The other members heard it, the speaker did not.",
            expected=f"speaker hears {heard}",
            actual="only member heard it",
            hint="The speaker is a member too: to=room reaches every member, unless you leave one out.",
            mistake="forgets-the-sender",
            about=speaker.missing("said", room, text),
        )
    speaker.expect_event("said", room, text)


@check(after=members_hear)
def nobody_else_hears(server: Server) -> None:
    """Nobody outside the room hears it"""
    speaker, member, stranger, elsewhere = server.clients("speaker", "member", "stranger", "elsewhere")
    room, text = random_word(), random_word()
    join(room, speaker, member)
    join(random_word(), elsewhere)
    speaker.emit("say", room, text)
    heard = member.expect_event("said", room, text)
    for outsider in (stranger, elsewhere):
        outsider.expect_nothing(after=heard, event="said", hint=LISTS, mistake="everybody-hears")


@check(after=nobody_else_hears)
def who_left_hears_no_more(server: Server) -> None:
    """Who has left hears nothing more"""
    speaker, leaver = server.clients("speaker", "leaver")
    room, text = random_word(), random_word()
    join(room, speaker, leaver)
    leaver.ask("leave", room).expect_arrived(hint="“leave” takes the name of a room.")
    speaker.emit("say", room, text)
    heard = speaker.expect_event("said", room, text)
    leaver.expect_nothing(
        after=heard, event="said", hint="Which function is the twin of join_room?", mistake="never-leaves"
    )


@check(after=members_hear)
def strangers_can_not_post(server: Server) -> None:
    """A client that is not in the room can't post there"""
    member, stranger = server.clients("member", "stranger")
    room, text = random_word(), random_word()
    join(room, member)
    join(random_word(), stranger)
    answer = stranger.ask("say", room, text)
    answer.expect_arrived(hint="Answer with False.")
    member.expect_nothing(
        after=answer,
        event="said",
        hint="Is the speaker in the room? rooms() knows.",
        mistake="anybody-may-post",
    )
    answer.expect(False, hint="The message reached nobody: say so with False.")


def join(room: str, *clients: Client) -> None:
    for client in clients:
        client.ask("join", room).expect_arrived(hint="“join” takes the name of a room.")

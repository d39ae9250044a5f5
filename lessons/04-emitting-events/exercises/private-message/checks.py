"""A whisper reaches one person, or nobody."""

from course.grading.author import Answer, Client, Server, check, random_word

TO = "emit(…, to=sid) sends to the client with that sid, and to nobody else."


@check
def the_one_who_is_named_hears_it(server: Server) -> None:
    """The client of that name hears the whisper"""
    names, clients = introduced(server)
    sender = clients[2]
    for name, client in zip(names[:2], clients[:2], strict=True):
        text = random_word()
        answer = whisper(sender, name, text, clients)
        mistake = None
        if answer.is_exactly(False):
            mistake = "only-the-last-name"
        elif not client.heard("whispered") and sender.heard("whispered"):
            mistake = "talks-to-itself"
        client.expect_event("whispered", text, hint=TO, mistake=mistake)
        answer.expect(True, hint="Return True when there is somebody of that name.")


@check(after=the_one_who_is_named_hears_it)
def nobody_else_hears_it(server: Server) -> None:
    """Nobody else hears it, not even the sender"""
    names, (first, bystander, sender) = introduced(server)
    outsider = server.client("outsider")
    text = random_word()
    whisper(sender, names[0], text, (first,))
    heard = first.expect_event("whispered", text, hint=TO)
    for client in (outsider, bystander):
        client.expect_nothing(after=heard, hint=TO, mistake="everybody-hears-it")
    sender.expect_nothing(after=heard, hint=TO, mistake="copies-the-sender")


@check(after=the_one_who_is_named_hears_it)
def an_unknown_name_reaches_nobody(server: Server) -> None:
    """With an unknown name, nobody hears anything"""
    _, (first, second, sender) = introduced(server)
    outsider = server.client("outsider")
    answer = sender.ask("whisper", random_word(), random_word())
    answer.expect_arrived(hint="Look whether the name is there, and return False.", mistake="crashes-on-a-stranger")
    for client in (outsider, first, second, sender):
        client.expect_nothing(
            after=answer, hint="No address is no good address: stop before you emit.", mistake=leaks(answer)
        )
    answer.expect(False, hint="Return False when there is nobody of that name.")


def introduced(server: Server) -> tuple[list[str], tuple[Client, Client, Client]]:
    """Return three clients, each known to the server by a name; the third is the one that will whisper."""
    names = [random_word() for _ in range(3)]
    clients = server.clients("first", "second", "sender")
    for name, client in zip(names, clients, strict=True):
        client.ask("i_am", name).expect_arrived(hint="“i_am” is a handler with one parameter, the name.")
    return names, (clients[0], clients[1], clients[2])


def whisper(sender: Client, name: str, text: str, listeners: tuple[Client, ...]) -> Answer:
    """Whisper, and see to it that whatever was emitted is there."""
    answer = sender.ask("whisper", name, text)
    for client in listeners:
        client.fence()
    return answer


def leaks(answer: Answer) -> str | None:
    """Tell a whisper that went to everybody for want of an address from one that always does."""
    return "unknown-name-tells-all" if answer.is_exactly(False) else None

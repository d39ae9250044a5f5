"""Who hears what: the sender, everybody, the others."""

from course.grading.author import Client, Server, check, random_word


@check
def echo_answers_the_sender(server: Server) -> None:
    """“echo” comes back to the sender alone"""
    sender, other, third = server.clients("sender", "other", "third")
    text = random_word()
    send(sender, "echo", text, other, third)
    heard = sender.expect_event("echo", text, hint='emit("echo", text) answers the sender.', mistake=in_a_list(sender))
    for client in (other, third):
        client.expect_nothing(after=heard, hint="The imported emit knows the sender.", mistake="everybody-hears-it-all")


@check
def news_reaches_everybody(server: Server) -> None:
    """“news” reaches everybody, the sender too"""
    sender, other, third = server.clients("sender", "other", "third")
    text = random_word()
    send(sender, "news", text, other, third)
    mistake = in_a_list(sender, other)
    if other.heard("news") and not sender.heard("news"):
        mistake = "news-without-me"
    elif sender.heard("news") and not other.heard("news"):
        mistake = "answers-only-the-sender"
    for client in (other, sender, third):
        client.expect_event("news", text, hint="With broadcast=True everybody hears it.", mistake=mistake)


@check
def typing_reaches_the_others(server: Server) -> None:
    """“typing” reaches everybody but the sender"""
    sender, other, third = server.clients("sender", "other", "third")
    name = random_word()
    send(sender, "typing", name, other, third)
    mistake = in_a_list(other)
    if not other.heard("typing"):
        mistake = recognise_unheard(sender)
    for client in (other, third):
        heard = client.expect_event(
            "typing", name, hint="Say who shall hear it: broadcast=True, and then include_self=False.", mistake=mistake
        )
    if sender.heard("typing"):
        mistake = "everybody-hears-it-all" if echo_is_public(sender, other) else "typing-comes-back"
    sender.expect_nothing(
        after=heard, event="typing", hint="include_self=False leaves the sender out.", mistake=mistake
    )


def send(sender: Client, event: str, value: str, *others: Client) -> None:
    """Emit, and see to it that whatever the handler has emitted is there: what is missing now was not sent."""
    sender.ask(event, value)
    for client in (sender, *others):
        client.fence()


def in_a_list(*clients: Client) -> str | None:
    """Recognise payloads that are wrapped in a list."""
    heard = [event for client in clients for event in client.heard()]
    return "sends-a-list" if any(isinstance(event.value, list) for event in heard) else None


def recognise_unheard(sender: Client) -> str | None:
    """Tell why the others heard no “typing”: it came back to the sender, or the sender was the only one to lose."""
    if sender.heard("typing"):
        return "answers-only-the-sender"
    send(sender, "news", random_word())
    return "include-self-without-broadcast" if sender.heard("news") else None


def echo_is_public(sender: Client, other: Client) -> bool:
    """Return whether other clients hear the sender's echo."""
    send(sender, "echo", random_word(), other)
    return bool(other.heard("echo"))

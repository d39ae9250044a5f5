"""What customers of a help desk see, and what they must not see."""

from course.grading.author import Client, Server, check, random_number, random_word

HALVES = "A room has two halves: join_room when the ticket is opened, and to= when something is sent."


@check
def the_ticket_hears_it(server: Server) -> None:
    """A reply reaches everybody at the ticket, the writer too"""
    writer, reader = server.clients("writer", "reader")
    ticket, text = open_ticket(writer, reader), random_word()
    sent = writer.ask("reply", {"ticket": ticket, "text": text})
    sent.expect_arrived(hint="“reply” is acknowledged.")
    reader.wait_patiently(lambda: reader.heard("replied"))
    writer.fence()
    if not reader.heard("replied") and not writer.heard("replied"):
        reader.expect_event("replied", text, hint=HALVES, mistake="nobody-has-joined")
    reader.expect_event("replied", text, hint=HALVES)
    writer.expect_event("replied", text, hint="The writer has opened the ticket too.", mistake="sender-left-out")


@check(after=the_ticket_hears_it)
def other_tickets_do_not(server: Server) -> None:
    """Nobody else hears it"""
    writer, reader, stranger, newcomer = server.clients("writer", "reader", "stranger", "newcomer")
    ticket, text = open_ticket(writer, reader), random_word()
    open_ticket(stranger)
    writer.emit("reply", {"ticket": ticket, "text": text})
    heard = reader.expect_event("replied", text)
    for outsider in (stranger, newcomer):
        outsider.expect_nothing(after=heard, event="replied", hint="Who is it for?", mistake="still-everybody")


@check(after=other_tickets_do_not)
def a_reply_without_a_ticket_reaches_nobody(server: Server) -> None:
    """A reply without a ticket reaches nobody"""
    writer, stranger = server.clients("writer", "stranger")
    ticket, text = open_ticket(writer), random_word()
    open_ticket(stranger)
    answers = [writer.ask("reply", {"text": text, **missing}) for missing in ({}, {"ticket": None}, {"ticket": ""})]
    writer.emit("reply", {"ticket": ticket, "text": text})
    heard = writer.expect_event("replied", text)
    stranger.expect_nothing(
        after=heard,
        event="replied",
        hint="An empty “to” is no room at all.",
        mistake="empty-ticket-to-all",
    )
    for answer in answers:
        answer.expect_arrived(hint="Answer with a dictionary that says what is wrong.")
        if not (isinstance(answer.value, dict) and answer.value.get("error")):
            answer.expect({"error": "Which ticket?"}, hint="Any text will do, under the key “error”.")


@check(after=other_tickets_do_not)
def typing_is_for_the_others(server: Server) -> None:
    """“typing” reaches the others at the ticket, and nobody else"""
    typist, reader, stranger = server.clients("typist", "reader", "stranger")
    ticket = open_ticket(typist, reader)
    open_ticket(stranger)
    typist.emit("typing", ticket)
    heard = reader.expect_event("typing", ticket, hint=HALVES)
    stranger.expect_nothing(after=heard, event="typing", hint="Who is it for?", mistake="typing-to-everybody")
    typist.expect_nothing(
        after=heard, event="typing", hint="include_self=False leaves out the sender.", mistake="typing-comes-back"
    )


def open_ticket(*clients: Client) -> int:
    """Let them all open the same ticket; return its number."""
    ticket = random_number(1000, 999_999)
    for client in clients:
        client.ask("open", ticket).expect_arrived(hint="“open” is acknowledged.")
    return ticket

"""What a client sees of a server with a specific handler and a catch-all."""

from course.grading.author import Answer, Client, Server, check, fail, random_word, show

NAME_FIRST = "The catch-all is called with the event's name first, then with everything the event carried."


@check
def the_known_event_still_works(server: Server) -> None:
    """“shout” is answered with the text in capitals"""
    asker = server.client("asker")
    text = random_word()
    answer = asker.ask("shout", text)
    mistake = None
    if answer.is_exactly({"unknown": "shout"}):
        mistake = "catch-all-only"
    elif answer.is_exactly():
        mistake = "last-handler-wins"
    answer.expect(text.upper(), hint="Keep one handler for “shout” beside the catch-all.", mistake=mistake)


@check
def an_unknown_event_is_answered_with_its_name(server: Server) -> None:
    """Any other event is answered with its name"""
    asker = server.client("asker")
    event = random_word()
    answer = asker.ask(event, random_word())
    if answer.arrived:
        recognise_emitted_name(answer, event)
    else:
        recognise_silence(asker, event)
    answer.expect({"unknown": event}, hint="A handler for the event “*” hears what no other handler hears.")


@check(after=an_unknown_event_is_answered_with_its_name)
def it_may_carry_anything(server: Server) -> None:
    """…however many values it carries, or none"""
    asker = server.client("asker")
    for values in ((), (random_word(), random_word()), (1, [2, 3], {"four": 5})):
        event = random_word()
        asker.ask(event, *values).expect(
            {"unknown": event},
            hint=f"This event carried {len(values)} values. A parameter with a star takes any number of them.",
            mistake="payload-of-one-only",
        )


def recognise_emitted_name(answer: Answer, event: str) -> None:
    emitted = [heard for heard in answer.heard_instead() if event in show(*heard.args)]
    if not answer.values and emitted:
        fail(
            "The name came as an event of its own; the acknowledgement is empty.",
            expected=show({"unknown": event}),
            actual=f"an empty acknowledgement, and the event {emitted[0]}",
            hint="Return the dictionary instead of emitting something.",
            mistake="emits-the-name",
            about=emitted[0],
        )


def recognise_silence(asker: Client, event: str) -> None:
    expected = f"{show({'unknown': event})} for {event} with one value"
    if not asker.connected:
        return
    without_payload, as_message = asker.ask_together((event,), ("message", event))
    if without_payload.is_exactly({"unknown": event}):
        fail(
            "Your catch-all answers only events that carry nothing.",
            expected=expected,
            actual="no acknowledgement",
            hint=NAME_FIRST,
            mistake="forgets-the-event-name",
            about=without_payload,
        )
    if as_message.arrived:
        fail(
            "Your server answers the event “message”, but not an event it does not know.",
            expected=expected,
            actual="no acknowledgement",
            hint="“message” is an event like any other; the name that stands for all others is “*”.",
            mistake="message-as-catch-all",
            about=as_message,
        )

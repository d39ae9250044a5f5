"""A web page of the kitchen reaches the one guest who ordered."""

from course.grading.author import Client, HttpAnswer, Server, check, random_number, random_word

ADDRESS = "Keep the guest's sid with the order, and send to it: socketio.emit(…, to=sid)."
REPORT_SECONDS = 0.5


@check
def the_kitchen_gets_an_answer(server: Server) -> None:
    """The kitchen gets an answer, and no error page"""
    guest = server.client("guest")
    answer = is_ready(server, order(guest, random_word()))
    answer.expect_ok(
        hint="A route has no sender. There is an emit that needs none.", mistake=recognise_error(server, answer)
    )


@check(after=the_kitchen_gets_an_answer)
def the_guest_hears_it(server: Server) -> None:
    """The guest who ordered hears which dish is ready"""
    guest = server.client("guest")
    dish = random_word()
    is_ready(server, order(guest, dish)).expect_ok()
    guest.fence()
    mistake = None if guest.heard() else "nobody-at-that-address"
    guest.expect_event("ready", dish, hint=ADDRESS, mistake=mistake)


@check(after=the_guest_hears_it)
def nobody_else_hears_it(server: Server) -> None:
    """No other guest hears it"""
    guest, neighbour, bystander = server.clients("guest", "neighbour", "bystander")
    dish = random_word()
    number = order(guest, dish)
    order(neighbour, random_word())
    is_ready(server, number).expect_ok()
    for client in (guest, neighbour):
        client.fence()
    last_one = neighbour.heard("ready") and not guest.heard("ready")
    heard = guest.expect_event("ready", dish, hint=ADDRESS, mistake="only-the-last-guest" if last_one else None)
    for client in (neighbour, bystander):
        client.expect_nothing(after=heard, hint=ADDRESS, mistake="everybody-hears-it")


@check(after=the_guest_hears_it)
def an_unknown_number_is_refused(server: Server) -> None:
    """A number that nobody was given is refused, and nobody hears anything"""
    guest, bystander = server.clients("guest", "bystander")
    dish = random_word()
    number = order(guest, dish)
    answer = is_ready(server, number + random_number())
    is_ready(server, number).expect_ok()
    heard = guest.expect_event("ready", dish, hint=ADDRESS)
    bystander.fence()
    bystander.fence()
    public = any(event.value == dish for event in bystander.heard())
    bystander.expect_nothing(
        after=heard,
        hint="Stop before you emit: there is nobody to tell.",
        mistake="everybody-hears-it" if public else "no-such-order-tells-all",
    )
    answer.expect_status(
        404,
        hint="Return a text and 404 when there is no such order.",
        mistake="no-such-order-crashes" if answer.status >= 500 else None,
    )


def order(guest: Client, dish: str) -> int:
    """Order a dish and return the number that the guest is given."""
    answer = guest.ask("order", dish)
    answer.expect_arrived(hint="“order” takes a dish, and returns its number.")
    if not isinstance(answer.value, int):
        answer.expect(1, hint="“order” returns a number, as it did.")
    return int(answer.value)


def is_ready(server: Server, number: int) -> HttpAnswer:
    """Play the kitchen."""
    return server.http("POST", f"/ready/{number}")


def recognise_error(server: Server, answer: HttpAnswer) -> str | None:
    """Tell a route that asks its own request for a sid."""
    if answer.status < 500:
        return None
    raised = server.reports.wait_exception(answer.asked_at, REPORT_SECONDS)
    return "asks-the-page-for-a-sid" if raised and "'sid'" in raised.message else None

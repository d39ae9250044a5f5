"""What a household sees of its shopping list."""

from course.grading.author import Answer, Client, Server, check, fail, random_word, show


@check
def an_added_item_is_announced(server: Server) -> None:
    """Everybody hears of a new item, once"""
    adder, other = server.clients("adder", "other")
    item = random_word()
    adder.ask("add", item)
    for client in (adder, other):
        client.fence()
        client.fence()
    lost = not adder.heard("added") and item in listed(other)
    for client in (other, adder):
        client.expect_event(
            "added",
            item,
            hint="The handler of “add” emits “added” to everybody.",
            mistake="now-the-other-one-is-lost" if lost else None,
        )
        expect_once(client, item)


@check
def everything_is_acknowledged(server: Server) -> None:
    """“everything” is acknowledged with one list"""
    asker = server.client("asker")
    answer = asker.ask("everything")
    answer.expect_arrived(hint="The acknowledgement is what the handler returns. Has it run at all?")
    expect_one_list(asker, answer)


@check(after=everything_is_acknowledged)
def an_added_item_is_remembered(server: Server) -> None:
    """What was added is on the list, in order"""
    adder, other = server.clients("adder", "other")
    items = [random_word(), random_word()]
    for item in items:
        adder.ask("add", item)
    mistake = "nothing-is-kept" if adder.heard("added") and not listed(adder) else None
    for client in (adder, other):
        expect_end_of_list(client, items, hint="Does the function that appends ever run?", mistake=mistake)


@check(after=an_added_item_is_remembered)
def swap_takes_two_values(server: Server) -> None:
    """“swap” takes two values, and the new item takes the old one's place"""
    adder = server.client("adder")
    before, old, behind, new = (random_word() for _ in range(4))
    for item in (before, old, behind):
        adder.ask("add", item)
    adder.ask("swap", old, new).expect(True, hint="Each value that is sent becomes one parameter.")
    moved = listed(adder)[-3:] == [before, behind, new]
    expect_end_of_list(
        adder,
        [before, new, behind],
        hint="Put the new item where the old one was.",
        mistake="loses-its-place" if moved else None,
    )


def expect_once(client: Client, item: str) -> None:
    heard = [event for event in client.heard("added") if event.value == item]
    times = len(heard)
    if times > 1:
        fail(
            f"{client.name} heard of one item {times} times.",
            expected=f"{client.name} hears “added” once",
            actual=f"{times} events with {show(item)}",
            hint="One emit to everybody reaches the sender too.",
            mistake="announces-twice",
            about=heard[-1],
        )


def expect_one_list(asker: Client, answer: Answer) -> None:
    if len(answer.values) == 1 and isinstance(answer.value, list):
        return
    added = [random_word(), random_word()]
    for item in added:
        asker.ask("add", item)
    spread = asker.ask("everything").values[-2:] == tuple(added)
    fail(
        "The acknowledgement of “everything” is not one list.",
        expected="one value, a list",
        actual=show(*answer.values) if answer.values else "an empty acknowledgement",
        hint="Return the list as it is.",
        mistake="spreads-the-list" if spread else None,
        about=answer,
    )


def listed(client: Client) -> list[object]:
    """Return the list that “everything” is acknowledged with; empty when it is none."""
    value = client.ask("everything").value
    return value if isinstance(value, list) else []


def expect_end_of_list(client: Client, items: list[str], *, hint: str, mistake: str | None = None) -> None:
    """Claim that these items are the last of the list: others may have been added before."""
    found = listed(client)[-len(items) :]
    if found != items:
        fail(
            "The list is not what was put on it.",
            expected=f"a list that ends with {show(*items)}",
            actual=f"it ends with {show(*found)}" if found else "an empty list",
            hint=hint,
            mistake=mistake,
            about=client,
        )

"""What players and their chats see of a table that has the same name in two namespaces."""

from course.grading.author import Client, Server, check, random_word

HERE = "In a handler, emit(…, to=table) sends to the room of that name in the handler's own namespace."
THERE = "emit(…, to=table, namespace=“/chat”) sends to the room of that name in the other namespace."


@check
def moves_are_heard_at_the_table(server: Server) -> None:
    """Everybody at the table hears a move, and no other table"""
    player, opponent, elsewhere = players(server)
    table, move = random_word(), random_word()
    join(table, player, opponent)
    join(random_word(), elsewhere)
    player.emit("move", table, move)
    expect_in_the_game(server, "moved", move, player, opponent)
    heard = opponent.expect_event("moved", move)
    elsewhere.expect_nothing(after=heard, event="moved", hint=HERE, mistake="whole-namespace")


@check(after=moves_are_heard_at_the_table)
def the_chat_hears_no_moves(server: Server) -> None:
    """The chat of the table hears nothing of the moves"""
    player = server.client("player", namespace="/game")
    talker = server.client("talker", namespace="/chat")
    table, move = random_word(), random_word()
    join(table, player, talker)
    player.emit("move", table, move)
    heard = player.expect_event("moved", move)
    talker.expect_nothing(after=heard, event="moved", hint="Send “moved” in “/game” only.", mistake="moves-in-the-chat")


@check(after=moves_are_heard_at_the_table)
def wins_are_heard_in_both(server: Server) -> None:
    """The table hears who won, in the game and in the chat"""
    player, opponent, _ = players(server)
    talker = server.client("talker", namespace="/chat")
    table, name = random_word(), random_word()
    join(table, player, opponent, talker)
    player.emit("win", table, name)
    expect_in_the_game(server, "won", name, player, opponent)
    talker.expect_event("won", name, hint=THERE, mistake="only-in-the-game")


@check(after=wins_are_heard_in_both)
def other_tables_hear_no_wins(server: Server) -> None:
    """Other tables hear nothing of it, neither in the game nor in the chat"""
    player, _, elsewhere = players(server)
    talker = server.client("talker", namespace="/chat")
    other_talker = server.client("other talker", namespace="/chat")
    table, other_table, name = random_word(), random_word(), random_word()
    join(table, player, talker)
    join(other_table, elsewhere, other_talker)
    player.emit("win", table, name)
    heard = talker.expect_event("won", name)
    player.expect_event("won", name)
    elsewhere.expect_nothing(after=heard, event="won", hint=HERE, mistake="whole-namespace")
    other_talker.expect_nothing(after=heard, event="won", hint=THERE, mistake="every-chat-hears")


def players(server: Server) -> tuple[Client, Client, Client]:
    player, opponent, elsewhere = (
        server.client(name, namespace="/game") for name in ("player", "opponent", "player elsewhere")
    )
    return player, opponent, elsewhere


def join(table: str, *clients: Client) -> None:
    for client in clients:
        client.ask("join", table).expect_arrived(hint="“join” takes the name of a table.")


def expect_in_the_game(server: Server, event: str, value: str, *players: Client) -> None:
    """Claim that all players hear it; where nobody does, look whether it is sent in “/” instead."""
    first = players[0]
    first.wait_patiently(lambda: first.heard(event))
    mistake = None
    if not any(player.heard(event) for player in players):
        mistake = recognise_default_namespace(server, first, event)
    for player in players:
        player.expect_event(event, value, hint=HERE, mistake=mistake)


def recognise_default_namespace(server: Server, player: Client, event: str) -> str | None:
    """Name as the table the room that a client of “/” has to itself; what is heard there was sent in “/”."""
    visitor = server.client("visitor")
    if player.connected:
        player.emit("move" if event == "moved" else "win", visitor.sio.get_sid("/"), random_word())
        visitor.wait_patiently(lambda: visitor.heard(event))
    return "looks-in-the-default-namespace" if visitor.heard(event) else None

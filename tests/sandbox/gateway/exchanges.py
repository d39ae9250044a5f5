"""Exchanges of the Engine.IO and Socket.IO protocols, each told as what a client hears. `EXCHANGES` has them by name.

After the protocol documents (Engine.IO protocol 4, Socket.IO protocol 5): what they ask of a server, and what they leave
to it. An exchange does not say what is right; it is played twice, and compared.
"""

from contextlib import closing

from websocket import ABNF

from tests.sandbox.gateway.ways import LONG, QUICK

EXCHANGES = {}
POLLING, WEBSOCKET = "EIO=4&transport=polling", "EIO=4&transport=websocket"


def exchange(play):
    EXCHANGES[play.__name__.replace("_", " ")] = play
    return play


def says(name, *messages, heard=0, patience=LONG):
    """An exchange on a WebSocket that is connected to the main namespace: it says something, then hears."""

    def play(way):
        with closing(way.websocket()) as talk:
            told = talk.hear(1) + talk.send("40").hear(1)
            told += talk.send(*messages).hear(heard) if heard else []
            return told + talk.rest(patience)

    EXCHANGES[name] = play


def polls(name, body, *, connected=True):
    """The same on long-polling; hears what the next polls bring."""

    def play(way):
        session = f"{POLLING}&sid={way.opened()}"
        told = [way.http("POST", session, b"40"), way.http("GET", session)] if connected else []
        told.append(way.http("POST", session, body))
        return [*told, *way.polled(session), way.http("POST", session, b"1")]

    EXCHANGES[name] = play


# Engine.IO: handshakes

for _query in (
    POLLING,
    "transport=polling",
    "EIO=abc&transport=polling",
    "EIO=3&transport=polling",
    "EIO=5&transport=polling",
    "EIO=4",
    "EIO=4&transport=abc",
    f"{POLLING}&sid=unknown",
    f"{POLLING}&b64=1",
    f"{POLLING}&t=abcdef",
    f"{POLLING}&EIO=4",
):
    for _method in ("GET", "POST", "OPTIONS", "PUT", "DELETE"):
        EXCHANGES[f"{_method} {_query}"] = lambda way, m=_method, q=_query: way.http(m, q)

for _query in (
    WEBSOCKET,
    "transport=websocket",
    "EIO=abc&transport=websocket",
    "EIO=3&transport=websocket",
    "EIO=4",
    "EIO=4&transport=abc",
    f"{WEBSOCKET}&sid=unknown",
):

    def _handshake(way, query=_query):
        talk = way.websocket(query)
        if not hasattr(talk, "hear"):
            return talk
        with closing(talk):
            return talk.hear(1) + talk.rest()

    EXCHANGES[f"WebSocket {_query}"] = _handshake


@exchange
def a_get_that_asks_for_no_websocket_though_it_says_so(way):
    return way.http("GET", WEBSOCKET)


@exchange
def a_path_beside_the_servers(way):
    return way.http("GET", POLLING, path="/socket.io/more/"), way.http("GET", POLLING, path="/socket.iox/")


# Engine.IO: long-polling

polls("polling: one packet", b'42["echo",1]')
polls("polling: several packets", b'42["echo",1]\x1e42["echo","\xc3\xa9"]\x1e421["echo",3]')
polls("polling: as many packets as it takes", b"\x1e".join([b'42["echo",1]'] * 16))
polls("polling: one packet too many", b"\x1e".join([b'42["echo",1]'] * 17))
polls("polling: an empty packet between", b'42["echo",1]\x1e\x1e42["echo",2]')
polls("polling: a separator at the end", b'42["echo",1]\x1e')
polls("polling: an empty body", b"")
polls("polling: no packet", b"abc", connected=False)
polls("polling: a pong", b"3\x1e" + b'42["echo",1]')
polls("polling: an upgrade without a WebSocket", b'5\x1e42["echo",1]')
polls("polling: binary in base64", b'451-["bytes_back",{"_placeholder":true,"num":0}]\x1ebAQID')
polls("polling: binary that is no base64", b'451-["bytes_back",{"_placeholder":true,"num":0}]\x1eb???')
polls("polling: text that is not UTF-8", b'42["echo","\xff"]')
polls("polling: large", b'42["echo","' + b"x" * 100_000 + b'"]')


@exchange
def a_session_that_is_closed_is_gone(way):
    session = f"{POLLING}&sid={way.opened()}"
    return [way.http("POST", session, b"1"), way.http("GET", session), way.http("POST", session, b"40")]


@exchange
def packets_behind_a_close(way):
    session = f"{POLLING}&sid={way.opened()}"
    return [way.http("POST", session, b'40\x1e1\x1e42["echo",1]'), way.http("GET", session)]


@exchange
def a_ping_of_the_server_on_polling(way):
    session = f"{POLLING}&sid={way.opened()}"
    return [way.http("GET", session), way.http("POST", session, b"3"), way.http("POST", session, b"1")]


@exchange
def a_post_of_form_data(way):
    session = f"{POLLING}&sid={way.opened()}"
    headers = [("Content-Type", "application/x-www-form-urlencoded")]
    return [way.http("POST", session, b"d=40", headers), way.http("POST", session, b"1")]


# Engine.IO: WebSocket

says("websocket: a ping of the client", "2")
says("websocket: a pong without a ping", "3")
says("websocket: a probe", "2probe")
says("websocket: no packet", "abc")
says("websocket: an empty message", "")
says("websocket: a noop", "6", '42["echo",1]', heard=1)
says("websocket: an upgrade of what is one", "5", '42["echo",1]', heard=1)
says("websocket: a second open packet", "0{}")
says("websocket: close", "1")
says("websocket: events behind a close", "1", '42["echo",1]')
says("websocket: bytes that nobody announced", b"\x01\x02", '42["echo",1]', heard=1)


@exchange
def a_ping_of_the_server(way):
    with closing(way.websocket()) as talk:
        told = talk.hear(2, ping=True)
        return told + talk.send("3").hear(1, ping=True)


@exchange
def a_ping_frame_is_answered_with_a_pong_frame(way):
    with closing(way.websocket()) as talk:
        told = talk.hear(1)
        talk.connection.ping("are you there")
        return told + talk.hear(1)


@exchange
def a_close_frame_is_answered_with_one(way):
    with closing(way.websocket()) as talk:
        told = talk.hear(1)
        talk.connection.send_close(1000, b"bye")
        return told + talk.hear(1)


@exchange
def a_message_in_fragments(way):
    with closing(way.websocket()) as talk:
        told = talk.hear(1) + talk.send("40").hear(1)
        for fin, opcode, piece in ((0, 1, b'42["ec'), (0, 0, b'ho","in '), (1, 0, b'pieces"]')):
            talk.connection.send_frame(ABNF(fin, 0, 0, 0, opcode, 1, piece))
        return told + talk.hear(1)


# Engine.IO: upgrades


def upgrading(way, *messages):
    """Open on long-polling, say something on a WebSocket of the same session; what is heard there, and on a poll."""
    sid = way.opened()
    talk = way.websocket(f"{WEBSOCKET}&sid={sid}")
    if not hasattr(talk, "hear"):
        return [talk]
    with closing(talk):
        probed = messages[0] == "2probe"
        told = talk.send(messages[0]).hear(1, patience=LONG if probed else QUICK)
        talk.send(*messages[1:])
        return [*told, way.polled(f"{POLLING}&sid={sid}")]


@exchange
def an_upgrade(way):
    sid = way.opened()
    session = f"{POLLING}&sid={sid}"
    told = [way.http("POST", session, b"40"), way.http("GET", session)]
    with closing(way.websocket(f"{WEBSOCKET}&sid={sid}")) as talk:
        told.append(talk.send("2probe").hear(1))
        told.append(way.http("GET", session))  # a noop releases it
        told.append(talk.send("5").rest())
        told.append(talk.send('42["echo",1]', '423["echo",2]').hear(3))
        return [*told, way.http("POST", session, b'42["echo",1]'), way.http("GET", session)]


@exchange
def what_was_waiting_comes_after_an_upgrade(way):
    sid = way.opened()
    session = f"{POLLING}&sid={sid}"
    told = [way.http("POST", session, b"40"), way.http("GET", session)]
    with closing(way.websocket(f"{WEBSOCKET}&sid={sid}")) as talk:
        told.append(talk.send("2probe").hear(1))
        told.append(way.http("POST", session, b'42["echo","late"]'))
        return [*told, way.http("GET", session), sorted(talk.send("5").rest())]  # either may come first


EXCHANGES["an upgrade with another probe"] = lambda way: upgrading(way, "2other")
EXCHANGES["an upgrade without a probe"] = lambda way: upgrading(way, "5")
EXCHANGES["an upgrade that is given up"] = lambda way: upgrading(way, "2probe", "1")
EXCHANGES["an upgrade that says something else"] = lambda way: upgrading(way, "2probe", '42["echo",1]')


@exchange
def a_second_websocket_of_a_session(way):
    sid = way.opened()
    with closing(way.websocket(f"{WEBSOCKET}&sid={sid}")) as first:
        told = [first.send("2probe").hear(1), first.send("5").rest()]
        second = way.websocket(f"{WEBSOCKET}&sid={sid}")
        if not hasattr(second, "hear"):
            return [*told, second]
        with closing(second):
            return [*told, second.send("2probe").rest(), first.send("40").hear(1)]


# Socket.IO: namespaces


def connecting(name, *messages):
    """Say something before anything is connected."""

    def play(way):
        with closing(way.websocket()) as talk:
            return talk.hear(1) + talk.send(*messages).rest()

    EXCHANGES[name] = play


connecting("connect", "40")
connecting("connect with a payload", '40{"token":"123"}')
connecting("connect with an empty payload", "40{}")
connecting("connect with a list", "40[1]")
connecting("connect to another namespace", "40/custom,")
connecting("connect to another namespace with a payload", '40/custom,{"token":"abc"}')
connecting("connect to another namespace with a query", "40/custom?key=value&a=b,")
connecting("connect to a namespace without its comma", "40/custom")
connecting("connect to an unknown namespace", "40/unknown,")
connecting("connect to a namespace that refuses", "40/refusing,")
connecting("connect twice", "40", "40")
connecting("connect to two namespaces", "40", "40/custom,", '42/custom,["here"]')
connecting("an event before the connection", '42["echo",1]', "40")
connecting("an acknowledgement before the connection", "431[1]", "40")
connecting("nothing at all")

says("disconnect", "41", '42["echo",1]')
says("disconnect, and connect again", "41", "40", '42["echo",1]', heard=2)
says("disconnect from a namespace that was never joined", "41/custom,", '42["echo",1]', heard=1)
says("leave one of two namespaces", "40/custom,", "41/custom,", '42["echo",1]', heard=2)
says("an event in a namespace that was never joined", '42/custom,["here"]', '42["echo",1]', heard=1)
says("be put out by the server", '42["put_me_out"]', heard=1)

# Socket.IO: events and acknowledgements

says("an event", '42["echo",1]', heard=1)
says("an event with everything JSON has", '42["echo",{"a":[1,2.5,null,true,"é ☃"],"b":{}}]', heard=1)
says("an event with an acknowledgement", '42456["echo",1]', heard=2)
says("an acknowledgement of id 0", '420["echo",0]', heard=2)
says("an unknown event with an acknowledgement", '421["nobody"]', '42["echo",1]', heard=1)
says("acknowledgements that nobody asked for", *[f"43{number}[]" for number in range(20)])


@exchange
def many_events_all_arrive(way):
    with closing(way.websocket()) as talk:
        told = talk.hear(1) + talk.send("40").hear(1)
        # Each has a thread of its own on the server: their order is nobody's promise.
        return told + sorted(talk.send(*[f'42["echo",{number}]' for number in range(50)]).hear(50))


says("an event without a name", "42[]", '42["echo",1]', heard=1)
says("an event that is an object", "42{}", '42["echo",1]', heard=1)
says("an event that is a text", '42"echo"', '42["echo",1]', heard=1)
says("an event whose name is a number", "42[1]", '42["echo",1]', heard=1)
says("an event cut off", '42["echo"', '42["echo",1]', heard=1)
says("an event with nothing", "42", '42["echo",1]', heard=1)
says("a packet type too high", "49", '42["echo",1]', heard=1)
says("a packet without a type", "4", '42["echo",1]', heard=1)
says("a packet that is no packet", "4abc", '42["echo",1]', heard=1)
says("an acknowledgement nobody asked for", "4377[1]", '42["echo",1]', heard=1)
says("an acknowledgement without an id", "43[1]", '42["echo",1]', heard=1)
says("a server that asks for an acknowledgement", '42["ask_me"]', "431[7]", heard=2)
says("large events", '42["echo","' + "x" * 200_000 + '"]', heard=1)

# Socket.IO: binary

says("a binary event", '451-["bytes_back",{"_placeholder":true,"num":0}]', b"\x01\x02\x03", heard=2)
says("a binary event with an acknowledgement", '451-9["echo",{"_placeholder":true,"num":0}]', b"\x01", heard=4)
says(
    "two attachments",
    '452-["echo",[{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]]',
    b"\x01",
    b"\x02\x03",
    heard=3,
)
says("an empty attachment", '451-["bytes_back",{"_placeholder":true,"num":0}]', b"", heard=2)
says("an attachment that never comes", '451-["bytes_back",{"_placeholder":true,"num":0}]', '42["echo",1]', heard=1)
says(
    "a placeholder without an attachment",
    '450-["bytes_back",{"_placeholder":true,"num":0}]',
    '42["echo",1]',
    patience=QUICK,
)
says(
    "a placeholder of another number",
    '451-["bytes_back",{"_placeholder":true,"num":7}]',
    b"\x01",
    '42["echo",1]',
    patience=QUICK,
)
says("attachments that are no number", '45x-["echo",1]', '42["echo",1]', patience=QUICK)
says("too many attachments", '4599-["echo",1]', '42["echo",1]', patience=QUICK)
says("large bytes", '451-["bytes_back",{"_placeholder":true,"num":0}]', bytes(range(256)) * 800, heard=2)

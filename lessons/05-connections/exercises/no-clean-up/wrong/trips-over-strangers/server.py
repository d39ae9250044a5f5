
from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

users = {}  # sid: name
typing = set()  # sids
locks = {}  # row: sid


def who_types():
    names = [users.get(sid) for sid in list(typing)]
    return sorted(name for name in names if name)  # who has not joined has no name


def tell_who_types():
    emit("typing", who_types(), broadcast=True)


@socketio.on("join")
def join(name):
    users[request.sid] = name = str(name)
    emit("online", name, broadcast=True, include_self=False)


@socketio.on("typing")
def set_typing(yes):
    if yes:
        typing.add(request.sid)
    else:
        typing.discard(request.sid)
    tell_who_types()


@socketio.on("lock")
def lock(row):
    return locks.setdefault(row, request.sid) == request.sid


@socketio.on("unlock")
def unlock(row):
    if locks.get(row) == request.sid:
        del locks[row]


@socketio.on("state")
def state():
    return {
        "users": sorted(set(users.values())),
        "typing": who_types(),
        "locks": {row: users.get(sid) for row, sid in locks.items()},
    }


@socketio.on("disconnect")
def goodbye(reason):
    typing.discard(request.sid)
    for row, sid in list(locks.items()):
        if sid == request.sid:
            del locks[row]
    name = users[request.sid]
    del users[request.sid]
    tell_who_types()
    if name not in users.values():
        emit("offline", name, broadcast=True)


if __name__ == "__main__":
    socketio.run(app)

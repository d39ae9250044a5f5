import assert from "node:assert/strict";
import { test } from "node:test";
import { emittedOn, handlerFor, handlersIn } from "../../static/js/diagram/source.js";

const SOURCE = `from flask_socketio import SocketIO, Namespace, emit, send
socketio = SocketIO(app)

@socketio.on("add")
def add(a, b):
    return a + b

@socketio.on('say', namespace="/chat")
@socketio.on("tell", namespace='/chat')
def say(text):
    emit("said", text, to="room")

@socketio.event
def ping(data):
    socketio.emit('ponged')

@socketio.on("add")
def add_again(*numbers):
    send("text")

@socketio.on("*")
def anything(event, *data):
    pass

def later():
    emit("said", 1)

socketio.on_event("late", later, namespace="/chat")

class Game(Namespace):
    def on_move(self, where):
        self.emit("moved", where)

    def helper(self):
        pass

def on_nothing():
    pass

socketio.on_namespace(Game("/game"))
`;
const handlers = handlersIn(SOURCE);

test("decorators, bare events, registrations and namespace classes are found, at the line of their def", () => {
  const told = handlers.map(({ event, namespace, name, line }) => `${namespace} ${event} ${name} ${line}`);
  assert.deepEqual(told, [
    "/ add add 5",
    "/chat say say 10",
    "/chat tell say 10",
    "/ ping ping 14",
    "/ add add_again 18",
    "/ * anything 22",
    "/chat late later 25",
    "/game move Game.on_move 31",
  ]);
});

test("the last handler of an event is the one, then the catch-all, each in its own namespace", () => {
  assert.equal(handlerFor(handlers, "add").line, 18);
  assert.equal(handlerFor(handlers, "unknown").name, "anything");
  assert.equal(handlerFor(handlers, "unknown", "/chat"), null);
});

test("an emit is found by the name it writes", () => {
  assert.deepEqual(emittedOn(SOURCE, "said"), [11, 26]);
  assert.deepEqual(emittedOn(SOURCE, "ponged"), [15]);
  assert.deepEqual(emittedOn(SOURCE, "message"), [19]);
  assert.deepEqual(emittedOn(SOURCE, "never"), []);
});

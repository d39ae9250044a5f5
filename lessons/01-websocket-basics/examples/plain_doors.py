"""Knocking without Socket.IO"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

PAGE = """<!doctype html><title>Plain WebSockets</title>
<pre id="log"></pre>
<script>
const log = document.getElementById("log");
const tell = (...words) =>
  log.append(words.join("  ") + "\\n");

function knock(path, first) {
  const address = new URL(path, location.href);
  address.protocol =
    address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  const name = `/${path} ${first ?? ""}`;
  socket.onopen = () => {
    tell(name, "OPEN");
    if (first) socket.send(first);
  };
  socket.onmessage = ({ data }) =>
    tell(name, "HEARD", data.slice(0, 20));
  socket.onclose = () => tell(name, "CLOSED");
}

knock("");
knock("nowhere");
knock("socket.io/");
const door =
  "socket.io/?EIO=4&transport=websocket";
knock(door, "hello");
knock(door, "40");
</script>"""


@app.get("/")
def page():
    return PAGE


socketio.run(app)

"""Take a frame apart with the library's own tools"""

from engineio.packet import Packet as EngineIOPacket
from engineio.packet import packet_names as engineio_names
from flask import Flask
from flask_socketio import SocketIO
from socketio.packet import Packet as SocketIOPacket
from socketio.packet import packet_names as socketio_names

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("peel")
def peel(frame):
    outer = EngineIOPacket(encoded_packet=frame)
    layers = {"engineio": engineio_names[outer.packet_type]}
    if engineio_names[outer.packet_type] == "MESSAGE":
        inner = SocketIOPacket(encoded_packet=outer.data)
        layers["socketio"] = socketio_names[inner.packet_type]
        layers["namespace"] = inner.namespace or "/"
        layers["acknowledgement"] = inner.id
        layers["data"] = inner.data
    return layers


socketio.run(app)

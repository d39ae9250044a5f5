"""A list that hardly changes"""

from flask import Flask, jsonify, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
MENU = {f"dish {n}": 5 + n % 7 for n in range(200)}


@app.get("/menu")
def over_http():
    answer = jsonify(MENU)
    answer.add_etag()
    # To whoever has this version already: 304
    return answer.make_conditional(request)


@socketio.on("menu")
def over_the_socket():
    return MENU


socketio.run(app)

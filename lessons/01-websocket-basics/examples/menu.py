"""A list that hardly changes"""

from flask import Flask, jsonify, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
MENU = {f"dish {number}": 5 + number % 7 for number in range(200)}


@app.get("/menu")
def over_http():
    answer = jsonify(MENU)
    answer.add_etag()
    return answer.make_conditional(request)  # “you have that one already”: 304, and no body


@socketio.on("menu")
def over_the_socket():
    return MENU


socketio.run(app)

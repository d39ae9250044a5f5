from flask import Flask, render_template
from flask_socketio import SocketIO

import greetings

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@app.get("/")
def home():
    return render_template("page.html", word=greetings.WORD)


socketio.run(app)

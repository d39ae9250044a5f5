"""Ask again later"""

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
menu = {"version": 1, "dish": "soup"}

PAGE = """<!doctype html><title>Menu</title>
<h1 id="dish"></h1>
<script>
  let seen = 0;
  async function look() {
    const answer = await fetch(`menu?seen=${seen}`);
    if (answer.status === 200) {
      const { version, dish } = await answer.json();
      seen = version;
      document.getElementById("dish").textContent = dish;
    }
  }
  look();
  setInterval(look, 10_000);
</script>"""


@app.get("/")
def page():
    return PAGE


@app.get("/menu")
def todays_menu():
    seen = request.args.get("seen", type=int)
    if seen == menu["version"]:
        return "", 204  # nothing new
    return menu


@socketio.on("cook")
def cook(dish):
    menu.update(version=menu["version"] + 1, dish=dish)


socketio.run(app)

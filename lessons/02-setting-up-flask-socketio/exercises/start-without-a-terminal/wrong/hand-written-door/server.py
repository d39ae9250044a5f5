from flask import Flask

app = Flask(__name__)


@app.route("/socket.io/")
def door():
    return "OK"


if __name__ == "__main__":
    app.run()

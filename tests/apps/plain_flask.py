import random
import uuid

from flask import Flask

app = Flask(__name__)
chance = f"{random.random()} {uuid.uuid4()}"


@app.get("/")
def home():
    return chance


app.run()

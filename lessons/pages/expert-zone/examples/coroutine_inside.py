"""A coroutine, run by a plain handler"""

import asyncio

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


async def look_up(word):
    await asyncio.sleep(0.1)  # an async library
    return word.upper()


@socketio.on("never")
async def never(word):
    return await look_up(word)


@socketio.on("works")
def works(word):
    return asyncio.run(look_up(word))


socketio.run(app)

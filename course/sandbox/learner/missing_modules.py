"""Why a module that programs often import is not here, and what to write instead. Pure, standard library only."""

from __future__ import annotations

import sys
from typing import Final

from course.program import Runtime, is_gevent

_WAY_OUT = (
    "A sandbox has no way out, so nobody could answer it. Put a function of yours in its place, which returns what "
    "the answer would be."
)
_SERVER = (
    "It needs a server of its own, and there is none here. Keep the data in a dictionary or a list, or in sqlite3, "
    "which stays in memory."
)
_QUEUE = "It needs a server of its own, and a single process needs no message queue. Leave it and message_queue= out."
_TASKS = "There is no other process to hand work to. Use socketio.start_background_task() and socketio.sleep()."
_LARGE = "It is larger than a sandbox. Work with lists, math, statistics and random, or with numbers of your own."
_DEVICE = (
    "There are no devices here. Put a function of yours in its place, which returns something such as "
    "random.uniform(20, 25)."
)
_PASSWORDS = "Use generate_password_hash and check_password_hash of werkzeug.security: they are here."
_FORMS = "Read request.form, and say in your own code what is wrong with it."
_TOKENS = "Use URLSafeTimedSerializer of itsdangerous: it signs what a client keeps, and is here."
_TABLES = "Tables live in memory here, so there is nothing to migrate: call db.create_all() in app.app_context()."
_FRAMEWORK = "This place runs Flask-SocketIO. Write the same with @app.route and @socketio.on."
_SERVING = "The site serves your program by itself: end it with socketio.run(app)."
_SEALING = "Use hashlib, hmac and secrets of Python itself."
_ROUTES = "Write its routes with @app.route, and answer with a dictionary: Flask sends it as JSON."
_NOT_NEEDED = "A program that runs for some minutes does without it: take it out."
_PYTHONS_OWN = "This part of Python needs what a sandbox has not: a disk, other programs or a screen. Do without it."
_HERE = frozenset(
    "flask flask_socketio socketio engineio werkzeug jinja2 flask_login flask_sqlalchemy sqlalchemy flask_session "
    "flask_cors pydantic dotenv cachelib".split()
)
_TIMES = 'Use datetime and zoneinfo of Python itself: ZoneInfo("Europe/Berlin") is here.'
_FORMATS = "Use json, csv, tomllib or xml.etree of Python itself."
_CLASSES = "Use dataclasses and typing of Python itself."
_SCREEN = "A sandbox has no screen. Show it in a page: with render_template, or in templates/ and static/."

EVENTLET: Final = (
    "Its own authors advise against it for anything new. Take eventlet.monkey_patch() out, too, and write "
    'async_mode="{}".'
)
GEVENT: Final = "This program runs in threading mode, which needs neither gevent nor patching. Take that line out."

_WHY = {
    _WAY_OUT: "requests httpx aiohttp urllib3 websocket websockets httplib2 paramiko openai anthropic google boto3 "
    "botocore stripe twilio telegram discord slack_sdk tweepy praw feedparser bs4 selenium playwright flask_mail "
    "sendgrid dns yfinance ccxt firebase_admin supabase pywebpush",
    _SERVER: "pymongo flask_pymongo motor mongoengine psycopg2 psycopg pymysql MySQLdb mysql asyncpg aiosqlite "
    "flask_mysqldb elasticsearch influxdb influxdb_client cassandra peewee ldap3",
    _QUEUE: "redis valkey flask_redis kombu kafka zmq pika aio_pika amqp paho flask_mqtt nats confluent_kafka",
    _TASKS: "celery rq dramatiq huey apscheduler flask_apscheduler schedule",
    _LARGE: "numpy pandas scipy sklearn matplotlib plotly dash bokeh seaborn torch tensorflow keras transformers cv2 "
    "PIL mediapipe face_recognition dlib nltk spacy whisper pydub librosa ultralytics polars networkx sympy",
    _DEVICE: "RPi serial smbus smbus2 board busio adafruit_dht picamera picamera2 gpiozero pigpio pyaudio sounddevice "
    "bluetooth bleak usb pyautogui pynput keyboard mouse can pymavlink dronekit rospy rclpy psutil GPUtil",
    _PASSWORDS: "flask_bcrypt bcrypt passlib argon2 flask_argon2",
    _FORMS: "flask_wtf wtforms email_validator marshmallow flask_marshmallow cerberus webargs",
    _TOKENS: "flask_jwt_extended flask_jwt jwt jose authlib flask_dance flask_security flask_user flask_httpauth",
    _TABLES: "flask_migrate alembic flask_script",
    _FRAMEWORK: "fastapi starlette quart sanic tornado bottle django channels pyramid falcon flask_sock flask_sockets "
    "flask_uwsgi_websocket geventwebsocket aiortc twisted autobahn",
    _SERVING: "gunicorn uvicorn waitress uwsgi hypercorn cheroot meinheld bjoern pyngrok flask_ngrok ngrok",
    _SEALING: "cryptography Crypto nacl rsa OpenSSL",
    _ROUTES: "flask_restful flask_restx flask_restplus flask_smorest flask_apispec connexion flasgger",
    _NOT_NEEDED: "flask_limiter flask_talisman flask_compress flask_caching flask_assets flask_moment flask_admin "
    "flask_bootstrap flask_babel flask_minify flask_seasurf flask_debugtoolbar flask_profiler whitenoise sentry_sdk "
    "prometheus_client prometheus_flask_exporter newrelic loguru structlog colorama termcolor rich tqdm coloredlogs "
    "pytest watchdog dotenv_vault decouple environs dynaconf setuptools pkg_resources uvloop shortuuid names faker",
    _TIMES: "pytz dateutil arrow pendulum tzlocal moment",
    _FORMATS: "yaml simplejson ujson orjson toml msgpack lxml xmltodict openpyxl docx reportlab",
    _CLASSES: "attr attrs six future mock",
    _SCREEN: "tkinter turtle pygame PyQt5 PyQt6 PySide6 kivy wx curses webview",
}
_REASONS = {name: why for why, names in _WHY.items() for name in names.split()}


def why_missing(module: str, runtime: Runtime) -> str:
    """Return why a module can't be imported under `runtime`, and what to do, as sentences."""
    name = module.partition(".")[0]
    if name == "gevent":
        return GEVENT
    if name == "eventlet":
        return EVENTLET.format("gevent" if is_gevent(runtime) else "threading")
    if name not in _REASONS and name in sys.stdlib_module_names:
        return _PYTHONS_OWN
    if name in _HERE:
        return f"{name} is here, but this part of it is not. Do without it."
    return _REASONS.get(name) or (
        f"It is neither installed here nor one of your files. If it is yours, bring {name}.py along; otherwise do "
        f"without it. {available(runtime)}"
    )


def available(runtime: Runtime) -> str:
    """Return what can be imported, as a sentence for a learner who tried something else."""
    return (
        f"There are flask, flask_socketio, socketio, {'gevent, ' if is_gevent(runtime) else ''}flask_login, "
        "flask_sqlalchemy, flask_session, flask_cors, pydantic, dotenv, and the usual modules of Python: json, time, "
        "random, math, datetime, threading, collections, logging, re, uuid, secrets, hashlib, sqlite3…"
    )

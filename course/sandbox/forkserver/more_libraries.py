"""One use of each larger library, in the fork server: what they import or make on first use is there in time."""

from __future__ import annotations

import flask
import flask_login
import flask_session
import flask_sqlalchemy
import pydantic
from flask_cors import CORS
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class _Base(DeclarativeBase):
    """Of the tables below."""


class _Room(_Base):
    __tablename__ = "room"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class _Message(pydantic.BaseModel):
    text: str
    count: int = 0


def warm_up() -> None:
    """Store and find a row, validate a message, keep a session. Nothing stays open."""
    app = flask.Flask("warm", root_path="/", static_folder=None, instance_path="/")
    app.config.update(SECRET_KEY="warm", SQLALCHEMY_DATABASE_URI="sqlite://", SESSION_TYPE="filesystem")  # noqa: S106
    database = flask_sqlalchemy.SQLAlchemy(app, model_class=_Base)
    flask_login.LoginManager(app)
    flask_session.Session(app)
    CORS(app)
    with app.app_context():
        database.create_all()
        database.session.add(_Room(name="lobby"))
        database.session.commit()
        database.session.scalars(database.select(_Room).where(_Room.name == "lobby")).one()
        database.session.remove()
        database.engine.dispose()
    app.test_client().get("/")
    _Message.model_validate_json('{"text": "hello"}').model_dump_json()

"""The Flask extensions, unbound. This module imports nothing of ours, so that anything may import it."""

from flask_compress import Compress
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The base class of every table."""


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
compress = Compress()

"""The settings of one running site: read from the environment once, checked, then frozen."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from course.sandbox.limits import LimitRefused, Limits
from course.shares.exceptions import ExceptionRefused, LimitException, read_exceptions

ROOT = Path(__file__).resolve().parent.parent

SandboxMode = Literal["confined", "unconfined", "off"]
_NAME = re.compile(r"\*|(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:]*:[0-9a-f:.]*")
_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_ORIGIN = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
LOOPBACK = ("127.0.0.1", "localhost", "::1")

PLATFORMS = {
    "RENDER_EXTERNAL_HOSTNAME": "{}",
    "FLY_APP_NAME": "{}.fly.dev",
    "RAILWAY_PUBLIC_DOMAIN": "{}",
    "HEROKU_APP_DEFAULT_DOMAIN_NAME": "{}",
    "KOYEB_PUBLIC_DOMAIN": "{}",
    "WEBSITE_HOSTNAME": "{}",  # Azure App Service
    "REPLIT_DEV_DOMAIN": "{}",
}
"""What platforms tell a site about its own name, and what the name is then."""


class SettingRefused(ValueError):
    """A setting has an invalid value; the message names the variable and what it may be."""


@dataclass(frozen=True)
class Settings:
    """Everything an operator can choose. The comment after each field names its environment variable."""

    host: str = "127.0.0.1"  # HOST
    port: int = 5000  # PORT
    production: bool = False  # PRODUCTION=1: never guessed
    secret_key: str = ""  # SECRET_KEY: signs the learner's cookie; needed in production
    database_url: str = ""  # DATABASE_URL: empty means SQLite in the instance folder
    instance: Path = field(default_factory=lambda: ROOT / "instance")  # INSTANCE_DIR
    course: Path = field(default_factory=lambda: ROOT / "lessons")  # COURSE_DIR
    sandbox: SandboxMode = "confined"  # SANDBOX
    sandbox_slots: int | None = None  # SANDBOX_SLOTS: programs at once; counted from memory where not set
    https: bool = False  # HTTPS=1: cookies are Secure and carry the __Host- prefix
    trusted_proxies: int = 0  # TRUSTED_PROXIES: how many proxies in front set X-Forwarded-*
    limit_exceptions: tuple[LimitException, ...] = ()  # LIMIT_EXCEPTIONS: networks not limited by address, for a time
    sandbox_host: str = ""  # SANDBOX_HOST: a second host name of this site, for learners' programs alone
    course_url: str = ""  # COURSE_URL: the address of the course itself; needed with SANDBOX_HOST
    allowed_hosts: tuple[str, ...] = ()  # ALLOWED_HOSTS: the site's names, beside those that the platform tells
    connections: int | None = None  # CONNECTIONS: at once; counted from what the machine allows where not set
    limits: Limits = field(default_factory=Limits)  # SANDBOX_<LIMIT>
    edit_url: str = ""  # EDIT_URL: where the lessons' files are edited; pages then link to theirs
    migrate: bool = True  # MIGRATE=0: the release phase does it instead
    keep_days: int = 400  # KEEP_DAYS: after so long without anything new a learner's work is swept; 0 keeps it
    keep_visitors_days: int = 60  # KEEP_VISITORS_DAYS: the same for who only looked for an hour; 0 keeps it
    storage_mb: int = 2000  # STORAGE_MB: a larger database takes nothing new from newcomers; 0 is no limit

    @property
    def loopback(self) -> bool:
        """Return whether only this machine can reach the site."""
        return self.host in LOOPBACK

    @property
    def host_names(self) -> frozenset[str]:
        """Return the names under which the site is reached, without ports: all that settings tell."""
        told = {urlsplit(self.course_url).hostname, urlsplit(f"//{self.sandbox_host}").hostname}
        return frozenset({*self.allowed_hosts, *filter(None, told)})

    @property
    def sandbox_url(self) -> str:
        """Where learners' programs answer, such as ``https://run.example.org``; "" when it is the course's host."""
        return f"{urlsplit(self.course_url).scheme}://{self.sandbox_host}" if self.sandbox_host else ""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that `environment` asks for.

    Raises:
        SettingRefused: a value is invalid, or not safe in production.
    """
    try:
        limits = Limits.from_environment(environment)
    except LimitRefused as refusal:
        raise SettingRefused(str(refusal)) from refusal
    production = _switch(environment, "PRODUCTION")
    instance = Path(environment.get("INSTANCE_DIR") or ROOT / "instance").resolve()
    settings = Settings(
        host=environment.get("HOST") or "127.0.0.1",
        port=_whole_number(environment, "PORT", 5000, 0, 65535) or 0,
        production=production,
        secret_key=environment.get("SECRET_KEY") or ("" if production else _development_key(instance)),
        database_url=_database(environment, instance),
        instance=instance,
        course=Path(environment.get("COURSE_DIR") or ROOT / "lessons").resolve(),
        sandbox=_mode(environment),
        sandbox_slots=_whole_number(environment, "SANDBOX_SLOTS", None, 1, 10_000),
        https=_switch(environment, "HTTPS"),
        trusted_proxies=_whole_number(environment, "TRUSTED_PROXIES", 0, 0, 10) or 0,
        limit_exceptions=_exceptions(environment, "LIMIT_EXCEPTIONS"),
        sandbox_host=_host_name(environment, "SANDBOX_HOST"),
        course_url=_address(environment, "COURSE_URL"),
        allowed_hosts=(*_names(environment, "ALLOWED_HOSTS"), *_platform_names(environment)),
        connections=_whole_number(environment, "CONNECTIONS", None, 16, 60_000),
        limits=limits,
        edit_url=_address(environment, "EDIT_URL"),
        migrate=_switch(environment, "MIGRATE", default=True),
        keep_days=_whole_number(environment, "KEEP_DAYS", 400, 0, 100_000) or 0,
        keep_visitors_days=_whole_number(environment, "KEEP_VISITORS_DAYS", 60, 0, 100_000) or 0,
        storage_mb=_whole_number(environment, "STORAGE_MB", 2000, 0, 10_000_000) or 0,
    )
    _refuse_unsafe(settings, environment)
    return settings


def _refuse_unsafe(settings: Settings, environment: Mapping[str, str]) -> None:
    if settings.production and len(settings.secret_key) < 16:
        raise SettingRefused("SECRET_KEY must be set in production, and have 16 characters or more.")
    if settings.sandbox == "unconfined" and (settings.production or not settings.loopback):
        raise SettingRefused(
            "SANDBOX=unconfined runs strangers' code with your rights: it is only for development on loopback."
        )
    if settings.sandbox_host and not settings.course_url:
        raise SettingRefused(
            "SANDBOX_HOST needs COURSE_URL too, the course's own address, such as https://example.org."
        )
    if settings.sandbox_host and not _ORIGIN.fullmatch(settings.course_url):
        raise SettingRefused(
            f"COURSE_URL is {settings.course_url!r}: with SANDBOX_HOST it must be scheme and host alone, such as "
            "https://example.org."
        )
    if settings.sandbox_host and settings.sandbox_host == urlsplit(settings.course_url).netloc.lower():
        raise SettingRefused("SANDBOX_HOST must be another host name than COURSE_URL's: it keeps the two apart.")
    if (_whole_number(environment, "WEB_CONCURRENCY", 1, 1, 1000) or 1) > 1:
        raise SettingRefused(
            "WEB_CONCURRENCY is more than 1, but there is no message queue between web processes yet: set it to 1."
        )


def _database(environment: Mapping[str, str], instance: Path) -> str:
    url = environment.get("DATABASE_URL") or ""
    if url.startswith("postgres://"):  # the form that some platforms provide; SQLAlchemy wants a driver
        return "postgresql+psycopg://" + url.removeprefix("postgres://")
    return url or f"sqlite:///{instance / 'duplex.sqlite'}"


def _development_key(instance: Path) -> str:
    """Return a key that stays the same over restarts, so that a development restart keeps learners' cookies."""
    file = instance / "secret-key"
    if not file.exists():
        instance.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text().strip()


def _address(environment: Mapping[str, str], name: str) -> str:
    text = environment.get(name, "")
    if text and not text.startswith(("https://", "http://")):
        raise SettingRefused(f"{name} is {text!r}: it must be a whole address, such as https://example.org/lessons.")
    return text.rstrip("/")


def _names(environment: Mapping[str, str], name: str) -> list[str]:
    names = [each.strip().lower() for each in environment.get(name, "").split(",") if each.strip()]
    for each in names:
        if not _NAME.fullmatch(each):
            raise SettingRefused(
                f"{name} has {each!r}: it must be host names without port, such as learn.example.org,*.example.org."
            )
    return names


def _platform_names(environment: Mapping[str, str]) -> list[str]:
    told = (form.format(environment[name].lower()) for name, form in PLATFORMS.items() if environment.get(name))
    return [name for name in told if _NAME.fullmatch(name) and "*" not in name]


def _host_name(environment: Mapping[str, str], name: str) -> str:
    text = environment.get(name, "").lower()
    if text and not _HOST_NAME.fullmatch(text):
        raise SettingRefused(f"{name} is {text!r}: it must be a host name alone, such as run.example.org.")
    return text


def _exceptions(environment: Mapping[str, str], name: str) -> tuple[LimitException, ...]:
    try:
        return read_exceptions(environment.get(name, ""))
    except ExceptionRefused as refusal:
        raise SettingRefused(f"{name}: {refusal}") from refusal


def _mode(environment: Mapping[str, str]) -> SandboxMode:
    match environment.get("SANDBOX", "confined"):
        case "confined":
            return "confined"
        case "unconfined":
            return "unconfined"
        case "off":
            return "off"
        case other:
            raise SettingRefused(f"SANDBOX is {other!r}: it may be confined, unconfined or off.")


def _switch(environment: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    text = environment.get(name, "").lower()
    if text in ("", "1", "true", "yes", "0", "false", "no"):
        return text in ("1", "true", "yes") if text else default
    raise SettingRefused(f"{name} is {text!r}: it may be 1 or 0.")


def _whole_number(
    environment: Mapping[str, str], name: str, default: int | None, lowest: int, highest: int
) -> int | None:
    text = environment.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise SettingRefused(f"{name} is {text!r}: it must be a whole number from {lowest} to {highest}.")
    return int(text)

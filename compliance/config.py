"""Every setting, its default and its reason. From the environment only; a wrong one stops the start with a sentence."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from compliance.support import mail
from compliance.support.cache import build_digest, server_options
from compliance.support.clock import now
from compliance.support.errors import MisconfiguredError
from compliance.support.i18n import _l

#: What the sign-in library says of a new password, in the words and the languages of the product.
PASSWORD_WORDS = {
    "SECURITY_MSG_PASSWORD_NOT_PROVIDED": (_l("Write the password."), "error"),
    "SECURITY_MSG_INVALID_PASSWORD": (_l("This is not your password."), "error"),
    "SECURITY_MSG_PASSWORD_INVALID_LENGTH": (_l("At least %(length)s characters."), "error"),
    "SECURITY_MSG_RETYPE_PASSWORD_MISMATCH": (_l("The two passwords differ."), "error"),
    "SECURITY_MSG_PASSWORD_IS_THE_SAME": (_l("This is the password you have already."), "error"),
}

ROOT = Path(__file__).resolve().parents[1]
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the administrator decides for the installation. `docs/operations.md` explains each."""

    environment: str = "local"
    var_dir: Path = Path("var")
    database_url: str = ""
    broker_url: str = ""
    cache_url: str = ""
    secret_key: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    mail_url: str = ""
    mail_from: str = ""
    behind_proxy: bool = False
    sample_entrance: bool = False
    upload_limit_mb: int = 20
    sign_in_limit: str = "10 per minute; 60 per hour"
    account_limit: str = "10 per 15 minutes"
    session_hours: int = 12
    log_level: str = "info"

    @property
    def is_production(self) -> bool:
        """Whether the installation is for real work."""
        return self.environment == "production"

    @property
    def database(self) -> str:
        """The database address; without one, the embedded database below `var_dir`."""
        return self.database_url or f"sqlite:///{(self.var_dir / 'trente.sqlite3').resolve()}"

    @property
    def address(self) -> str:
        """Where people find the installation, without a slash at the end."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def broker(self) -> str:
        """The broker address; without one, a folder below `var_dir` serves as doorbell."""
        return self.broker_url or "filesystem://"


def _read(name: str, kind: Any, text: str) -> Any:
    if kind is bool:
        if text.lower() not in TRUE | FALSE:
            raise MisconfiguredError(f"{name.upper()} must be 1 or 0, not {text!r}.")
        return text.lower() in TRUE
    if kind is int:
        if not text.isdigit():
            raise MisconfiguredError(f"{name.upper()} must be a whole number, not {text!r}.")
        return int(text)
    return Path(text) if kind is Path else text


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Read the settings, or say which one is wrong and why."""
    given = {
        f.name: _read(f.name, f.type, environ[f.name.upper()]) for f in fields(Settings) if f.name.upper() in environ
    }
    settings = Settings(**given)
    if settings.environment not in ("local", "production", "test"):
        raise MisconfiguredError("ENVIRONMENT must be local, production or test.")
    if settings.sample_entrance and settings.is_production:
        raise MisconfiguredError("SAMPLE_ENTRANCE lets anybody in without a password: it cannot be on in production.")
    if settings.sample_entrance and settings.host not in ("127.0.0.1", "::1", "localhost"):
        raise MisconfiguredError("SAMPLE_ENTRANCE works on this machine only: HOST must be 127.0.0.1.")
    if settings.is_production and len(settings.secret_key) < 32:
        raise MisconfiguredError("SECRET_KEY must be set to at least 32 random characters in production.")
    if not 0 < settings.port < 65536:
        raise MisconfiguredError("PORT must be between 1 and 65535.")
    if settings.public_url and urlsplit(settings.public_url).scheme not in ("http", "https"):
        raise MisconfiguredError("PUBLIC_URL must begin with https:// or http://.")
    return settings


def secret_key(settings: Settings) -> str:
    """The secret that signs sessions: the one given or, outside production, one kept below `var_dir`."""
    if settings.secret_key:
        return settings.secret_key
    kept = settings.var_dir / "keys" / "session"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48), "utf-8")
    return kept.read_text("utf-8")


#: argon2 made cheap for tests alone: what it protects there is nothing.
CHEAP_HASHES = {"argon2__rounds": 1, "argon2__memory_cost": 64, "argon2__parallelism": 1}


def for_flask(settings: Settings) -> dict[str, Any]:
    """The settings as Flask and its extensions want them."""
    key = secret_key(settings)
    host = urlsplit(settings.public_url).hostname or "trente.localhost"
    return {
        "SECRET_KEY": key,
        "SECURITY_PASSWORD_SALT": key[::-1],
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "MAX_CONTENT_LENGTH": settings.upload_limit_mb * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "MAX_FORM_PARTS": 20_000,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.is_production,
        "PERMANENT_SESSION_LIFETIME": settings.session_hours * 3600,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "RATELIMIT_STORAGE_URI": settings.cache_url or "memory://",
        "CACHE_TYPE": "RedisCache" if settings.cache_url else "SimpleCache",
        "CACHE_REDIS_URL": settings.cache_url,
        "CACHE_KEY_PREFIX": f"trente:{build_digest(ROOT)}:" if settings.cache_url else "",
        "CACHE_OPTIONS": server_options() if settings.cache_url else {},
        "CACHE_DEFAULT_TIMEOUT": 3600,
        "CACHE_THRESHOLD": 300,  # whole pages of some 100 KB among them
        "MAIL_HOST": host,
        "MAIL_SERVER": mail.server_of(settings.mail_url),
        "MAIL_SENDER": mail.sender_of(settings.mail_from, host),
        "STARTED_AT": now(),
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_PASSWORD_LENGTH_MIN": 12,
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": CHEAP_HASHES if settings.environment == "test" else {},
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_CHANGE_URL": "/password",
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
        "SECURITY_POST_CHANGE_VIEW": "/",
        "SECURITY_FLASH_MESSAGES": False,
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        **PASSWORD_WORDS,
    }

"""What the tests can use when it is there: a PostgreSQL server, a Redis server, a browser. Absent, they say so."""

import functools
import os
import shutil

import kombu
import psycopg
import pytest
import redis
from sqlalchemy.engine import make_url

DATABASE_SERVER = os.environ.get("TEST_DATABASE_URL") or "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
REDIS = os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379/15"

RABBITMQ = os.environ.get("TEST_RABBITMQ_URL") or "amqp://guest:guest@127.0.0.1:5672//"


@functools.cache
def missing_postgresql() -> str:
    """Why PostgreSQL cannot be used, or nothing."""
    address = make_url(DATABASE_SERVER).set(drivername="postgresql")
    try:
        psycopg.connect(address.render_as_string(hide_password=False), connect_timeout=3).close()
    except psycopg.OperationalError:
        return f"no PostgreSQL answers at {address.host}:{address.port or 5432} (TEST_DATABASE_URL)"
    return ""


@functools.cache
def missing_redis() -> str:
    """Why Redis cannot be used, or nothing."""
    client = redis.Redis.from_url(REDIS, socket_connect_timeout=3)
    try:
        client.ping()
    except redis.ConnectionError:
        return f"no Redis answers at {REDIS} (TEST_REDIS_URL)"
    finally:
        client.close()
    return ""


@functools.cache
def missing_rabbitmq() -> str:
    """Why RabbitMQ cannot be used, or nothing."""
    line = kombu.Connection(RABBITMQ, connect_timeout=3)
    try:
        line.connect()
    except line.connection_errors:
        return f"no RabbitMQ answers at {RABBITMQ} (TEST_RABBITMQ_URL)"
    finally:
        line.release()
    return ""


@functools.cache
def chromium() -> str:
    """Where the browser is; empty when there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


def missing_browser() -> str:
    """Why no browser can be driven, or nothing."""
    return "" if chromium() else "no Chromium is installed"


def need(missing: str) -> None:
    """Skip the test with the reason; where services are required (REQUIRE_SERVICES=1), fail instead."""
    if missing and os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"required, and {missing}", pytrace=False)
    if missing:
        pytest.skip(missing)

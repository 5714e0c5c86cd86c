"""The cache is one the product can do without: a server that is down, full or of an older build costs no page."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask
from limits import parse
from structlog.testing import capture_logs

from compliance.accounts.guard.brakes import limiter
from compliance.config import Settings, for_flask
from compliance.support import cache as support
from compliance.support.cache import SparedCache, build_digest

WORDS = {"a": ["page"]}


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nothing answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"redis://127.0.0.1:{taken.getsockname()[1]}/0"


def made(url: str, folder: Path) -> tuple[Flask, SparedCache]:
    app = Flask(__name__, root_path=str(Path(__file__).parent))
    app.config.from_mapping(for_flask(Settings(cache_url=url, var_dir=folder)))
    found = SparedCache()
    found.init_app(app)
    return app, found


def test_a_server_that_is_down_is_a_miss_asked_again_after_a_pause(
    nobody: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, cache = made(nobody, tmp_path)
    begun = time.monotonic()
    with app.app_context(), capture_logs() as said:
        for _time in range(50):
            assert cache.get("key") is None
            assert not cache.set("key", WORDS)
        assert time.monotonic() - begun < 5
        assert [line["event"] for line in said] == ["cache_server_away"]
        assert set(said[0]) == {"event", "log_level", "error"}, "nothing of what was to be kept"
        monkeypatch.setattr(support.time, "monotonic", lambda: begun + 1000)
        assert cache.get("key") is None
    assert len(said) == 2


def test_a_server_that_is_full_is_a_miss(nobody: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise redis.OutOfMemoryError("command not allowed when used memory > 'maxmemory'.")

    monkeypatch.setattr(redis.Redis, "execute_command", full)
    app, cache = made(nobody, tmp_path)
    with app.app_context():
        assert not cache.set("key", WORDS)


def test_a_fault_of_ours_is_not_taken_for_the_servers(tmp_path: Path) -> None:
    app, cache = made("", tmp_path)
    with app.app_context(), pytest.raises(AttributeError):
        cache.set("key", lambda: "cannot be kept")


@pytest.mark.redis
def test_what_an_older_build_kept_is_not_read(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app, cache = made(redis_url, tmp_path)
    with app.app_context():
        cache.set("key", WORDS)
    again, same = made(redis_url, tmp_path)
    with again.app_context():
        assert same.get("key") == WORDS
    monkeypatch.setattr("compliance.config.build_digest", lambda _root: "another")
    later, other = made(redis_url, tmp_path)
    with later.app_context():
        assert other.get("key") is None


def test_a_build_is_known_by_the_names_sizes_and_times_of_its_files(tmp_path: Path) -> None:
    page = tmp_path / "templates" / "page.html"
    page.parent.mkdir()
    page.write_text("one")
    seen = [build_digest(tmp_path), build_digest(tmp_path)]
    (tmp_path / "templates" / "__pycache__").mkdir()
    (tmp_path / "templates" / "__pycache__" / "page.pyc").write_text("compiled")
    seen.append(build_digest(tmp_path))
    assert len(set(seen)) == 1
    os.utime(page, (1, 1))
    seen.append(build_digest(tmp_path))
    page.rename(page.with_name("other.html"))
    seen.append(build_digest(tmp_path))
    assert len(set(seen)) == 3


def test_guesses_are_counted_by_the_process_while_the_server_is_down(nobody: str, tmp_path: Path) -> None:
    app = Flask(__name__, root_path=str(Path(__file__).parent))
    app.config.from_mapping(for_flask(Settings(cache_url=nobody, var_dir=tmp_path)))
    counter, limit = limiter(app), parse("2 per hour")
    assert [counter.hit(limit, "sign-in", "192.0.2.1") for _time in range(3)] == [True, True, False]
    assert counter.hit(limit, "sign-in", "192.0.2.2")

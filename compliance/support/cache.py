"""What is dear to make and cheap to keep: always keyed by the number that the saving transaction raises.

The server that keeps it is one the product can do without: while it is down or full, everything is made anew.
"""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import structlog
from flask_caching import Cache

log = structlog.get_logger()
T = TypeVar("T")

#: The folders whose files decide what a kept page looks like.
CODE = ("compliance", "forms", "templates")
#: For so many seconds a server that failed is left alone: each question could cost a page some of them.
PAUSE = 10.0


def server_options() -> dict[str, Any]:
    """How a server is asked: for a second at most, and once more at once where the line was cut meanwhile."""
    from redis.backoff import NoBackoff  # slow to read, and not needed where there is no server
    from redis.retry import Retry

    return {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 1)}


def build_digest(root: Path) -> str:
    """Changes with the product: what an older one kept is nothing that this one could read."""
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted(path for path in (root / folder).rglob("*") if path.is_file()):
            if "__pycache__" not in path.parts:
                found = path.stat()
                digest.update(repr((str(path.relative_to(root)), found.st_size, found.st_mtime_ns)).encode())
    return digest.hexdigest()[:16]


class Spared:
    """A server that may be away: it is asked, or something else is done; the log hears of it once a pause."""

    def __init__(self) -> None:
        self.away_until = 0.0

    def ask(self, ask: Callable[[], T], otherwise: Callable[[], T]) -> T:
        """What the server answers or, while it does not, the other thing."""
        if time.monotonic() < self.away_until:
            return otherwise()
        try:
            return ask()
        except _fault() as fault:
            self.away_until = time.monotonic() + PAUSE
            log.warning("cache_server_away", error=type(fault).__name__)
            return otherwise()


def _fault() -> type[Exception]:
    from redis import RedisError

    return RedisError


class SparedCache(Cache):
    """A cache of which a failure is a miss."""

    def __init__(self) -> None:
        super().__init__()
        self.server = Spared()

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """What is kept, or None."""
        return self.server.ask(lambda: super(SparedCache, self).get(*args, **kwargs), lambda: None)

    def set(self, *args: Any, **kwargs: Any) -> bool | None:
        """Keep it if that can be done."""
        return self.server.ask(lambda: super(SparedCache, self).set(*args, **kwargs), lambda: None)


cache = SparedCache()

"""A real browser on a real server: its own process-wide thread, its own database file."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.serving import make_server


@dataclass(frozen=True)
class Site:
    """A served application and its address, without a slash at the end."""

    app: Flask
    address: str


class _Answering:
    """The application, and how many requests it is answering: a page that closes may have sent a last one."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.number = 0
        self.changed = threading.Condition()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        self._count(1)
        try:
            return self.app(environ, start_response)
        finally:
            self._count(-1)

    def _count(self, step: int) -> None:
        with self.changed:
            self.number += step
            self.changed.notify_all()

    def wait_until_done(self) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.number == 0, timeout=5)


@contextmanager
def served(app: Flask) -> Iterator[Site]:
    """Serve an application on a free port of this machine, in threads, until the end."""
    answering = _Answering(app)
    server = make_server("127.0.0.1", 0, answering, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Site(app, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()
        answering.wait_until_done()

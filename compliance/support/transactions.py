"""A request is a transaction: kept if it succeeds, dropped if not; what waits for the commit rings afterwards."""

from collections.abc import Callable

from flask import Flask, Response, request

from compliance.support.db import db, reading

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def after_commit(act: Callable[[], None]) -> None:
    """Do something once the transaction is kept; if it is dropped, never."""
    db.session.info.setdefault("after_commit", []).append(act)


def commit() -> None:
    """Keep the transaction, then do what waited for it."""
    waiting = db.session.info.pop("after_commit", [])
    db.session.commit()
    for act in waiting:
        act()


def begin_writing() -> None:
    """End what was only read, so that what follows may write.

    The embedded database refuses to write in a transaction that began by reading, once somebody else has written.
    """
    commit()
    reading.set(False)


def rollback() -> None:
    """Drop the transaction and what waited for it."""
    db.session.info.pop("after_commit", None)
    db.session.rollback()


def _begin() -> None:
    reading.set(request.method in SAFE_METHODS)


def _end(response: Response) -> Response:
    if response.status_code < 400:
        commit()
    else:
        rollback()
    return response


def init_app(app: Flask) -> None:
    """Open and close the transaction around each request."""
    app.before_request(_begin)
    app.after_request(_end)

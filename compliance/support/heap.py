"""Sparing the garbage collector: where a million living objects are made at once, it only walks them in vain."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0


def _enter(step: int) -> bool:
    """Count who is inside; whether this one is the first to come or the last to leave."""
    global _inside
    with _lock:
        before, _inside = _inside, _inside + step
        return 0 in (before, _inside)


@contextmanager
def undisturbed() -> Iterator[None]:
    """No collection meanwhile; for a few seconds in which much is made and little of it is thrown away."""
    if _enter(1):
        gc.disable()
    try:
        yield
    finally:
        if _enter(-1):
            gc.enable()


@contextmanager
def settled() -> Iterator[None]:
    """What lives now is not looked at again meanwhile; what is made inside is collected as ever."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()

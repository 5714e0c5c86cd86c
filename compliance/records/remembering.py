"""What is dear to make and the same until the organisation keeps a change: made once, remembered until then."""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from compliance.records import chain
from compliance.records.actor import Actor
from compliance.support.cache import cache

T = TypeVar("T")


def remembered(what: str, actor: Actor, parts: tuple[object, ...], make: Callable[[], T]) -> T:
    """What `make` answers for somebody who sees what this actor sees; `parts` is all else on which it depends."""
    scope = None if actor.department_ids is None else sorted(actor.department_ids)
    head = chain.seal_of(actor.organisation_id or 0)
    whole = repr((what, actor.organisation_id, head, scope, actor.faces, parts))  # no part can pass for two others
    key = f"{what}:{hashlib.sha256(whole.encode()).hexdigest()}"
    known: T | None = cache.get(key)
    if known is None:
        known = make()
        cache.set(key, known)
    return known

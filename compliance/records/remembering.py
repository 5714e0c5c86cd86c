"""What is dear to make and the same until the organisation keeps a change: made once, remembered until then."""

from collections.abc import Callable
from typing import TypeVar

from compliance.records import chain
from compliance.records.actor import Actor
from compliance.support.cache import cache

T = TypeVar("T")


def remembered(what: str, actor: Actor, parts: tuple[object, ...], make: Callable[[], T]) -> T:
    """What `make` answers for somebody who sees what this actor sees; `parts` is all else on which it depends."""
    scope = "all" if actor.department_ids is None else ",".join(map(str, sorted(actor.department_ids)))
    head = chain.seal_of(actor.organisation_id or 0)
    seen = "+".join(actor.faces)
    key = f"{what}:{actor.organisation_id}:{head}:{scope}:{seen}:{':'.join(map(str, parts))}"
    known: T | None = cache.get(key)
    if known is None:
        known = make()
        cache.set(key, known)
    return known

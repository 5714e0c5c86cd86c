"""Pages that stay the same until something changes: written once for a person, and given again until then."""

from collections.abc import Callable

from flask import g, request, session
from flask_security import current_user
from flask_wtf.csrf import generate_csrf

from compliance.accounts import services as accounts
from compliance.records.remembering import remembered
from compliance.support import web
from compliance.support.clock import today
from compliance.support.i18n import language_now

#: Stands in a kept page where the token of the session goes; nothing that a person typed holds a null.
PLACE = "\0the token\0"

#: What the addresses of kept pages ask. Whoever makes up words of their own, or says very much, is answered, but each
#: such page would be one more to keep.
ASKED = frozenset(
    {
        "after", "basis", "before", "column", "day", "department", "face", "finding", "group", "kind", "month", "order",
        "owner", "page", "phase", "review", "role", "sort", "special", "state", "transfers",
    }
)  # fmt: skip
MOST_ASKED = 300


def remembered_page(write: Callable[[], str], *parts: object) -> str:
    """What `write` answers to this person at this address today, until the organisation keeps a change.

    `parts` is what else the page shows and no chain tells of. A page that has something to say of the last act is
    written for that once, and so is one that answers to words which hardly anybody types twice.
    """
    if session.get("_flashes") or not _is_asked_often():
        return write()
    actor, token = g.actor, generate_csrf()
    ids = {m.organisation_id for m in g.memberships}
    others = [(o.id, o.name) for o in accounts.organisations() if o.id in ids] if len(ids) > 1 else []
    here = (g.organisation.name, g.organisation.zone)  # read before the head of its chain
    person = (actor.user_id, actor.name, current_user.theme, others, sorted(actor.roles), sorted(actor.permissions))
    address = (here, request.full_path, web.wants_fragment(), language_now(), today(g.organisation.zone))
    page = remembered("page", actor, (*address, *person, *parts), lambda: write().replace(token, PLACE))
    return page.replace(PLACE, token)


def _is_asked_often() -> bool:
    asked = {name for name, value in request.args.items() if value or name != "q"}
    return asked <= ASKED and len(request.query_string) <= MOST_ASKED

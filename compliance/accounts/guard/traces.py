"""What an auditor reads is written in the access log: which pages, and as what."""

from flask import g, request

from compliance.accounts.roles import AUDITOR
from compliance.records import access
from compliance.support.transactions import SAFE_METHODS
from compliance.support.web import wants_fragment, words_asked

SEARCHED = "search:read"
#: Every page that shows a record, its history, what a search found, or who did and read what; a test looks for pages
#: that are missing.
TRACES = {
    "accounts.accesses": "accesses:read",
    "accounts.journal": "journal:read",
    "accounts.profile": "record:read",
    "accounts.profile_history": "history:read",
    "accounts.search": SEARCHED,
    "parties.compare_party": "history:read",
    "parties.compare_system": "history:read",
    "parties.show_party": "record:read",
    "parties.show_system": "record:read",
    "register.compare": "history:read",
    "register.history": "history:read",
    "register.show": "record:read",
}


def leave() -> None:
    """Have an auditor's look at this page written down; a page that refuses, or is not there, leaves no trace."""
    tag = TRACES.get(request.endpoint or "")
    if tag is None or request.method not in SAFE_METHODS or g.actor is None or AUDITOR not in g.actor.roles:
        return
    if tag == SEARCHED:
        words = words_asked()
        if words and not wants_fragment():  # names alone are suggested, while one types
            access.trace(tag, actor=g.actor, subject=words)
        return
    subject = str((request.view_args or {}).get("reference", ""))
    if not subject and tag in ("record:read", "history:read"):
        subject = g.organisation.name
    access.trace(tag, actor=g.actor, subject=subject)

"""The link by which somebody sets their password: signed, short-lived, good for one use.

Who holds the link becomes the person. So an administrator may make one only for somebody who works in that
administrator's organisation alone: nobody opens another organisation, or the installation, by way of this one.
"""

import datetime
import secrets
from collections.abc import Callable
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select

from compliance.accounts.models import Membership, Person
from compliance.accounts.services.people import hashed, is_of_sample
from compliance.records import services as record_services
from compliance.records.actor import Actor
from compliance.support.clock import now
from compliance.support.db import db
from compliance.support.errors import Forbidden, NotFound
from compliance.support.i18n import _

#: How long a link waits for its person.
ABSENCE = datetime.timedelta(days=7)

Ending = Callable[[int], None]
_endings: dict[str, Ending] = {}


def enter_ending(name: str, ending: Ending) -> None:
    """Have a domain hear whose sessions have all ended, to end what opened something of theirs without a sign-in."""
    _endings[name] = ending


def end_with_sessions(person: Person) -> None:
    """End what else was open for somebody whose sessions have just ended."""
    for ending in _endings.values():
        ending(person.id)


def may_make_link(person: Person, actor: Actor) -> bool:
    """Whether that administrator may hand over the account of this person."""
    if actor.is_operator:
        return True
    elsewhere = select(func.count()).where(
        Membership.person_id == person.id, Membership.organisation_id != actor.organisation_id
    )
    return not person.is_operator and not db.session.scalar(elsewhere)


def make_link(person: Person, *, key: str, actor: Actor) -> str:
    """A new link's token, signed with the installation's `key`. It ends every earlier one, and every session."""
    if not may_make_link(person, actor):
        raise Forbidden(_("This person also works elsewhere on this installation: ask its operator for the link."))
    _must_not_be_of_sample(person)
    person.fs_uniquifier = secrets.token_hex(16)
    end_with_sessions(person)
    if actor.organisation_id:
        record_services.note("person:link", actor=actor, subject=person.email)
    else:  # the installation's chain holds no address
        record_services.note("person:link", actor=actor, person=person.id)
    until = int((now() + ABSENCE).timestamp())
    token: Any = _signer(key).dumps([person.id, person.fs_uniquifier, until])
    return str(token)


def person_of_link(token: str, *, key: str) -> Person:
    """The person for whom a link is good, or NotFound: a used, a replaced, an old and a forged one look alike."""
    try:
        person_id, mark, until = _signer(key).loads(token)
    except (BadSignature, ValueError, TypeError):
        person_id, mark, until = 0, "", 0
    person = db.session.get(Person, person_id)
    if person is None or person.fs_uniquifier != mark or now().timestamp() > until or not person.active:
        raise NotFound(
            _("This link is no longer good: it works once, for seven days. Ask your administrator for another.")
        )
    return person


def set_password(person: Person, password: str) -> None:
    """Set the password. Every link and every session from before is over."""
    _must_not_be_of_sample(person)
    person.password, person.fs_uniquifier = hashed(password), secrets.token_hex(16)
    end_with_sessions(person)


def _must_not_be_of_sample(person: Person) -> None:
    if is_of_sample(person.id):
        raise Forbidden(_("Anybody may look around as this person of the sample organisation: they have no password."))


def _signer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="join")

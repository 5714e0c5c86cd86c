"""Makers: what a test needs in the database, made through the services, with only what matters said.

They want an application context (the fixture `context`); each keeps what it made, so that requests see it.
"""

import itertools
from typing import Any

from compliance.accounts import services as accounts
from compliance.accounts.models import Department, Organisation, Person
from compliance.parties import services as parties
from compliance.records.actor import Actor, system
from compliance.records.models import Record
from compliance.register.services import activities
from compliance.support import transactions
from compliance.support.db import db, enter

_numbers = itertools.count(1)


def make_organisation(name: str = "Manufacture du Chêne", *, language: str = "en", **profile: Any) -> Organisation:
    """An organisation with an empty register; the session has entered it."""
    made = accounts.create_organisation(name, actor=system(None, "tests"), language=language, **profile)
    transactions.commit()
    return made


def make_department(name: str = "Human resources", *, parent: str = "") -> Department:
    """A department of the organisation entered last."""
    made = accounts.save_department(name, actor=_product(), parent=parent)
    transactions.commit()
    return made


def make_person(
    *roles: str, organisation: Organisation | None = None, department: str = "", email: str = "", **changes: Any
) -> Person:
    """A person with these roles, for `client.sign_in(person)`; without a password, which would be slow to hash."""
    number = next(_numbers)
    name = changes.pop("name", f"Person {number}")
    made = accounts.create_person(email or f"person{number}@chene.example", name, **changes)
    actor = system(organisation.id, "tests") if organisation else _product()
    if organisation:
        enter(organisation.id)
    for role in roles:
        accounts.give_role(made, role, actor=actor, department=department)
    transactions.commit()
    return made


def give_role(person: Person, role: str, organisation: Organisation) -> None:
    """A further role for somebody, in that organisation; the session has entered it."""
    enter(organisation.id)
    accounts.give_role(person, role, actor=system(organisation.id, "tests"))
    transactions.commit()


def actor_of(person: Person, organisation: Organisation) -> Actor:
    """The person at work in that organisation; the session sees what they see."""
    enter(organisation.id)
    actor = accounts.actor_for(person, organisation, accounts.memberships_of(person.id), person.language or "en")
    enter(organisation.id, actor.department_ids)
    return actor


def make_record(actor: Actor | None = None, **changes: Any) -> Record:
    """A draft of a processing activity in the organisation entered last: a name, and what is said here."""
    made = activities.add({"name": f"Activity {next(_numbers)}", **changes}, actor=actor or _product())
    transactions.commit()
    return made


def make_party(name: str = "", **changes: Any) -> Record:
    """A party (processor, recipient, joint controller) of the organisation entered last."""
    made = parties.add(parties.PARTY, {"name": name or f"Party {next(_numbers)}", **changes}, actor=_product())
    transactions.commit()
    return made


def make_system(name: str = "", **changes: Any) -> Record:
    """A system (application, medium) of the organisation entered last."""
    made = parties.add(parties.SYSTEM, {"name": name or f"System {next(_numbers)}", **changes}, actor=_product())
    transactions.commit()
    return made


def _product() -> Actor:
    """The product itself, in the organisation that the session has entered."""
    organisation_id = db.session.info.get("organisation_id")
    assert organisation_id, "make an organisation first"
    return system(organisation_id, "tests")

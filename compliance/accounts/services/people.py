"""People and what they may do, organisation by organisation."""

import datetime
import secrets
import unicodedata
from collections.abc import Iterable, Sequence

from flask_security.utils import hash_password
from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from compliance.accounts.models import Department, Membership, Organisation, Person
from compliance.accounts.roles import ADMINISTRATOR, granted, roles
from compliance.accounts.services.departments import branch_ids
from compliance.records import services as record_services
from compliance.records.actor import Actor
from compliance.support.clock import now
from compliance.support.db import UNOWNED, db, enter
from compliance.support.errors import NotFound, RuleBroken
from compliance.support.i18n import _, speak
from compliance.support.text import fold


def people() -> list[tuple[Person, list[Membership]]]:
    """Everybody of the organisation with their roles, by name."""
    chosen = (
        select(Membership)
        .where(Membership.organisation_id == db.session.info["organisation_id"])
        .options(joinedload(Membership.person))
        .order_by(Membership.id)
    )
    by_person: dict[int, tuple[Person, list[Membership]]] = {}
    for membership in db.session.scalars(chosen):
        by_person.setdefault(membership.person_id, (membership.person, []))[1].append(membership)
    return sorted(by_person.values(), key=lambda pair: fold(pair[0].name))


def directory() -> dict[str, str]:
    """The names of everybody of the organisation, by address: for choices and labels, which need nothing else."""
    chosen = select(Person.email, Person.name).join(Membership, Membership.person_id == Person.id)
    here = chosen.where(Membership.organisation_id == db.session.info["organisation_id"])
    rows = db.session.execute(here.distinct()).all()
    return dict(sorted(((email, name) for email, name in rows), key=lambda pair: fold(pair[1])))


def find_person(person_id: int) -> tuple[Person, list[Membership]]:
    """Somebody of this organisation with their roles here, or NotFound."""
    found = next((pair for pair in people() if pair[0].id == person_id), None)
    if found is None:
        raise NotFound(_("This person has no role here."))
    return found


def names_of(ids: set[int]) -> dict[int, str]:
    """The names of these people, wherever they work."""
    return {person.id: person.name for person in db.session.scalars(select(Person).where(Person.id.in_(ids)))}


def person_by_email(email: str) -> Person | None:
    """The person with that address, whatever its case."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


def hashed(password: str) -> str:
    """What is stored of a password. Two ways to type the same accent are one password, as they are at the sign-in."""
    kept: str = hash_password(unicodedata.normalize("NFKD", password))
    return kept


def create_person(
    email: str, name: str, *, password: str = "", language: str = "", operator: bool = False, active: bool = True
) -> Person:
    """A person; without a password they are named in the register and cannot sign in yet."""
    person = Person(
        email=email.strip().lower(),
        name=name,
        password=hashed(password) if password else None,
        fs_uniquifier=secrets.token_hex(16),
        language=language,
        is_operator=operator,
        active=active,
    )
    db.session.add(person)
    db.session.flush()
    return person


def invite(
    email: str,
    name: str,
    *,
    role_codes: Sequence[str],
    actor: Actor,
    departments: Sequence[str] = (),
    until: datetime.datetime | None = None,
    language: str = "",
) -> Person:
    """Let somebody in with these roles; those of a branch are given in each of the departments.

    A person who already works in another organisation here is the same person: their name and language stay.
    """
    known = person_by_email(email)
    if known is not None:
        _admit_known(known, actor)
    person = known or create_person(email, name, language=language)
    for role in role_codes:
        is_branch = role in roles() and roles()[role].branch
        for department in (departments or ("",)) if is_branch else ("",):
            give_role(person, role, actor=actor, department=department, until=until)
    return person


def _admit_known(person: Person, actor: Actor) -> None:
    """Let in somebody whom another organisation here brought: whoever set their password must not get in with them.

    Only the operator, who answers for all organisations, may say that the one who signs in is the one who is meant.
    """
    here = select(Membership.id).where(
        Membership.person_id == person.id, Membership.organisation_id == actor.organisation_id
    )
    if db.session.scalar(here.limit(1)) is None:
        if person.password and actor.user_id is not None and not actor.is_operator:
            raise RuleBroken(
                _("This person already signs in elsewhere on this installation: ask its operator to let them in here."),
                field="email",
            )
        if not person.password:
            person.fs_uniquifier = secrets.token_hex(16)  # a link made elsewhere before is not good for here
    person.active = True


def give_role(
    person: Person, role: str, *, actor: Actor, department: str = "", until: datetime.datetime | None = None
) -> Membership:
    """Let a person act in the organisation as that role, for all of it or for a department's branch."""
    if role not in roles():
        raise RuleBroken(_("There is no such role."), field="role")
    place = _place(role, department)
    current = db.session.scalar(
        select(Membership).where(
            Membership.person_id == person.id,
            Membership.organisation_id == actor.organisation_id,
            Membership.role == role,
            Membership.department_id.is_(None) if place is None else Membership.department_id == place,
        )
    )
    if current is not None and until is not None:
        _keep_an_administrator(current)
    membership = current or Membership(
        person_id=person.id, organisation_id=actor.organisation_id, role=role, department_id=place
    )
    membership.until = until
    db.session.add(membership)
    record_services.note("role:given", actor=actor, changed=[membership], subject=person.email, role=role)
    return membership


def _place(role: str, department: str) -> int | None:
    if not roles()[role].branch:
        return None
    place = record_services.department_id_of(department)
    if place is None:
        raise RuleBroken(_("Choose the department this person answers for."), field="departments")
    return place


def take_role(membership_id: int, *, actor: Actor) -> None:
    """End a role. The last administrator stays: somebody must be able to let others in."""
    membership = db.session.scalar(
        select(Membership)
        .where(Membership.id == membership_id, Membership.organisation_id == actor.organisation_id)
        .options(joinedload(Membership.person))
    )
    if membership is None:
        raise NotFound(_("This role was already taken back."))
    _keep_an_administrator(membership)
    db.session.delete(membership)
    email, role = membership.person.email, membership.role
    record_services.note("role:taken", actor=actor, changed=[membership], subject=email, role=role)


def _keep_an_administrator(membership: Membership) -> None:
    if membership.role != ADMINISTRATOR:
        return
    db.session.get_one(Organisation, membership.organisation_id, with_for_update=True)  # two at once: one waits
    others = select(func.count()).where(
        Membership.organisation_id == membership.organisation_id,
        Membership.role == ADMINISTRATOR,
        Membership.until.is_(None),
        Membership.id != membership.id,
    )
    if not db.session.scalar(others):
        raise RuleBroken(_("The last administrator cannot be removed: name another one first."))


def sample_person(role: str) -> tuple[Person, Organisation]:
    """Somebody of that role in the sample organisation, or NotFound. Never somebody who is also at work elsewhere:
    the sample entrance asks no password.
    """
    elsewhere, other = aliased(Membership), aliased(Organisation)
    works_elsewhere = exists().where(
        elsewhere.person_id == Person.id, other.id == elsewhere.organisation_id, ~other.is_sample
    )
    chosen = (
        select(Person, Organisation)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Organisation.is_sample, Membership.role == role, ~Person.is_operator, ~works_elsewhere)
        .order_by(Person.id)
    )
    found = db.session.execute(chosen.limit(1)).first()
    if found is None:
        raise NotFound(_("The sample organisation is not ready yet."))
    return found[0], found[1]


def is_of_sample(person_id: int) -> bool:
    """Whether somebody works in the sample organisation and nowhere else: anybody may come in as them."""
    chosen = select(Organisation.is_sample).join(Membership, Membership.organisation_id == Organisation.id)
    places = db.session.scalars(chosen.where(Membership.person_id == person_id).distinct()).all()
    return bool(places) and all(places)


#: Asked at every request: made once.
_HOLDING = (
    select(Membership)
    .where(
        Membership.person_id == bindparam("person"),
        or_(Membership.until.is_(None), Membership.until > bindparam("moment")),
    )
    .order_by(Membership.id)
    .execution_options(**UNOWNED)
)


def memberships_of(person_id: int) -> Sequence[Membership]:
    """All roles that hold today, in every organisation."""
    return db.session.scalars(_HOLDING, {"person": person_id, "moment": now()}).all()


def actor_of(person_id: int, organisation_id: int, language: str) -> Actor:
    """Somebody at work in an organisation while they are away, as a job needs them; the session sees what they see."""
    organisation = db.session.get_one(Organisation, organisation_id)
    enter(organisation_id)
    person = db.session.get_one(Person, person_id)
    actor = actor_for(person, organisation, memberships_of(person_id), language)
    enter(organisation_id, actor.department_ids)
    speak(language)
    return actor


def actor_for(person: Person, organisation: Organisation, memberships: Iterable[Membership], language: str) -> Actor:
    """The person at work in one organisation, with what their roles there grant and the departments they see."""
    here = [m for m in memberships if m.organisation_id == organisation.id]
    codes = frozenset(m.role for m in here)
    narrow = here and all(roles()[m.role].branch for m in here if "register:read" in roles()[m.role].grants)
    ids = None
    if narrow:
        tree = db.session.scalars(select(Department)).all()
        ids = branch_ids(tree, {m.department_id for m in here if m.department_id is not None})
    return Actor(
        person.id, person.name, person.email, organisation.id, codes, granted(codes), ids, person.is_operator, language
    )

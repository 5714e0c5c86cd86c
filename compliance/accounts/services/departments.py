"""Departments: a tree; who answers for one sees its whole branch."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from compliance.accounts.models import Department, Membership, Person
from compliance.records import services as record_services
from compliance.records.actor import Actor
from compliance.support.clock import now
from compliance.support.db import db
from compliance.support.errors import NotFound, RuleBroken
from compliance.support.i18n import _
from compliance.support.text import fold, slug


def departments() -> Sequence[Department]:
    """All departments in use, by name."""
    return _by_name(~Department.archived)


def archived_departments() -> Sequence[Department]:
    """The departments that are no longer in use, by name."""
    return _by_name(Department.archived.is_(True))


def _by_name(condition: ColumnElement[bool]) -> Sequence[Department]:
    return sorted(db.session.scalars(select(Department).where(condition)), key=lambda place: fold(place.name))


def find_department(reference: str) -> Department:
    """The department of that reference, in use or not, or NotFound."""
    found = db.session.scalar(select(Department).where(Department.reference == reference))
    if found is None:
        raise NotFound(_("There is no such department."))
    return found


def save_department(name: str, *, actor: Actor, reference: str = "", parent: str = "") -> Department:
    """Add a department, rename or move one, or bring one back. A branch cannot hang below itself."""
    if not name:
        raise RuleBroken(_("Give the department a name."), field="name")
    by_reference = {d.reference: d for d in db.session.scalars(select(Department))}
    department = by_reference.get(reference)
    if department is None:
        wanted = slug(reference or name, "department")
        free = next(s for n in range(1, 1000) if (s := wanted if n == 1 else f"{wanted}-{n}") not in by_reference)
        department = Department(reference=free, organisation_id=actor.organisation_id)
        db.session.add(department)
    above = by_reference.get(parent)
    if department.id and above and above.id in branch_ids(by_reference.values(), {department.id}):
        raise RuleBroken(_("A department cannot be placed below itself."), field="parent")
    if above and above.archived:
        raise RuleBroken(_("Bring “%(name)s” back first: it is archived.", name=above.name), field="parent")
    department.name, department.parent_id, department.archived = name, above.id if above else None, False
    record_services.note("department:saved", actor=actor, changed=[department], subject=department.reference, name=name)
    return department


def archive_department(reference: str, *, actor: Actor) -> None:
    """Take a department out of the choices; records that name it keep its name."""
    department = find_department(reference)
    if db.session.scalar(select(func.count()).where(Department.parent_id == department.id, ~Department.archived)):
        raise RuleBroken(_("Move or archive the departments below it first."))
    department.archived = True
    record_services.note("department:archived", actor=actor, changed=[department], subject=reference)


def branch_ids(tree: Iterable[Department], roots: set[int]) -> frozenset[int]:
    """The ids of these departments and of all below them."""
    below: dict[int | None, list[int]] = {}
    for department in tree:
        below.setdefault(department.parent_id, []).append(department.id)
    found, waiting = set(roots), list(roots)
    while waiting:
        children = [c for c in below.get(waiting.pop(), []) if c not in found]
        found.update(children)
        waiting.extend(children)
    return frozenset(found)


def answering() -> dict[int, list[Person]]:
    """Who has a role today in each department, by its id."""
    chosen = select(Membership).where(
        Membership.organisation_id == db.session.info["organisation_id"],
        Membership.department_id.is_not(None),
        (Membership.until.is_(None)) | (Membership.until > now()),
    )
    found: dict[int, list[Person]] = {}
    for membership in db.session.scalars(chosen.options(joinedload(Membership.person)).order_by(Membership.id)):
        people = found.setdefault(membership.department_id or 0, [])
        if membership.person not in people:
            people.append(membership.person)
    return found

"""Who can hear of due dates in an organisation: those who may see what the dates are about, as they want to hear."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from compliance.accounts import services as accounts
from compliance.accounts.models import Membership, Organisation, Person
from compliance.records.actor import Actor
from compliance.reminders.models import DueDate, LetterChoice
from compliance.support.clock import now
from compliance.support.db import db
from compliance.support.permissions import Permission


class Audience:
    """The people of one organisation; read once, shared by a whole sweep.

    One that `outlives_commits` is taken out of the session: a sweep commits often, and after each of them everybody
    would be read again, one by one.
    """

    def __init__(self, organisation: Organisation, *, outlives_commits: bool = False) -> None:
        self.organisation, self._is_apart = organisation, outlives_commits
        self._actors: dict[int, Actor] = {}

    @cached_property
    def _memberships(self) -> Sequence[Membership]:
        """The roles that hold today of those who are active."""
        chosen = select(Membership).where(Membership.organisation_id == self.organisation.id)
        found = db.session.scalars(chosen.options(joinedload(Membership.person)).order_by(Membership.id)).all()
        for one in {*found, *(m.person for m in found)} if self._is_apart else ():
            db.session.expunge(one)
        moment = now()
        return [m for m in found if m.person.active and (m.until is None or m.until > moment)]

    @cached_property
    def _held(self) -> Mapping[int, list[Membership]]:
        held: dict[int, list[Membership]] = {}
        for membership in self._memberships:
            held.setdefault(membership.person_id, []).append(membership)
        return held

    @cached_property
    def _by_email(self) -> Mapping[str, Person]:
        return {m.person.email: m.person for m in self._memberships}

    def person(self, number: int) -> Person:
        """The person of that number, here or not: what waits for somebody who left meanwhile is still theirs."""
        held = self._held.get(number)
        return held[0].person if held else db.session.get_one(Person, number)

    def with_role(self, role: str) -> list[Person]:
        """Those who have that role here."""
        return list({m.person_id: m.person for m in self._memberships if m.role == role}.values())

    def reader(self, email: str, row: DueDate) -> Person | None:
        """The person of that address, if they may see what the date is about: a letter says no more than a page."""
        person = self._by_email.get(email)
        if person is None:
            return None
        actor = self._actor(person)
        within = actor.department_ids is None or row.common or row.department_id in actor.department_ids
        return person if within and actor.can(Permission.AGENDA_READ) else None

    def _actor(self, person: Person) -> Actor:
        if person.id not in self._actors:
            held, language = self._held[person.id], self.organisation.language
            self._actors[person.id] = accounts.actor_for(person, self.organisation, held, language)
        return self._actors[person.id]

    @cached_property
    def choices(self) -> Mapping[tuple[int, str], str]:
        """How each wants to hear of what, by (person, kind)."""
        return {(choice.person_id, choice.kind): choice.how for choice in db.session.scalars(select(LetterChoice))}

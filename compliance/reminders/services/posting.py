"""The post as administrator and operator see it, and what each person wants to hear of."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from compliance.accounts.models import Organisation, Person
from compliance.records.actor import Actor
from compliance.reminders import notifications
from compliance.reminders.models import LetterChoice, SweepRun
from compliance.reminders.services.pacing import Paces, kinds
from compliance.reminders.services.sweeping import NONE, SINGLE
from compliance.support import post
from compliance.support.db import across_organisations, db, enter, random_token
from compliance.support.errors import NotFound
from compliance.support.i18n import _
from compliance.support.paging import Window
from compliance.support.post import Letter

#: For the operator, who sees the post of all organisations.
ALL = None


def counts(organisation_id: int | None) -> Mapping[str, int]:
    """How many letters there are, by state."""
    number = func.count().label("number")
    chosen = _letters(organisation_id).with_only_columns(Letter.state, number).group_by(Letter.state)
    return {row.state: row.number for row in db.session.execute(chosen)}


def letters(organisation_id: int | None, state: str, window: Window) -> Sequence[Letter]:
    """One page of letters, the latest first; of all states where none is named."""
    chosen = _letters(organisation_id).order_by(Letter.id.desc())
    if state:
        chosen = chosen.where(Letter.state == state)
    return db.session.scalars(chosen.offset(window.start).limit(window.size)).all()


def letter(number: int, organisation_id: int | None) -> Letter:
    """A letter of an organisation, or NotFound."""
    found = db.session.scalar(_letters(organisation_id).where(Letter.id == number))
    if found is None:
        raise NotFound(_("There is no such letter."))
    return found


def _letters(organisation_id: int | None) -> Select[Letter]:
    chosen = select(Letter)
    return chosen if organisation_id is ALL else chosen.where(Letter.organisation_id == organisation_id)


def try_again(number: int, organisation_id: int | None) -> Letter:
    """Put a dead letter in the post once more. One of a sample organisation leaves for nobody."""
    found = letter(number, organisation_id)
    place = db.session.get(Organisation, found.organisation_id) if found.organisation_id else None
    post.try_again(found, leaves=place is None or not place.is_sample)
    return found


def write_test(organisation: Organisation, *, actor: Actor) -> Letter:
    """Write a letter to whoever asks, which is tried once: what the mail server says of it is known at once."""
    person = db.session.get_one(Person, actor.user_id)
    written = notifications.compose(notifications.TEST, actor.language, person, organisation, ())
    return post.write(
        notifications.TEST, recipient=person.email, language=actor.language, written=written, key=random_token(),
        person_id=person.id, organisation_id=organisation.id, tries=1,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Swept:
    """When an organisation was last swept, and what came of it that day."""

    name: str
    at: datetime.datetime | None
    found: Mapping[str, int]


def last_sweeps(organisation_id: int | None) -> list[Swept]:
    """The last sweep of an organisation, or of each."""
    with across_organisations():
        latest = select(func.max(SweepRun.id)).group_by(SweepRun.organisation_id)
        runs = {run.organisation_id: run for run in db.session.scalars(select(SweepRun).where(SweepRun.id.in_(latest)))}
    chosen = select(Organisation).order_by(Organisation.name)
    if organisation_id is not ALL:
        chosen = chosen.where(Organisation.id == organisation_id)
    return [
        Swept(o.name, runs[o.id].finished_at if o.id in runs else None, runs[o.id].found if o.id in runs else {})
        for o in db.session.scalars(chosen)
    ]


@dataclass(frozen=True, slots=True)
class Choice:
    """How somebody wants to hear of one kind of due date; one that is required is heard of."""

    kind: str
    how: str
    is_required: bool


def choices(person_id: int) -> list[Choice]:
    """How somebody wants to hear of each kind in the organisation entered."""
    chosen, paces = _chosen(person_id), Paces()
    found = []
    for kind in kinds():
        is_required = paces.pace(kind).is_required
        how = chosen[kind].how if kind in chosen else SINGLE
        found.append(Choice(kind, SINGLE if is_required and how == NONE else how, is_required))
    return found


def choose(person_id: int, wishes: Mapping[str, str]) -> None:
    """Keep how somebody wants to hear of these kinds in the organisation entered; what is required stays."""
    chosen, required = _chosen(person_id), {c.kind for c in choices(person_id) if c.is_required}
    for kind, how in wishes.items():
        if kind in required and how == NONE:
            continue
        if kind in chosen:
            chosen[kind].how = how
        elif how != SINGLE:
            db.session.add(LetterChoice(person_id=person_id, kind=kind, how=how))


def _chosen(person_id: int) -> dict[str, LetterChoice]:
    found = db.session.scalars(select(LetterChoice).where(LetterChoice.person_id == person_id))
    return {choice.kind: choice for choice in found}


@dataclass(frozen=True, slots=True)
class Stop:
    """What an address in a letter stops, for whom: kinds that are stopped by it, and kinds that cannot be."""

    person: Person
    organisation: Organisation
    stopped: Sequence[str]
    required: Sequence[str]


def read_stop(token: str, *, key: str) -> Stop:
    """What that address stops, or NotFound. The session enters the organisation."""
    read = notifications.read_stop(token, key=key)
    person = db.session.get(Person, read[0]) if read else None
    organisation = db.session.get(Organisation, read[1]) if read else None
    if read is None or person is None or organisation is None:
        raise NotFound(_("This address is no longer good. Sign in and choose your letters in your account."))
    enter(organisation.id)
    meant = [c for c in choices(person.id) if read[2] in (notifications.EVERY, c.kind)]
    return Stop(
        person,
        organisation,
        [c.kind for c in meant if not c.is_required],
        [c.kind for c in meant if c.is_required],
    )


def stop(asked: Stop) -> None:
    """Write no more of these letters."""
    choose(asked.person.id, dict.fromkeys(asked.stopped, NONE))

"""A large, plausible organisation: as many records as asked for, always the same for the same number and day."""

import datetime
import itertools
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from compliance.accounts import services as accounts
from compliance.accounts.models import Organisation, Person
from compliance.parties import services as parties
from compliance.records import histories
from compliance.records.actor import Actor, system
from compliance.records.histories import History, Step
from compliance.records.kinds import kind_of
from compliance.records.models import APPROVED, DRAFT, SUBMITTED
from compliance.register.services import xray
from compliance.reminders.rules import months_after
from compliance.reminders.services import shipped_pace
from compliance.sample.drawing import Cast, drawn_party, drawn_record, drawn_system, varied
from compliance.sample.words import data
from compliance.support import transactions
from compliance.support.clock import now
from compliance.support.db import enter

BATCH = 250
OWNERS, PARTIES, SYSTEMS = 60, 150, 40
#: What the records look like: one in so many is submitted, still a draft, approved once or several times.
FATES = ((70, APPROVED), (8, SUBMITTED), (22, DRAFT))
Told = Callable[[int], None]


def load(records: int, *, name: str = "", told: Told = lambda done: None) -> Organisation:
    """Make an organisation with that many records, in batches of which each is kept by itself; `told` how far it is."""
    rng = Random(180)  # noqa: S311 (drawn by lot, and the same lot each time)
    organisation = accounts.create_organisation(
        name or data("large")["name"], actor=system(None, "sample"), language="fr", **_profile()
    )
    founder = system(organisation.id, organisation.name)
    cast = _cast(organisation, founder, rng)
    transactions.commit()
    number, here, around = itertools.count(), organisation.id, xray.surroundings_for_all()
    for start in range(0, records, BATCH):
        count = min(BATCH, records - start)
        enter(here)
        references = histories.reserve(kind_of(xray.KIND).prefix, count)
        batch = [_history(next(number), reference, cast) for reference in references]
        histories.write(batch, here, lambda record, faces: xray.shown(record, around, faces))
        transactions.commit()
        told(start + count)
    enter(here)
    return organisation


def _profile() -> dict[str, Any]:
    return {
        "legal_form": "SA", "identifier": "000 000 018", "sector": "retail",
        "address": "1 place du Registre\n49000 Angers",
        "email": "contact@halverin.example.org", "employees": 4200, "public_authority": False, "eea_established": True,
        "dpo_required": True, "dpo_designated": True, "dpo_name": "Bérénice Weiss",
        "dpo_contact": "dpo@halverin.example.org",
        "legal_representative": "Pascal Maréchal",
    }  # fmt: skip


def _cast(organisation: Organisation, founder: Actor, rng: Random) -> Cast:
    """The departments, people, parties and systems that records name."""
    departments = []
    for direction, services in data("large")["departments"].items():
        above = accounts.save_department(direction, actor=founder)
        for name in services:
            made = accounts.save_department(name, actor=founder, parent=above.reference)
            departments.append({"kind": "department", "reference": made.reference, "name": made.name})
    people = [_person(number, organisation, founder, departments, rng) for number in range(OWNERS)]
    at = now() - datetime.timedelta(days=1100)
    party_documents = [drawn_party(number, rng) for number in range(PARTIES)]
    known = _written(parties.PARTY, party_documents, organisation, founder, at)
    system_documents = [drawn_system(number, known, rng) for number in range(SYSTEMS)]
    systems = _written(parties.SYSTEM, system_documents, organisation, founder, at)
    countries = {link["reference"]: doc["country"] for link, doc in zip(known, party_documents, strict=True)}
    owners = [{"kind": "person", "reference": person.email, "name": person.name} for person, _actor in people]
    actors = {person.email: actor for person, actor in people}
    return Cast(departments, owners, actors, known, countries, systems, now().date())


def _person(
    number: int, organisation: Organisation, founder: Actor, departments: list[dict[str, str]], rng: Random
) -> tuple[Person, Actor]:
    words = data("large")["words"]
    name = f"{rng.choice(words['first_names'])} {words['last_names'][number % len(words['last_names'])]}"
    person = accounts.create_person(f"person{number + 1:02d}@{organisation.slug}.example.org", name, language="fr")
    role = ("dpo", "controller", "administrator", "auditor")[number] if number < 4 else "department_head"
    department = departments[number % len(departments)]["reference"] if number >= 4 else ""
    accounts.give_role(person, role, actor=founder, department=department)
    return person, Actor(person.id, person.name, person.email, organisation.id)


def _written(
    kind: str, documents: list[dict[str, Any]], organisation: Organisation, founder: Actor, at: datetime.datetime
) -> list[dict[str, str]]:
    references = histories.reserve(kind_of(kind).prefix, len(documents))
    histories.write(
        [
            History(kind, reference, [Step(f"{kind}:added", at, founder, document, APPROVED)])
            for reference, document in zip(references, documents, strict=True)
        ],
        organisation.id,
    )
    return [
        {"kind": kind, "reference": reference, "name": document["name"]}
        for reference, document in zip(references, documents, strict=True)
    ]


def _history(number: int, reference: str, cast: Cast) -> History:
    rng = Random(number)  # noqa: S311 (the same)
    fate = rng.choices([name for _weight, name in FATES], [weight for weight, _name in FATES])[0]
    document = drawn_record(number, rng, cast, complete=fate != DRAFT)
    author = cast.actors[(document["owner"] or cast.owners[0])["reference"]]
    steps = list(_steps(rng, fate, document, author, cast))
    approved = next((step.at.date() for step in reversed(steps) if step.state == APPROVED), None)
    due = months_after(approved, shipped_pace("activity_review").months or 0) if approved else None
    return History(xray.KIND, reference, steps, approved, due)


def _steps(rng: Random, fate: str, document: dict[str, Any], author: Actor, cast: Cast) -> Iterator[Step]:
    controller = next(itertools.islice(cast.actors.values(), 1, None))
    at = now() - datetime.timedelta(days=rng.randint(40, 1000), minutes=rng.randint(0, 500))
    editions = rng.choices((1, 2, 3), (75, 18, 7))[0] if fate == APPROVED else 0
    versions = [*(varied(document, rng) for _edition in range(editions - 1)), document]
    for edition, version in enumerate(versions):
        tag, reason = ("add", "") if not edition else ("change", rng.choice(data("large")["words"]["changed"]))
        yield Step(f"register:record:{tag}", at, author, version, DRAFT, reason)
        if fate == SUBMITTED or (fate == APPROVED and rng.random() < 0.2):
            at += datetime.timedelta(days=rng.randint(1, 5))
            yield Step("register:record:submit", at, author, version, SUBMITTED)
        if fate == APPROVED:
            at += datetime.timedelta(days=rng.randint(1, 5))
            yield Step("register:record:approve", at, controller, version, APPROVED)
        at += datetime.timedelta(days=max(1, (now() - at).days // 2))

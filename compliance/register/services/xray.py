"""The X-ray at work: what a record is examined with, and what the lists show of the answer."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select

from compliance.accounts.documents import Organisation as Profile
from compliance.accounts.models import Department, Membership, Organisation, Person
from compliance.parties import services as parties
from compliance.parties.documents import Party
from compliance.records import projections
from compliance.records import services as records
from compliance.records.actor import APPROVED, WORKING, system
from compliance.records.kinds import FACES, Faces
from compliance.records.models import ARCHIVED, Record
from compliance.register import rules
from compliance.register.documents import Activity
from compliance.register.models import NO_REVIEW, FindingRow, RegisterEntry, RegisterFacet, Waiver
from compliance.register.rules import derive
from compliance.register.services import duties
from compliance.regulation.reference import Reference, reference
from compliance.regulation.rulebook import BLOCKER, CRITICAL, ERROR, INFO, SEVERITIES, WARNING, Finding
from compliance.reminders import services as reminders
from compliance.reminders.models import DueDate
from compliance.reminders.services import Paces
from compliance.support.clock import today
from compliance.support.db import db
from compliance.support.documents import Json, from_json
from compliance.support.text import fold

KIND = "activity"
WEIGHTS = {BLOCKER: 1_000_000, CRITICAL: 10_000, ERROR: 100, WARNING: 1, INFO: 0}


@dataclass
class Surroundings:
    """What every record of an organisation is examined with; read once, shared by a whole sweep."""

    known_parties: Mapping[str, Party] | None = None
    law: Reference = field(default_factory=reference)
    _met: dict[str, Party | None] = field(default_factory=dict)

    @cached_property
    def organisation(self) -> Organisation:
        """The organisation of this session."""
        return db.session.get_one(Organisation, db.session.info["organisation_id"])

    @cached_property
    def profile(self) -> Profile:
        """Who keeps the register."""
        document = db.session.scalar(select(Record.document).where(Record.kind == "organisation"))
        return from_json(Profile, document or {"name": self.organisation.name})

    @cached_property
    def today(self) -> datetime.date:
        """The day it is for the organisation."""
        return today(self.organisation.zone)

    @cached_property
    def people(self) -> dict[str, str]:
        """The names of those who act here, by address."""
        chosen = select(Person.email, Person.name).join(Membership, Membership.person_id == Person.id)
        here = chosen.where(Membership.organisation_id == self.organisation.id, Person.active)
        return dict(db.session.execute(here).all())

    @cached_property
    def departments(self) -> dict[str, str]:
        """The names of the departments, by reference."""
        return dict(db.session.execute(select(Department.reference, Department.name)).all())

    @cached_property
    def paces(self) -> Paces:
        """The rhythms by which the organisation looks again."""
        return Paces()

    def parties(self, document: Activity) -> Mapping[str, Party]:
        """The parties that a record names."""
        if self.known_parties is not None:
            return self.known_parties
        rows: tuple[Any, ...] = (
            *document.processors,
            *document.recipients,
            *document.joint_controllers,
            *document.transfers,
            *document.clients,
        )
        named = {row.party.reference for row in rows if row.party}
        if named - self._met.keys():
            self._met.update(dict.fromkeys(named), **parties.documents(named - self._met.keys()))
        return {reference: party for reference in named if (party := self._met[reference])}

    def context(self, document: Activity, record: Record, facts: Mapping[tuple[str, str], Any]) -> rules.Context:
        """What the rules may know beside the document."""
        owner = document.owner
        return rules.Context(
            document=document,
            organisation=self.profile,
            law=self.law,
            today=self.today,
            parties=self.parties(document),
            facts=facts,
            owner_is_active=owner is not None and owner.reference in self.people,
            last_reviewed_on=record.reviewed_on,
            review_due_on=record.review_due_on,
        )


def surroundings_for_all() -> Surroundings:
    """Surroundings that know every party, for examining many records."""
    return Surroundings(known_parties=parties.documents())


def context_of(record: Record, document: Json | None = None, around: Surroundings | None = None) -> rules.Context:
    """What the rules may know about one face of a record; the working copy unless a document is given."""
    activity = from_json(Activity, record.document if document is None else document)
    return (around or Surroundings()).context(activity, record, records.facts_of(record.id))


def findings_of(record: Record, document: Json | None = None) -> list[Finding]:
    """What the X-ray finds on one face of a record, now."""
    context = context_of(record, document)
    return rules.examine(context.document, context)


def project(record: Record, faces: Faces = FACES, around: Surroundings | None = None) -> None:
    """Rebuild what is shown of these faces of a record: lines, facets, findings; and what falls due of it."""
    around = around or Surroundings()
    rows, context = _examined(record, around, _documents(record, faces), is_new=False)
    projections.replace(record, rows, faces)
    duties.tell(record, context, around.paces)


def shown(record: Record, around: Surroundings, faces: Iterable[tuple[str, Json]]) -> projections.Rows:
    """What is shown of these faces of a new record, and what falls due of it, as rows by table."""
    rows, context = _examined(record, around, faces, is_new=True)
    return {**rows, DueDate: duties.rows(record, context, around.paces)}


def _examined(
    record: Record, around: Surroundings, faces: Iterable[tuple[str, Json]], *, is_new: bool
) -> tuple[projections.Rows, rules.Context | None]:
    """What the register shows of these faces, and what the working copy was examined with."""
    facts = {} if is_new else records.facts_of(record.id)
    seen = {} if is_new else _first_seen(record.id)
    lines, facets, found = [], [], []
    examined: Json | None = None
    working: rules.Context | None = None
    for face, document in faces:
        if document != examined:  # once approved, both faces are one document
            context = around.context(from_json(Activity, document), record, facts)
            findings = rules.examine(context.document, context)
            accepted = set() if is_new else waived(record.id, findings, around.today)
            standing = [f for f in findings if (f.rule, f.row_key) not in accepted]
            examined = document
        working = context if face == WORKING else working
        line = _line(record, face, context, standing, around)
        lines.append(line)
        facets += [{"face": face, "facet": n, "value": v} for n, v in _facets(context.document, line, standing)]
        found += _rows(face, findings, standing, seen, around.today)
    return {RegisterEntry: lines, RegisterFacet: facets, FindingRow: found}, working


def _documents(record: Record, faces: Faces) -> list[tuple[str, Json]]:
    """The documents of those faces that exist; an archived record has none."""
    if record.state == ARCHIVED:
        return []
    return [(face, document) for face in faces if (document := records.document_of(record, face)) is not None]


def _rows(
    face: str,
    findings: list[Finding],
    standing: list[Finding],
    seen: Mapping[tuple[str, str], datetime.date],
    day: datetime.date,
) -> list[dict[str, Any]]:
    return [
        {
            "face": face,
            "rule": f.rule,
            "severity": f.severity,
            "path": f.path,
            "row_key": f.row_key,
            "params": f.params,
            "waived": f not in standing,
            "first_seen_on": seen.get((f.rule, f.row_key), day),
        }
        for f in findings
    ]


def _first_seen(record_id: int) -> dict[tuple[str, str], datetime.date]:
    rows = projections.read(FindingRow, record_id, "rule", "row_key", "first_seen_on")
    return {(rule, key): day for rule, key, day in rows}


def waived(record_id: int, findings: Iterable[Finding], day: datetime.date) -> set[tuple[str, str]]:
    """Which of these findings of a record somebody accepted, by (rule, row key): those whose waiver has not ended.

    On the day until which it was accepted a finding is back, and so it is once it is graver than what was accepted.
    """
    return accepted(
        projections.read(Waiver, record_id, "rule", "row_key", "severity", "ended_at", "until"), findings, day
    )


def accepted(waivers: Iterable[Any], findings: Iterable[Finding], day: datetime.date) -> set[tuple[str, str]]:
    """As `waived`, by waivers that were read already."""
    mosts: dict[tuple[str, str], int] = {}
    for waiver in waivers:
        if waiver.ended_at is None and waiver.until > day:
            mark, most = (waiver.rule, waiver.row_key), SEVERITIES.index(waiver.severity)
            mosts[mark] = min(most, mosts.get(mark, most))
    marks = (((f.rule, f.row_key), SEVERITIES.index(f.severity)) for f in findings if not f.is_blocker)
    return {mark for mark, gravity in marks if gravity >= mosts.get(mark, len(SEVERITIES))}


def _line(
    record: Record, face: str, context: rules.Context, findings: list[Finding], around: Surroundings
) -> dict[str, Any]:
    document = context.document
    counts = {severity: sum(f.severity == severity for f in findings) for severity in SEVERITIES}
    answered, asked = rules.completeness(document, context)
    owner, department = document.owner, document.department
    return {
        "face": face,
        "reference": record.reference,
        "name": document.name,
        "name_key": fold(document.name)[:64],
        "state": record.state if face == WORKING else APPROVED,
        "edition": record.edition,
        "role": document.role,
        "phase": document.phase,
        "department_name": around.departments.get(department.reference, department.name) if department else "",
        "owner_email": owner.reference if owner else "",
        "owner_name": around.people.get(owner.reference, owner.name) if owner else "",
        "legal_bases": ",".join(dict.fromkeys(p.legal_basis for p in document.purposes if p.legal_basis)),
        "special": context.special,
        "criminal": context.criminal,
        "transfers": derive.has_transfers(document, context.parties, context.law),
        "blockers": counts[BLOCKER],
        "criticals": counts[CRITICAL],
        "errors": counts[ERROR],
        "warnings": counts[WARNING],
        "infos": counts[INFO],
        "weight": -sum(WEIGHTS[severity] * n for severity, n in counts.items()),
        "answered": answered,
        "asked": asked,
        "review_due_on": record.review_due_on,
        "review_key": record.review_due_on.isoformat() if record.review_due_on else NO_REVIEW,
        "updated_at": record.updated_at,
    }


def _facets(document: Activity, line: Mapping[str, Any], findings: list[Finding]) -> Iterable[tuple[str, str]]:
    yield "state", line["state"]
    yield "role", document.role
    yield "phase", document.phase
    if document.department:
        yield "department", document.department.reference
    yield "owner", line["owner_email"] or "none"
    yield "transfers", "yes" if line["transfers"] else "no"
    yield "special", "special" if line["special"] else "criminal" if line["criminal"] else "none"
    for basis in dict.fromkeys(p.legal_basis or "none" for p in document.purposes):
        yield "basis", basis
    for severity in dict.fromkeys(f.severity for f in findings):
        yield "finding", severity
    if not findings:
        yield "finding", "none"


def examine_all(around: Surroundings | None = None) -> int:
    """Examine every record of the organisation again: the law, the day or the organisation changed."""
    around = around or surroundings_for_all()
    chosen = select(Record).where(Record.kind == KIND, Record.state != ARCHIVED).order_by(Record.id)
    count = 0
    for record in db.session.scalars(chosen.execution_options(yield_per=200)):
        project(record, around=around)
        count += 1
    return count


def examine_again() -> None:
    """Examine all because a day has gone by; what that changed is noted, so that nothing remembered outlives it."""
    reminders.follow_begun()
    before = _standing()
    examine_all()
    after = _standing()
    if after != before:
        records.note("register:findings:age", actor=system(db.session.info["organisation_id"]))


def _standing() -> str:
    """A digest of all that is derived from the records and shown: it changes when any of it does."""
    derived = {
        FindingRow: ("record_id", "face", "rule", "row_key", "severity", "params", "waived"),
        RegisterEntry: ("record_id", "face", "answered", "asked", "owner_name", "department_name", "weight"),
        DueDate: ("record_id", "kind", "row_key", "due_on", "state", "owner_email"),
    }
    digest = hashlib.sha256()
    for model, names in derived.items():
        columns = [getattr(model, name) for name in names]
        rows = db.session.execute(select(*columns).order_by(*columns[:4]).execution_options(yield_per=1000))
        for row in rows:
            digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def tell(record: Record, subject: str, name: str, value: Json | None) -> None:
    """Take a fact that an upper storey knows about a record, and examine it again."""
    if records.tell(record, subject, name, value):
        project(record)

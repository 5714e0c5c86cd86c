"""Reading back what we exported: a whole register into an empty organisation, equal to what it was."""

from collections.abc import Iterable

import orjson
from marshmallow import ValidationError
from sqlalchemy import func, select

from compliance.accounts import services as accounts
from compliance.accounts.documents import Organisation as Profile
from compliance.accounts.roles import NAMED
from compliance.parties import services as parties
from compliance.records import services as records
from compliance.records.actor import Actor
from compliance.records.models import APPROVED, ARCHIVED, DRAFT, SUBMITTED, Record
from compliance.register.models import ImportedRecord, ImportRun
from compliance.register.services import activities
from compliance.register.services.envelope import checked
from compliance.register.services.xray import KIND
from compliance.support import schemas, storage
from compliance.support.db import db
from compliance.support.documents import Json
from compliance.support.errors import RuleBroken
from compliance.support.i18n import _
from compliance.support.permissions import Permission

FORMAT, VERSION = "trente-register", 1
TAG = "register:record:import"
LISTS = ("departments", "people", "vocabularies", "parties", "systems", "activities")


def read(run: ImportRun) -> Json:
    """The content of our own export, or RuleBroken."""
    try:
        content = orjson.loads(storage.path_of(run.file_digest).read_bytes())
    except orjson.JSONDecodeError as error:
        raise RuleBroken(_("This file is damaged: it is not complete JSON."), field="file") from error
    if content.get("format") != FORMAT or content.get("version") != VERSION:
        raise RuleBroken(_("This file comes from another version of the product."), field="file")
    if not all(isinstance(content.get(name, []), list) for name in LISTS):
        raise RuleBroken(_("This file is damaged: its lists are missing."), field="file")
    return dict(content)


def is_empty() -> bool:
    """Whether the organisation has no record yet, so that a whole register can be laid into it."""
    chosen = select(func.count(Record.id)).where(Record.kind.in_((KIND, parties.PARTY, parties.SYSTEM)))
    return not db.session.scalar(chosen)


def apply(run: ImportRun, *, actor: Actor) -> None:
    """Lay a whole register into an empty organisation: references, approved versions and working copies as they were.

    What was approved there is approved here only by somebody who looks after the organisation; else it comes as drafts.
    """
    actor.must(Permission.REGISTER_IMPORT)
    if not is_empty():
        raise RuleBroken(_("This organisation already has records: a whole register is read into an empty one."))
    try:
        content = checked(read(run))
        _organisation(content, actor)
        for kind, name in ((parties.PARTY, "parties"), (parties.SYSTEM, "systems")):
            for item in content.get(name, []):
                parties.add(kind, item["document"], actor=actor, reference=item["reference"])
        items = content.get("activities", [])
        for number, item in enumerate(items, start=1):
            record = _activity(item, actor)
            db.session.add(
                ImportedRecord(
                    run_id=run.id,
                    record_id=record.id,
                    act="create",
                    position=str(number),
                    version_before=0,
                    version_after=record.version,
                )
            )
    except (KeyError, TypeError, ValidationError) as error:
        raise RuleBroken(_("This file is damaged: a record in it is not complete."), field="file") from error
    run.state, run.result = "applied", {"create": len(items), "update": 0, "skip": 0, "not_understood": 0}
    records.note("register:import:apply", actor=actor, changed=[run], subject=run.file_name, create=len(items))


def _organisation(content: Json, actor: Actor) -> None:
    profile = content.get("organisation") or {}
    accounts.save_profile(schemas.load(Profile, profile), actor=actor)
    for item in _parents_first(content.get("departments", [])):
        accounts.save_department(item["name"], actor=actor, reference=item["reference"], parent=item.get("parent", ""))
    here = {person.email for person, _roles in accounts.people()}
    for item in content.get("people", []):
        person = accounts.person_by_email(item["email"])
        if person is None:
            person = accounts.create_person(item["email"], item["name"], active=False)
        if person.email not in here:
            accounts.give_role(person, NAMED, actor=actor)
    for item in content.get("vocabularies", []):
        extra = item.get("extra") or {}
        if item.get("en") or item.get("fr"):
            accounts.save_term(
                item["vocabulary"], actor=actor, en=item["en"], fr=item["fr"], code=item["code"], **extra
            )
        if item.get("hidden"):
            accounts.hide_term(item["vocabulary"], item["code"], actor=actor)


def _parents_first(departments: list[Json]) -> Iterable[Json]:
    placed: set[str] = {""}
    waiting = list(departments)
    while waiting:
        ready = [item for item in waiting if item.get("parent", "") in placed] or waiting
        yield from ready
        placed |= {item["reference"] for item in ready}
        waiting = [item for item in waiting if item["reference"] not in placed]


def _activity(item: Json, actor: Actor) -> Record:
    may_restore = actor.can(Permission.ACCOUNTS_MANAGE)
    approved = item.get("approved_document") if may_restore else None
    first = activities.load(approved or item["document"])
    record = records.create(KIND, first, actor=actor, tag=TAG, reference=item["reference"])
    if approved:
        _approve(record, item, actor)
    working = activities.load(item["document"])
    if working != record.document:
        records.change(record, working, TAG, actor=actor)
    if item["status"] == SUBMITTED and record.state == DRAFT:
        records.submit(record, TAG, actor=actor)
    if item["status"] == ARCHIVED:
        records.archive(record, TAG, actor=actor)
    return record


def _approve(record: Record, item: Json, actor: Actor) -> None:
    record.edition = max(item["edition"] - 1, 0)
    record.review_due_on = item["review_due_on"]
    by = item["approved_by"] or actor.name
    records.approve(record, TAG, actor=actor, reason=_("As approved by %(name)s before the export", name=by))
    record.approved_by = by
    if item["approved_at"]:
        record.approved_at = item["approved_at"]
    records.note(TAG, actor=actor, changed=[record], record=record, subject=record.reference, state=APPROVED)

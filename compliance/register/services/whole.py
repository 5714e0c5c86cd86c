"""Reading back what we exported: a whole register into an empty organisation, equal to what it was."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import orjson
from marshmallow import ValidationError
from sqlalchemy import func, select

from compliance.accounts import services as accounts
from compliance.accounts.documents import Organisation as Profile
from compliance.accounts.roles import NAMED
from compliance.parties import services as parties
from compliance.records import histories
from compliance.records import services as records
from compliance.records.actor import Actor
from compliance.records.histories import History, Step
from compliance.records.models import APPROVED, ARCHIVED, DRAFT, SUBMITTED, Record
from compliance.register.models import ImportedRecord, ImportRun
from compliance.register.services import activities, xray
from compliance.register.services.envelope import checked
from compliance.register.services.taking import TAG
from compliance.register.services.xray import KIND
from compliance.support import schemas, storage
from compliance.support.clock import now
from compliance.support.db import db
from compliance.support.documents import Json
from compliance.support.errors import RuleBroken
from compliance.support.i18n import _
from compliance.support.permissions import Permission

FORMAT, VERSION = "trente-register", 1
BATCH = 200
Between = Callable[[int, int], None]
LISTS = ("departments", "people", "vocabularies", "parties", "systems", "activities")


def announces(file: Path) -> bool:
    """Whether the first words of a file say that it is a whole register of ours; it may be larger than other files."""
    with file.open("rb") as content:
        head = content.read(200).lstrip()
    return head.startswith(b"{") and f'"{FORMAT}"'.encode() in head


def read(run: ImportRun) -> Json:
    """The content of our own export, or RuleBroken."""
    return content_of(storage.path_of(run.file_digest))


def content_of(file: Path) -> Json:
    """The content of a file of ours, or RuleBroken."""
    try:
        content = orjson.loads(file.read_bytes())
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


def apply(run: ImportRun, *, actor: Actor, between: Between = lambda done, total: None) -> None:
    """Lay a whole register into an empty organisation: references, approved versions and working copies as they were.

    All of it is one transaction: `between` tells how far it is, and keeps nothing.
    What was approved there is approved here only by somebody who looks after the organisation; else it comes as drafts.
    """
    actor.must(Permission.REGISTER_IMPORT)
    if not is_empty():
        raise RuleBroken(_("This organisation already has records: a whole register is read into an empty one."))
    try:
        content = checked(read(run))
        _organisation(content, actor)
        for kind, name in ((parties.PARTY, "parties"), (parties.SYSTEM, "systems")):
            _write([_entry(kind, item, actor) for item in content[name]], actor)
        items = content["activities"]
        lines = [_activity(item, actor) for item in items]
    except (KeyError, TypeError, ValidationError) as error:
        raise RuleBroken(_("This file is damaged: a record in it is not complete."), field="file") from error
    around = xray.surroundings_for_all()
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH]
        made = _write(batch, actor, lambda record, faces: xray.shown(record, around, faces))
        db.session.add_all([_made(run, record, number) for number, record in enumerate(made, start=start + 1)])
        between(start + len(batch), len(lines))
    run.state, run.result = "applied", {"create": len(items), "update": 0, "skip": 0, "not_understood": 0}
    records.note("register:import:apply", actor=actor, changed=[run], subject=run.file_name, create=len(items))


def _write(lines: Sequence[History], actor: Actor, shown: histories.Shown | None = None) -> Sequence[Record]:
    """Write records under the references that the file gives them; each may stand there once."""
    times = Counter(line.reference for line in lines)
    kind = lines[0].kind if lines else ""
    for reference in sorted({own for own in times if times[own] > 1} | histories.used(times.keys(), kind)):
        raise RuleBroken(_("The reference %(reference)s is already used.", reference=reference), field="reference")
    return histories.write(lines, actor.organisation_id or 0, shown)


def _made(run: ImportRun, record: Record, number: int) -> ImportedRecord:
    return ImportedRecord(
        run_id=run.id,
        record_id=record.id,
        act="create",
        position=str(number),
        version_before=0,
        version_after=record.version,
    )


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


def _entry(kind: str, item: Json, actor: Actor) -> History:
    actor.must(Permission.PARTIES_WRITE)
    document = schemas.load(parties.DOCUMENTS[kind], item["document"])
    return History(kind, item["reference"], [Step(f"{kind}:added", now(), actor, document, APPROVED)])


def _activity(item: Json, actor: Actor) -> History:
    """What happened to a record, as far as the file tells: first approved, then changed, submitted, archived."""
    may_restore = actor.can(Permission.ACCOUNTS_MANAGE)
    approved = item["approved_document"] if may_restore else None
    working = activities.load(item["document"])
    first = activities.load(approved) if approved else working
    steps = [_step(first, DRAFT, actor)]
    if approved:
        by = item["approved_by"] or actor.name
        steps.append(_step(first, APPROVED, actor, _("As approved by %(name)s before the export", name=by)))
    if working != first:
        steps.append(_step(working, DRAFT, actor))
    for state in (SUBMITTED, ARCHIVED):
        if item["status"] == state and (state == ARCHIVED or steps[-1].state == DRAFT):
            steps.append(_step(working, state, actor))
    return History(
        KIND,
        item["reference"],
        steps,
        editions=max(item["edition"] - 1, 0),
        approved_at=item["approved_at"],
        approved_by=item["approved_by"],
        review_due_on=item["review_due_on"] if approved else None,
    )


def _step(document: Json, state: str, actor: Actor, reason: str = "") -> Step:
    return Step(TAG, now(), actor, document, state, reason)

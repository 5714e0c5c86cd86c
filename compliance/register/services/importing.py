"""Importing a register: a file kept, read as often as somebody looks at it, applied once, and undone whole.

The file stays in the store; what a person decides about it (which sheet is what, which column fills which field,
which row is skipped) is kept beside it. So the dry run and the import read the same thing the same way.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import IO, Any

from sqlalchemy import func, select

from compliance.parties import services as parties
from compliance.records import services as records
from compliance.records.actor import Actor
from compliance.records.models import APPROVED, ARCHIVED, Record, StoredFile
from compliance.register.documents import Activity
from compliance.register.intake.layout import SheetChoice, Understanding, understand
from compliance.register.intake.messages import refusal
from compliance.register.intake.proposal import CREATE, SKIP, UPDATE, ActivityProposal, Proposal, propose
from compliance.register.intake.updating import laid_over
from compliance.register.intake.values import Corrections
from compliance.register.models import HeaderMemory, ImportedRecord, ImportRun
from compliance.register.services import activities, whole
from compliance.register.services.xray import KIND
from compliance.regulation.reference import reference
from compliance.support import schemas, storage, transactions
from compliance.support.db import db, random_token
from compliance.support.documents import Json, from_json, to_json
from compliance.support.errors import NotFound, RuleBroken
from compliance.support.i18n import _, language_now
from compliance.support.permissions import Permission
from compliance.support.tables.reading import read
from compliance.support.tables.workbook import OwnExport, UnreadableFile
from compliance.support.text import fold

READ, APPLIED, UNDONE = "read", "applied", "undone"
UNCHANGED = "unchanged"
BATCH = 20
TAG = "register:record:import"
_NOT_IN_ADDRESS = re.compile(r"[^A-Za-z0-9._-]+")


def begin(content: IO[bytes], name: str, *, actor: Actor) -> ImportRun:
    """Take a file in. Nothing of the register changes; a file that cannot be read is refused in words."""
    actor.must(Permission.REGISTER_IMPORT)
    digest, size = storage.put(content)
    run = ImportRun(
        token=random_token(), file_name=name[:255], file_digest=digest, state=READ, choices={}, started_by=actor.name
    )
    db.session.add_all(
        [
            run,
            StoredFile(
                token=random_token(), digest=digest, name=name[:255], media_type="application/octet-stream", size=size,
                person_id=actor.user_id, purge_on=None,
            ),
        ]
    )  # fmt: skip
    whole.read(run) if is_own_export(run) else look(run)
    records.note("register:import:read", actor=actor, changed=[run], subject=run.file_name, digest=digest)
    return run


def find(token: str) -> ImportRun:
    """An import of this organisation, or NotFound."""
    found = db.session.scalar(select(ImportRun).where(ImportRun.token == token))
    if found is None:
        raise NotFound(_("There is no such import."))
    return found


def recent() -> list[ImportRun]:
    """The latest imports, the newest first."""
    return list(db.session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(20)))


def is_own_export(run: ImportRun) -> bool:
    """Whether the file is one that this product wrote."""
    try:
        read(storage.path_of(run.file_digest), run.file_name)
    except OwnExport:
        return True
    except UnreadableFile:
        return False
    return False


def look(run: ImportRun) -> tuple[Understanding, Proposal]:
    """What the file says and what would be done with it, given what the person has decided so far."""
    try:
        workbook = read(storage.path_of(run.file_digest), run.file_name, repair=bool(run.choices.get("repair")))
    except UnreadableFile as problem:
        raise RuleBroken(refusal(problem, language_now()), field="file") from problem
    understood = understand(workbook, reference(), _corrections(), _sheet_choices(run.choices))
    known = _references()
    proposal = propose(understood, existing=known)
    decided = run.choices.get("rows", {})
    taken = {fold(reference) for reference in known}
    for activity in proposal.activities:
        if activity.action == CREATE and fold(_address(activity.reference)) in taken:
            activity.action = UPDATE  # imported before, under its reference as it can stand in an address
        wanted = decided.get(f"{activity.sheet}/{activity.row}")
        if wanted in (CREATE, SKIP) or (wanted == UPDATE and activity.action == UPDATE):
            activity.action = wanted
    return understood, proposal


def _corrections() -> Corrections:
    remembered = db.session.execute(select(HeaderMemory.header, HeaderMemory.target))
    return Corrections(headings=dict(remembered.all()))


def _sheet_choices(choices: Mapping[str, Any]) -> dict[str, SheetChoice]:
    return {
        name: SheetChoice(
            kind=decided.get("kind", ""),
            header_row=decided.get("header_row"),
            orientation=decided.get("orientation", ""),
            columns={int(column): target for column, target in decided.get("columns", {}).items()},
        )
        for name, decided in choices.get("sheets", {}).items()
    }


def _references() -> list[str]:
    chosen = select(Record.reference).where(Record.kind == KIND, Record.state != ARCHIVED)
    return list(db.session.scalars(chosen))


def decide(run: ImportRun, choices: Mapping[str, Any], *, actor: Actor) -> None:
    """Keep what the person changed in the mapping; headings mapped by hand are remembered for the next file."""
    actor.must(Permission.REGISTER_IMPORT)
    _must_be_open(run)
    before = look(run)[0] if choices.get("sheets") else None
    run.choices = {**run.choices, **choices}
    if before is not None:
        _remember(before, run.choices)
    records.note("register:import:decide", actor=actor, changed=[run], subject=run.file_name)


def _remember(understood: Understanding, choices: Mapping[str, Any]) -> None:
    known = {memory.header: memory for memory in db.session.scalars(select(HeaderMemory))}
    for reading in understood.sheets:
        chosen = choices.get("sheets", {}).get(reading.name, {}).get("columns", {})
        for column in reading.columns:
            target, heading = chosen.get(str(column.number)), fold(column.heading)[:255]
            if target is None or not heading or target == column.target:
                continue
            if heading in known:
                known[heading].target = target
            else:
                known[heading] = HeaderMemory(header=heading, target=target)
                db.session.add(known[heading])


def _must_be_open(run: ImportRun) -> None:
    if run.state != READ:
        raise RuleBroken(_("This import is over."))


Between = Callable[[int, int], None]


def _at_once(_done: int, _total: int) -> None:
    """No pause between batches: everything is one transaction."""


def apply(run: ImportRun, *, actor: Actor, between: Between = _at_once) -> None:
    """Do what the dry run showed. `between` is called after each batch, so that a job can keep what is done so far.

    Rows done by an earlier attempt are not done again: an import that was interrupted goes on where it stopped.
    """
    actor.must(Permission.REGISTER_IMPORT)
    _must_be_open(run)
    _understood, proposal = look(run)
    taker = _Taker(run, actor)
    done = set(db.session.scalars(select(ImportedRecord.position).where(ImportedRecord.run_id == run.id)))
    total = len(proposal.activities)
    counts: dict[str, Any] = {CREATE: 0, UPDATE: 0, SKIP: 0, UNCHANGED: 0}
    counts |= _counted(run)
    for number, activity in enumerate(proposal.activities, start=1):
        position = f"{activity.sheet}/{activity.row}"[:255]
        if activity.action == SKIP:
            counts[SKIP] += 1
        elif position not in done:
            counts[taker.take(activity, position)] += 1
        if number % BATCH == 0:
            between(number, total)
    run.state, run.result = APPLIED, {**counts, "not_understood": len(proposal.not_understood)}
    records.note("register:import:apply", actor=actor, changed=[run], subject=run.file_name, **counts)


def _counted(run: ImportRun) -> dict[str, int]:
    chosen = select(ImportedRecord.act, func.count(ImportedRecord.id)).where(ImportedRecord.run_id == run.id)
    return dict(db.session.execute(chosen.group_by(ImportedRecord.act)).all())


def _known(kind: str) -> dict[str, Record]:
    return {fold(record.name).strip(): record for record in parties.all_of(kind)}


class _Taker:
    """Takes the activities of one import in: what they name is found once, and remembered."""

    def __init__(self, run: ImportRun, actor: Actor) -> None:
        self.run, self.actor = run, actor
        self.departments = {fold(d.name): d.reference for d in activities.departments()}
        self.people = {key: p for p in activities.people() for key in (fold(p.name), p.email.lower())}
        self.known = {kind: _known(kind) for kind in (parties.PARTY, parties.SYSTEM)}
        self.records = {fold(r.reference): r for r in db.session.scalars(select(Record).where(Record.kind == KIND))}

    def take(self, activity: ActivityProposal, position: str) -> str:
        """Create or update the record of one activity, and write down what was done for the undo; answers what it was.

        A record that already says what the file says is left as it is.
        """
        record = self.records.get(fold(_address(activity.reference))) if activity.reference else None
        document = self._clean(activity.document)
        before = record.version if record else 0
        reason = _("From %(file)s, row %(row)s", file=self.run.file_name, row=activity.row)
        if record is None:
            record = records.create(
                KIND, document, actor=self.actor, tag=TAG, reference=_address(activity.reference), reason=reason
            )
            self.records[fold(record.reference)] = record
        elif record.state == ARCHIVED:
            records.restore(record, TAG, actor=self.actor)
            records.change(record, document, TAG, actor=self.actor, reason=reason)
        else:
            read_again = replace(activity, document=from_json(Activity, document))
            laid, _problems = laid_over(from_json(Activity, record.document), read_again)
            records.change(record, activities.load(to_json(laid)), TAG, actor=self.actor, reason=reason)
        act = UNCHANGED if record.version == before else activity.action
        db.session.add(
            ImportedRecord(
                run_id=self.run.id,
                record_id=record.id,
                act=act,
                position=position,
                version_before=before,
                version_after=record.version,
            )
        )
        return act

    def _clean(self, document: Activity) -> Json:
        placed = self._place(to_json(document))
        return schemas.load(Activity, activities.resolve_links(placed, actor=self.actor, known=self.known))

    def _place(self, document: Json) -> Json:
        """Department and owner found by their names; a name that nobody here bears goes to the notes, never away."""
        unknown = []
        for field in ("department", "owner"):
            link = document[field]
            if link and not link["reference"]:
                document[field] = self._found(field, link)
                if document[field] is None:
                    unknown.append(f"{reference().fields['activity'][field].label[language_now()]}: {link['name']}")
        notes = document["notes"].split("\n") if document["notes"] else []
        document["notes"] = "\n".join([*notes, *(line for line in unknown if line not in notes)])
        return document

    def _found(self, field: str, link: Json) -> Json | None:
        key = fold(link["name"]).strip()
        if field == "department":
            place = self.departments.get(key)
            return {**link, "reference": place} if place else None
        person = self.people.get(key)
        return {**link, "reference": person.email, "name": person.name} if person else None


def _address(reference: str) -> str:
    """A reference as it can stand in an address: what cannot is replaced by a hyphen."""
    return _NOT_IN_ADDRESS.sub("-", reference.strip()).strip("-.")[:64]


def apply_for(token: str, *, actor: Actor, progress: Between) -> None:
    """Apply an import of any kind for a job: kept batch by batch, each with its progress."""
    run = find(token)
    if is_own_export(run):
        whole.apply(run, actor=actor)
        return

    def between(done: int, total: int) -> None:
        transactions.commit()
        progress(done, total)

    apply(run, actor=actor, between=between)


def imported(run: ImportRun) -> list[tuple[ImportedRecord, Record]]:
    """What an import made or changed, in the order of the file."""
    chosen = (
        select(ImportedRecord, Record)
        .join(Record, Record.id == ImportedRecord.record_id)
        .where(ImportedRecord.run_id == run.id)
        .order_by(ImportedRecord.id)
    )
    return [(item, record) for item, record in db.session.execute(chosen)]


def undo(run: ImportRun, *, actor: Actor) -> list[tuple[Record, str]]:
    """Take a whole import back. A record changed or approved since stays, and the answer says why."""
    actor.must(Permission.REGISTER_IMPORT)
    if run.state != APPLIED:
        raise RuleBroken(_("There is nothing to undo."))
    kept = []
    for item, record in imported(run):
        if item.act == UNCHANGED:
            continue
        if why := _reason_to_keep(item, record):
            kept.append((record, why))
            continue
        if item.act == UPDATE:
            records.restore(record, "register:import:undo", actor=actor, number=item.version_before)
        else:
            records.archive(record, "register:import:undo", actor=actor, reason=run.file_name)
        item.undone = True
    run.state = UNDONE
    run.result = {**run.result, "kept": [[record.reference, why] for record, why in kept]}
    records.note("register:import:undo", actor=actor, changed=[run], subject=run.file_name, kept=len(kept))
    return kept


def _reason_to_keep(item: ImportedRecord, record: Record) -> str:
    if record.state == ARCHIVED and item.act == CREATE:
        return ""
    if record.version == item.version_after:
        return ""
    since = [revision for revision in records.revisions_of(record) if revision.number > item.version_after]
    if any(revision.state == APPROVED for revision in since):
        return _("It was approved since: it is part of the register.")
    return _("It was changed since.")

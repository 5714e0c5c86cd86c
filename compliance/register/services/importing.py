"""Importing a register: a file kept, read as often as somebody looks at it, applied once, and undone whole.

The file stays in the store; what a person decides about it (which sheet is what, which column fills which field,
which row is skipped) is kept beside it. So the dry run and the import read the same thing the same way.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select
from sqlalchemy.orm import load_only
from sqlalchemy.sql.base import ExecutableOption

from compliance.records import services as records
from compliance.records.actor import Actor
from compliance.records.models import APPROVED, ARCHIVED, Record, StoredFile
from compliance.register.intake.layout import Understanding
from compliance.register.intake.messages import refusal
from compliance.register.intake.proposal import CREATE, SKIP, UPDATE, ActivityProposal, Proposal
from compliance.register.models import HeaderMemory, ImportedRecord, ImportRun
from compliance.register.services import whole
from compliance.register.services.dryrun import look, understood
from compliance.register.services.taking import UNCHANGED, Taker, place_of
from compliance.register.services.whole import Between
from compliance.support import heap, storage, transactions
from compliance.support.db import db, random_token
from compliance.support.errors import NotFound, RuleBroken
from compliance.support.i18n import _, language_now
from compliance.support.permissions import Permission
from compliance.support.tables.reading import read
from compliance.support.tables.workbook import OwnExport, UnreadableFile
from compliance.support.text import fold

READ, APPLIED, UNDONE = "read", "applied", "undone"
#: Among the choices of an import: that its file is a whole register of ours.
WHOLE = "whole"
#: So many new records are kept at once: a quarter of a second's work. One that is updated takes as long as four.
BATCH, _UPDATING = 80, 4


def begin(content: IO[bytes], name: str, *, actor: Actor) -> ImportRun:
    """Take a file in. Nothing of the register changes; a file that cannot be read is refused in words, and not kept."""
    actor.must(Permission.REGISTER_IMPORT)
    file = storage.scratch()
    try:
        with file.open("wb") as out:
            shutil.copyfileobj(content, out, 1 << 20)
        is_whole = _recognise(file, name)
        size, digest = file.stat().st_size, storage.adopt(file)
    finally:
        file.unlink(missing_ok=True)
    run = ImportRun(
        token=random_token(), file_name=name[:255], file_digest=digest, state=READ, choices={WHOLE: is_whole},
        started_by=actor.name,
    )  # fmt: skip
    db.session.add_all(
        [
            run,
            StoredFile(
                token=random_token(), digest=digest, name=name[:255], media_type="application/octet-stream", size=size,
                person_id=actor.user_id, purge_on=None,
            ),
        ]
    )  # fmt: skip
    records.note("register:import:read", actor=actor, changed=[run], subject=run.file_name, digest=digest)
    return run


def _recognise(file: Path, name: str) -> bool:
    """Whether a file is a whole register that we exported; RuleBroken when it is neither that nor tables."""
    if not whole.announces(file):
        try:
            with heap.undisturbed():
                read(file, name)
        except OwnExport:
            pass
        except UnreadableFile as problem:
            raise RuleBroken(refusal(problem, language_now()), field="file") from problem
        else:
            return False
    whole.content_of(file)
    return True


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
    return bool(run.choices[WHOLE])


def decide(run: ImportRun, choices: Mapping[str, Any], *, actor: Actor) -> None:
    """Keep what the person changed in the mapping; headings mapped by hand are remembered for the next file."""
    actor.must(Permission.REGISTER_IMPORT)
    _must_be_open(run)
    before = understood(run) if choices.get("sheets") else None
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


def _at_once(_done: int, _total: int) -> None:
    """No pause between batches: everything is one transaction."""


def apply(run: ImportRun, *, actor: Actor, between: Between = _at_once, shown: Proposal | None = None) -> None:
    """Do what the dry run showed. `between` is called after each batch, so that a job can keep what is done so far.

    What was `shown` just now is not read once more. Rows done by an earlier attempt are not done again: an import that
    was interrupted goes on where it stopped.
    """
    actor.must(Permission.REGISTER_IMPORT)
    _must_be_open(run)
    proposal = shown or look(run)[1]
    with heap.settled():
        counts = _take_all(run, proposal, actor, between)
    run.state, run.result = APPLIED, {**counts, "not_understood": len(proposal.not_understood)}
    records.note("register:import:apply", actor=actor, changed=[run], subject=run.file_name, **counts)


def _take_all(run: ImportRun, proposal: Proposal, actor: Actor, between: Between) -> dict[str, Any]:
    taker = Taker(run, proposal, actor)
    done = set(db.session.scalars(select(ImportedRecord.position).where(ImportedRecord.run_id == run.id)))
    counts = {CREATE: 0, UPDATE: 0, UNCHANGED: 0} | _counted(run) | {SKIP: proposal.count(SKIP)}
    waiting = [a for a in proposal.activities if a.action != SKIP and place_of(a) not in done]
    total = len(proposal.activities)
    finished = total - len(waiting)
    for batch in _batches(waiting):
        with heap.undisturbed():
            made = taker.take(batch)
        for act, number in made.items():
            counts[act] += number
        finished += len(batch)
        between(finished, total)
    return counts


def _batches(waiting: Iterable[ActivityProposal]) -> Iterator[list[ActivityProposal]]:
    """Activities in the order of the file, as many at once as take a quarter of a second."""
    batch: list[ActivityProposal] = []
    effort = 0
    for activity in waiting:
        batch.append(activity)
        effort += _UPDATING if activity.action == UPDATE else 1
        if effort >= BATCH:
            yield batch
            batch, effort = [], 0
    if batch:
        yield batch


def _counted(run: ImportRun) -> dict[str, int]:
    chosen = select(ImportedRecord.act, func.count(ImportedRecord.id)).where(ImportedRecord.run_id == run.id)
    return dict(db.session.execute(chosen.group_by(ImportedRecord.act)).all())


def apply_for(token: str, *, actor: Actor, progress: Between) -> None:
    """Apply an import of any kind for a job: kept batch by batch, each with its progress."""
    run = find(token)
    if run.state == APPLIED:
        return  # by a worker that was stopped before it could say so
    if is_own_export(run):
        # The embedded database has one writer: while this writes nobody can claim the job, nor may it be told.
        told = _at_once if db.engine.dialect.name == "sqlite" else progress
        whole.apply(run, actor=actor, between=told)
        return

    def between(done: int, total: int) -> None:
        transactions.commit()
        progress(done, total)

    apply(run, actor=actor, between=between)


def imported(run: ImportRun) -> list[tuple[ImportedRecord, Record]]:
    """What an import made or changed, in the order of the file; of the records what a list shows."""
    card = load_only(Record.reference, Record.name, Record.state, Record.version)
    return _touched(run, card)


def _touched(run: ImportRun, *options: ExecutableOption) -> list[tuple[ImportedRecord, Record]]:
    chosen = (
        select(ImportedRecord, Record)
        .join(Record, Record.id == ImportedRecord.record_id)
        .where(ImportedRecord.run_id == run.id)
        .order_by(ImportedRecord.id)
    )
    return [(item, record) for item, record in db.session.execute(chosen.options(*options))]


def undo(run: ImportRun, *, actor: Actor) -> list[tuple[Record, str]]:
    """Take a whole import back. A record changed or approved since stays, and the answer says why."""
    actor.must(Permission.REGISTER_IMPORT)
    if run.state != APPLIED:
        raise RuleBroken(_("There is nothing to undo."))
    kept = []
    for item, record in _touched(run):
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

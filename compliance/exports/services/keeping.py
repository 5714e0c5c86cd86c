"""Exports that were built: who may fetch them, and their end after seven days."""

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path

import structlog
from sqlalchemy import Select, select

from compliance.accounts.models import Organisation
from compliance.exports.entries import ALL
from compliance.exports.models import Export
from compliance.exports.services.gathering import Wish
from compliance.records.actor import APPROVED, WORKING, Actor
from compliance.records.models import JournalEntry, StoredFile
from compliance.support import storage, transactions
from compliance.support.clock import now, today
from compliance.support.db import UNOWNED, across_organisations, db, random_token
from compliance.support.errors import NotFound
from compliance.support.i18n import _

log = structlog.get_logger()

MEDIA = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
KEPT_DAYS = 7
_MOST_LISTED = 20
#: A content is dropped only when it has lain for this long: an equal one may have been put there a moment ago.
_SETTLED = datetime.timedelta(minutes=10)
#: What nothing names after so long is nobody's: whoever was to name it has ended.
_FORGOTTEN = datetime.timedelta(days=1)


def keep(content: Path, wish: Wish, actor: Actor) -> StoredFile:
    """Put a finished export into the store, with what somebody must be allowed to see to fetch it."""
    organisation = db.session.get_one(Organisation, actor.organisation_id)
    size = content.stat().st_size
    file = StoredFile(
        organisation_id=organisation.id,
        token=random_token(),
        digest=storage.adopt(content),
        name=file_name(wish, organisation),
        media_type=MEDIA[wish.format],
        size=size,
        person_id=actor.user_id,
        purge_on=today(organisation.zone) + datetime.timedelta(days=KEPT_DAYS),
    )
    departments = None if actor.department_ids is None else sorted(actor.department_ids)
    face = WORKING if wish.status == ALL else APPROVED
    db.session.add(file)
    db.session.flush()
    db.session.add(
        Export(organisation_id=organisation.id, file_token=file.token, face=face, department_ids=departments)
    )
    db.session.flush()
    return file


def file_name(wish: Wish, organisation: Organisation) -> str:
    """Whose register, which part, which day."""
    stem = {"fr": "registre", "en": "register"}[wish.language]
    day = today(organisation.zone).isoformat()
    return "-".join(part for part in (stem, organisation.slug, wish.reference, day) if part) + f".{wish.format}"


def find_file(token: str, actor: Actor) -> StoredFile:
    """A file this person asked for, while it is kept and holds no more than they may see today; else NotFound."""
    for file in _fetchable(_files_of(actor).where(StoredFile.token == token), actor):
        if storage.path_of(file.digest).exists():
            return file
    raise NotFound(
        _("This file is no longer here, or holds more than you may see today. Build the export again to have it.")
    )


def recent_files(actor: Actor) -> Sequence[StoredFile]:
    """What this person asked for and can still download, the latest first."""
    return _fetchable(_files_of(actor).order_by(StoredFile.id.desc()).limit(_MOST_LISTED), actor)


def _files_of(actor: Actor) -> Select[StoredFile, Export]:
    return (
        select(StoredFile, Export)
        .join(Export, Export.file_token == StoredFile.token)
        .where(StoredFile.person_id == actor.user_id, StoredFile.purge_on >= now().date())
    )


def _fetchable(chosen: Select[StoredFile, Export], actor: Actor) -> list[StoredFile]:
    return [file for file, export in db.session.execute(chosen) if _may_see(actor, export)]


def _may_see(actor: Actor, export: Export) -> bool:
    if export.face not in actor.faces:
        return False
    if actor.department_ids is None:
        return True
    return export.department_ids is not None and actor.department_ids.issuperset(export.department_ids)


def purge() -> int:
    """Forget files whose time is over, and once that is kept their contents. Answers how many files went."""
    over = db.session.scalars(select(StoredFile).where(StoredFile.purge_on < now().date())).all()
    digests = {file.digest for file in over}
    for export in db.session.scalars(select(Export).where(Export.file_token.in_([file.token for file in over]))):
        db.session.delete(export)
    db.session.flush()
    for file in over:
        db.session.delete(file)
    transactions.after_commit(lambda: _drop(digests))
    return len(over)


def _drop(digests: Iterable[str]) -> None:
    """Drop contents that no row of any organisation names: an export of one may be an import of another."""
    with across_organisations():
        kept = set(db.session.scalars(select(StoredFile.digest).where(StoredFile.digest.in_(digests))))
    for digest in set(digests) - kept:
        if storage.path_of(digest).exists() and storage.age_of(digest) > _SETTLED:
            storage.drop(digest)


def drop_orphans() -> int:
    """Drop what has lain in the store for a day and no row names: what a killed process, or a transaction that was
    dropped, left behind. Answers how many files went.

    A store that another database filled is left alone: it is the one whose rows are missing.
    """
    before = now() - _FORGOTTEN
    if not storage.belongs_to(_mark_of_database()):
        log.error("store_of_another_database")
        return 0
    old = [file for file in storage.lying_since(before) if not file.name.startswith(".")]
    with across_organisations():
        kept = set(db.session.scalars(select(StoredFile.digest).where(StoredFile.digest.in_([f.name for f in old]))))
    orphans = [file for file in old if file.name not in kept and storage.lies_since(file, before)]
    for file in orphans:
        file.unlink(missing_ok=True)
    return len(orphans)


def _mark_of_database() -> str:
    """What tells this database from another: the oldest link of all its chains."""
    first = select(JournalEntry.digest).order_by(JournalEntry.id).limit(1).execution_options(**UNOWNED)
    return db.session.scalar(first) or ""

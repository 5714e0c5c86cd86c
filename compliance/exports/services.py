"""Building exports: what goes in, who asked, where the file lies and for how long."""

import datetime
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from compliance.accounts import services as accounts
from compliance.accounts.models import Department, Organisation
from compliance.accounts.vocabulary import Vocabulary
from compliance.exports.delimited import write_csv
from compliance.exports.entries import ALL, APPROVED, Frame, OpenFinding, Progress, RegisterEntry, nothing_done
from compliance.exports.printed import write_pdf
from compliance.exports.spreadsheet import write_xlsx
from compliance.exports.whole import write_whole
from compliance.parties import services as parties
from compliance.records import services as records
from compliance.records.actor import APPROVED as APPROVED_FACE
from compliance.records.actor import WORKING, Actor
from compliance.records.models import ARCHIVED, Record, Revision, StoredFile
from compliance.register.models import Action, FindingRow
from compliance.register.services import listing
from compliance.register.services.xray import KIND, Surroundings
from compliance.regulation.reference import reference
from compliance.regulation.rulebook import CRITICAL
from compliance.support import jobs, storage, transactions
from compliance.support.clock import now, today
from compliance.support.db import across_organisations, db, random_token
from compliance.support.documents import Json
from compliance.support.errors import Forbidden, RuleBroken
from compliance.support.i18n import _
from compliance.support.permissions import Permission

MEDIA = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
#: Up to this many records an export is built while the person waits; above, by the worker.
AT_ONCE = {"json": 200, "csv": 200, "xlsx": 100, "pdf": 3}
KEPT_DAYS = 7
MOST_SELECTED = 500
#: What an export of a filtered list says of itself, so that a part does not pass for the whole.
CHOSEN = {"fr": "Fiches choisies dans la liste", "en": "Records chosen in the list"}
TITLES = {"fr": "Registre des activités de traitement", "en": "Register of processing activities"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: a format, a language, which face, and which records (all, some filters, or one)."""

    format: str
    language: str
    status: str = APPROVED
    reference: str = ""
    selected: tuple[str, ...] = ()
    filters: dict[str, list[str]] | None = None

    def as_arguments(self) -> Json:
        """The wish as a job keeps it."""
        return {name: getattr(self, name) for name in self.__slots__}


def check(wish: Wish, actor: Actor) -> None:
    """Refuse what cannot be built, or what this person may not take away."""
    if wish.format not in MEDIA:
        raise RuleBroken(_("Choose a format."), field="format")
    if wish.language not in TITLES:
        raise RuleBroken(_("Choose a language."), field="language")
    if wish.status not in (APPROVED, ALL):
        raise RuleBroken(_("Choose what to export."), field="status")
    if wish.status == ALL and WORKING not in actor.faces:
        raise Forbidden(_("Drafts are not part of what you may see."))
    if wish.format == "json" and actor.department_ids is not None:
        raise Forbidden(_("The whole register is exported by somebody who sees all of it."))
    if wish.format == "json" and (wish.filters or wish.selected or wish.reference):
        raise RuleBroken(_("JSON holds the whole register: choose another format for a part of it."), field="format")


def request(wish: Wish, *, actor: Actor) -> tuple[str, bool]:
    """Build a small export at once, or write a job down for a large one; answers its token and whether it is built.

    The journal says who took what away.
    """
    check(wish, actor)
    if wish.reference:
        records.find_for(actor, KIND, wish.reference)
    details = {name: value for name, value in wish.as_arguments().items() if value}
    records.note("export:requested", actor=actor, subject=wish.reference or wish.format, **details)
    if count(wish, actor) <= AT_ONCE[wish.format]:
        return build(wish, actor=actor).token, True
    job = jobs.enqueue(
        "export",
        organisation_id=actor.organisation_id,
        person_id=actor.user_id,
        wish=wish.as_arguments(),
        actor={"id": actor.user_id, "name": actor.name, "faces": list(actor.faces)},
    )
    return job.token, False


def build_for(wish: Json, asked_by: Json, *, organisation_id: int, progress: Progress) -> Json:
    """Build what a job asks for, on behalf of who asked; answers what the page of the job shows."""
    permissions = {Permission.REGISTER_READ} | (
        {Permission.REGISTER_WORKING} if WORKING in asked_by["faces"] else set()
    )
    actor = Actor(asked_by["id"], asked_by["name"], organisation_id=organisation_id, permissions=frozenset(permissions))
    content = _written(Wish(**wish), actor, progress)
    transactions.begin_writing()
    file = _kept(content, Wish(**wish), actor)
    return {"token": file.token, "name": file.name, "size": file.size}


def count(wish: Wish, actor: Actor) -> int:
    """How many records the wish covers."""
    return len(db.session.execute(_chosen(wish, actor).with_only_columns(Record.id)).all())


def build(wish: Wish, *, actor: Actor) -> StoredFile:
    """Build an export into the store; it is kept for seven days."""
    return _kept(_written(wish, actor, nothing_done), wish, actor)


def _written(wish: Wish, actor: Actor, progress: Progress) -> Path:
    """An export as a file that nobody can reach yet; given up half-way, it leaves none."""
    content = storage.scratch()
    try:
        with content.open("wb") as out:
            write(wish, out, actor=actor, progress=progress)
    except BaseException:
        content.unlink()
        raise
    return content


def _kept(content: Path, wish: Wish, actor: Actor) -> StoredFile:
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
    db.session.add(file)
    db.session.flush()
    return file


def file_name(wish: Wish, organisation: Organisation) -> str:
    """Whose register, which part, which day."""
    stem = {"fr": "registre", "en": "register"}[wish.language]
    day = today(organisation.zone).isoformat()
    return "-".join(part for part in (stem, organisation.slug, wish.reference, day) if part) + f".{wish.format}"


def write(wish: Wish, out: BinaryIO, *, actor: Actor, progress: Progress = nothing_done) -> None:
    """Write an export to a binary file."""
    if wish.format == "json":
        _write_whole(wish, out, actor)
        return
    writer: Callable[..., Any] = {"csv": write_csv, "xlsx": write_xlsx, "pdf": write_pdf}[wish.format]
    with closing(entries(wish, actor)) as stream:
        writer(out, stream, frame(wish, actor), progress)


def frame(wish: Wish, actor: Actor) -> Frame:
    """What is said of the export as a whole."""
    around = Surroundings()
    return Frame(
        title=TITLES[wish.language],
        organisation=around.profile,
        language=wish.language,
        as_of=now().astimezone(ZoneInfo(around.organisation.zone)),
        total=count(wish, actor),
        status=wish.status,
        labels=Vocabulary(wish.language).label,
        selection=wish.reference or (CHOSEN[wish.language] if wish.filters or wish.selected else ""),
    )


def _chosen(wish: Wish, actor: Actor) -> Select[Any]:
    chosen = select(Record).where(Record.kind == KIND, Record.state != ARCHIVED)
    if wish.status == APPROVED:
        chosen = chosen.where(Record.approved_revision_id.is_not(None))
    if wish.reference:
        chosen = chosen.where(Record.reference == wish.reference)
    if wish.selected:
        chosen = chosen.where(Record.reference.in_(wish.selected))
    if wish.filters:
        values = {**wish.filters, "face": [APPROVED_FACE if wish.status == APPROVED else WORKING]}
        query = listing.query_from(values, actor)
        chosen = chosen.where(Record.id.in_(listing.chosen(query, Surroundings().today)))
    return chosen


def entries(wish: Wish, actor: Actor) -> Generator[RegisterEntry]:
    """The records one after the other, in the order of their references, read as they are written."""
    face = APPROVED_FACE if wish.status == APPROVED else WORKING
    zone = ZoneInfo(Surroundings().organisation.zone)
    gaps = _open_findings(face, wish.language, zone)
    columns = (
        Record.id,
        Record.reference,
        Record.state,
        Record.edition,
        Record.approved_at,
        Record.approved_by,
        Record.created_at,
        Record.updated_at,
        Revision.document if face == APPROVED_FACE else Record.document,
    )
    chosen = _chosen(wish, actor).with_only_columns(*columns).order_by(Record.reference)
    if face == APPROVED_FACE:
        chosen = chosen.join(Revision, Revision.id == Record.approved_revision_id)
    rows = db.session.execute(chosen.execution_options(yield_per=200))
    for record_id, ref, state, edition, approved_at, approved_by, created_at, updated_at, document in rows:
        yield RegisterEntry(
            reference=ref,
            state=state if face == WORKING else APPROVED,
            stored=document,
            edition=edition,
            approved_on=_day(approved_at, zone),
            approved_by=approved_by,
            created_on=_day(created_at, zone),
            updated_on=_day(updated_at, zone),
            findings=gaps.get(record_id, ()),
        )


def _day(moment: datetime.datetime | None, zone: ZoneInfo) -> str:
    """The day it was for the organisation."""
    return moment.astimezone(zone).date().isoformat() if moment else ""


def _open_findings(face: str, language: str, zone: ZoneInfo) -> dict[int, tuple[OpenFinding, ...]]:
    """The critical findings that stand, by record, with the action planned against each."""
    actions = {
        (a.record_id, a.rule, a.row_key): a for a in db.session.scalars(select(Action).where(Action.done_on.is_(None)))
    }
    words, law = Vocabulary(language), reference()
    found: dict[int, list[OpenFinding]] = {}
    for row in db.session.scalars(select(FindingRow).where(FindingRow.face == face, FindingRow.severity == CRITICAL)):
        text, action = law.rules[row.rule], actions.get((row.record_id, row.rule, row.row_key))
        label = row.params.get("label", "")
        if row.params.get("label_vocabulary"):
            label = words.label(row.params["label_vocabulary"], label)
        found.setdefault(row.record_id, []).append(
            OpenFinding(
                article=text.article,
                message=text.message(language).format_map({**row.params, "label": label}),
                acknowledged_by=action.created_by if action else "",
                acknowledged_on=_day(action.created_at, zone) if action else "",
                reason=action.title if action else "",
                due_on=action.due_on.isoformat() if action else "",
            )
        )
    return {record: tuple(items) for record, items in found.items()}


def _write_whole(wish: Wish, out: BinaryIO, actor: Actor) -> None:
    organisation = accounts.profile_record()
    lists = {
        "departments": _departments(),
        "people": ({"email": p.email, "name": p.name} for p, _roles in accounts.people()),
        "vocabularies": (
            {"vocabulary": e.vocabulary, "code": e.code, "en": e.en, "fr": e.fr, "hidden": e.hidden, "extra": e.extra}
            for e in accounts.own_terms()
        ),
        "parties": _plain(parties.PARTY),
        "systems": _plain(parties.SYSTEM),
        "activities": _activities(wish, actor),
    }
    write_whole(out, organisation.document, lists)


def _departments() -> list[Json]:
    rows: Sequence[Department] = accounts.departments()
    names = {d.id: d.reference for d in rows}
    return [{"reference": d.reference, "name": d.name, "parent": names.get(d.parent_id or 0, "")} for d in rows]


def _plain(kind: str) -> Iterator[Json]:
    for record in sorted(parties.all_of(kind), key=lambda record: record.reference):
        yield {"reference": record.reference, "document": record.document}


def _activities(wish: Wish, actor: Actor) -> Iterator[Json]:
    chosen = (
        _chosen(wish, actor)
        .with_only_columns(
            Record.reference, Record.state, Record.edition, Record.document, Revision.document, Record.approved_by,
            Record.approved_at, Record.review_due_on,
        )
        .outerjoin(Revision, Revision.id == Record.approved_revision_id)
        .order_by(Record.reference)
    )  # fmt: skip
    for ref, state, edition, working, approved, by, at, review in db.session.execute(
        chosen.execution_options(yield_per=200)
    ):
        yield {
            "reference": ref,
            "status": state if wish.status == ALL else APPROVED,
            "document": working if wish.status == ALL else approved,
            "edition": edition,
            "approved_document": approved,
            "approved_by": by,
            "approved_at": at.isoformat() if at else "",
            "review_due_on": review.isoformat() if review else "",
        }


def find_file(token: str, actor: Actor) -> StoredFile | None:
    """A file this person asked for, while it is kept."""
    chosen = select(StoredFile).where(StoredFile.token == token, StoredFile.person_id == actor.user_id)
    return db.session.scalar(chosen)


def recent_files(actor: Actor) -> Sequence[StoredFile]:
    """What this person asked for and can still download, the latest first."""
    chosen = select(StoredFile).where(StoredFile.person_id == actor.user_id, StoredFile.purge_on.is_not(None))
    return db.session.scalars(chosen.order_by(StoredFile.id.desc()).limit(20)).all()


def purge() -> int:
    """Drop files whose time is over; a content that another row still names stays. Answers how many rows went."""
    over = db.session.scalars(select(StoredFile).where(StoredFile.purge_on < now().date())).all()
    for file in over:
        db.session.delete(file)
        db.session.flush()
        with across_organisations():  # another one may keep the same content: an export of one is an import of another
            is_kept = db.session.scalar(select(StoredFile.id).where(StoredFile.digest == file.digest).limit(1))
        if is_kept is None:
            storage.drop(file.digest)
    return len(over)


def to_path(wish: Wish, path: Path, *, actor: Actor) -> None:
    """Write an export to a file of the machine: for the command line."""
    check(wish, actor)
    records.note("export:requested", actor=actor, subject=wish.format, status=wish.status)
    with path.open("wb") as out:
        write(wish, out, actor=actor)

"""What goes into an export: which records, in which order, and what is said of them as a whole."""

import datetime
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from compliance.accounts import services as accounts
from compliance.accounts.models import Department
from compliance.accounts.vocabulary import Vocabulary
from compliance.exports.entries import ALL, APPROVED, Frame, OpenFinding, Progress, RegisterEntry
from compliance.exports.whole import write_whole
from compliance.parties import services as parties
from compliance.records.actor import APPROVED as APPROVED_FACE
from compliance.records.actor import WORKING, Actor
from compliance.records.models import ARCHIVED, Record, Revision
from compliance.register.models import Action, FindingRow
from compliance.register.services import listing
from compliance.register.services.xray import KIND, Surroundings
from compliance.regulation.reference import reference
from compliance.regulation.rulebook import CRITICAL
from compliance.support.clock import now
from compliance.support.db import db
from compliance.support.documents import Json

#: What an export of a filtered list says of itself, so that a part does not pass for the whole.
CHOSEN = {"fr": "Fiches choisies dans la liste", "en": "Records chosen in the list"}
TITLES = {"fr": "Registre des activités de traitement", "en": "Register of processing activities"}
#: Records read at once: a document is ten times as large in memory as on the disk.
_STEP = 20
_TOLD = 200


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


def count(wish: Wish, actor: Actor) -> int:
    """How many records the wish covers."""
    return len(db.session.execute(_chosen(wish, actor).with_only_columns(Record.id)).all())


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
    rows = db.session.execute(chosen.execution_options(yield_per=_STEP))
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
    planned = select(
        Action.record_id, Action.rule, Action.row_key, Action.created_by, Action.created_at, Action.title, Action.due_on
    ).where(Action.done_on.is_(None))
    actions = {(a.record_id, a.rule, a.row_key): a for a in db.session.execute(planned)}
    standing = select(FindingRow.record_id, FindingRow.rule, FindingRow.row_key, FindingRow.params).where(
        FindingRow.face == face, FindingRow.severity == CRITICAL
    )
    words, law = Vocabulary(language), reference()
    found: dict[int, list[OpenFinding]] = {}
    for record, rule, row_key, params in db.session.execute(standing.execution_options(yield_per=_STEP)):
        text, action = law.rules[rule], actions.get((record, rule, row_key))
        label = params.get("label", "")
        if params.get("label_vocabulary"):
            label = words.label(params["label_vocabulary"], label)
        found.setdefault(record, []).append(
            OpenFinding(
                article=text.article,
                message=text.message(language).format_map({**params, "label": label}),
                acknowledged_by=action.created_by if action else "",
                acknowledged_on=_day(action.created_at, zone) if action else "",
                reason=action.title if action else "",
                due_on=action.due_on.isoformat() if action else "",
            )
        )
    return {record: tuple(items) for record, items in found.items()}


def write_register(wish: Wish, out: BinaryIO, actor: Actor, progress: Progress) -> None:
    """Write everything, without loss, to a binary file."""
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
        "activities": _activities(wish, actor, progress),
    }
    write_whole(out, organisation.document, lists)


def _departments() -> list[Json]:
    rows: Sequence[Department] = accounts.departments()
    names = {d.id: d.reference for d in rows}
    return [{"reference": d.reference, "name": d.name, "parent": names.get(d.parent_id or 0, "")} for d in rows]


def _plain(kind: str) -> Iterator[Json]:
    for record in sorted(parties.all_of(kind), key=lambda record: record.reference):
        yield {"reference": record.reference, "document": record.document}


def _activities(wish: Wish, actor: Actor, progress: Progress) -> Iterator[Json]:
    total, done = count(wish, actor), 0
    chosen = (
        _chosen(wish, actor)
        .with_only_columns(
            Record.reference, Record.state, Record.edition, Record.document, Revision.document, Record.approved_by,
            Record.approved_at, Record.review_due_on,
        )
        .outerjoin(Revision, Revision.id == Record.approved_revision_id)
        .order_by(Record.reference)
    )  # fmt: skip
    rows = db.session.execute(chosen.execution_options(yield_per=_STEP))
    for done, (ref, state, edition, working, approved, by, at, review) in enumerate(rows, start=1):
        if done % _TOLD == 0:
            progress(done, total)
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
    progress(done, total)

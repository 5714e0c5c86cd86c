"""What can be done with parties and systems."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from compliance.parties.documents import Party, System
from compliance.records import histories, search
from compliance.records import services as records
from compliance.records.actor import WORKING, Actor
from compliance.records.histories import History, Step
from compliance.records.kinds import kind_of
from compliance.records.merge import MINE, Conflict, merge
from compliance.records.models import APPROVED, ARCHIVED, Record, RecordLink, Revision
from compliance.support import schemas
from compliance.support.clock import now
from compliance.support.db import db
from compliance.support.documents import Json, from_json, to_json
from compliance.support.errors import RuleBroken, Stale
from compliance.support.i18n import _
from compliance.support.paging import Window
from compliance.support.permissions import Permission
from compliance.support.text import fold

PARTY, SYSTEM = "party", "system"
DOCUMENTS = {PARTY: Party, SYSTEM: System}


#: From how many days before its end a certification is shown as ending.
SOON_DAYS = 60


def add(kind: str, answers: Json, *, actor: Actor, reference: str = "") -> Record:
    """A new party or system; a name that stands already is refused, so that one entity stays one record."""
    actor.must(Permission.PARTIES_WRITE)
    document = schemas.load(DOCUMENTS[kind], answers)
    if not reference:
        _refuse_twin(kind, document["name"])
    return records.create(kind, document, actor=actor, tag=f"{kind}:added", reference=reference)


def _refuse_twin(kind: str, name: str) -> None:
    if not name:
        raise RuleBroken(_("Give it a name."), field="name")
    if twin := named(kind, [name]).get(fold(name).strip()):
        raise RuleBroken(
            _("%(name)s is already here, as %(reference)s.", name=twin.name, reference=twin.reference), field="name"
        )


def save(record: Record, answers: Json, *, actor: Actor, base_version: int | None = None) -> Revision | None:
    """Change a party or a system.

    What others changed since `base_version` is kept; where both changed the same answer, Stale names it.
    """
    actor.must(Permission.PARTIES_WRITE)
    answers, conflicts = _merged(record, answers, base_version, {})
    if conflicts:
        told = [{"path": conflict.path, "theirs": conflict.theirs} for conflict in conflicts]
        raise Stale(_("Somebody else changed the same answers meanwhile."), conflicts=told)
    document = schemas.load(DOCUMENTS[record.kind], {**record.document, **answers})
    if fold(document["name"]).strip() != fold(record.name).strip():
        _refuse_twin(record.kind, document["name"])
    return records.change(record, document, f"{record.kind}:changed", actor=actor)


def settled(record: Record, answers: Json, base_version: int, stale: Stale) -> Json:
    """The answers laid upon what others kept meanwhile; where both changed the same one, these answers."""
    return _merged(record, answers, base_version, {conflict["path"]: MINE for conflict in stale.conflicts})[0]


def _merged(
    record: Record, answers: Json, base_version: int | None, decided: Mapping[str, str]
) -> tuple[Json, Sequence[Conflict]]:
    if base_version is None or base_version == record.version:
        return answers, ()
    return merge(records.revision(record, base_version).document, answers, record.document, decided)


def archive(record: Record, *, actor: Actor) -> None:
    """Take a party or a system out of the choices; the records that name it keep it."""
    actor.must(Permission.PARTIES_WRITE)
    records.archive(record, f"{record.kind}:archived", actor=actor)


def restore(record: Record, *, actor: Actor) -> None:
    """Bring an archived one back among the choices."""
    actor.must(Permission.PARTIES_WRITE)
    if record.state == ARCHIVED:
        records.restore(record, f"{record.kind}:restored", actor=actor)


@dataclass(frozen=True, slots=True)
class Line:
    """A party or a system as the list shows it, and how many records name it."""

    record: Record
    uses: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of parties or of systems, by name."""

    lines: Sequence[Line]
    window: Window


def page(kind: str, words: str, number: int, *, archived: bool = False) -> Page:
    """One page of the parties or systems that hold these words, by name whatever its case and accents."""
    chosen = select(Record.id, Record.name).where(Record.kind == kind)
    chosen = chosen.where(Record.state == ARCHIVED if archived else Record.state != ARCHIVED)
    if words:
        found = search.found(words, WORKING, kind)
        chosen = chosen.where(Record.id.in_(found) if found is not None else Record.id < 0)
    ids = [key for key, _name in sorted(db.session.execute(chosen), key=lambda row: (fold(row[1]), row[0]))]
    window = Window(number, len(ids))
    shown = ids[window.start : window.end]
    by_id = {record.id: record for record in db.session.scalars(select(Record).where(Record.id.in_(shown)))}
    uses = _uses(shown)
    return Page([Line(by_id[key], uses.get(key, 0)) for key in shown], window)


def _uses(ids: Sequence[int]) -> dict[int, int]:
    """How many records that this session sees name each of these."""
    chosen = select(RecordLink.to_id, func.count(RecordLink.from_id.distinct())).join(
        Record, Record.id == RecordLink.from_id
    )
    chosen = chosen.where(RecordLink.to_id.in_(ids), Record.state != ARCHIVED).group_by(RecordLink.to_id)
    return dict(db.session.execute(chosen).all())


def count(kind: str, *, archived: bool = False) -> int:
    """How many parties or systems there are, in use or archived."""
    state = Record.state == ARCHIVED if archived else Record.state != ARCHIVED
    return db.session.scalar(select(func.count(Record.id)).where(Record.kind == kind, state)) or 0


def uses_of(record: Record, actor: Actor) -> list[tuple[str, str, Record]]:
    """What names this record, and what it names, as (direction, role, the other): only what this person may see."""
    uses = [
        use for use in records.links_of(record) if use[2].state != ARCHIVED and actor.can(kind_of(use[2].kind).read)
    ]
    if WORKING in actor.faces:
        return uses
    seen = documents_for(actor, [record, *(other for _direction, _role, other in uses)])

    def names(source: Record, role: str, target: Record) -> bool:
        named = records.links_in(seen.get(source.id, {}))
        return any((role, target.kind, target.reference) == (r, link["kind"], link["reference"]) for r, link in named)

    return [
        (direction, role, other)
        for direction, role, other in uses
        if (names(record, role, other) if direction == "out" else names(other, role, record))
    ]


def documents_for(actor: Actor, found: Sequence[Record]) -> dict[int, Json]:
    """The face of each of these records that this person sees, by number; one who sees none of it has no entry."""
    decided = {r.id: r.approved_revision_id for r in found if kind_of(r.kind).needs_approval}
    if WORKING in actor.faces:
        decided = {}
    plain = {record.id: record.document for record in found if record.id not in decided}
    chosen = select(Revision.record_id, Revision.document).where(Revision.id.in_({i for i in decided.values() if i}))
    return plain | dict(db.session.execute(chosen).all()) if decided else plain


EXPIRED, ENDING, VALID = "expired", "ending", "valid"


def expiry(valid_until: str, today: datetime.date) -> str:
    """Where a certification stands on that day; one without an end is valid."""
    if not valid_until:
        return VALID
    left = (datetime.date.fromisoformat(valid_until) - today).days
    return EXPIRED if left < 0 else ENDING if left <= SOON_DAYS else VALID


def all_of(kind: str) -> Sequence[Record]:
    """All parties or all systems in use, by name."""
    chosen = select(Record).where(Record.kind == kind, Record.state != ARCHIVED)
    return sorted(db.session.scalars(chosen), key=lambda record: (fold(record.name), record.reference))


def named(kind: str, names: Iterable[str]) -> dict[str, Record]:
    """Those of these names that exist, by folded name."""
    wanted = {fold(name).strip() for name in names}
    return {key: record for record in all_of(kind) if (key := fold(record.name).strip()) in wanted}


def links(kind: str) -> dict[str, Json]:
    """Every party or every system in use as a link of a document, by folded name."""
    chosen = select(Record.name, Record.reference).where(Record.kind == kind, Record.state != ARCHIVED)
    found = db.session.execute(chosen.order_by(Record.name, Record.reference))
    return {fold(name).strip(): _link(kind, reference, name) for name, reference in found}


def _link(kind: str, reference: str, name: str) -> Json:
    return {"kind": kind, "reference": reference, "name": name}


def add_named(kind: str, answers: Mapping[str, Json], *, actor: Actor) -> dict[str, Json]:
    """Add those of these names that nobody bears, all at once; their links by folded name, in the order given."""
    found: dict[str, Json] = {}
    for name, more in answers.items():
        if (key := fold(name).strip()) not in found:
            found[key] = to_json(DOCUMENTS[kind](name=name.strip()[:255])) | more
    references = histories.reserve(kind_of(kind).prefix, len(found))
    steps = [Step(f"{kind}:added", now(), actor, document, APPROVED) for document in found.values()]
    histories.write(
        [History(kind, reference, [step]) for reference, step in zip(references, steps, strict=True)],
        actor.organisation_id or 0,
    )
    return {
        key: _link(kind, reference, document["name"])
        for (key, document), reference in zip(found.items(), references, strict=True)
    }


def documents(references: Iterable[str] | None = None) -> Mapping[str, Party]:
    """The documents of these parties, or of all, by reference; archived ones too, since records may still name them."""
    chosen = select(Record.reference, Record.document).where(Record.kind == PARTY)
    if references is not None:
        wanted = {reference for reference in references if reference}
        if not wanted:
            return {}
        chosen = chosen.where(Record.reference.in_(wanted))
    return {reference: from_json(Party, document) for reference, document in db.session.execute(chosen)}

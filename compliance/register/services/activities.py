"""Writing the register: adding, changing by section, duplicating, archiving, restoring processing activities."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence

from marshmallow import ValidationError

from compliance.accounts import services as accounts
from compliance.accounts.models import Department, Person
from compliance.records import drafts as kept_drafts
from compliance.records import services as records
from compliance.records.actor import Actor
from compliance.records.merge import Conflict, merge
from compliance.records.models import ARCHIVED, Record, Revision
from compliance.register.documents import SECTIONS, Activity
from compliance.register.services.xray import KIND
from compliance.regulation.reference import reference as law
from compliance.support import schemas
from compliance.support.clock import now
from compliance.support.documents import Json, new_key, specs_of, to_json
from compliance.support.errors import Forbidden, RuleBroken, Stale
from compliance.support.i18n import _, language_now
from compliance.support.permissions import Permission

#: How long what a page sends by itself may take to arrive.
ON_ITS_WAY = datetime.timedelta(seconds=60)


def empty() -> Json:
    """The document of a record about which nothing has been said yet."""
    return to_json(Activity())


def find(reference: str) -> Record:
    """A record of the register that this session may see."""
    return records.find(KIND, reference)


def add(answers: Json, *, actor: Actor, reference: str = "", reason: str = "") -> Record:
    """Add a processing activity as a draft."""
    actor.must(Permission.REGISTER_WRITE)
    document = load({**empty(), **answers})
    _must_reach(document, actor)
    return records.create(KIND, document, actor=actor, tag="register:record:add", reference=reference, reason=reason)


def load(document: Json, only: Iterable[str] | None = None) -> Json:
    """Clean JSON of a whole document or of the fields named, or RuleBroken naming the first field at fault."""
    try:
        return schemas.load(Activity, document, only)
    except ValidationError as error:
        path, message = next(_faults(error.normalized_messages()))
        raise RuleBroken(_("%(field)s: %(fault)s", field=_called(path), fault=message), field=path) from error


def _called(path: str) -> str:
    """A field as people know it; the path itself where there is no such field."""
    text = law().fields["activity"].get(".".join(piece for piece in path.split("/") if not piece.isdecimal()))
    return text.label[language_now()] if text else path


def _faults(messages: Json, above: str = "") -> Iterator[tuple[str, str]]:
    for name, what in messages.items():
        here = f"{above}/{name}" if above else str(name)
        if isinstance(what, dict):
            yield from _faults(what, here)
        else:
            yield here, str(what[0])


def _must_reach(document: Json, actor: Actor) -> None:
    """A head of department writes in their own branch: a record moved out of it would vanish before their eyes."""
    if actor.department_ids is None:
        return
    place = records.department_id_of((document.get("department") or {}).get("reference", ""))
    if place not in actor.department_ids:
        raise RuleBroken(_("Choose one of your departments."), field="department")


def save_section(
    record: Record,
    section: str,
    answers: Json,
    *,
    base_version: int,
    actor: Actor,
    decided: Mapping[str, str] | None = None,
) -> Revision | None:
    """Save one section. What others changed meanwhile is kept; where both changed the same field, Stale says so.

    Unless the person has `decided`, for that path, whose words stand.
    """
    actor.must(Permission.REGISTER_WRITE)
    fields = SECTIONS[section]
    mine = load({name: answers[name] for name in fields}, only=fields)
    _part_keys(fields, mine)
    if base_version != record.version:
        base = records.revision(record, base_version).document
        mine, conflicts = merge({name: base.get(name) for name in fields}, mine, record.document, decided or {})
        if conflicts:
            raise Stale(
                _("Somebody else changed the same answers meanwhile: choose which to keep."),
                conflicts=[_told(c) for c in conflicts],
            )
    document = {**record.document, **mine}
    _must_reach(document, actor)
    kept = records.change(record, document, "register:record:change", actor=actor)
    kept_drafts.drop_draft(actor, KIND, record.reference, section)
    return kept


def keep_draft(record: Record, section: str, fields: Json, *, base_version: int, actor: Actor) -> None:
    """Keep what a page sends by itself while somebody types there: no check, no version.

    What was on its way while they saved that page is already kept: it does not become a draft again.
    """
    if not _saved_just_now(record, section, base_version, actor):
        kept_drafts.save_draft(actor, KIND, record.reference, section, base_version, fields)


def _saved_just_now(record: Record, section: str, base_version: int, actor: Actor) -> bool:
    if base_version >= record.version:
        return False
    versions = {revision.number: revision for revision in records.revisions_of(record)}
    return any(
        later.actor_id == actor.user_id
        and later.at > now() - ON_ITS_WAY
        and any(later.document.get(n) != versions[later.number - 1].document.get(n) for n in SECTIONS[section])
        for later in versions.values()
        if later.number > max(base_version, 1)
    )


def _part_keys(fields: Sequence[str], answers: Json) -> None:
    """Two rows never share a key, whatever a form sent."""
    for name in fields:
        if specs_of(Activity)[name].row:
            seen: set[str] = set()
            for row in answers[name]:
                while row["key"] in seen:
                    row["key"] = new_key()
                seen.add(row["key"])


def _told(conflict: Conflict) -> Json:
    return {"path": conflict.path, "base": conflict.base, "mine": conflict.mine, "theirs": conflict.theirs}


def duplicate(record: Record, *, actor: Actor) -> Record:
    """A new draft with the same content, under a new reference."""
    name = _("%(name)s (copy)", name=record.name)[:255]
    return add(
        {**record.document, "name": name},
        actor=actor,
        reason=_("Copied from %(reference)s", reference=record.reference),
    )


def archive(record: Record, *, actor: Actor, reason: str = "") -> None:
    """Take a record out of the register; its history stays and it can be brought back."""
    actor.must(Permission.REGISTER_WRITE)
    if record.approved_revision_id is not None and not actor.can(Permission.REGISTER_WAIVE):
        raise Forbidden(_("Only the data protection officer takes an approved record out of the register."))
    records.archive(record, "register:record:archive", actor=actor, reason=reason)


def restore(record: Record, *, actor: Actor, number: int | None = None) -> None:
    """Bring back an archived record, or an earlier version as the working copy."""
    actor.must(Permission.REGISTER_WRITE)
    if number is None and record.state != ARCHIVED:
        return
    returns = record.state == ARCHIVED and record.approved_revision_id is not None
    if returns and not actor.can(Permission.REGISTER_WAIVE):
        raise Forbidden(_("Only the data protection officer brings an approved record back into the register."))
    _must_reach(record.document if number is None else records.revision(record, number).document, actor)
    records.restore(record, "register:record:restore", actor=actor, number=number)


def assign(record: Record, email: str, *, actor: Actor) -> None:
    """Make somebody answer for a record."""
    actor.must(Permission.REGISTER_WRITE)
    person = next((p for p, _m in accounts.people() if p.email == email), None)
    if person is None:
        raise RuleBroken(_("This person does not work here."), field="owner")
    owner = {"kind": "person", "reference": person.email, "name": person.name}
    records.change(record, {**record.document, "owner": owner}, "register:record:assign", actor=actor)


def departments() -> Sequence[Department]:
    """The departments that a record can be placed in."""
    return accounts.departments()


def people() -> list[Person]:
    """Those who can answer for a record."""
    return [person for person, _roles in accounts.people()]

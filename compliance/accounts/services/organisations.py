"""Organisations: what the register says of them, how they work, and their journal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from compliance.accounts import documents
from compliance.accounts.models import Organisation
from compliance.records import chain
from compliance.records import drafts as kept_drafts
from compliance.records import services as record_services
from compliance.records.actor import Actor, system
from compliance.records.merge import merge
from compliance.records.models import ChainHead, JournalEntry, Record
from compliance.support.db import UNOWNED, db, enter
from compliance.support.documents import Json, to_json
from compliance.support.errors import NotFound, Stale
from compliance.support.i18n import _, speak
from compliance.support.text import slug
from compliance.support.transactions import commit

KIND = "organisation"


def create_organisation(
    name: str, *, actor: Actor, short: str = "", language: str = "fr", sample: bool = False, **profile: Any
) -> Organisation:
    """A new organisation with an empty register; the session enters it."""
    organisation = Organisation(slug=_free_slug(short or name), name=name, language=language, is_sample=sample)
    db.session.add(organisation)
    db.session.flush()
    db.session.add(ChainHead(chain=organisation.id, sequence=0, digest=""))
    enter(organisation.id)
    founder = system(organisation.id, actor.name)
    record_services.note("organisation:created", actor=founder, changed=[organisation], subject=organisation.slug)
    document = to_json(documents.Organisation(name=name, **profile))
    record_services.create(KIND, document, actor=founder, tag="organisation:profile", reference="organisation")
    return organisation


def _free_slug(name: str) -> str:
    wanted = slug(name, "organisation")
    taken = set(db.session.scalars(select(Organisation.slug).where(Organisation.slug.startswith(wanted))))
    return next(s for n in range(1, 10_000) if (s := wanted if n == 1 else f"{wanted}-{n}") not in taken)


#: Asked at every request: made once.
_BY_SLUG = select(Organisation).where(Organisation.slug == bindparam("slug")).execution_options(**UNOWNED)


def organisation_by_slug(name: str) -> Organisation:
    """The organisation under that address, or NotFound."""
    found = db.session.scalar(_BY_SLUG, {"slug": name})
    if found is None:
        raise NotFound(_("There is no such organisation here."))
    return found


def organisations() -> Sequence[Organisation]:
    """All organisations of the installation."""
    return db.session.scalars(select(Organisation).order_by(Organisation.name)).all()


def visit_each() -> Iterator[Organisation]:
    """Each organisation in turn, entered; what is done there is kept before the next."""
    for organisation in organisations():
        enter(organisation.id)
        speak(organisation.language)
        yield organisation
        commit()


def profile_record() -> Record:
    """The record that says who the organisation is."""
    return record_services.find(KIND, "organisation")


def save_profile(
    changes: Json, *, actor: Actor, base_version: int | None = None, decided: Mapping[str, str] | None = None
) -> None:
    """Change what the register says of the organisation, Art. 30(1)(a).

    With the version that the answers started from, what others changed meanwhile is kept; where both changed the
    same answer, Stale says so unless the person has `decided` for it.
    """
    record = profile_record()
    if base_version is not None and base_version != record.version:
        base = record_services.revision(record, base_version).document
        changes, conflicts = merge({name: base.get(name) for name in changes}, changes, record.document, decided or {})
        if conflicts:
            raise Stale(
                _("Somebody else changed the same answers meanwhile: choose which to keep."),
                conflicts=[{"path": c.path, "mine": c.mine, "theirs": c.theirs} for c in conflicts],
            )
    record_services.change(record, {**record.document, **changes}, "organisation:profile", actor=actor)
    kept_drafts.drop_draft(actor, KIND, "organisation", "profile")
    organisation = db.session.get_one(Organisation, record.organisation_id)
    if organisation.name != record.name:
        organisation.name = record.name
        record_services.note("organisation:renamed", actor=actor, changed=[organisation], subject=record.name)


def save_settings(changes: dict[str, Any], *, actor: Actor) -> None:
    """Change how the organisation works: approval of one's own submissions, review rhythms, language, zone."""
    organisation = db.session.get_one(Organisation, actor.organisation_id)
    own = {name: value for name, value in changes.items() if name in ("language", "zone")}
    for name, value in own.items():
        setattr(organisation, name, value)
    organisation.settings = {**organisation.settings, **{n: v for n, v in changes.items() if n not in own}}
    record_services.note(
        "organisation:settings", actor=actor, changed=[organisation], subject=organisation.slug, names=sorted(changes)
    )


def head(organisation: Organisation) -> int:
    """The number of the organisation's last journal entry: raised by every kept change, it keys caches."""
    return chain.head_of(organisation.id)


def journal(organisation: Organisation, *, before: int = 0, most: int = 50) -> Sequence[JournalEntry]:
    """The organisation's journal, the latest first; `before` a number when it is not 0."""
    return _journal(organisation.id, before, most)


def installation_journal(*, before: int = 0, most: int = 50) -> Sequence[JournalEntry]:
    """The installation's journal: sign-ins, failures, sign-outs; the latest first."""
    return _journal(chain.INSTALLATION, before, most)


def _journal(number: int, before: int, most: int) -> Sequence[JournalEntry]:
    chosen = select(JournalEntry).where(JournalEntry.chain == number)
    if before:
        chosen = chosen.where(JournalEntry.sequence < before)
    return db.session.scalars(chosen.order_by(JournalEntry.sequence.desc()).limit(most)).all()

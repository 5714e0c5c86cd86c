"""What a person has typed and not saved: raw, unchecked, theirs alone."""

from contextlib import suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from compliance.records.actor import Actor
from compliance.records.models import Draft
from compliance.support.clock import now
from compliance.support.db import db


def save_draft(
    actor: Actor, kind: str, reference: str, section: str, base_version: int, fields: dict[str, Any]
) -> None:
    """Keep what a person has typed, as typed: no check, no revision, theirs alone."""
    draft = find_draft(actor, kind, reference, section)
    if draft is None:
        draft = Draft(person_id=actor.user_id, kind=kind, reference=reference, section=section)
        draft.base_version, draft.fields, draft.saved_at = base_version, fields, now()
        with suppress(IntegrityError), db.session.begin_nested():  # the same page may keep itself twice at once
            db.session.add(draft)
    else:
        draft.base_version, draft.fields, draft.saved_at = base_version, fields, now()


def find_draft(actor: Actor, kind: str, reference: str, section: str) -> Draft | None:
    """What this person had typed there and not saved, if anything."""
    return db.session.scalar(
        select(Draft).where(
            Draft.person_id == actor.user_id, Draft.kind == kind, Draft.reference == reference, Draft.section == section
        )
    )


def drafts_of(actor: Actor, kind: str, reference: str) -> dict[str, Draft]:
    """All that this person had typed on one record and not saved, by section."""
    chosen = select(Draft).where(Draft.person_id == actor.user_id, Draft.kind == kind, Draft.reference == reference)
    return {draft.section: draft for draft in db.session.scalars(chosen)}


def drop_draft(actor: Actor, kind: str, reference: str, section: str) -> None:
    """Forget what was typed: it was saved, or given up."""
    draft = find_draft(actor, kind, reference, section)
    if draft is not None:
        db.session.delete(draft)

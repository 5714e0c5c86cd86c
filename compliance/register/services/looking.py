"""Looking at a record again (Art. 24(1)): section by section, signed; it leaves a revision and sets the next day."""

import datetime
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from compliance.accounts.models import Organisation
from compliance.records import services as records
from compliance.records.actor import Actor
from compliance.records.differences import Change, differences
from compliance.records.models import ARCHIVED, Record, Revision
from compliance.register.documents import SECTIONS, Activity
from compliance.register.models import Action
from compliance.register.rules.duties import risk_of
from compliance.register.services import duties
from compliance.register.services.xray import findings_of
from compliance.regulation.rulebook import CRITICAL
from compliance.support.clock import today
from compliance.support.db import db
from compliance.support.errors import RuleBroken
from compliance.support.i18n import _
from compliance.support.permissions import Permission
from compliance.support.text import fold

TAG = "register:record:review"
STILL_TRUE, CHANGED = "still_true", "changed"
#: Days that somebody has to correct what a review found to have changed.
TO_CORRECT = datetime.timedelta(days=30)


def last_look(record: Record) -> Revision | None:
    """The revision on which the record was last reviewed, or approved."""
    chosen = select(Revision).where(Revision.record_id == record.id, Revision.tag.in_((TAG, "register:record:approve")))
    return db.session.scalar(chosen.order_by(Revision.number.desc()).limit(1))


def sections_of(record: Record) -> Sequence[str]:
    """The sections that this record has: a controller serves no clients."""
    is_processor = record.document.get("role") == "processor" or record.document.get("clients")
    return [name for name in SECTIONS if name != "clients" or is_processor]


def changed_since(record: Record, base: Revision | None) -> dict[str, list[Change]]:
    """What became different since that revision, by section."""
    found: dict[str, list[Change]] = {}
    for change in differences(Activity, base.document if base else {}, record.document):
        root = change.field.partition(".")[0]
        section = next((name for name, fields in SECTIONS.items() if root in fields), "identity")
        found.setdefault(section, []).append(change)
    return found


def must_be_reviewable(record: Record) -> None:
    """Refuse what has no place in the register to be reviewed."""
    if record.state == ARCHIVED:
        raise RuleBroken(_("This record is archived: restore it before changing it."))
    if not record.edition:
        raise RuleBroken(_("Only what is in the register is reviewed: send this draft for approval."))


def sign(
    record: Record, said: Mapping[str, str], notes: Mapping[str, str], signed_by: str, *, actor: Actor
) -> Revision:
    """Keep a review: what is still true, what changed, who says so and when.

    A section that changed was corrected since the last review, or says in a note what is to be corrected: the note
    becomes an action with a date.
    """
    actor.must(Permission.REGISTER_WRITE)
    must_be_reviewable(record)
    changes = changed_since(record, last_look(record))
    for section in sections_of(record):
        if said.get(section) not in (STILL_TRUE, CHANGED):
            raise RuleBroken(_("Say whether this is still true."), field=f"said_{section}")
        if said[section] == CHANGED and section not in changes and not notes.get(section):
            raise RuleBroken(
                _("Correct this section first, or say here what is to be corrected."), field=f"note_{section}"
            )
    if fold(signed_by).split() != fold(actor.name).split():
        raise RuleBroken(_("Write your name as your account has it: %(name)s", name=actor.name), field="signed_by")
    day = today(db.session.get_one(Organisation, record.organisation_id).zone)
    criticals = sum(finding.severity == CRITICAL for finding in findings_of(record))
    record.reviewed_on = day
    risk = risk_of(criticals, is_risk_likely=bool(record.document.get("risk_likely")))
    record.review_due_on = duties.next_review(day, risk)
    for section in sections_of(record):
        if said[section] == CHANGED and notes.get(section):
            _plan(record, section, notes[section], day, actor)
    return records.keep(
        record, TAG, actor=actor, reason=_("Signed by %(name)s", name=signed_by), signed_by=signed_by,
        said={section: said[section] for section in sections_of(record)},
        notes={section: note for section, note in notes.items() if note and said.get(section) == CHANGED},
    )  # fmt: skip


def _plan(record: Record, section: str, note: str, day: datetime.date, actor: Actor) -> None:
    action = Action(
        record_id=record.id,
        rule="",
        row_key=section,
        title=note[:500],
        owner_email=record.owner_email or actor.email,
        due_on=day + TO_CORRECT,
        evidence="",
        created_by=actor.name,
    )
    db.session.add(action)
    records.note(
        "register:action:plan", actor=actor, changed=[action], record=record, subject=record.reference,
        title=action.title, due=action.due_on.isoformat(),
    )  # fmt: skip

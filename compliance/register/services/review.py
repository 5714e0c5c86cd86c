"""Deciding: submission, the DPO's opinion, approval or refusal, accepted gaps and the actions that close them."""

import datetime
from collections.abc import Sequence

from sqlalchemy import select

from compliance.accounts.models import Membership, Organisation
from compliance.accounts.roles import granted
from compliance.records import services as records
from compliance.records.actor import Actor, system
from compliance.records.models import DRAFT, SUBMITTED, JournalEntry, Record, Revision
from compliance.register import rules
from compliance.register.models import Action, Opinion, Waiver
from compliance.register.rules.duties import risk_of
from compliance.register.services import duties
from compliance.register.services.xray import accepted, findings_of, project
from compliance.regulation.rulebook import CRITICAL, Finding
from compliance.support.clock import now, today
from compliance.support.db import db
from compliance.support.errors import Forbidden, NotFound, RuleBroken
from compliance.support.i18n import _, _n
from compliance.support.permissions import Permission

FAVOURABLE, RESERVATIONS, UNFAVOURABLE = "favourable", "reservations", "unfavourable"
AUTO, ON, OFF = "auto", "on", "off"


def submit(record: Record, *, actor: Actor, comment: str = "") -> None:
    """Ask for approval. What blocks is said now rather than at the end."""
    actor.must(Permission.REGISTER_WRITE)
    _refuse_blocked(record)
    records.submit(record, "register:record:submit", actor=actor, reason=comment)


def opinion_of(record: Record) -> Opinion | None:
    """The DPO's latest opinion on the record, whichever version it was given on."""
    chosen = select(Opinion).where(Opinion.record_id == record.id).order_by(Opinion.id.desc()).limit(1)
    return db.session.scalar(chosen)


def opinion_approved(record: Record) -> Opinion | None:
    """The DPO's latest opinion that was given before the version in the register was approved."""
    revision = records.approved_revision(record)
    number = revision.number if revision else 0
    chosen = select(Opinion).where(Opinion.record_id == record.id, Opinion.version < number)
    return db.session.scalar(chosen.order_by(Opinion.id.desc()).limit(1))


def give_opinion(record: Record, verdict: str, words: str, *, actor: Actor) -> Opinion:
    """Write down the DPO's dated advice on the working version (Arts 38 and 39): it advises, it does not decide."""
    actor.must(Permission.REGISTER_ADVISE)
    if verdict not in (FAVOURABLE, RESERVATIONS, UNFAVOURABLE):
        raise RuleBroken(_("Choose an opinion."), field="verdict")
    if verdict != FAVOURABLE and not words:
        raise RuleBroken(_("Say why, so that the person who decides can weigh it."), field="words")
    opinion = Opinion(
        record_id=record.id,
        version=record.version,
        verdict=verdict,
        words=words,
        given_by=actor.name,
        given_by_id=actor.user_id,
    )
    db.session.add(opinion)
    records.note(
        "register:record:opinion",
        actor=actor,
        changed=[opinion],
        record=record,
        subject=record.reference,
        verdict=verdict,
    )
    return opinion


def standing_criticals(record: Record) -> list[Finding]:
    """The critical findings on the working copy that whoever approves must acknowledge."""
    return [f for f in findings_of(record) if f.severity == CRITICAL]


def approve(record: Record, *, actor: Actor, acknowledged: bool = False, reason: str = "") -> Revision:
    """Put the working copy in the register, or say everything that stands in the way (Art. 30).

    A critical gap of an ongoing processing does not stop approval: it must be acknowledged, and an action with a
    date must stand against each. The same gap stops a processing that is still planned.
    """
    actor.must(Permission.REGISTER_APPROVE)
    if record.state not in (DRAFT, SUBMITTED):
        raise RuleBroken(_("There is nothing to approve: this version is already in the register."))
    if actor.user_id is not None and author_of(record) == actor.user_id and not may_approve_own(record):
        raise Forbidden(_("This is your own work: somebody else approves it."))
    _refuse_blocked(record)
    criticals = standing_criticals(record)
    if criticals:
        _refuse_unplanned(record, criticals)
        if not acknowledged:
            raise RuleBroken(
                _("Confirm that you know the critical gaps and approve all the same."), field="acknowledged"
            )
    opinion = opinion_of(record)
    record.reviewed_on = today(_organisation().zone)
    risk = risk_of(len(criticals), is_risk_likely=bool(record.document.get("risk_likely")))
    record.review_due_on = duties.next_review(record.reviewed_on, risk)
    return records.approve(
        record,
        "register:record:approve",
        actor=actor,
        reason=reason,
        acknowledged=[f"{f.rule} {f.row_key}".strip() for f in criticals],
        opinion=opinion.verdict if opinion else None,
        both_roles="dpo" in actor.roles,
    )


def _organisation() -> Organisation:
    return db.session.get_one(Organisation, db.session.info["organisation_id"])


def author_of(record: Record) -> int | None:
    """Whose work an approval would judge: who submitted it or, while nobody has, who changed it last."""
    if record.submitted_by_id is not None:
        return record.submitted_by_id
    return records.revision(record, record.version).actor_id


def may_approve_own(record: Record) -> bool:
    """Whether the author of a record may approve it: as the organisation chose or, on `auto`, when nobody else can."""
    setting = _organisation().settings.get("self_approval", AUTO)
    if setting != AUTO:
        return bool(setting == ON)
    roles_by_person: dict[int, set[str]] = {}
    chosen = select(Membership.person_id, Membership.role).where(
        Membership.organisation_id == record.organisation_id, (Membership.until.is_(None)) | (Membership.until > now())
    )
    for person, role in db.session.execute(chosen):
        roles_by_person.setdefault(person, set()).add(role)
    able = [p for p, roles in roles_by_person.items() if Permission.REGISTER_APPROVE in granted(roles)]
    return able == [author_of(record)]


def _refuse_blocked(record: Record) -> None:
    findings = findings_of(record)
    blocking = rules.blockers(findings, record.document.get("phase", ""))
    if blocking:
        raise RuleBroken(
            _n(
                "%(num)d finding stands in the way: mend it first.",
                "%(num)d findings stand in the way: mend them first.",
                len(blocking),
            ),
            field="findings",
        )


def _refuse_unplanned(record: Record, criticals: Sequence[Finding]) -> None:
    planned = {(a.rule, a.row_key) for a in actions_of(record) if a.done_on is None}
    missing = [f for f in criticals if (f.rule, f.row_key) not in planned]
    if missing:
        raise RuleBroken(
            _n(
                "%(num)d critical gap has no action yet: say what will be done and by when.",
                "%(num)d critical gaps have no action yet: say what will be done and by when.",
                len(missing),
            ),
            field="actions",
        )


def decision_on(record: Record) -> JournalEntry | None:
    """The journal entry of the approval that put the record in the register as it stands, if it is there."""
    chosen = select(JournalEntry).where(
        JournalEntry.chain == record.organisation_id,
        JournalEntry.record_id == record.id,  # what the index holds
        JournalEntry.revision_id == record.approved_revision_id,
    )
    return db.session.scalar(chosen) if record.approved_revision_id else None


def refuse(record: Record, reason: str, *, actor: Actor) -> None:
    """Send a submitted record back to its author, with the reason."""
    actor.must(Permission.REGISTER_APPROVE)
    records.refuse(record, "register:record:refuse", actor=actor, reason=reason)


def waive(record: Record, rule: str, row_key: str, reason: str, until: datetime.date, *, actor: Actor) -> Waiver:
    """Accept a finding for a time. Never a blocker, and an error only by the DPO."""
    actor.must(Permission.REGISTER_WAIVE)
    finding = standing(record, rule, row_key)
    if finding.is_blocker:
        raise RuleBroken(_("What Art. 30 itself asks for cannot be waived."))
    if finding.severity == CRITICAL:
        raise RuleBroken(_("A critical gap is not waived: plan an action with a date instead."))
    if not reason:
        raise RuleBroken(_("Say why this is acceptable."), field="reason")
    if until <= today(_organisation().zone):
        raise RuleBroken(_("Choose a date to come: a waiver ends."), field="until")
    waiver = Waiver(
        record_id=record.id, rule=rule, row_key=row_key, severity=finding.severity, reason=reason, until=until,
        given_by=actor.name,
    )  # fmt: skip
    db.session.add(waiver)
    records.note(
        "register:finding:waive", actor=actor, changed=[waiver], record=record, subject=record.reference,
        rule=rule, severity=finding.severity, reason=reason, until=until.isoformat(),
    )  # fmt: skip
    project(record)
    return waiver


def end_waiver(record: Record, rule: str, row_key: str, *, actor: Actor) -> None:
    """Take a waiver back: the finding stands again."""
    actor.must(Permission.REGISTER_WAIVE)
    for waiver in waivers_of(record):
        if (waiver.rule, waiver.row_key) == (rule, row_key):
            waiver.ended_at = now()
            records.note(
                "register:finding:unwaive",
                actor=actor,
                changed=[waiver],
                record=record,
                subject=record.reference,
                rule=rule,
            )
    project(record)


def waivers_of(record: Record) -> Sequence[Waiver]:
    """The waivers that stand on a record."""
    chosen = select(Waiver).where(Waiver.record_id == record.id, Waiver.ended_at.is_(None)).order_by(Waiver.id)
    return db.session.scalars(chosen).all()


def waivers_holding(record: Record, findings: Sequence[Finding], day: datetime.date) -> dict[tuple[str, str], Waiver]:
    """The waivers that hold today, by the (rule, row key) of the finding each accepts."""
    waivers = waivers_of(record)
    marks = accepted(waivers, findings, day)
    return {mark: waiver for waiver in waivers if (mark := (waiver.rule, waiver.row_key)) in marks}


def standing(record: Record, rule: str, row_key: str) -> Finding:
    """The finding of that rule on that row as it stands now, or NotFound."""
    for finding in findings_of(record):
        if (finding.rule, finding.row_key) == (rule, row_key):
            return finding
    raise NotFound(_("This finding no longer stands."))


def plan(
    record: Record,
    rule: str,
    row_key: str,
    title: str,
    owner_email: str,
    due_on: datetime.date,
    *,
    evidence: str = "",
    actor: Actor,
) -> Action:
    """Say what will be done about a finding, by whom and until when."""
    actor.must(Permission.REGISTER_WRITE)
    standing(record, rule, row_key)
    if not title:
        raise RuleBroken(_("Say what will be done."), field="title")
    action = Action(
        record_id=record.id,
        rule=rule,
        row_key=row_key,
        title=title,
        owner_email=owner_email,
        due_on=due_on,
        evidence=evidence,
        created_by=actor.name,
    )
    db.session.add(action)
    records.note(
        "register:action:plan", actor=actor, changed=[action], record=record, subject=record.reference,
        rule=rule, title=title, due=due_on.isoformat(),
    )  # fmt: skip
    project(record)
    return action


def finish(record: Record, action_id: int, evidence: str, done_on: datetime.date, *, actor: Actor) -> None:
    """Close an action with the evidence that it was done."""
    actor.must(Permission.REGISTER_WRITE)
    action = next((action for action in actions_of(record) if action.id == action_id), None)
    if action is None:
        raise NotFound(_("There is no such action."))
    if not evidence:
        raise RuleBroken(_("Say what shows that it was done."), field="evidence")
    if done_on > today(_organisation().zone):
        raise RuleBroken(_("An action cannot be done on a day to come."), field="done_on")
    action.evidence, action.done_on = evidence, done_on
    records.note(
        "register:action:finish",
        actor=actor,
        changed=[action],
        record=record,
        subject=record.reference,
        rule=action.rule,
    )
    project(record)


def actions_of(record: Record) -> Sequence[Action]:
    """The actions on a record, open ones first, by date."""
    chosen = select(Action).where(Action.record_id == record.id)
    return db.session.scalars(chosen.order_by(Action.done_on.is_not(None), Action.due_on)).all()


def set_review(record: Record, day: datetime.date, *, actor: Actor) -> None:
    """Choose the day of the next review."""
    actor.must(Permission.REGISTER_WRITE)
    record.review_due_on = day
    records.note(
        "register:record:review-date",
        actor=actor,
        changed=[record],
        record=record,
        subject=record.reference,
        day=day.isoformat(),
    )
    project(record)


def follow_rhythm(record_id: int, day: datetime.date) -> None:
    """Take over the day to which another rhythm of the organisation moved the next review."""
    record = db.session.get_one(Record, record_id)
    record.review_due_on = day
    records.note(
        "register:record:review-date", actor=system(record.organisation_id), changed=[record], record=record,
        subject=record.reference, day=day.isoformat(),
    )  # fmt: skip
    project(record)


def day_from(typed: str) -> datetime.date:
    """The day that was typed, or RuleBroken."""
    try:
        return datetime.date.fromisoformat(typed)
    except ValueError as error:
        raise RuleBroken(_("Choose a date."), field="day") from error

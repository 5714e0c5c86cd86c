"""Deciding on a record: submission, opinion, approval, refusal, waivers and actions."""

import datetime
from typing import TYPE_CHECKING

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.records import services as records
from compliance.register.rules import blockers
from compliance.register.services import review, xray
from compliance.register.views.blueprint import bp, choices, told
from compliance.regulation.rulebook import CRITICAL
from compliance.support.i18n import _
from compliance.support.permissions import Permission, requires
from forms.base import Form
from forms.choices import Choices
from forms.review import ActionDoneForm, ActionForm, ApprovalForm, OpinionForm, RefusalForm, SubmitForm, WaiverForm

if TYPE_CHECKING:
    from compliance.records.models import Record


def _found(reference: str) -> "Record":
    return records.find(xray.KIND, reference)


def _back(record: "Record", anchor: str = "") -> ResponseReturnValue:
    return redirect(url_for(".show", reference=record.reference, _anchor=anchor or None), 303)


def _asked(record: "Record", form: Form, title: str, button: str, **more: object) -> ResponseReturnValue:
    page = render_template("register/decide.html", record=record, form=form, title=title, button=button, **more)
    return page, form.http_status


@bp.route("/<reference>/submit", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
def submit(reference: str) -> ResponseReturnValue:
    """Ask for approval."""
    record, form = _found(reference), SubmitForm.from_request()
    findings = xray.findings_of(record)
    blocking = blockers(findings, record.document.get("phase", ""))
    if form.is_accepted() and not blocking:
        with form.taking_blame():
            review.submit(record, actor=g.actor, comment=form.answers()["comment"])
            flash(_("Sent for approval."), "good")
            return _back(record)
    return _asked(
        record, form, _("Send %(reference)s for approval", reference=reference), _("Send for approval"),
        blocking=told(record, blocking), stands=bool(blocking),
    )  # fmt: skip


@bp.route("/<reference>/opinion", methods=["GET", "POST"])
@requires(Permission.REGISTER_ADVISE)
def opinion(reference: str) -> ResponseReturnValue:
    """The DPO's dated opinion."""
    record = _found(reference)
    verdicts = [
        (review.FAVOURABLE, _("Favourable"), "", False),
        (review.RESERVATIONS, _("Favourable with reservations"), "", False),
        (review.UNFAVOURABLE, _("Unfavourable"), "", False),
    ]
    form = OpinionForm.from_request(Choices({"opinions": verdicts}))
    if form.is_accepted():
        with form.taking_blame():
            answers = form.answers()
            review.give_opinion(record, answers["opinion"], answers["text"], actor=g.actor)
            flash(_("Your opinion is kept with this version."), "good")
            return _back(record, "deciding")
    return _asked(record, form, _("Opinion on %(reference)s", reference=reference), _("Give this opinion"))


@bp.route("/<reference>/approve", methods=["GET", "POST"])
@requires(Permission.REGISTER_APPROVE)
def approve(reference: str) -> ResponseReturnValue:
    """Put this version in the register."""
    record = _found(reference)
    findings = xray.findings_of(record)
    blocking = blockers(findings, record.document.get("phase", ""))
    critical = told(record, [f for f in findings if f.severity == CRITICAL])
    form = ApprovalForm.from_request(
        Choices(
            {
                "critical_findings": [
                    (item["key"], f"{item['what']} ({item['article']})", "", False) for item in critical
                ]
            }
        )
    )
    if form.is_accepted() and not blocking:
        with form.taking_blame():
            review.approve(record, actor=g.actor, acknowledged=True, reason=form.answers()["reason"])
            flash(_("%(reference)s is in the register.", reference=reference), "good")
            return _back(record)
    opinion = review.opinion_of(record)
    return _asked(
        record, form, _("Approve %(reference)s", reference=reference), _("Approve"), opinion=opinion, critical=critical,
        blocking=told(record, blocking), stands=bool(blocking) or any(not item["action"] for item in critical),
        is_deciding=True,
    )  # fmt: skip


@bp.route("/<reference>/refuse", methods=["GET", "POST"])
@requires(Permission.REGISTER_APPROVE)
def refuse(reference: str) -> ResponseReturnValue:
    """Send it back with the reason."""
    record, form = _found(reference), RefusalForm.from_request()
    if form.is_accepted():
        with form.taking_blame():
            review.refuse(record, form.answers()["reason"], actor=g.actor)
            flash(_("Sent back to its author with your reason."), "good")
            return _back(record)
    return _asked(record, form, _("Refuse %(reference)s", reference=reference), _("Refuse and send back"))


def _finding(record: "Record", rule: str, row: str) -> dict[str, object]:
    row_key = "" if row == "-" else row
    finding = review.standing(record, rule, row_key)
    return told(record, [finding])[0]


@bp.route("/<reference>/findings/<rule>/<row>/waive", methods=["GET", "POST"])
@requires(Permission.REGISTER_WAIVE)
def waive(reference: str, rule: str, row: str) -> ResponseReturnValue:
    """Accept a finding for a time, with the reason."""
    record = _found(reference)
    finding, form = _finding(record, rule, row), WaiverForm.from_request()
    if form.is_accepted():
        with form.taking_blame():
            answers = form.answers()
            until = datetime.date.fromisoformat(answers["until"])
            review.waive(record, rule, "" if row == "-" else row, answers["reason"], until, actor=g.actor)
            flash(_("Accepted until that day, and shown as such."), "good")
            return _back(record)
    return _asked(record, form, _("Accept this gap"), _("Accept until that day"), finding=finding)


@bp.route("/<reference>/findings/<rule>/<row>/unwaive", methods=["POST"])
@requires(Permission.REGISTER_WAIVE)
def end_waiver(reference: str, rule: str, row: str) -> ResponseReturnValue:
    """Take a waiver back."""
    record = _found(reference)
    review.end_waiver(record, rule, "" if row == "-" else row, actor=g.actor)
    return _back(record)


@bp.route("/<reference>/findings/<rule>/<row>/action", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
def plan(reference: str, rule: str, row: str) -> ResponseReturnValue:
    """Say what will be done about a finding."""
    record = _found(reference)
    finding, form = _finding(record, rule, row), ActionForm.from_request(choices("identity"))
    if form.is_accepted():
        with form.taking_blame():
            answers = form.answers()
            due, owner = datetime.date.fromisoformat(answers["due_on"]), answers["owner"]["reference"]
            review.plan(
                record,
                rule,
                "" if row == "-" else row,
                answers["title"],
                owner,
                due,
                evidence=answers["evidence"],
                actor=g.actor,
            )
            flash(_("The action is planned."), "good")
            return _back(record, "actions")
    return _asked(record, form, _("Plan an action"), _("Plan it"), finding=finding)


@bp.route("/<reference>/actions/<int:number>/done", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
def finish(reference: str, number: int) -> ResponseReturnValue:
    """Close an action with what shows that it was done."""
    record, form = _found(reference), ActionDoneForm.from_request()
    if form.is_accepted():
        with form.taking_blame():
            answers = form.answers()
            done = datetime.date.fromisoformat(answers["done_on"])
            review.finish(record, number, answers["evidence"], done, actor=g.actor)
            flash(_("The action is done."), "good")
            return _back(record, "actions")
    return _asked(record, form, _("This action is done"), _("Close the action"))

"""Reading a record on one page, and changing it section by section."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts.guard import remembered_page
from compliance.parties import services as parties
from compliance.records import drafts as kept_drafts
from compliance.records import services as records
from compliance.records.actor import APPROVED, WORKING
from compliance.register.documents import SECTIONS, Activity
from compliance.register.rules import examine, points
from compliance.register.services import activities, review, xray
from compliance.register.views.blueprint import bp, choices, reader, told, vocabulary
from compliance.regulation.reference import reference as law
from compliance.regulation.rulebook import Finding
from compliance.reminders.views.blueprint import dues_of
from compliance.support.documents import Json, specs_of
from compliance.support.errors import Stale
from compliance.support.i18n import _, language_now
from compliance.support.permissions import Permission, requires
from compliance.support.text import printable
from forms import drafts
from forms.register import activity_form, new_activity_form

if TYPE_CHECKING:
    from compliance.records.models import Record

#: The longest reason that is kept with an act.
MOST_WORDS = 10_000


@bp.route("/<reference>/")
@requires(Permission.REGISTER_READ)
def show(reference: str) -> ResponseReturnValue:
    """The whole record on one page, findings beside what causes them."""
    return remembered_page(lambda: _show(reference))


def _show(reference: str) -> str:
    record = records.find_for(g.actor, xray.KIND, reference)
    face = _face(record)
    stored = record.document if face == WORKING else records.approved_document(record) or {}
    return render_template("register/show.html", **_page(record, stored, face))


def _face(record: "Record") -> str:
    wanted: str = request.args.get("face", g.actor.faces[0])
    if wanted not in g.actor.faces or (wanted == APPROVED and record.approved_revision_id is None):
        return str(g.actor.faces[0])
    return wanted


def _page(record: "Record", stored: Json, face: str) -> dict[str, Any]:
    context = xray.context_of(record, stored)
    findings = [] if record.is_archived else examine(context.document, context)
    accepted = review.waivers_holding(record, findings, context.today)
    planned = review.actions_of(record)
    items = told(record, findings, accepted, planned)
    standing = [item for item in items if not item["waiver"]]
    asked, links = points(context.document, context), records.links_of(record)
    return {
        "record": record,
        "document": stored,
        "face": face,
        "state": _state(record, face),
        "sections": _sections(stored, items, links),
        "findings": standing,
        "accepted": [item for item in items if item["waiver"]],
        "points": asked,
        "answered": sum(point.answered for point in asked),
        "opinion": review.opinion_of(record) if WORKING in g.actor.faces else review.opinion_approved(record),
        "decision": review.decision_on(record),
        "actions": _actions(record, findings, planned),
        "links": links if WORKING in g.actor.faces else parties.uses_of(record, g.actor),
        "may_write": g.actor.can(Permission.REGISTER_WRITE) and face == WORKING and not record.is_archived,
        "label": vocabulary().label,
        "dues": dues_of(record, g.actor) if WORKING in g.actor.faces else [],
    }


def _actions(record: "Record", findings: Sequence[Finding], planned: Iterable[Any]) -> list[Any]:
    """The actions; to those who see only what was approved, none against a gap of the working copy alone."""
    marks = {(finding.rule, finding.row_key) for finding in findings}
    return [
        action
        for action in planned
        if WORKING in g.actor.faces
        or (action.rule, action.row_key) in marks
        or (record.approved_at is not None and action.created_at <= record.approved_at)
    ]


def _state(record: "Record", face: str) -> str:
    if face == APPROVED:
        return "approved"
    return "changed" if record.state == "draft" and record.approved_revision_id else record.state


def _sections(stored: Json, items: list[dict[str, Any]], links: list[Any]) -> list[dict[str, Any]]:
    reads = reader(other for direction, _role, other in links if direction == "out")
    shown = []
    for name, fields in SECTIONS.items():
        if name == "clients" and stored.get("role") != "processor" and not stored.get("clients"):
            continue
        shown.append(
            {
                "name": name,
                "title": reads.name_of(f"sections.{name}"),
                "answers": [a for a in reads.answers(Activity, stored, fields) if a.name != "name"],
                "lists": reads.lists(Activity, stored, fields),
                "findings": [item for item in items if item["section"] == name],
            }
        )
    return shown


@bp.route("/<reference>/edit/<section>", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
def edit(reference: str, section: str) -> ResponseReturnValue:
    """Change one section. What was typed and not saved is there again; rows are added and moved, no word lost."""
    if section not in SECTIONS:
        abort(404)
    record = records.find(xray.KIND, reference)
    draft = kept_drafts.find_draft(g.actor, xray.KIND, reference, section)
    if request.method == "POST" and (action := drafts.row_action(request.form)):
        fields = drafts.apply(drafts.raw_of(request.form), action)
        kept_drafts.save_draft(g.actor, xray.KIND, reference, section, _base(record), fields)
        return redirect(url_for(".edit", reference=reference, section=section, _anchor=action.anchor), 303)
    form = activity_form(section, language_now()).from_request(
        choices(section), _stored(record, section), draft.fields if draft else None
    )
    base = _base(record) if request.method == "POST" else draft.base_version if draft else record.version
    if form.is_accepted():
        with form.taking_blame():
            try:
                decided = _decisions(record)
                activities.save_section(
                    record, section, form.answers(), base_version=base, actor=g.actor, decided=decided
                )
            except Stale as stale:
                return _conflict(record, section, stale), 409
            return redirect(url_for(".show", reference=reference, _anchor=section), 303)
    return render_template("register/edit.html", **_editing(record, section, form, base, draft)), form.http_status


def _base(record: "Record") -> int:
    sent = request.form.get("version", "")
    known = sent.isdecimal() and len(sent) < 10 and 0 < int(sent) <= record.version
    return int(sent) if known else record.version


def _decisions(record: "Record") -> dict[str, str]:
    """What the person chose where both had changed an answer; void when a third change came in between."""
    if request.form.get("seen") != str(record.version):
        return {}
    return {name[5:]: value for name, value in request.form.items() if name.startswith("keep:")}


def _stored(record: "Record", section: str) -> Json:
    return {name: record.document.get(name) for name in SECTIONS[section]}


def _editing(record: "Record", section: str, form: Any, base: int, draft: Any) -> dict[str, Any]:
    items = told(record, xray.findings_of(record))
    by_path: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        by_path.setdefault(item["path"], []).append(
            {"severity": item["severity"], "text": item["what"], "article": item["article"]}
        )
    names = list(SECTIONS)
    here = names.index(section)
    return {
        "record": record,
        "section": section,
        "title": reader().name_of(f"sections.{section}"),
        "about": law().fields["activity"][f"sections.{section}"].help[language_now()],
        "form": form,
        "version": base,
        "draft": draft,
        "findings_of": lambda path: by_path.get(path.replace(":", "/"), []),
        "findings": [item for item in items if item["section"] == section],
        "sections": [{"name": n, "title": reader().name_of(f"sections.{n}"), "active": n == section} for n in names],
        "following": names[here + 1] if here + 1 < len(names) else "",
    }


def _conflict(record: "Record", section: str, stale: Stale) -> str:
    reads = reader()
    items = [_side_by_side(conflict, reads) for conflict in stale.conflicts]
    return render_template(
        "register/conflict.html",
        record=record,
        section=section,
        typed=[
            (n, v)
            for n, vs in drafts.raw_of(request.form).items()
            if not n.startswith("keep:") and n != "seen"
            for v in vs
        ],
        conflicts=items,
        message=stale.message,
        title=reads.name_of(f"sections.{section}"),
    )


def _side_by_side(conflict: Json, reads: Any) -> dict[str, str]:
    pieces = conflict["path"].split("/")
    specs = specs_of(Activity)
    if len(pieces) == 1:
        name, spec = pieces[0], specs[pieces[0]]
    elif len(pieces) == 3:
        row = specs[pieces[0]].row
        assert row is not None
        name, spec = f"{pieces[0]}.{pieces[2]}", specs_of(row)[pieces[2]]
    else:
        name, spec = f"{pieces[0]}.row", None
    words = {side: reads.value(spec, conflict[side]) for side in ("base", "mine", "theirs")}
    return {"label": reads.name_of(name), "path": conflict["path"], **words}


@bp.route("/<reference>/draft/<section>", methods=["POST"])
@requires(Permission.REGISTER_WRITE)
def draft(reference: str, section: str) -> ResponseReturnValue:
    """Keep what is typed, as it is typed: no check, no version, always 204."""
    if section not in SECTIONS:
        abort(404)
    record = records.find(xray.KIND, reference)
    fields = drafts.raw_of(request.form)
    activities.keep_draft(record, section, fields, base_version=_base(record), actor=g.actor)
    return "", 204


@bp.route("/<reference>/draft/<section>/drop", methods=["POST"])
@requires(Permission.REGISTER_WRITE)
def drop_draft(reference: str, section: str) -> ResponseReturnValue:
    """Give up what was typed and not saved."""
    kept_drafts.drop_draft(g.actor, xray.KIND, reference, section)
    return redirect(url_for(".show", reference=reference, _anchor=section), 303)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
def new() -> ResponseReturnValue:
    """A new record: from nothing, or from the library of common activities."""
    form = new_activity_form(language_now()).from_request(choices("identity"))
    if form.is_accepted():
        with form.taking_blame():
            record = activities.add(form.answers(), actor=g.actor)
            flash(_("“%(name)s” has been added as a draft.", name=record.name), "good")
            return redirect(url_for(".show", reference=record.reference), 303)
    return render_template("register/new.html", form=form), form.http_status


@bp.route("/<reference>/duplicate", methods=["POST"])
@requires(Permission.REGISTER_WRITE)
def duplicate(reference: str) -> ResponseReturnValue:
    """A new draft with the same content."""
    copy = activities.duplicate(records.find(xray.KIND, reference), actor=g.actor)
    flash(_("This is the copy: give it its own name."), "good")
    return redirect(url_for(".edit", reference=copy.reference, section="identity"), 303)


@bp.route("/<reference>/archive", methods=["POST"])
@requires(Permission.REGISTER_WRITE)
def archive(reference: str) -> ResponseReturnValue:
    """Take the record out of the register; it can be brought back."""
    record = records.find(xray.KIND, reference)
    activities.archive(record, actor=g.actor, reason=printable(request.form.get("reason", ""))[:MOST_WORDS])
    flash(_("%(reference)s is archived. Its history stays, and it can be brought back.", reference=reference), "good")
    return redirect(url_for(".index"), 303)


@bp.route("/<reference>/restore", methods=["POST"])
@requires(Permission.REGISTER_WRITE)
def restore(reference: str) -> ResponseReturnValue:
    """Bring back an archived record, or an earlier version as the working copy."""
    record = records.find(xray.KIND, reference)
    number = request.form.get("number", type=int)
    activities.restore(record, actor=g.actor, number=number)
    flash(_("This is now the working copy. The register changes when it is approved."), "good")
    return redirect(url_for(".show", reference=reference), 303)

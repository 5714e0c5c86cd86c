"""The page on which a record is looked at again: what changed, what the X-ray finds, still true or not, signed."""

from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.records import services as records
from compliance.register.documents import SECTIONS, Activity
from compliance.register.services import looking, xray
from compliance.register.views.blueprint import bp, reader, told
from compliance.support.dates import as_day
from compliance.support.i18n import _
from compliance.support.permissions import Permission, requires
from forms.choices import Choices
from forms.review import look_form


@bp.route("/<reference>/review", methods=["GET", "POST"])
@requires(Permission.REGISTER_WRITE)
def look_again(reference: str) -> ResponseReturnValue:
    """Review a record: see what changed since the last time, say of each section whether it is still true, sign."""
    record = records.find(xray.KIND, reference)
    looking.must_be_reviewable(record)
    sections = looking.sections_of(record)
    said = [(looking.STILL_TRUE, _("Still true"), "", False), (looking.CHANGED, _("It changed"), "", False)]
    titles = {name: reader().name_of(f"sections.{name}") for name in sections}
    form = look_form(titles).from_request(Choices({"look_answers": said}))
    if form.is_accepted():
        with form.taking_blame():
            answers = form.answers()
            looking.sign(
                record,
                {name: answers[f"said_{name}"] for name in sections},
                {name: answers[f"note_{name}"] for name in sections},
                answers["signed_by"],
                actor=g.actor,
            )
            flash(_("Reviewed. The next review is due on %(day)s.", day=as_day(record.review_due_on)), "good")
            return redirect(url_for(".show", reference=reference), 303)
    base = looking.last_look(record)
    page = render_template("register/look.html", record=record, form=form, base=base, parts=_parts(record, base, form))
    return page, form.http_status


def _parts(record: Any, base: Any, form: Any) -> list[dict[str, Any]]:
    """Each section as it is read, with what changed there and what the X-ray finds there."""
    linked = [other for direction, _role, other in records.links_of(record) if direction == "out"]
    reads, changes = reader(linked), looking.changed_since(record, base)
    items = told(record, xray.findings_of(record))
    shown = []
    for name in looking.sections_of(record):
        fields = SECTIONS[name]
        shown.append(
            {
                "name": name,
                "title": reads.name_of(f"sections.{name}"),
                "answers": [a for a in reads.answers(Activity, record.document, fields) if a.words],
                "lists": [one for one in reads.lists(Activity, record.document, fields) if one.rows],
                "changes": [reads.change(change) for change in changes.get(name, ())],
                "findings": [item for item in items if item["section"] == name],
                "said": form[f"said_{name}"],
                "note": form[f"note_{name}"],
            }
        )
    return shown

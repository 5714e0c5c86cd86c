"""The history of a record: who changed what, when and why, and any two versions side by side."""

from typing import TYPE_CHECKING, Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.records import services as records
from compliance.records.actor import WORKING
from compliance.records.differences import differences
from compliance.register.documents import Activity
from compliance.register.services import looking, xray
from compliance.register.views.blueprint import bp, reader
from compliance.support.errors import NotFound
from compliance.support.i18n import _, _l, _n
from compliance.support.permissions import Permission, requires

if TYPE_CHECKING:
    from compliance.records.models import Record, Revision

#: What the journal's tags say to people.
ACTS = {
    "register:record:add": _l("Added"),
    "register:record:import": _l("Imported"),
    "register:record:change": _l("Changed"),
    "register:record:assign": _l("Given to somebody"),
    "register:record:submit": _l("Sent for approval"),
    "register:record:opinion": _l("Opinion of the data protection officer"),
    "register:record:approve": _l("Approved"),
    "register:record:refuse": _l("Refused"),
    "register:record:archive": _l("Archived"),
    "register:record:restore": _l("Restored"),
    "register:record:review": _l("Reviewed and signed"),
    "register:record:review-date": _l("Next review set"),
    "register:finding:waive": _l("Gap accepted"),
    "register:finding:unwaive": _l("Gap no longer accepted"),
    "register:action:plan": _l("Action planned"),
    "register:action:finish": _l("Action done"),
    "register:import:undo": _l("Import undone"),
}


@bp.route("/<reference>/history")
@requires(Permission.REGISTER_READ)
def history(reference: str) -> ResponseReturnValue:
    """What happened to a record, the latest first; only its approved versions to those who read those alone."""
    record = records.find_for(g.actor, xray.KIND, reference)
    revisions = {r.id: r for r in _visible(record)}
    events = [
        _event(entry, revisions.get(entry.revision_id or 0), record)
        for entry in records.journal_of(record)
        if entry.revision_id is None or entry.revision_id in revisions
    ]
    return render_template(
        "register/history.html",
        record=record,
        name=records.document_for(g.actor, record).get("name", ""),
        events=events,
        revisions=sorted(revisions.values(), key=lambda r: -r.number),
    )


def _visible(record: "Record") -> "list[Revision]":
    everything = records.revisions_of(record)
    if WORKING in g.actor.faces:
        return list(everything)
    return [revision for revision in everything if revision.is_approved]


def _said(entry: Any) -> list[str]:
    """What a review answered, in words: how many sections were confirmed, and each that changed."""
    said: dict[str, str] = entry.details.get("said", {})
    if entry.tag != looking.TAG or not said:
        return []
    name_of, notes = reader().name_of, entry.details.get("notes", {})
    changed = [section for section, answer in said.items() if answer == looking.CHANGED]
    same = len(said) - len(changed)
    words = [_n("%(num)d section confirmed", "%(num)d sections confirmed", same)] if same else []
    for section in changed:
        title, note = name_of(f"sections.{section}"), notes.get(section)
        if note:
            words.append(_("%(section)s: to correct (“%(note)s”)", section=title, note=note))
        else:
            words.append(_("%(section)s: changed and corrected", section=title))
    return words


def _event(entry: Any, revision: "Revision | None", record: "Record") -> dict[str, Any]:
    return {
        "what": ACTS.get(entry.tag, entry.tag),
        "who": entry.actor_name,
        "when": entry.at,
        "why": revision.reason if revision else entry.details.get("reason", "") if WORKING in g.actor.faces else "",
        "said": _said(entry),
        "number": revision.number if revision else None,
        "edition": revision.edition if revision and revision.is_approved else None,
        "url": url_for(".compare", reference=record.reference, after=revision.number) if revision else "",
        "digest": entry.digest[:12],
    }


@bp.route("/<reference>/compare")
@requires(Permission.REGISTER_READ)
def compare(reference: str) -> ResponseReturnValue:
    """What changed between two versions, by field, down to the word; unasked, since the approved one."""
    record = records.find_for(g.actor, xray.KIND, reference)
    visible = _visible(record)
    numbers = sorted(r.number for r in visible)
    after = request.args.get("after", type=int) or numbers[-1]
    before = request.args.get("before", type=int)
    if before is None and "after" not in request.args:
        before = next((r.number for r in visible if r.id == record.approved_revision_id and r.number < after), None)
    if before is None:
        before = max((n for n in numbers if n < after), default=0)
    if after not in numbers or (before and before not in numbers):
        raise NotFound(_("This version does not exist."))
    new = records.revision(record, after)
    old = records.revision(record, before) if before else None
    changes = differences(Activity, old.document if old else {}, new.document)
    return render_template(
        "register/compare.html",
        record=record,
        old=old,
        new=new,
        numbers=numbers,
        fields=[reader().change(c) for c in changes],
    )

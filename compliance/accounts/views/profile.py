"""The organisation itself: what Art. 30(1)(a) asks of it, and its history."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts import services
from compliance.accounts.documents import Organisation
from compliance.accounts.views.blueprint import SETTINGS, bp, vocabulary
from compliance.records import drafts as kept_drafts
from compliance.records import services as records
from compliance.records.differences import Change, differences, word_difference
from compliance.records.reading import Reader
from compliance.regulation.reference import reference
from compliance.support.documents import specs_of
from compliance.support.errors import Stale
from compliance.support.i18n import _, language_now
from compliance.support.permissions import Permission, requires
from forms import drafts
from forms.accounts import organisation_form
from forms.choices import Choices

DRAFT = (services.KIND, "organisation", "profile")


def _reader() -> Reader:
    return Reader(reference().fields["organisation"], language_now(), vocabulary().label)


@bp.route(f"{SETTINGS}/organisation")
@requires(Permission.ORGANISATION_READ)
def profile() -> ResponseReturnValue:
    """What the register says of the organisation."""
    record = services.profile_record()
    answers = _reader().answers(Organisation, record.document, tuple(specs_of(Organisation)))
    return render_template("accounts/profile.html", record=record, answers=answers)


@bp.route(f"{SETTINGS}/organisation/edit", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_WRITE)
def edit_profile() -> ResponseReturnValue:
    """Change it. What was typed and not saved is there again."""
    record = services.profile_record()
    draft = kept_drafts.find_draft(g.actor, *DRAFT)
    names = {spec.vocabulary for spec in specs_of(Organisation).values() if spec.vocabulary}
    choices = Choices({name: vocabulary().entries(name) for name in names})
    form = organisation_form(language_now()).from_request(choices, record.document, draft.fields if draft else None)
    version, conflicts, status = draft.base_version if draft else record.version, [], form.http_status
    if request.method == "POST":
        version = _base(record.version)
    if form.is_accepted():
        try:
            services.save_profile(form.answers(), actor=g.actor, base_version=version, decided=_decisions())
            flash(_("Saved."), "good")
            return redirect(url_for(".profile"), 303)
        except Stale as stale:
            conflicts, status = [_told(conflict) for conflict in stale.conflicts], 409
    page = {"form": form, "version": version, "conflicts": conflicts, "seen": record.version}
    return render_template("accounts/edit_profile.html", **page), form.http_status if form.errors else status


def _base(current: int) -> int:
    sent = request.form.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 and 0 < int(sent) <= current else current


def _decisions() -> dict[str, str]:
    """What the person chose where both had changed an answer; void when a third change came in between."""
    if request.form.get("seen") != str(services.profile_record().version):
        return {}
    return {name[5:]: value for name, value in request.form.items() if name.startswith("keep:")}


def _told(conflict: dict[str, Any]) -> dict[str, str]:
    reads, spec = _reader(), specs_of(Organisation)[conflict["path"]]
    words = {side: reads.value(spec, conflict[side]) for side in ("mine", "theirs")}
    return {"path": conflict["path"], "label": reads.name_of(conflict["path"]), **words}


@bp.route(f"{SETTINGS}/organisation/draft", methods=["POST"])
@requires(Permission.ORGANISATION_WRITE)
def profile_draft() -> ResponseReturnValue:
    """Keep what is typed, as it is typed: no check, no version, always 204."""
    record = services.profile_record()
    kept_drafts.save_draft(g.actor, *DRAFT, _base(record.version), drafts.raw_of(request.form))
    return "", 204


@bp.route(f"{SETTINGS}/organisation/draft/drop", methods=["POST"])
@requires(Permission.ORGANISATION_WRITE)
def drop_profile_draft() -> ResponseReturnValue:
    """Give up what was typed and not saved."""
    kept_drafts.drop_draft(g.actor, *DRAFT)
    return redirect(url_for(".profile"), 303)


@bp.route(f"{SETTINGS}/organisation/history")
@requires(Permission.ORGANISATION_READ)
def profile_history() -> ResponseReturnValue:
    """Every version, the latest first, with what changed in it."""
    revisions = records.revisions_of(services.profile_record())
    olds = [*(r.document for r in revisions[1:]), {}]
    versions = [
        {
            "number": revision.number,
            "who": revision.actor_name,
            "when": revision.at,
            "fields": [_changed(change) for change in differences(Organisation, old, revision.document)],
        }
        for revision, old in zip(revisions, olds, strict=True)
    ]
    return render_template("accounts/profile_history.html", versions=versions)


def _changed(change: Change) -> dict[str, Any]:
    reads = _reader()
    before, after = reads.value(change.spec, change.before), reads.value(change.spec, change.after)
    return {"label": reads.name_of(change.field), "parts": word_difference(before, after)}

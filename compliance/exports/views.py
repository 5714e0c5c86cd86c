"""The pages of exports: choose, watch, download."""

from urllib.parse import parse_qs

from flask import Blueprint, abort, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from compliance.exports import services
from compliance.exports.entries import ALL, APPROVED
from compliance.records import access
from compliance.records.actor import WORKING
from compliance.support import jobs, storage
from compliance.support.i18n import _, language_now
from compliance.support.permissions import Permission, requires
from compliance.support.text import printable

bp = Blueprint("exports", __name__, url_prefix="/o/<organisation>/exports")


@bp.route("/")
@requires(Permission.EXPORTS_BUILD)
def index() -> ResponseReturnValue:
    """What can be taken away, in which format and language, and what was built lately."""
    query = request.args.get("query", "")
    statuses = [APPROVED, ALL] if WORKING in g.actor.faces else [APPROVED]
    selected = request.args.getlist("selected")[: services.MOST_SELECTED]
    formats = [name for name in services.MEDIA if name != "json" or not (query or selected)]
    return render_template(
        "exports/index.html",
        query=query,
        selected=selected,
        statuses=statuses,
        formats=formats,
        files=services.recent_files(g.actor),
        chosen=language_now(),
        days=services.KEPT_DAYS,
    )


@bp.route("/build", methods=["POST"])
@requires(Permission.EXPORTS_BUILD)
def build() -> ResponseReturnValue:
    """Build what was asked for: at once when it is small, else by the worker."""
    query = request.form.get("query", "")
    wish = services.Wish(
        format=request.form.get("format", ""),
        language=request.form.get("language", language_now()),
        status=request.form.get("status", APPROVED),
        reference=printable(request.form.get("reference", "")),
        selected=tuple(map(printable, request.form.getlist("selected")[: services.MOST_SELECTED])),
        filters=parse_qs(query) if query else None,
    )
    token, is_built = services.request(wish, actor=g.actor)
    return redirect(url_for(".download" if is_built else ".job", token=token), 303)


@bp.route("/jobs/<token>")
@requires(Permission.EXPORTS_BUILD)
def job(token: str) -> ResponseReturnValue:
    """How far it is."""
    return render_template("exports/job.html", job=_job(token))


def _job(token: str) -> jobs.Job:
    found = jobs.find(token, g.actor.organisation_id)
    if found is None or found.person_id != g.actor.user_id:
        abort(404)
    return found


@bp.route("/jobs/<token>/cancel", methods=["POST"])
@requires(Permission.EXPORTS_BUILD)
def cancel(token: str) -> ResponseReturnValue:
    """Stop building."""
    jobs.cancel(_job(token))
    flash(_("The export was cancelled."))
    return redirect(url_for(".index"), 303)


@bp.route("/files/<token>")
@requires(Permission.EXPORTS_BUILD)
def download(token: str) -> ResponseReturnValue:
    """The file, as an attachment: never shown inside the page."""
    file = services.find_file(token, g.actor)
    access.trace("export:downloaded", actor=g.actor, subject=file.name)
    return send_file(
        storage.path_of(file.digest).resolve(),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        etag=file.digest,
    )

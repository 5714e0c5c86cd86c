"""Importing a register: the file, what was understood, what would be done, the result, and the way back."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from compliance.records import access
from compliance.register.intake.layout import FORM, OTHER, TABLE, VALUES, Understanding
from compliance.register.intake.messages import remark
from compliance.register.intake.proposal import ActivityProposal
from compliance.register.intake.targets import targets
from compliance.register.services import dryrun, importing, whole
from compliance.regulation.reference import reference as law
from compliance.support import jobs, storage
from compliance.support.errors import NotFound, RuleBroken
from compliance.support.i18n import _, language_now
from compliance.support.paging import Window
from compliance.support.permissions import Permission, requires
from compliance.support.text import printable

if TYPE_CHECKING:
    from compliance.register.models import ImportRun

bp = Blueprint("imports", __name__, url_prefix="/o/<organisation>/imports")

#: Up to this many records an import is done while the person waits; above, by the worker.
AT_ONCE = 40
MOST_LISTED = 500
ROWS_SHOWN = 100


@bp.route("/", methods=["GET", "POST"])
@requires(Permission.REGISTER_IMPORT)
def start() -> ResponseReturnValue:
    """Choose a file. It is read and shown; nothing of the register changes yet."""
    error = ""
    if request.method == "POST":
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            error = _("Choose a file.")
        else:
            try:
                run = importing.begin(sent.stream, sent.filename, actor=g.actor)
                return redirect(url_for(".show", token=run.token), 303)
            except RuleBroken as broken:
                error = str(broken.message)
    page = render_template("register/import_start.html", error=error, runs=importing.recent())
    return page, 422 if error else 200


@bp.route("/<token>")
@requires(Permission.REGISTER_IMPORT)
def show(token: str) -> ResponseReturnValue:
    """What was understood and what would be done; once applied, what came of it."""
    run = importing.find(token)
    if run.state != importing.READ:
        return render_template("register/import_result.html", run=run, items=importing.imported(run))
    if (under_way := _job_of(run)) is not None:
        return redirect(url_for(".job", token=token, job=under_way.token))
    if importing.is_own_export(run):
        content = whole.read(run)
        counts = {name: len(content.get(name, [])) for name in whole.LISTS}
        return render_template("register/import_whole.html", run=run, counts=counts, empty=whole.is_empty())
    understood, proposal = dryrun.look(run)
    language = language_now()
    window = Window(request.args.get("page", 1, type=int), len(proposal.activities), ROWS_SHOWN)
    shown = proposal.activities[window.start : window.end]
    dryrun.compare(run, proposal, shown, actor=g.actor)
    made = Counter(activity.sheet for activity in proposal.activities)
    page = render_template(
        "register/import_show.html",
        run=run,
        sheets=[_sheet(reading, made[reading.name]) for reading in understood.sheets],
        notes=_notes(understood),
        can_repair=any(note.code == "garbled" for note in understood.workbook.notes),
        proposal=proposal,
        window=window,
        shown=[_row(activity, language) for activity in shown],
        left_out=[(n, n.message(language)) for n in proposal.not_understood[:MOST_LISTED]],
        targets=[(path, target.label(language)) for path, target in targets(law()).items()],
    )
    return printable(page)  # a file may hold what no page can


def _notes(understood: Understanding) -> list[str]:
    return [remark(note, language_now()) for note in understood.workbook.notes]


def _row(activity: ActivityProposal, language: str) -> dict[str, Any]:
    fields = law().fields["activity"]
    return {
        "activity": activity,
        "changed": None if activity.changed is None else [fields[name].label[language] for name in activity.changed],
        "problems": [problem.message(language) for problem in activity.problems],
    }


def _sheet(reading: Any, made: int) -> dict[str, Any]:
    kinds = {
        TABLE: _("a table, one activity a row"),
        FORM: _("a form, one activity"),
        VALUES: _("lists of values"),
        OTHER: _("not a register"),
    }
    return {
        "name": reading.name,
        "kind": reading.kind,
        "words": kinds.get(reading.kind, reading.kind),
        "kinds": list(kinds.items()),
        "header_row": reading.header_row + 1,
        "orientation": reading.orientation,
        "columns": reading.columns,
        "activities": made,
    }


@bp.route("/<token>/original")
@requires(Permission.REGISTER_IMPORT)
def original(token: str) -> ResponseReturnValue:
    """The file as it was sent, as an attachment: never shown inside the page."""
    run = importing.find(token)
    content = storage.path_of(run.file_digest)
    if not content.exists():
        raise NotFound(_("This file is no longer kept."))
    access.trace("import:downloaded", actor=g.actor, subject=run.file_name)
    return send_file(
        content.resolve(), mimetype="application/octet-stream", as_attachment=True, download_name=run.file_name
    )


@bp.route("/<token>/mapping", methods=["POST"])
@requires(Permission.REGISTER_IMPORT)
def mapping(token: str) -> ResponseReturnValue:
    """Change what a sheet or a column is, or ask for a damaged encoding to be repaired."""
    run = importing.find(token)
    choices: dict[str, Any] = {"sheets": dict(run.choices.get("sheets", {}))}
    if request.form.get("repair"):
        choices["repair"] = True
    for name in request.form.getlist("sheet"):
        choices["sheets"][name] = _decided(name, choices["sheets"].get(name, {}))
    importing.decide(run, choices, actor=g.actor)
    return redirect(url_for(".show", token=token, _anchor="rows"), 303)


def _decided(name: str, before: dict[str, Any]) -> dict[str, Any]:
    prefix = f"{name}:"
    known = targets(law())
    columns = {
        field.rpartition(":")[2]: value if value in known else ""
        for field, value in request.form.items()
        if field.startswith(f"{prefix}column:") and _is_number(field.rpartition(":")[2])
    }
    decided = {**before, "columns": {**before.get("columns", {}), **columns}}
    if (kind := request.form.get(f"{prefix}kind")) in (TABLE, FORM, VALUES, OTHER):
        decided["kind"] = kind
    row = request.form.get(f"{prefix}header", "")
    if _is_number(row) and int(row):
        decided["header_row"] = int(row) - 1
    return decided


def _is_number(typed: str) -> bool:
    """Whether it counts a row or a column of a sheet."""
    return typed.isdecimal() and len(typed) < 8


@bp.route("/<token>/rows", methods=["POST"])
@requires(Permission.REGISTER_IMPORT)
def rows(token: str) -> ResponseReturnValue:
    """Keep what is decided of the rows shown, and show another page of them."""
    _decide_rows(importing.find(token))
    return redirect(url_for(".show", token=token, page=request.form.get("page", ""), _anchor="rows"), 303)


def _decide_rows(run: "ImportRun") -> None:
    chosen = {name[4:]: value for name, value in request.form.items() if name.startswith("row:")}
    importing.decide(run, {"rows": {**run.choices.get("rows", {}), **chosen}}, actor=g.actor)


@bp.route("/<token>/apply", methods=["POST"])
@requires(Permission.REGISTER_IMPORT)
def apply(token: str) -> ResponseReturnValue:
    """Do what is shown: at once when it is little, else by the worker."""
    run = importing.find(token)
    if (under_way := _job_of(run)) is not None:
        return redirect(url_for(".job", token=token, job=under_way.token), 303)
    if importing.is_own_export(run):
        size = len(whole.read(run).get("activities", []))
    else:
        _decide_rows(run)
        size = dryrun.size(run)
    if size <= AT_ONCE:
        _apply_now(run)
        return redirect(url_for(".show", token=token), 303)
    job = jobs.enqueue(
        "import",
        organisation_id=g.actor.organisation_id,
        person_id=g.actor.user_id,
        token=token,
        person=g.actor.user_id,
        language=language_now(),
    )
    importing.decide(run, {"job": job.token}, actor=g.actor)
    return redirect(url_for(".job", token=token, job=job.token), 303)


def _job_of(run: "ImportRun") -> "jobs.Job | None":
    """The job that does this import just now: pressed twice, it is done once."""
    known = jobs.find(run.choices.get("job", ""), g.actor.organisation_id)
    return known if known is not None and known.state in (jobs.WAITING, jobs.RUNNING) else None


def _apply_now(run: "ImportRun") -> None:
    if importing.is_own_export(run):
        whole.apply(run, actor=g.actor)
    else:
        importing.apply(run, actor=g.actor)
    flash(_("The import is done."), "good")


@bp.route("/<token>/job/<job>")
@requires(Permission.REGISTER_IMPORT)
def job(token: str, job: str) -> ResponseReturnValue:
    """How far a long import is."""
    run, work = importing.find(token), jobs.find(job, g.actor.organisation_id)
    if work is None or work.state == jobs.DONE:
        return redirect(url_for(".show", token=token))
    return render_template("register/import_job.html", run=run, job=work)


@bp.route("/<token>/undo", methods=["POST"])
@requires(Permission.REGISTER_IMPORT)
def undo(token: str) -> ResponseReturnValue:
    """Take the whole import back, but for what was approved or changed since."""
    kept = importing.undo(importing.find(token), actor=g.actor)
    flash(_("The import is undone."), "good")
    for record, why in kept[:20]:
        flash(f"{record.reference}: {why}", "attention")
    return redirect(url_for(".show", token=token), 303)

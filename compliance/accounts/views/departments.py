"""The departments: a tree, and who answers for each."""

from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts import services
from compliance.accounts.views.blueprint import SETTINGS, bp
from compliance.support.i18n import _
from compliance.support.permissions import Permission, requires
from forms.accounts import DepartmentForm
from forms.choices import Choices


@bp.route(f"{SETTINGS}/departments")
@requires(Permission.ACCOUNTS_MANAGE)
def departments() -> ResponseReturnValue:
    """The tree of departments, and those that are no longer in use."""
    return render_template(
        "accounts/departments.html",
        rows=_rows(),
        archived=services.archived_departments(),
        answering=services.answering(),
    )


def _rows() -> list[dict[str, Any]]:
    """The departments in use from the top down, each below the one it belongs to."""
    in_use = services.departments()
    names = {d.id: d.name for d in in_use}
    below: dict[int | None, list[Any]] = {}
    for department in in_use:
        below.setdefault(department.parent_id if department.parent_id in names else None, []).append(department)
    rows: list[dict[str, Any]] = []
    waiting = [(department, 0) for department in reversed(below.get(None, []))]
    while waiting:
        department, depth = waiting.pop()
        rows.append({"department": department, "depth": depth, "above": names.get(department.parent_id, "")})
        waiting += [(child, depth + 1) for child in reversed(below.get(department.id, []))]
    return rows


@bp.route(f"{SETTINGS}/departments/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def new_department() -> ResponseReturnValue:
    """Add a department."""
    form = DepartmentForm.from_request(_choices())
    if form.is_accepted():
        with form.taking_blame():
            made = services.save_department(form.called(), actor=g.actor, parent=form.below())
            flash(_("“%(name)s” has been added.", name=made.name), "good")
            return redirect(url_for(".departments"), 303)
    return render_template("accounts/department.html", form=form, department=None), form.http_status


@bp.route(f"{SETTINGS}/departments/<reference>", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def department(reference: str) -> ResponseReturnValue:
    """Rename a department, or place it below another."""
    found = services.find_department(reference)
    parents = {d.id: d for d in services.departments()}
    above = parents.get(found.parent_id or 0)
    link = {"kind": "department", "reference": above.reference, "name": above.name} if above else None
    form = DepartmentForm.from_request(_choices(reference), {"name": found.name, "parent": link})
    if form.is_accepted():
        with form.taking_blame():
            services.save_department(form.called(), actor=g.actor, reference=reference, parent=form.below())
            flash(_("Saved."), "good")
            return redirect(url_for(".departments"), 303)
    people = services.answering().get(found.id, [])
    return render_template("accounts/department.html", form=form, department=found, people=people), form.http_status


def _choices(itself: str = "") -> Choices:
    return Choices(
        links={"department": [(d.reference, d.name) for d in services.departments() if d.reference != itself]}
    )


@bp.route(f"{SETTINGS}/departments/<reference>/archive", methods=["POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def archive_department(reference: str) -> ResponseReturnValue:
    """Take a department out of the choices; it can be brought back."""
    services.archive_department(reference, actor=g.actor)
    flash(_("The department is archived. Records that name it keep its name."), "good")
    return redirect(url_for(".departments"), 303)


@bp.route(f"{SETTINGS}/departments/<reference>/restore", methods=["POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def restore_department(reference: str) -> ResponseReturnValue:
    """Bring a department back where it was, or to the top when what it belonged to is gone."""
    found = services.find_department(reference)
    above = next((d.reference for d in services.departments() if d.id == found.parent_id), "")
    services.save_department(found.name, actor=g.actor, reference=reference, parent=above)
    flash(_("“%(name)s” is back.", name=found.name), "good")
    return redirect(url_for(".departments"), 303)

"""The pages of the library of common activities."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.records import services as records
from compliance.register.documents import Activity
from compliance.register.services import library, xray
from compliance.register.views.blueprint import bp, choices, reader, vocabulary
from compliance.regulation.reference import reference as law
from compliance.support.documents import Json
from compliance.support.i18n import _, language_now
from compliance.support.permissions import Permission, requires
from compliance.support.text import fold


def _starters() -> list[dict[str, Any]]:
    language = language_now()
    sectors = {"private": _("Private sector"), "public": _("Public sector")}
    starters = [
        {
            "code": one["code"],
            "name": one["name"][language],
            "about": one["description"][language],
            "sectors": [sectors[code] for code in one["sector"]],
        }
        for one in law().starters
    ]
    return sorted(starters, key=lambda one: fold(str(one["name"])))


@bp.route("/library", endpoint="library")
@requires(Permission.REGISTER_WRITE)
def library_index() -> ResponseReturnValue:
    """The library of common activities."""
    return render_template("register/library.html", starters=_starters())


@bp.route("/library/<code>", methods=["POST"])
@requires(Permission.REGISTER_WRITE)
def take(code: str) -> ResponseReturnValue:
    """Start a record from the library; somebody who answers for one department starts it there."""
    place = next(iter(choices("identity").records("department").items()), None)
    is_narrow = g.actor.department_ids is not None and place is not None
    department = {"kind": "department", "reference": place[0], "name": place[1]} if is_narrow and place else None
    record = library.start_from(code, language_now(), actor=g.actor, department=department)
    flash(_("Added as a draft: check each section against what you really do."), "good")
    return redirect(url_for(".show", reference=record.reference), 303)


@bp.route("/<reference>/library")
@requires(Permission.REGISTER_WRITE)
def beside(reference: str) -> ResponseReturnValue:
    """A record beside an activity of the library: what only one of them says."""
    record = records.find(xray.KIND, reference)
    code = request.args.get("with") or library.nearest(record, language_now())
    lists = [_in_words(one) for one in library.beside(record.document, code, language_now())]
    return render_template("register/beside.html", record=record, starters=_starters(), chosen=code, lists=lists)


def _in_words(one: library.Beside) -> dict[str, Any]:
    return {
        "label": reader().name_of(one.name),
        "shared": [(_row(one.name, mine), _row(one.name, theirs)) for mine, theirs in one.shared],
        "only_library": [_row(one.name, row) for row in one.only_library],
        "only_record": [_row(one.name, row) for row in one.only_record],
    }


def _row(name: str, row: Json) -> dict[str, str]:
    read = reader().lists(Activity, {name: [row]}, [name])[0].rows[0]
    aside = ""
    if name == "data" and row.get("active_value") is not None:
        unit = vocabulary().label("time_units", row.get("active_unit", ""))
        aside, start = f"{row['active_value']} {unit}", row.get("active_start", "")
        if start:
            aside = _("%(period)s, counted from: %(start)s", period=aside, start=start)
    return {"title": read.title, "aside": aside}

"""Review rhythms: how often what falls due, who decided that, and what another rhythm would move before it is kept."""

import datetime
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.reminders import services
from compliance.reminders.rules import Pace
from compliance.reminders.services import rhythms as known
from compliance.reminders.views.blueprint import SETTINGS, bp, place_of
from compliance.support.clock import today
from compliance.support.i18n import _, _l, _n
from compliance.support.permissions import Permission, requires
from forms.choices import Choices
from forms.reminders import RhythmForm

#: How many of the dates that would move are shown.
SHOWN = 20
RISKS: dict[str, Any] = {"standard": _l("Standard risk"), "high": _l("High risk")}


@bp.route(SETTINGS)
@requires(Permission.AGENDA_PLAN)
def rhythms() -> ResponseReturnValue:
    """How often each kind comes round, and what was decided for later."""
    lines = known.lines()
    return render_template(
        "reminders/rhythms.html",
        recurring=[line for line in lines if line.pace.months is not None],
        fixed=[line for line in lines if line.pace.months is None],
        risks=RISKS,
        twofold={line.kind for line in lines if line.risk == "high"},
    )


@bp.route(f"{SETTINGS}/<kind>/<risk>", methods=["GET", "POST"])
@requires(Permission.AGENDA_PLAN)
def rhythm(kind: str, risk: str) -> ResponseReturnValue:
    """Choose a rhythm, then see what it would move, then keep it."""
    line = known.line(kind, risk)
    form = _form(line)
    told: dict[str, Any] = {"line": line, "form": form, "risk": RISKS[risk]}
    if form.is_accepted():
        with form.taking_blame():
            chosen = form.chosen()
            begins = datetime.date.fromisoformat(chosen["effective_from"])
            pace = Pace(
                chosen.get("months"), chosen["leads"], chosen["escalate_after"], line.shipped.is_statutory,
                chosen["is_required"] or line.shipped.is_required,
            )  # fmt: skip
            if "confirm" in request.form:
                moves = services.decide(kind, risk, pace, begins, actor=g.actor)
                flash(_kept(begins, len(moves)), "good")
                return redirect(url_for(".rhythms"), 303)
            return _preview(told, services.preview(kind, risk, pace, begins), pace, begins)
    return render_template("reminders/rhythm.html", **told), form.http_status


def _form(line: known.Line) -> RhythmForm:
    """What can be chosen: no months where the day is fixed, no silence where the house allows none."""
    entries = [("may", _("Yes: each person chooses"), "", False), ("must", _("No: they are always sent"), "", False)]
    stored = {
        "months": line.pace.months,
        "leads": ", ".join(map(str, line.pace.leads)),
        "escalate_after": line.pace.escalate_after,
        "required": "must" if line.pace.is_required else "may",
        "effective_from": today(g.organisation.zone).isoformat(),
    }
    form = RhythmForm.from_request(Choices({"silence": entries}), stored)
    if line.shipped.months is None:
        del form.months
    if line.shipped.is_required:
        del form.required
    return form


def _preview(
    told: dict[str, Any], moves: list[services.Move], pace: Pace, begins: datetime.date
) -> ResponseReturnValue:
    day = today(g.organisation.zone)
    return render_template(
        "reminders/rhythm_preview.html",
        **told,
        pace=pace,
        begins=begins,
        total=len(moves),
        sooner=sum(move.after < move.before for move in moves),
        at_once=sum(move.after <= max(day, begins) < move.before for move in moves),
        lines=[{"move": move, "url": place_of(move.row)} for move in moves[:SHOWN]],
        typed=[(name, value) for name, values in told["form"].raw().items() for value in values],
    )


def _kept(begins: datetime.date, moved: int) -> str:
    if begins > today(g.organisation.zone):
        return _("Kept. It begins on the day you chose, and moves what it moves then.")
    return _n("Kept. %(num)d date has moved.", "Kept. %(num)d dates have moved.", moved)

"""The rhythms of an organisation as people read them: what rules now, what the house says, what is to come."""

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.regulation.reference import Provenance, Term, reference
from compliance.reminders.documents import HIGH, STANDARD
from compliance.reminders.models import Rhythm
from compliance.reminders.rules import Pace
from compliance.reminders.services.pacing import Paces, kinds, shipped_paces
from compliance.support.errors import NotFound
from compliance.support.i18n import _


@dataclass(frozen=True, slots=True)
class Line:
    """One kind, at one risk: how it runs, who decided that, how it ships and what was decided for later."""

    kind: str
    risk: str
    term: Term
    pace: Pace
    shipped: Pace
    provenance: Provenance
    decided: Rhythm | None
    coming: Sequence[Rhythm]


def lines() -> list[Line]:
    """Every kind that can fall due, its high risk beside it."""
    paces, shipped = Paces(), shipped_paces()
    ordered = [(kind, risk) for kind in kinds() for risk in (STANDARD, HIGH) if (kind, risk) in shipped]
    return [_line(kind, risk, shipped[kind, risk], paces) for kind, risk in ordered]


def line(kind: str, risk: str) -> Line:
    """One kind at one risk, or NotFound."""
    shipped = shipped_paces().get((kind, risk))
    if shipped is None:
        raise NotFound(_("There is no such rhythm."))
    return _line(kind, risk, shipped, Paces())


def _line(kind: str, risk: str, shipped: Pace, paces: Paces) -> Line:
    chosen = paces.chosen.get((kind, risk), ())
    ruling = [rhythm for rhythm in chosen if rhythm.effective_from <= paces.today]
    coming = [rhythm for rhythm in chosen if rhythm.effective_from > paces.today]
    term = kinds()[kind]
    parameter = term.extra.get("months_high" if risk == HIGH else "months")
    source = reference().parameters[parameter].provenance if parameter else term.provenance
    return Line(kind, risk, term, paces.pace(kind, risk), shipped, source, ruling[-1] if ruling else None, coming)

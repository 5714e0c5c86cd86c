"""Decisions by machine, artificial intelligence, constant monitoring: Art. 22, Regulation (EU) 2024/1689."""
# ruff: noqa: ARG001 (every rule is asked with the same two arguments)

import re

from compliance.register.documents import Activity
from compliance.register.rules.book import book
from compliance.register.rules.context import Context
from compliance.regulation.rulebook import ERROR, WARNING, Hit


@book.rule("R064")
def machine_decides_without_ground(document: Activity, context: Context) -> bool:
    """Art. 22(1) forbids unless 22(2) allows."""
    return document.automated_decision is True and not document.automated_ground


@book.rule("R065")
def machine_decides_without_safeguards(document: Activity, context: Context) -> bool | Hit:
    """Art. 22(3) asks for a way to contest under contract and consent; a law that allows it brings its own."""
    if document.automated_decision is not True:
        return False
    if not document.automated_logic:
        return Hit(path="automated_logic")
    return document.automated_ground not in context.codes("R065", "by_law") and not document.automated_contest


@book.rule("R088")
def class_of_risk_is_unstated(document: Activity, context: Context) -> bool:
    """Asked only when somebody said that an AI system is used."""
    return document.ai_used is True and not document.ai_risk_class


@book.rule("R089")
def rights_impact_is_unassessed(document: Activity, context: Context) -> bool | str:
    """Deployers that are public bodies, and credit scoring and insurance, points 5(b) and (c) of Annex III.

    A private body that gives a public service is not known here; a warning before the day of application.
    """
    point = re.sub(r"\W", "", document.ai_annex3_point).lower()
    concerned = context.is_public or point in context.codes("R089", "annex3_points")
    if (
        not concerned
        or document.ai_fria
        or document.ai_role not in context.codes("R089", "roles")
        or document.ai_risk_class not in context.codes("R089", "classes")
    ):
        return False
    term = context.law.term("ai_risk_classes", document.ai_risk_class)
    applies_on = term.extra.get("applies_on") if term else None
    return ERROR if applies_on and context.today >= applies_on else WARNING


@book.rule("R096")
def monitoring_is_unsaid(document: Activity, context: Context) -> bool:
    """A question, because only a person knows whether the monitoring is constant."""
    if document.constant_monitoring is not None or not context.staff:
        return False
    tracked = any(row.category in context.codes("R096", "data") for row in document.data)
    return tracked or context.watches_staff(context.codes("R096", "purposes"))

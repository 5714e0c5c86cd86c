"""Which points of Art. 30(1) or 30(2) a record answers, out of those that apply to it."""
# ruff: noqa: ARG001 (every rule is asked with the same two arguments)

from collections.abc import Callable
from dataclasses import dataclass

from compliance.register.documents import Activity
from compliance.register.rules.context import Context
from compliance.register.rules.derive import CONTROLLER, JOINT, PROCESSOR
from compliance.register.rules.identity import (
    joint_controller_is_unnamed,
    officer_is_unnamed,
    organisation_is_unnamed,
    representative_is_missing,
    security_is_not_described,
)
from compliance.register.rules.recipients import recipients_are_missing
from compliance.register.rules.retention import is_stated


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that Art. 30 asks: its letter, its article, whether it is answered, and its name in `art30_points`."""

    letter: str
    article: str
    answered: bool
    name: str


Question = Callable[[Activity, Context], bool]


def _representative_applies(document: Activity, context: Context) -> bool:
    organisation = context.organisation
    return bool(organisation.representative or representative_is_missing(document, context))


def _officer_applies(document: Activity, context: Context) -> bool:
    organisation = context.organisation
    return bool(organisation.dpo_name or organisation.dpo_required or organisation.dpo_designated)


def _officer_is_named(document: Activity, context: Context) -> bool:
    return not officer_is_unnamed(document, context) and bool(context.organisation.dpo_name)


def _transfers_are_stated(document: Activity, context: Context) -> bool:
    if document.transfers:
        return all(row.country and row.tool for row in document.transfers)
    return document.outside_eea is False


def _retention_is_stated(document: Activity, context: Context) -> bool:
    absent = bool(document.retention_absence)
    return bool(document.data) and all(absent or is_stated(row) for row in document.data)


def _always(document: Activity, context: Context) -> bool:
    return True


def _is_joint(document: Activity, context: Context) -> bool:
    return document.role == JOINT or bool(document.joint_controllers)


#: Point → whether it applies, whether it is answered. The list itself, with letters and words, is `art30_points`.
QUESTIONS: dict[str, tuple[Question, Question]] = {
    "organisation": (_always, lambda d, c: not organisation_is_unnamed(d, c)),
    "joint_controllers": (_is_joint, lambda d, c: not joint_controller_is_unnamed(d, c)),
    "representative": (_representative_applies, lambda d, c: bool(c.organisation.representative)),
    "dpo": (_officer_applies, _officer_is_named),
    "purposes": (_always, lambda d, c: bool(d.purposes)),
    "people": (_always, lambda d, c: bool(d.people)),
    "data": (_always, lambda d, c: bool(d.data)),
    "recipients": (_always, lambda d, c: not recipients_are_missing(d, c)),
    "transfers": (_always, _transfers_are_stated),
    "retention": (_always, _retention_is_stated),
    "measures": (_always, lambda d, c: not security_is_not_described(d, c)),
    "clients": (_always, lambda d, c: bool(d.clients) and all(row.party for row in d.clients)),
    "processing_categories": (
        _always,
        lambda d, c: bool(d.clients) and all(row.processing_categories for row in d.clients),
    ),
}


def points(document: Activity, context: Context) -> list[Point]:
    """The points of Art. 30(1), on a processor's record 30(2), that apply here, in the order of the article."""
    register = PROCESSOR if document.role == PROCESSOR else CONTROLLER
    return [
        Point(letter, f"{'30(2)' if register == PROCESSOR else '30(1)'}({letter})", answered(document, context), name)
        for name, term in context.law.vocabularies["art30_points"].items()
        if (letter := term.extra.get(register))
        for applies, answered in (QUESTIONS[name],)
        if applies(document, context)
    ]


def completeness(document: Activity, context: Context) -> tuple[int, int]:
    """How many of the points that apply are answered, and how many apply."""
    asked = points(document, context)
    return sum(point.answered for point in asked), len(asked)

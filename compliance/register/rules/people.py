"""Whose data and which data, Art. 30(1)(c), and what children need, Art. 8."""
# ruff: noqa: ARG001 (every rule is asked with the same two arguments)

from compliance.register.documents import Activity, DataCategory
from compliance.register.rules.book import book
from compliance.register.rules.context import Context
from compliance.register.rules.derive import CONSENT
from compliance.regulation.rulebook import Hit


@book.rule("R006")
def people_are_missing(document: Activity, context: Context) -> bool:
    """Art. 30(1)(c)."""
    return not document.people


@book.rule("R007")
def data_are_missing(document: Activity, context: Context) -> bool:
    """Art. 30(1)(c)."""
    return not document.data


@book.rule("R081")
def free_text_is_unbounded(row: DataCategory, context: Context) -> bool:
    """Art. 5(1)(c): people write more than is asked."""
    return row.free_text is True and not row.moderation


@book.rule("R037")
def children_consent_unchecked(document: Activity, context: Context) -> bool | Hit:
    """Art. 8: an online service offered to children on their consent, below the age set by the country."""
    asks_children = (
        context.minors
        and document.online_service is True
        and any(purpose.legal_basis == CONSENT for purpose in document.purposes)
    )
    if not asks_children or document.age_check:
        return False
    ages = context.law.vocabularies["child_consent_age"]
    return Hit(params={"age": str((ages.get(context.organisation.country) or ages["default"]).extra["value"])})


@book.rule("R039")
def children_have_no_notice(document: Activity, context: Context) -> bool:
    """Art. 12(1): words that a child understands."""
    return context.minors and not document.child_notice

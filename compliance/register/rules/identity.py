"""Who keeps the register, who answers for the record, and the life of the record."""
# ruff: noqa: ARG001 (every rule is asked with the same two arguments)

from compliance.register.documents import Activity
from compliance.register.rules.book import book
from compliance.register.rules.context import Context
from compliance.register.rules.derive import mark
from compliance.regulation.rulebook import Hit
from compliance.support.documents import is_answered


@book.rule("R001")
def organisation_is_unnamed(document: Activity, context: Context) -> bool | Hit:
    """Art. 30(1)(a): the name and a way to reach the organisation."""
    organisation = context.organisation
    if not organisation.name:
        return Hit(path="organisation/name")
    reachable = organisation.address or organisation.email or organisation.phone
    return False if reachable else Hit(path="organisation/address")


@book.rule("R002")
def officer_is_unnamed(document: Activity, context: Context) -> bool | Hit:
    """Also for an officer designated without a duty to: Art. 30(1)(a) makes no difference."""
    organisation = context.organisation
    if organisation.dpo_required is not True and organisation.dpo_designated is not True:
        return False
    if not organisation.dpo_name:
        return Hit(path="organisation/dpo_name")
    return False if organisation.dpo_contact else Hit(path="organisation/dpo_contact")


@book.rule("R003")
def representative_is_missing(document: Activity, context: Context) -> bool | Hit:
    """Art. 27(1), with its exceptions: public bodies, and occasional processing without large-scale special data."""
    organisation = context.organisation
    if organisation.eea_established is not False or not organisation.targets_eea or organisation.representative:
        return False
    sensitive_at_scale = document.large_scale is not False and (context.special or context.criminal)
    spared = document.occasional is True and document.risk_likely is False and not sensitive_at_scale
    return False if context.is_public or spared else Hit(path="organisation/representative")


#: The page on which a record is looked at again mends it, not a field.
REVIEW = "record/review"


@book.rule("R082")
def review_is_overdue(document: Activity, context: Context) -> bool | Hit:
    """The day is the organisation's; a record that was never approved waits for approval, not for review."""
    if context.last_reviewed_on is None:
        return False
    months = context.months_since(context.last_reviewed_on)
    due = context.review_due_on
    is_late = context.today > due if due else months >= context.parameter("review_months")
    return Hit(path=REVIEW, params={"months": str(months)}) if is_late and months else False


@book.rule("R083")
def nobody_answers_for_it(document: Activity, context: Context) -> bool:
    """Art. 24(1): somebody in post."""
    return document.owner is None or not context.owner_is_active


@book.rule("R084")
def data_outlive_the_processing(document: Activity, context: Context) -> bool:
    """Ended, by its date or by its phase, and nothing says that the data are gone."""
    ended = context.days_since(document.ended_on) >= 0 if document.ended_on else document.phase == "ended"
    return ended and not document.disposed_on


@book.rule("R086")
def exemption_does_not_hold(document: Activity, context: Context) -> bool:
    """Art. 30(5): each condition must be shown; what nobody has said supports no exemption."""
    if document.exemption_claimed is not True:
        return False
    employees = context.organisation.employees
    holds = (
        employees is not None
        and employees < context.parameter("art30_5_threshold")
        and document.occasional is True
        and document.risk_likely is False
        and not context.special
        and not context.criminal
    )
    return not holds


@book.rule("R087")
def clients_are_incomplete(document: Activity, context: Context) -> bool | Hit:
    """Art. 30(2)(a) and (b): each controller, and what is done for it."""
    for client in document.clients:
        if not client.party:
            return Hit(path=f"clients/{client.key}/party")
        if not client.processing_categories:
            return Hit(path=f"clients/{client.key}/processing_categories")
    return not document.clients


@book.rule("R093")
def joint_controller_is_unnamed(document: Activity, context: Context) -> bool:
    """Art. 26 and 30(1)(a): joint with whom."""
    return not any(row.party for row in document.joint_controllers)


@book.rule("R014")
def security_is_not_described(document: Activity, context: Context) -> bool:
    """Art. 30(1)(g) says "where possible": a stated reason stands for the description."""
    return not document.measures and not is_answered(document.measures_absence)


@book.rule("R015")
def risky_data_are_unprotected(document: Activity, context: Context) -> bool:
    """Silent while nothing at all is described: R014 says that."""
    if security_is_not_described(document, context):
        return False
    risky = context.codes("R015", "data")
    at_risk = context.special or document.large_scale is True or any(row.category in risky for row in document.data)
    protections = context.codes("R015", "measures")
    protected = any(
        row.in_place is not False
        and (row.category in protections or mark(context.law, "security_measures", row.category, "protects_access"))
        for row in document.measures
    )
    return at_risk and not protected

"""Special categories, data on offences, national numbers, biometric data: Arts 9, 10 and 87."""
# ruff: noqa: ARG001 (every rule is asked with the same two arguments)

from compliance.register.documents import Activity, DataCategory, Purpose
from compliance.register.rules.book import book
from compliance.register.rules.context import Context
from compliance.register.rules.derive import PROCESSOR
from compliance.regulation.rulebook import Hit


@book.rule("R029")
def special_data_are_forbidden(document: Activity, context: Context) -> bool | Hit:
    """Art. 9(1) forbids unless a purpose shows a condition of 9(2)."""
    if not context.special or any(purpose.special_condition for purpose in document.purposes):
        return False
    return _at_first_purpose(document, "special_condition")


@book.rule("R030")
def condition_serves_nothing(purpose: Purpose, context: Context) -> bool:
    """A condition without special data is more often a forgotten category than a mistake."""
    return bool(purpose.special_condition) and not context.special


@book.rule("R031")
def condition_lacks_its_law(purpose: Purpose, context: Context) -> bool:
    """Art. 9(2)(b), (g) to (j); a collective agreement (b) or a contract with a health professional (h) also serves."""
    condition = purpose.special_condition
    if not context.mark("special_conditions", condition, "needs_law") or purpose.special_law_reference:
        return False
    agreement_serves = context.mark("special_conditions", condition, "agreement_serves")
    return not (agreement_serves and purpose.special_agreement)


@book.rule("R032")
def explicit_consent_is_undocumented(purpose: Purpose, context: Context) -> bool:
    """Whatever the basis of Art. 6, explicit consent is a statement of its own."""
    return purpose.special_condition == "9_2_a" and not purpose.explicit_consent


@book.rule("R033")
def non_profit_condition_is_out_of_place(purpose: Purpose, context: Context) -> bool:
    """Art. 9(2)(d): a non-profit body, and nothing disclosed outside it without consent."""
    if purpose.special_condition != "9_2_d":
        return False
    disclosed = any(
        context.mark("recipient_kinds", row.kind, "separate") and row.kind not in context.codes("R033", "inside")
        for row in context.document.recipients
    )
    return context.organisation.non_profit is not True or disclosed


@book.rule("R034")
def offences_lack_their_law(document: Activity, context: Context) -> bool | Hit:
    """Art. 10: only as a law authorises."""
    if not context.criminal or any(purpose.criminal_authorisation for purpose in document.purposes):
        return False
    return _at_first_purpose(document, "criminal_authorisation")


@book.rule("R035")
def national_number_lacks_its_decree(row: DataCategory, context: Context) -> bool:
    """Loi 78-17 art. 30: each use of the number has its provision."""
    return row.category in context.codes("R035", "data") and not row.law_reference


@book.rule("R036")
def biometrics_are_unqualified(row: DataCategory, context: Context) -> bool:
    """Art. 4(14): nobody has said, or a no that the purpose contradicts."""
    if not context.mark("data_categories", row.category, "special_when_identifying"):
        return False
    contradicted = not context.kinds.isdisjoint(context.codes("R036", "purposes"))
    return row.identifies_uniquely is None or (row.identifies_uniquely is False and contradicted)


@book.rule("R066")
def special_data_feed_a_machine(document: Activity, context: Context) -> bool:
    """Art. 22(4): only explicit consent or substantial public interest."""
    allowed = context.codes("R066", "conditions")
    return (
        document.automated_decision is True
        and document.role != PROCESSOR
        and context.special
        and not any(purpose.special_condition in allowed for purpose in document.purposes)
    )


def _at_first_purpose(document: Activity, field: str) -> Hit | bool:
    return Hit(path=f"purposes/{document.purposes[0].key}/{field}") if document.purposes else True

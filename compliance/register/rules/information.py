"""What people are told and which rights they have: Arts 12 to 22, trackers, staff."""
# ruff: noqa: ARG001 (every rule is asked with the same two arguments)

from compliance.register.documents import Activity
from compliance.register.rules.book import book
from compliance.register.rules.context import Context
from compliance.register.rules.derive import is_marketing
from compliance.regulation.rulebook import INFO, WARNING, Hit


@book.rule("R059")
def notice_is_missing(document: Activity, context: Context) -> bool | str:
    """A warning while the record has never been reviewed: a first import rarely says where the notice is."""
    if document.notice or (_is_indirect(document, context) and document.indirect_exemption):
        return False
    return WARNING if context.last_reviewed_on is None else True


@book.rule("R061")
def source_is_unstated(document: Activity, context: Context) -> bool:
    """Art. 14(2)(f)."""
    return _is_indirect(document, context) and not document.source


@book.rule("R062")
def indirect_collection_is_untold(document: Activity, context: Context) -> bool:
    """Art. 14(1) to (3), or an exemption of 14(5) that is written down."""
    told = document.indirect_information or document.indirect_exemption
    return _is_indirect(document, context) and not told


def _is_indirect(document: Activity, context: Context) -> bool:
    return document.collection in context.codes("R061", "collections")


@book.rule("R078")
def trackers_without_consent(document: Activity, context: Context) -> bool:
    """The reason why no consent is needed is an answer as well."""
    return document.trackers is True and not document.trackers_consent


@book.rule("R090")
def staff_were_not_told(document: Activity, context: Context) -> bool | Hit:
    """Staff and their representatives: the works council, in the public sector the social committee."""
    watched = context.staff and document.constant_monitoring is True
    if document.staff_information or not (watched or context.watches_staff(context.codes("R090", "purposes"))):
        return False
    return Hit(params={"body": "CST" if context.is_public else "CSE"})


@book.rule("R080")
def rights_do_not_match(document: Activity, context: Context) -> bool | str:
    """A right that is due and not offered is a warning; one offered beyond the law is information."""
    bases = {purpose.legal_basis for purpose in document.purposes if purpose.legal_basis}
    if not document.rights or not bases:
        return False
    offered = set(document.rights)
    if _due(bases, document, context) - offered:
        return True
    matrix = context.law.vocabularies["rights_matrix"]
    excluded = {code for code, term in matrix.items() if all(term.extra.get(basis) == "no" for basis in bases)}
    return INFO if (offered & excluded) - _from_special_consent(document) else False


def _due(bases: set[str], document: Activity, context: Context) -> set[str]:
    compared = set(context.codes("R080", "rights"))
    if any(is_marketing(purpose, context.law) for purpose in document.purposes):
        compared.update(context.codes("R080", "marketing_rights"))
    matrix = context.law.vocabularies["rights_matrix"]
    return {code for code in compared if any(matrix[code].extra.get(basis) == "yes" for basis in bases)}


def _from_special_consent(document: Activity) -> set[str]:
    explicit = any(purpose.special_condition == "9_2_a" for purpose in document.purposes)
    return {"withdrawal"} if explicit else set()

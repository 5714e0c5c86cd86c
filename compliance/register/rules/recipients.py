"""Who receives the data and on whose behalf they act: Arts 26, 28 and 30(1)(d)."""
# ruff: noqa: ARG001 (every rule is asked with the same two arguments)

from compliance.register.documents import Activity, JointController, ProcessorUse, Recipient
from compliance.register.rules.book import book
from compliance.register.rules.context import Context
from compliance.register.rules.derive import is_disputed_territory
from compliance.regulation.rulebook import CRITICAL, INFO, WARNING, Hit


@book.rule("R008")
def recipients_are_missing(document: Activity, context: Context) -> bool:
    """A processor is a recipient too, Art. 4(9); nobody at all must be said."""
    return not document.recipients and not document.processors and document.recipients_none is not True


@book.rule("R040")
def recipient_abroad_without_transfer(row: Recipient, context: Context) -> bool | str:
    """Only another controller or a processor makes a transfer; people themselves, staff and publication do not."""
    term = context.law.term("recipient_kinds", row.kind)
    separate = term is None or bool(term.extra.get("separate"))
    if not separate or not context.is_third(row.country) or context.transfer_to(row.party, row.name, row.country):
        return False
    if is_disputed_territory(row.country, context.law):
        return INFO
    return True if term else WARNING


@book.rule("R092")
def processor_abroad_without_transfer(row: ProcessorUse, context: Context) -> bool | str:
    """Remote access is a transfer; a seat or servers outside the EEA weigh as much as R040."""
    party = context.party(row.party)
    if party is None:
        return False
    held = [c for c in (party.country, *party.hosting_countries) if context.is_third(c)]
    reached = [c for c in party.access_countries if context.is_third(c)]
    abroad = held + reached
    if not abroad or any(context.transfer_to(row.party, party.name, country) for country in abroad):
        return False
    if all(is_disputed_territory(country, context.law) for country in abroad):
        return INFO
    return CRITICAL if held else True


@book.rule("R052")
def contract_is_missing(row: ProcessorUse, context: Context) -> bool:
    """Art. 28(3) for a processor, 28(4) for a sub-processor."""
    return not (row.contract or row.contract_on or context.told(row.party, "contract"))


@book.rule("R053")
def contract_ends(row: ProcessorUse, context: Context) -> bool | Hit:
    """Ended is an error, ending soon a warning."""
    until = context.told(row.party, "contract_until") or row.contract_until
    if not until:
        return False
    left = -context.days_since(str(until))
    if left >= context.parameter("contract_warning_days"):
        return False
    return Hit(severity=WARNING if left >= 0 else "", params={"date": str(until)})


@book.rule("R055")
def guarantees_are_unassessed(row: ProcessorUse, context: Context) -> bool:
    """Art. 28(1): only processors that give sufficient guarantees."""
    party = context.party(row.party)
    known = party is not None and (party.guarantees or party.certifications)
    return not (row.guarantees or known or context.told(row.party, "guarantees"))


@book.rule("R056")
def chain_is_unknown(row: ProcessorUse, context: Context) -> bool:
    """Art. 28(2): who, and where."""
    return row.subprocessors_known is not True and not context.told(row.party, "subprocessors_known")


@book.rule("R057")
def arrangement_is_missing(row: JointController, context: Context) -> bool | Hit:
    """Art. 26(1) asks for an arrangement, 26(2) that people can read its essence."""
    if not row.arrangement:
        return True
    return False if row.essence_available is True else Hit(path="essence_available")


@book.rule("R058")
def role_is_contradictory(row: Recipient, context: Context) -> bool:
    """One entity cannot act on our behalf and on its own for the same purpose."""
    if not row.party or not context.mark("recipient_kinds", row.kind, "separate"):
        return False
    on_our_behalf = context.codes("R058", "kinds")
    processors = {use.party.reference for use in context.document.processors if use.party}
    return row.kind not in on_our_behalf and row.party.reference in processors


@book.rule("R091")
def host_of_health_data_is_uncertified(row: ProcessorUse, context: Context) -> bool:
    """Only data gathered in prevention, diagnosis, care or social follow-up, and only who is known to host."""
    party = context.party(row.party)
    if party is None or not (party.hosting_countries or context.told(row.party, "hosts_health_data")):
        return False
    certified = context.told(row.party, "hds") or any(
        held.kind in context.codes("R091", "certificates")
        and (not held.valid_until or context.days_since(held.valid_until) <= 0)
        for held in party.certifications
    )
    return _comes_from_care(context) and not certified


def _comes_from_care(context: Context) -> bool:
    document = context.document
    health = any(row.category in context.codes("R091", "data") for row in document.data)
    patients = any(row.category in context.codes("R091", "people") for row in document.people)
    elsewhere = not context.kinds.isdisjoint(context.codes("R091", "except_purposes"))
    return health and (not context.kinds.isdisjoint(context.codes("R091", "purposes")) or (patients and not elsewhere))

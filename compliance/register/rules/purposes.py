"""Why the data are processed and what allows it: Arts 5(1)(b), 6, 7 and 21(2)."""
# ruff: noqa: ARG001 (every rule is asked with the same two arguments)

from compliance.register.documents import Activity, Purpose
from compliance.register.rules.book import book
from compliance.register.rules.context import Context
from compliance.register.rules.derive import (
    CONSENT,
    CONTRACT,
    INTERESTS,
    LEGAL_OBLIGATION,
    VITAL,
    is_marketing,
)
from compliance.register.rules.wording import names, phrase, phrases
from compliance.regulation.rulebook import WARNING


@book.rule("R004")
def purpose_is_missing(document: Activity, context: Context) -> bool:
    """Art. 30(1)(b)."""
    return not document.purposes


@book.rule("R005")
def purpose_is_vague(purpose: Purpose, context: Context) -> bool:
    """Only the exact words of the list: a short name such as "Payroll" is a fine purpose."""
    label = phrase(purpose.label)
    vague = context.law.vocabularies.get("vague_purposes", {})
    return any(label in phrases(names(term)) for term in vague.values())


@book.rule("R016")
def basis_is_missing(purpose: Purpose, context: Context) -> bool:
    """Art. 6(1): each purpose its own."""
    return not purpose.legal_basis


@book.rule("R017")
def several_bases_for_one_purpose(purpose: Purpose, context: Context) -> bool:
    """People cannot know which rights they have when a purpose rests on several bases."""
    return bool(set(purpose.other_legal_bases) - {purpose.legal_basis})


@book.rule("R018")
def interest_is_unstated(purpose: Purpose, context: Context) -> bool:
    """Art. 13(1)(d): the interest is told to people, so it must be written."""
    return purpose.legal_basis == INTERESTS and not purpose.interest


@book.rule("R019")
def interest_is_unweighed(purpose: Purpose, context: Context) -> bool:
    """Art. 6(1)(f): the third step of the test."""
    return purpose.legal_basis == INTERESTS and not purpose.lia_balance


@book.rule("R020")
def authority_relies_on_interest(purpose: Purpose, context: Context) -> bool | str:
    """Art. 6(1), second subparagraph; a warning while nobody has said whether the purpose is a public task."""
    if not context.is_public or purpose.legal_basis != INTERESTS or purpose.in_public_task is False:
        return False
    return purpose.in_public_task is True or WARNING


@book.rule("R021")
def law_is_uncited(purpose: Purpose, context: Context) -> bool:
    """Art. 6(3): a legal obligation and a public task rest on a text."""
    return context.mark("legal_bases", purpose.legal_basis, "needs_law") and not purpose.law_reference


@book.rule("R022")
def consent_is_unproven(purpose: Purpose, context: Context) -> bool:
    """Art. 7(1): how it is collected, and where the proof is."""
    return purpose.legal_basis == CONSENT and not (purpose.consent_collection and purpose.consent_evidence)


@book.rule("R023")
def consent_cannot_be_withdrawn(purpose: Purpose, context: Context) -> bool:
    """Art. 7(3)."""
    return purpose.legal_basis == CONSENT and not purpose.consent_withdrawal


@book.rule("R024")
def staff_consent(purpose: Purpose, context: Context) -> bool:
    """Recital 43: an imbalance between employer and staff."""
    return purpose.legal_basis == CONSENT and context.staff


@book.rule("R025")
def consent_given_to_an_authority(purpose: Purpose, context: Context) -> bool:
    """Recital 43: an imbalance between a public authority and people."""
    return purpose.legal_basis == CONSENT and context.is_public


@book.rule("R026")
def contract_without_a_party(purpose: Purpose, context: Context) -> bool:
    """Art. 6(1)(b): the person is a party or asked for steps before one. Silent until the people are stated."""
    people = context.document.people
    before_a_contract = context.codes("R026", "people")
    return (
        purpose.legal_basis == CONTRACT
        and bool(people)
        and not any(
            row.category in before_a_contract
            or context.mark("data_subjects", row.category, "contracting")
            or context.law.term("data_subjects", row.category) is None
            for row in people
        )
    )


@book.rule("R027")
def contract_is_doubtful(purpose: Purpose, context: Context) -> bool:
    """Guidelines 2/2019: advertising, measurement and improvement are rarely what the contract is about."""
    return (
        purpose.legal_basis == CONTRACT
        and context.mark("purpose_kinds", purpose.kind, "contract_doubtful")
        and not purpose.justification
    )


@book.rule("R028")
def vital_interests_come_last(purpose: Purpose, context: Context) -> bool:
    """Recital 46: only where no other basis is at hand, which must be explained."""
    return purpose.legal_basis == VITAL and (bool(purpose.other_legal_bases) or not purpose.justification)


@book.rule("R038")
def children_are_unprotected_in_the_balance(purpose: Purpose, context: Context) -> bool:
    """Art. 6(1)(f), last words: in particular where the person is a child."""
    return purpose.legal_basis == INTERESTS and context.minors and not purpose.lia_safeguards


@book.rule("R079")
def new_use_is_untested(purpose: Purpose, context: Context) -> bool:
    """Art. 6(4): no test where consent or a law allows the new purpose."""
    allowed = purpose.legal_basis in (CONSENT, LEGAL_OBLIGATION)
    return purpose.further is True and not allowed and not purpose.compatibility_test


@book.rule("R076")
def marketing_cannot_be_stopped(purpose: Purpose, context: Context) -> bool:
    """Art. 21(2) and (3); electronic messages to people who are not customers need consent first."""
    if not is_marketing(purpose, context.law):
        return False
    consented = purpose.legal_basis == CONSENT
    can_stop = purpose.marketing_opt_out or (consented and purpose.consent_withdrawal)
    customers = context.codes("R076", "customers")
    needs_proof = not any(row.category in customers for row in context.document.people) and any(
        channel in context.codes("R076", "electronic") for channel in purpose.marketing_channels
    )
    return not can_stop or (needs_proof and not purpose.consent_evidence)


@book.rule("R077")
def consumers_are_called(purpose: Purpose, context: Context) -> bool:
    """Calls to people at work are not consumer calls."""
    channels = context.codes("R077", "channels")
    professionals = context.codes("R077", "professionals")
    people = context.document.people
    return (
        any(channel in channels for channel in purpose.marketing_channels)
        and not (people and all(row.category in professionals for row in people))
        and not purpose.telephone_consent
    )

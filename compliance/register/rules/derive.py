"""What follows from a record without anybody having typed it: special data, minors, staff, transfers, what is watched.

Pure functions of the document and the reference data; the rules ask them through `Context`, the list through here.
"""

import datetime
from collections.abc import Iterator, Mapping

from compliance.parties.documents import Party
from compliance.register.documents import Activity, Purpose
from compliance.register.rules.wording import is_spoken, names, phrase
from compliance.regulation.reference import Reference, Term
from compliance.support.documents import Link

#: Legal bases and roles that rules name; the lists themselves are data.
CONSENT, CONTRACT, LEGAL_OBLIGATION, VITAL, PUBLIC_TASK, INTERESTS = (
    "consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests",
)  # fmt: skip
CONTROLLER, JOINT, PROCESSOR = "controller", "joint", "processor"


def mark(law: Reference, vocabulary: str, code: str, name: str) -> bool:
    """Whether a reference list marks an entry with `name`; an entry of the organisation's own has no marks."""
    term = law.term(vocabulary, code)
    return bool(term and term.extra.get(name))


def has_special_data(document: Activity, law: Reference) -> bool:
    """Whether special categories of data are listed, Art. 9(1); biometric data count unless said not to identify."""
    return any(
        mark(law, "data_categories", row.category, "special")
        or (
            mark(law, "data_categories", row.category, "special_when_identifying")
            and row.identifies_uniquely is not False
        )
        for row in document.data
    )


def has_criminal_data(document: Activity, law: Reference) -> bool:
    """Whether data on convictions and offences are listed, Art. 10."""
    return any(_kind(law, row.category) == "criminal" for row in document.data)


def _kind(law: Reference, category: str) -> str:
    term = law.term("data_categories", category)
    return str(term.extra.get("kind", "")) if term else ""


def has_minors(document: Activity, law: Reference) -> bool:
    """Whether children are among the people, Art. 8 and recital 38."""
    return any(mark(law, "data_subjects", row.category, "minor") for row in document.people)


def has_staff(document: Activity, law: Reference) -> bool:
    """Whether people who work under the controller's authority are among the people."""
    return any(mark(law, "data_subjects", row.category, "worker") for row in document.people)


def has_vulnerable_people(document: Activity, law: Reference) -> bool:
    """Whether people in a weak position are concerned: as the row says, else as their category is presumed."""
    return any(
        mark(law, "data_subjects", row.category, "vulnerable") if row.vulnerable is None else row.vulnerable
        for row in document.people
    )


def is_third_country(code: str, law: Reference) -> bool:
    """Whether a country is known to lie outside the EEA; an unknown or absent code says nothing."""
    term = law.term("countries", code)
    return bool(term and not term.extra.get("eea"))


def is_disputed_territory(code: str, law: Reference) -> bool:
    """Whether a territory's place is a question to put to a person, never a ground to block (French overseas)."""
    return mark(law, "countries", code, "review")


def receivers(document: Activity, parties: Mapping[str, Party], law: Reference) -> Iterator[str]:
    """The countries of those who get the data as another controller or a processor: of their seat, servers, access."""
    for row in document.recipients:
        term = law.term("recipient_kinds", row.kind)
        if term is None or term.extra.get("separate"):
            yield row.country
    for use in document.processors:
        if party := party_of(use.party, parties):
            yield from (party.country, *party.hosting_countries, *party.access_countries)


def has_transfers(document: Activity, parties: Mapping[str, Party], law: Reference) -> bool:
    """Whether data leave the EEA, Art. 44: declared, or plain from where those who receive them are."""
    return (
        bool(document.transfers)
        or document.outside_eea is True
        or any(is_third_country(country, law) for country in receivers(document, parties, law))
    )


def party_of(link: Link | None, parties: Mapping[str, Party]) -> Party | None:
    """The party that a row refers to, when it is known."""
    return parties.get(link.reference) if link else None


def adequacy(country: str, day: datetime.date, law: Reference) -> Term | None:
    """The adequacy decision in force on that day for a country, Art. 45."""
    term = law.term("adequacy", country)
    return term if term and term.provenance.holds_on(day) else None


def purpose_kinds(document: Activity, law: Reference) -> frozenset[str]:
    """The kinds of the purposes; where nobody chose one, those whose very name stands in the purpose or the record."""
    stated = {purpose.kind for purpose in document.purposes if purpose.kind}
    unsaid = [purpose for purpose in document.purposes if not purpose.kind]
    if not unsaid:
        return frozenset(stated)
    spoken = phrase(" ".join((document.name, *(purpose.label for purpose in unsaid))))
    terms = law.vocabularies.get("purpose_kinds", {})
    return frozenset(stated | {code for code, term in terms.items() if is_spoken(names(term), spoken)})


def is_marketing(purpose: Purpose, law: Reference) -> bool:
    """Whether people are approached to buy, give or join, Art. 21(2)."""
    return bool(purpose.marketing_channels) or mark(law, "purpose_kinds", purpose.kind, "marketing")

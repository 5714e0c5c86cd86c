"""What a rule may know beside the part it is asked of."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from compliance.accounts.documents import Organisation
from compliance.parties.documents import Party
from compliance.register.documents import Activity, Transfer
from compliance.register.rules import derive
from compliance.regulation.reference import Reference, RuleText, Term
from compliance.support.documents import Link
from compliance.support.text import fold


@dataclass(frozen=True)
class Context:
    """The record as a whole, who keeps it, whom it names, what other records told, the day and the law.

    `parties` are known by reference. `facts` are told by the storeys above, by (subject, name): a contract with a
    party is told as (its reference, "contract"); a fact is a plain value, or kept as {"value": …}. Without slots,
    because what follows is worked out once and kept.
    """

    document: Activity
    organisation: Organisation
    law: Reference
    today: datetime.date
    parties: Mapping[str, Party] = field(default_factory=dict)
    facts: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    owner_is_active: bool = True
    last_reviewed_on: datetime.date | None = None
    review_due_on: datetime.date | None = None

    @cached_property
    def special(self) -> bool:
        """Whether special categories are listed, Art. 9(1)."""
        return derive.has_special_data(self.document, self.law)

    @cached_property
    def criminal(self) -> bool:
        """Whether data on offences are listed, Art. 10."""
        return derive.has_criminal_data(self.document, self.law)

    @cached_property
    def minors(self) -> bool:
        """Whether children are concerned."""
        return derive.has_minors(self.document, self.law)

    @cached_property
    def staff(self) -> bool:
        """Whether the organisation's own staff are concerned."""
        return derive.has_staff(self.document, self.law)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of the purposes, stated or plain from their names."""
        return derive.purpose_kinds(self.document, self.law)

    @cached_property
    def marks(self) -> tuple[Term, ...]:
        """The reference periods of retention, in force today, that concern purposes of these kinds."""
        terms = self.law.vocabularies.get("retention_marks", {}).values()
        return tuple(
            term
            for term in terms
            if not self.kinds.isdisjoint(term.extra["purpose_kinds"]) and term.provenance.holds_on(self.today)
        )

    def watches_staff(self, also: tuple[str, ...] = ()) -> bool:
        """Whether the purposes look like watching people at work: cameras, positions, calls, kinds in `also`."""
        return self.staff and any(
            kind in also or self.mark("purpose_kinds", kind, "staff_monitoring") for kind in self.kinds
        )

    @property
    def is_public(self) -> bool:
        """Whether the organisation is known to be a public authority."""
        return self.organisation.public_authority is True

    def text(self, rule: str) -> RuleText:
        """The entry of a rule in the data, with the lists of codes that belong to it."""
        return self.law.rules[rule]

    def codes(self, rule: str, name: str) -> tuple[str, ...]:
        """A list of codes that the data give to a rule."""
        return tuple(self.text(rule).extra.get(name, ()))

    def mark(self, vocabulary: str, code: str, name: str) -> bool:
        """Whether a reference list marks this entry."""
        return derive.mark(self.law, vocabulary, code, name)

    def parameter(self, code: str) -> int:
        """A dated figure of the law or of the product."""
        return int(self.law.parameter(code))

    def party(self, link: Link | None) -> Party | None:
        """The party that a row refers to."""
        return derive.party_of(link, self.parties)

    def told(self, link: Link | None, name: str) -> Any:
        """What another record says about the subject of a link; None when nothing was told."""
        fact = self.facts.get((link.reference, name)) if link else None
        return fact["value"] if isinstance(fact, Mapping) and "value" in fact else fact

    def name_of(self, link: Link | None) -> str:
        """The name of a party as it is now, else as it was when the row was kept."""
        party = self.party(link)
        return party.name if party else link.name if link else ""

    def adequacy(self, country: str) -> Term | None:
        """The adequacy decision in force today for a country."""
        return derive.adequacy(country, self.today, self.law)

    def is_third(self, country: str) -> bool:
        """Whether a country is known to lie outside the EEA."""
        return derive.is_third_country(country, self.law)

    def transfer_to(self, link: Link | None, name: str, country: str) -> bool:
        """Whether a recorded transfer goes to this receiver; by party, else by name, else by country."""
        wanted = fold(self.name_of(link) or name).strip()
        return any(self._goes_to(transfer, link, wanted, country) for transfer in self.document.transfers)

    def _goes_to(self, transfer: Transfer, link: Link | None, wanted: str, country: str) -> bool:
        if link and transfer.party:
            return link.reference == transfer.party.reference
        named = fold(transfer.recipient or self.name_of(transfer.party)).strip()
        if named and wanted:
            return named in wanted or wanted in named
        return bool(country) and transfer.country == country

    def days_since(self, day: str) -> int:
        """Days from a kept date to today; negative when it is still to come."""
        return (self.today - datetime.date.fromisoformat(day)).days

    def months_since(self, day: datetime.date) -> int:
        """Whole calendar months from a date to today."""
        months = (self.today.year - day.year) * 12 + self.today.month - day.month
        return months - (self.today.day < day.day)

"""The documents of a party (a legal entity: processor, recipient, joint controller, client) and of a system."""

from dataclasses import dataclass

from compliance.support.documents import Link, code, codes, day, flag, key, link, long_text, rows, text


@dataclass(frozen=True, slots=True)
class Certification:
    """What a third person attests of a party, and until when."""

    key: str = key()
    kind: str = code("certifications")
    label: str = text()
    valid_until: str = day()


@dataclass(frozen=True, slots=True)
class Party:
    """A legal entity outside the organisation, or another entity of its group."""

    name: str = text(255, required=True)
    group_entity: bool | None = flag()
    public_body: bool | None = flag()
    identifier: str = text()
    address: str = long_text(1000)
    country: str = code("countries")
    contact: str = text(500)
    email: str = text()
    phone: str = text(64)
    dpo: str = text(500)
    representative: str = text(500)
    hosting_countries: tuple[str, ...] = codes("countries")
    access_countries: tuple[str, ...] = codes("countries")
    dpf_checked_on: str = day()
    dpf_coverage: str = code("dpf_coverages")
    guarantees: str = long_text()
    certifications: tuple[Certification, ...] = rows(Certification)
    notes: str = long_text()


@dataclass(frozen=True, slots=True)
class System:
    """An application, a service or a medium in which personal data live."""

    name: str = text(255, required=True)
    kind: str = code("system_kinds")
    description: str = long_text()
    provider: Link | None = link("party")
    host: Link | None = link("party")
    hosting_countries: tuple[str, ...] = codes("countries")
    health_data: bool | None = flag()
    in_service_on: str = day()
    notes: str = long_text()

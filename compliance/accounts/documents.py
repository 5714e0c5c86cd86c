"""The document of the organisation itself: what Art. 30(1)(a) asks of it, and the facts that rules depend on."""

from dataclasses import dataclass

from compliance.support.documents import code, count, day, flag, long_text, text


@dataclass(frozen=True, slots=True)
class Organisation:
    """The controller (or processor) that keeps the register."""

    name: str = text(255, required=True)
    legal_form: str = text()
    identifier: str = text()
    sector: str = code("sectors")
    address: str = long_text(1000)
    country: str = code("countries", "FR")
    email: str = text()
    phone: str = text(64)
    website: str = text()
    legal_representative: str = text()
    employees: int | None = count()
    public_authority: bool | None = flag()
    non_profit: bool | None = flag()
    eea_established: bool | None = flag()
    targets_eea: bool | None = flag()
    representative: str = text(500)
    dpo_required: bool | None = flag()
    dpo_designated: bool | None = flag()
    dpo_name: str = text()
    dpo_contact: str = text(500)
    dpo_designation_number: str = text()
    dpo_designated_on: str = day()

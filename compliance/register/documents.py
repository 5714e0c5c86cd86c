"""The document of a processing activity: what Art. 30 asks, and what Arts 5 to 22, 26, 28, 35, 44 to 49 need beside it.

State, versions, dates of approval and approver are not in it: they belong to the record. What other records
know (contracts, DPIAs) is not in it either: it reaches the rules as facts.
"""

from dataclasses import dataclass

from compliance.support.documents import Link, code, codes, count, day, flag, key, link, long_text, rows, text


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why the data are processed, Art. 30(1)(b), each purpose with its own legal basis, Art. 6(1)."""

    key: str = key()
    label: str = text(500, required=True)
    kind: str = code("purpose_kinds")
    legal_basis: str = code("legal_bases")
    other_legal_bases: tuple[str, ...] = codes("legal_bases")
    justification: str = long_text()
    law_reference: str = text(500)
    in_public_task: bool | None = flag()
    interest: str = long_text()
    lia_necessity: str = long_text()
    lia_balance: str = long_text()
    lia_safeguards: str = long_text()
    lia_conclusion: str = code("lia_conclusions")
    lia_author: str = text()
    lia_on: str = day()
    consent_collection: str = text(500)
    consent_evidence: str = text(500)
    consent_withdrawal: str = text(500)
    explicit_consent: str = text(500)
    special_condition: str = code("special_conditions")
    special_law_reference: str = text(500)
    special_agreement: str = text(500)
    criminal_authorisation: str = text(500)
    further: bool | None = flag()
    compatibility_test: str = long_text()
    marketing_channels: tuple[str, ...] = codes("marketing_channels")
    marketing_opt_out: str = text(500)
    telephone_consent: str = text(500)


@dataclass(frozen=True, slots=True)
class DataSubjects:
    """Whose data, Art. 30(1)(c)."""

    key: str = key()
    category: str = code("data_subjects")
    label: str = text()
    number: int | None = count()
    vulnerable: bool | None = flag()


@dataclass(frozen=True, slots=True)
class DataCategory:
    """Which data, Art. 30(1)(c), and how long each is kept, Art. 30(1)(f), in the three phases of its life."""

    key: str = key()
    category: str = code("data_categories")
    label: str = text(500)
    law_reference: str = text(500)
    identifies_uniquely: bool | None = flag()
    free_text: bool | None = flag()
    moderation: str = text()
    retention_text: str = text(500)
    active_value: int | None = count()
    active_unit: str = code("time_units")
    active_start: str = text()
    active_criterion: str = text(500)
    archive_value: int | None = count()
    archive_unit: str = code("time_units")
    archive_reason: str = code("archive_reasons")
    archive_reference: str = text(500)
    disposal: str = code("disposals")
    disposal_automated: bool | None = flag()
    retention_justification: str = long_text()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who receives the data, Art. 30(1)(d); processors have their own list."""

    key: str = key()
    kind: str = code("recipient_kinds")
    name: str = text()
    party: Link | None = link("party")
    country: str = code("countries")
    use: str = text(500)


@dataclass(frozen=True, slots=True)
class ProcessorUse:
    """A processor, Art. 28, or on a processor's record a sub-processor, Art. 28(2) and (4), and what it does here."""

    key: str = key()
    party: Link | None = link("party")
    service: str = text(500)
    contract: str = text(500)
    contract_on: str = day()
    contract_until: str = day()
    guarantees: str = text(500)
    subprocessors_known: bool | None = flag()


@dataclass(frozen=True, slots=True)
class JointController:
    """Who decides with us, Art. 26."""

    key: str = key()
    party: Link | None = link("party")
    tasks: str = long_text()
    arrangement: str = text(500)
    arrangement_on: str = day()
    essence_available: bool | None = flag()


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer to a third country or an international organisation, Art. 30(1)(e) and Chapter V."""

    key: str = key()
    recipient: str = text()
    party: Link | None = link("party")
    importer_role: str = code("importer_roles")
    country: str = code("countries")
    remote_access: bool | None = flag()
    tool: str = code("transfer_tools")
    scc_set: str = code("scc_sets")
    scc_module: str = code("scc_modules")
    dpf_checked_on: str = day()
    dpf_coverage: str = code("dpf_coverages")
    fallback: str = text(500)
    importer_under_gdpr: bool | None = flag()
    tia_on: str = day()
    tia_result: str = code("tia_results")
    frequency: str = code("transfer_frequencies")
    justification: str = long_text()
    safeguards: str = long_text()
    authority_informed_on: str = day()
    people_informed: bool | None = flag()


@dataclass(frozen=True, slots=True)
class Measure:
    """A technical or organisational measure, Art. 30(1)(g) and 32(1)."""

    key: str = key()
    category: str = code("security_measures")
    label: str = text(500)
    in_place: bool | None = flag()
    due_on: str = day()


@dataclass(frozen=True, slots=True)
class SystemUse:
    """An application or a medium in which the data live."""

    key: str = key()
    system: Link | None = link("system")
    use: str = text(500)


@dataclass(frozen=True, slots=True)
class Client:
    """On a processor's record: a controller on whose behalf we act, and what we do for it, Art. 30(2)(a) and (b)."""

    key: str = key()
    party: Link | None = link("party")
    contact: str = text(500)
    representative: str = text(500)
    dpo: str = text(500)
    processing_categories: str = long_text()


@dataclass(frozen=True, slots=True)
class Activity:
    """One record of the register."""

    name: str = text(255, required=True)
    description: str = long_text()
    role: str = code("roles", "controller")
    department: Link | None = link("department")
    owner: Link | None = link("person")
    phase: str = code("phases", "ongoing")
    started_on: str = day()
    ended_on: str = day()
    disposed_on: str = day()
    occasional: bool | None = flag()
    large_scale: bool | None = flag()
    risk_likely: bool | None = flag()
    exemption_claimed: bool | None = flag()
    notes: str = long_text()

    purposes: tuple[Purpose, ...] = rows(Purpose)

    people: tuple[DataSubjects, ...] = rows(DataSubjects)
    online_service: bool | None = flag()
    age_check: str = text(500)

    data: tuple[DataCategory, ...] = rows(DataCategory)
    retention_absence: str = long_text()

    recipients: tuple[Recipient, ...] = rows(Recipient)
    recipients_none: bool | None = flag()

    processors: tuple[ProcessorUse, ...] = rows(ProcessorUse)
    processors_none: bool | None = flag()
    joint_controllers: tuple[JointController, ...] = rows(JointController)
    systems: tuple[SystemUse, ...] = rows(SystemUse)

    outside_eea: bool | None = flag()
    transfers: tuple[Transfer, ...] = rows(Transfer)

    measures: tuple[Measure, ...] = rows(Measure)
    measures_absence: str = long_text()

    collection: str = code("collections")
    collection_methods: tuple[str, ...] = codes("collection_methods")
    source: str = long_text()
    indirect_information: str = text(500)
    indirect_exemption: str = text(500)
    notice: str = text(500)
    notice_on: str = day()
    child_notice: str = text(500)
    staff_information: str = text(500)
    trackers: bool | None = flag()
    trackers_consent: str = text(500)
    rights: tuple[str, ...] = codes("rights")
    rights_contact: str = text(500)

    profiling: bool | None = flag()
    constant_monitoring: bool | None = flag()
    automated_decision: bool | None = flag()
    automated_ground: str = code("automated_grounds")
    automated_logic: str = long_text()
    automated_contest: str = long_text()
    ai_used: bool | None = flag()
    ai_system: str = text()
    ai_provider: str = text()
    ai_role: str = code("ai_roles")
    ai_risk_class: str = code("ai_risk_classes")
    ai_annex3_point: str = text(64)
    ai_purpose: str = long_text()
    ai_input_controlled: bool | None = flag()
    ai_human_oversight: str = long_text()
    ai_logs_months: int | None = count()
    ai_workers_informed: bool | None = flag()
    ai_persons_informed: bool | None = flag()
    ai_registration: str = text()
    ai_fria: str = text()
    ai_bias_special_data: bool | None = flag()
    dpia_note: str = text(500)

    clients: tuple[Client, ...] = rows(Client)


#: The sections of the page, in order, each with the fields it edits. Every field stands in exactly one.
SECTIONS: dict[str, tuple[str, ...]] = {
    "identity": (
        "name", "description", "role", "department", "owner", "phase", "started_on", "ended_on",
        "disposed_on", "occasional", "large_scale", "risk_likely", "exemption_claimed", "notes",
    ),
    "clients": (
        "clients",
    ),
    "purposes": (
        "purposes",
    ),
    "people": (
        "people", "online_service", "age_check",
    ),
    "data": (
        "data", "retention_absence",
    ),
    "recipients": (
        "recipients", "recipients_none",
    ),
    "actors": (
        "processors", "processors_none", "joint_controllers", "systems",
    ),
    "transfers": (
        "outside_eea", "transfers",
    ),
    "security": (
        "measures", "measures_absence",
    ),
    "information": (
        "collection", "collection_methods", "source", "indirect_information", "indirect_exemption",
        "notice", "notice_on", "child_notice", "staff_information", "trackers", "trackers_consent",
        "rights", "rights_contact",
    ),
    "automation": (
        "profiling", "constant_monitoring", "automated_decision", "automated_ground", "automated_logic",
        "automated_contest", "ai_used", "ai_system", "ai_provider", "ai_role", "ai_risk_class",
        "ai_annex3_point", "ai_purpose", "ai_input_controlled", "ai_human_oversight", "ai_logs_months",
        "ai_workers_informed", "ai_persons_informed", "ai_registration", "ai_fria", "ai_bias_special_data",
        "dpia_note",
    ),
}  # fmt: skip

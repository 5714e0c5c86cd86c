"""The forms of the register: one for each section of a processing activity, and how their fields are laid out.

The groups say for which answers a field matters: who relies on consent is asked how it is collected (Art. 7),
who relies on legitimate interests is asked for the balance (Art. 6(1)(f)); the others are not troubled.
"""

from compliance.register.documents import (
    SECTIONS,
    Activity,
    Client,
    DataCategory,
    DataSubjects,
    JointController,
    Measure,
    ProcessorUse,
    Purpose,
    Recipient,
    SystemUse,
    Transfer,
)
from compliance.regulation.reference import reference
from compliance.support.i18n import _l
from forms.documents import DocumentForm, section_form
from forms.faces import Face, Group

YES = ("yes",)

SCC = ("scc_com", "scc_sa")
#: Tools for which the law and practice of the country are to be assessed, and the one that may need a fallback.
ASSESSED = (*SCC, "instrument", "bcr", "code", "certif", "adhoc", "admin_arr", "dpf")
DEROGATIONS = (*(f"derog_{letter}" for letter in "abcdefg"), "derog_compelling")

FACES: dict[type, Face] = {
    Activity: Face(
        groups=(
            Group(_l("End of the processing"), ("ended_on", "disposed_on"), ("phase", ("ended",))),
            Group(
                _l("Scale, risk and the exemption of small organisations"),
                ("occasional", "large_scale", "risk_likely", "exemption_claimed"),
            ),
            Group(
                _l("Indirect collection"),
                ("source", "indirect_information", "indirect_exemption"),
                ("collection", ("indirect", "both")),
            ),
            Group(_l("Notices for particular people"), ("child_notice", "staff_information")),
            Group(_l("Consent to trackers"), ("trackers_consent",), ("trackers", YES)),
            Group(
                _l("Decisions taken by a machine alone"),
                ("automated_ground", "automated_logic", "automated_contest"),
                ("automated_decision", YES),
            ),
            Group(
                _l("The artificial intelligence system"),
                (
                    "ai_system", "ai_provider", "ai_role", "ai_risk_class", "ai_annex3_point", "ai_purpose",
                    "ai_input_controlled", "ai_human_oversight", "ai_logs_months", "ai_workers_informed",
                    "ai_persons_informed", "ai_registration", "ai_fria", "ai_bias_special_data",
                ),
                ("ai_used", YES),
            ),
            Group(_l("Children and online services"), ("age_check",), ("online_service", YES)),
        ),
    ),
    Purpose: Face(
        _l("Add a purpose"),
        (
            Group(
                _l("The law that requires or entrusts it"),
                ("law_reference",),
                ("legal_basis", ("legal_obligation", "public_task")),
            ),
            Group(
                _l("Legitimate interests: the balance"),
                (
                    "in_public_task", "interest", "lia_necessity", "lia_balance", "lia_safeguards", "lia_conclusion",
                    "lia_author", "lia_on",
                ),
                ("legal_basis", ("legitimate_interests",)),
            ),
            Group(
                _l("Consent: how it is asked, proved and withdrawn"),
                ("consent_collection", "consent_evidence", "consent_withdrawal"),
                ("legal_basis", ("consent",)),
            ),
            Group(
                _l("Special categories of data, criminal offences"),
                (
                    "special_condition", "explicit_consent", "special_law_reference", "special_agreement",
                    "criminal_authorisation",
                ),
            ),
            Group(
                _l("Several legal bases, further processing"),
                ("other_legal_bases", "further", "compatibility_test"),
            ),
            Group(
                _l("Direct marketing"),
                ("marketing_channels", "marketing_opt_out", "telephone_consent"),
                ("kind", ("direct_marketing", "advertising", "communication", "loyalty", "donations")),
            ),
        ),
    ),
    DataSubjects: Face(_l("Add a category of people")),
    DataCategory: Face(
        _l("Add a category of data"),
        (
            Group(
                _l("Particular kinds of data"),
                ("law_reference", "identifies_uniquely", "free_text", "moderation"),
            ),
            Group(
                _l("Kept apart, in intermediate archive"),
                ("archive_value", "archive_unit", "archive_reason", "archive_reference"),
            ),
            Group(
                _l("Criterion, automation, justification"),
                ("active_criterion", "disposal_automated", "retention_justification"),
            ),
        ),
    ),
    Recipient: Face(_l("Add a recipient")),
    ProcessorUse: Face(
        _l("Add a processor"),
        (Group(_l("Contract and guarantees"), ("contract", "contract_on", "contract_until", "guarantees")),),
    ),
    JointController: Face(_l("Add a joint controller")),
    SystemUse: Face(_l("Add a system")),
    Transfer: Face(
        _l("Add a transfer"),
        (
            Group(_l("Standard contractual clauses"), ("scc_set", "scc_module"), ("tool", SCC)),
            Group(
                _l("Data Privacy Framework"),
                ("dpf_checked_on", "dpf_coverage", "fallback"),
                ("tool", ("dpf",)),
            ),
            Group(
                _l("Assessment of the transfer"),
                ("importer_under_gdpr", "tia_on", "tia_result"),
                ("tool", ASSESSED),
            ),
            Group(
                _l("Derogation: conditions and documentation"),
                ("frequency", "justification", "safeguards", "authority_informed_on", "people_informed"),
                ("tool", DEROGATIONS),
            ),
        ),
    ),
    Measure: Face(_l("Add a measure"), (Group(_l("To be put in place"), ("due_on",), ("in_place", ("no",))),)),
    Client: Face(_l("Add a client")),
}  # fmt: skip

#: What is asked to begin a record; the rest follows, section by section.
FIRST_QUESTIONS = ("name", "role", "department", "owner", "description")


def activity_form(section: str, language: str) -> type[DocumentForm]:
    """The form of one section of a processing activity."""
    return section_form(Activity, SECTIONS[section], reference().fields["activity"], language, FACES)


def new_activity_form(language: str) -> type[DocumentForm]:
    """The form that begins a record of the register."""
    return section_form(Activity, FIRST_QUESTIONS, reference().fields["activity"], language, FACES)

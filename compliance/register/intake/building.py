"""From the answers of one row or one form to an activity: which verb reads which target, in which order."""

from collections.abc import Callable, Iterable

from compliance.register.intake import sections
from compliance.register.intake.drafts import Answer, Draft
from compliance.register.intake.outside import is_outside
from compliance.register.intake.scalars import set_field, set_in_rows
from compliance.register.intake.words import fold, one_line, says

Verb = Callable[[Draft, Answer], None]


def _reference(draft: Draft, answer: Answer) -> None:
    if draft.reference and fold(draft.reference) != fold(answer.text):
        draft.leave(answer, "second_value")
    else:
        draft.reference = one_line(answer.text)[:64]


def _to_notes(draft: Draft, answer: Answer) -> None:
    draft.note(f"{one_line(answer.heading)} : {answer.text}" if answer.heading else answer.text)


def _assessment(draft: Draft, answer: Answer) -> None:
    line = f"{one_line(answer.heading)} : {one_line(answer.text)}"
    before = draft.fields.get("dpia_note")
    draft.fields["dpia_note"] = f"{before} ; {line}" if before else line


def _organisation(draft: Draft, answer: Answer) -> None:
    draft.leave(answer, "organisation")


def _recipients_internal(draft: Draft, answer: Answer) -> None:
    sections.recipients(draft, answer, "internal_department")


#: In the order in which they are read: what a later one relies on (data before retention) comes first.
VERBS: dict[str, Verb] = {
    "reference": _reference,
    "name": set_field,
    "notes": _to_notes,
    "purposes": sections.purposes,
    "purposes.with_basis": sections.purposes_with_basis,
    "purposes.legal_basis": sections.legal_bases,
    "people": sections.people,
    "data": sections.data,
    "data.sensitive": sections.sensitive_data,
    "data.retention": sections.retention,
    "data.archive": sections.archive,
    "processors": sections.processors,
    "joint_controllers": sections.joint_controllers,
    "clients": sections.clients,
    "recipients": sections.recipients,
    "recipients.internal": _recipients_internal,
    "recipients.external": sections.recipients,
    "systems": sections.systems,
    "measures": sections.measures,
    "transfers.row": sections.transfer_row,
    "transfers.recipient": set_in_rows,
    "transfers.country": set_in_rows,
    "transfers.tool": set_in_rows,
    "outside_eea": sections.outside_eea,
    "transfers": sections.outside_eea,
    "created_on": _to_notes,
    "updated_on": _to_notes,
    "status": _to_notes,
    "dpia_note": _assessment,
    "organisation": _organisation,
}
_ORDER = {target: place for place, target in enumerate(VERBS)}
#: Targets in which "N/A", "-" or "?" says something, or is read by their verb.
_SPEAK_OF_NOTHING = {"outside_eea", "name", "reference", "data.retention", "status", "notes", "organisation"}
#: Targets whose cells repeat from row to row when one activity takes several rows.
_REPEATED = {
    "purposes", "purposes.with_basis", "people", "data", "data.sensitive", "processors", "joint_controllers", "clients",
    "recipients", "recipients.internal", "recipients.external", "systems", "measures", "outside_eea", "dpia_note",
}  # fmt: skip


def lay(draft: Draft, answers: Iterable[Answer], laid: set[tuple[str, str]]) -> None:
    """Read the answers of one source row.

    What says nothing ("N/A", "-") is listed; what was `laid` by an earlier row is not added twice.
    """
    draft.begin()
    for answer in sorted(answers, key=lambda a: _ORDER.get(a.target, len(_ORDER))):
        said = (answer.target, fold(answer.text) or answer.text) if answer.target in _REPEATED else None
        if not answer.parts and answer.target not in _SPEAK_OF_NOTHING and says("nothing_said", answer.text):
            draft.leave(answer, "placeholder")
        elif answer.parts or said is None or said not in laid:
            _verb(answer.target)(draft, answer)
        if said is not None:
            laid.add(said)


def _verb(target: str) -> Verb:
    return VERBS.get(target) or (set_in_rows if "." in target else set_field)


def finish(draft: Draft) -> None:
    """Say what is missing and what stands in for it, so that the document can be kept as a draft."""
    transfers = draft.rows.get("transfers", [])
    if any(row.get("country") or row.get("tool") for row in transfers) and "outside_eea" not in draft.fields:
        outside = [is_outside(str(row.get("country", "")), draft.lists) for row in transfers]
        if any(outside):
            draft.fields["outside_eea"] = True
    labels = [str(row["label"]) for row in draft.rows.get("purposes", []) if row.get("label")]
    if not draft.fields.get("name"):
        systems = [row["system"].name for row in draft.rows.get("systems", []) if row.get("system")]
        known = " – ".join([*systems[:1], *labels[:1]]) or str(draft.fields.get("description", "")) or draft.reference
        draft.fields["name"] = one_line(known or draft.unnamed)[:255]
        draft.tell(None, "name", "name_missing", name=str(draft.fields["name"]))
    for row in draft.rows.get("purposes", []):
        if not row.get("label"):
            row["label"] = draft.fields["name"]
            draft.check(None, "purposes.label", "purpose_from_name", name=str(draft.fields["name"]))

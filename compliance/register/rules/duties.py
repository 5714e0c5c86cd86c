"""What falls due of a processing activity, worked out from what it says and how it stands."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.register.documents import Activity, DataCategory
from compliance.register.rules.context import Context
from compliance.reminders.documents import HIGH, STANDARD, Due
from compliance.reminders.rules import months_after
from compliance.support.text import fold

PAGE, REVIEW, DECISION = "register.show", "register.look_again", "register.approve"
#: Every kind of due date that this domain tells.
KINDS = frozenset(
    {
        "activity_review", "lia_review", "notice_review", "retention_purge", "adequacy_end", "tia_review", "waiver_end",
        "action", "measure", "draft_alone", "approval_waiting",
    }
)  # fmt: skip
#: Units of a retention period, in months; shorter ones in days.
IN_MONTHS = {"months": 1, "years": 12}
IN_DAYS = {"days": 1, "weeks": 7}
#: Start events that lie at the latest on the day the processing ends: what they start is over by a day one can count.
BEFORE_THE_END = frozenset({"collection", "recording", "log_entry", "visit", "deposit", "project_end"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a record stands: what its document does not say of itself. Days are those of the organisation."""

    is_draft: bool
    is_submitted: bool
    is_approved: bool
    changed_on: datetime.date
    submitted_on: datetime.date | None = None
    reviewed_on: datetime.date | None = None
    review_due_on: datetime.date | None = None
    review_risk: str | None = None
    waivers: Sequence[tuple[str, str, datetime.date]] = ()
    actions: Sequence[Any] = ()  # rows of id, title, owner's address, due on, done on
    days_alone: int = 30
    days_waiting: int = 7


def duties(document: Activity, standing: Standing, context: Context) -> Iterator[Due]:
    """Everything that falls due of a record."""
    owner = document.owner.reference if document.owner else ""
    yield from _review(standing, owner)
    yield from _of_rows(document, context, owner)
    for rule, row_key, until in standing.waivers:
        yield Due("waiver_end", PAGE, "", f"{rule}{row_key}"[:32], "deciding", owner, until)
    for number, title, email, due_on, done_on in standing.actions:
        yield Due("action", PAGE, title, str(number), "actions", email, due_on, done_on=done_on)
    if standing.is_submitted and standing.submitted_on:
        waited = standing.submitted_on + datetime.timedelta(days=standing.days_waiting)
        yield Due("approval_waiting", DECISION, due_on=waited)
    elif standing.is_draft:
        alone = standing.changed_on + datetime.timedelta(days=standing.days_alone)
        yield Due("draft_alone", PAGE, owner=owner, due_on=alone)


def _review(standing: Standing, owner: str) -> Iterable[Due]:
    """The next review: counted by the rhythm, unless somebody chose another day."""
    if not standing.is_approved or standing.review_due_on is None:
        return
    if standing.review_risk is None:
        yield Due("activity_review", REVIEW, owner=owner, due_on=standing.review_due_on)
    else:
        yield Due("activity_review", REVIEW, owner=owner, counted_from=standing.reviewed_on, risk=standing.review_risk)


def _of_rows(document: Activity, context: Context, owner: str) -> Iterable[Due]:
    for purpose in document.purposes:
        if purpose.legal_basis == "legitimate_interests" and (day := _day(purpose.lia_on)):
            place = f"r-purposes-{purpose.key}"
            yield Due("lia_review", PAGE, purpose.label, purpose.key, place, owner, counted_from=day)
    if day := _day(document.notice_on):
        yield Due("notice_review", PAGE, place="information", owner=owner, counted_from=day)
    for transfer in document.transfers:
        place, name = f"r-transfers-{transfer.key}", transfer.recipient or transfer.country
        decision = context.adequacy(transfer.country)
        if transfer.tool == "adequacy" and decision and decision.provenance.valid_to:
            yield Due("adequacy_end", PAGE, name, transfer.key, place, owner, decision.provenance.valid_to)
        if day := _day(transfer.tia_on):
            yield Due("tia_review", PAGE, name, transfer.key, place, owner, counted_from=day)
    for measure in document.measures:
        if not measure.in_place and (day := _day(measure.due_on)):
            yield Due("measure", PAGE, measure.label, measure.key, f"r-measures-{measure.key}", owner, day)
    for data in document.data:
        if day := purged_on(document, data, context):
            yield Due("retention_purge", PAGE, data.label, data.key, f"r-data-{data.key}", owner, day)


def purged_on(document: Activity, data: DataCategory, context: Context) -> datetime.date | None:
    """The day by which the last of these data must be gone, Art. 5(1)(e), where one can be counted.

    The processing has ended, its data were not yet disposed of, and their period runs from something that lies at the
    latest on that end. What runs from an event of each person's life (a contract, a death) has no such day.
    """
    ended = _day(document.ended_on)
    if ended is None or document.disposed_on or not _starts_before_the_end(data.active_start, context):
        return None
    over = _after(ended, data.active_value, data.active_unit)
    if over is None:
        return None
    return _after(over, data.archive_value, data.archive_unit) or over


def _starts_before_the_end(event: str, context: Context) -> bool:
    words = fold(event).strip()
    terms = context.law.vocabularies["start_events"]
    return any(words in {fold(w) for w in (terms[c].en, terms[c].fr, *terms[c].aliases)} for c in BEFORE_THE_END)


def _after(day: datetime.date, value: int | None, unit: str) -> datetime.date | None:
    if value is None:
        return None
    if unit in IN_MONTHS:
        return months_after(day, value * IN_MONTHS[unit]) if value * IN_MONTHS[unit] < 1200 else None
    return day + datetime.timedelta(days=value * IN_DAYS[unit]) if unit in IN_DAYS and value < 40_000 else None


def _day(text: str) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def risk_of(criticals: int, *, is_risk_likely: bool) -> str:
    """How soon a record is looked at again: sooner where a critical gap stands or the risk is likely high."""
    return HIGH if criticals or is_risk_likely else STANDARD

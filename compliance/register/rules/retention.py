"""How long each category is kept and what becomes of it: Arts 5(1)(e) and 30(1)(f)."""
# ruff: noqa: ARG001 (every rule is asked with the same two arguments)

from compliance.register.documents import DataCategory
from compliance.register.rules.book import book
from compliance.register.rules.context import Context
from compliance.register.rules.derive import CONSENT
from compliance.register.rules.wording import is_spoken, names, phrase
from compliance.regulation.reference import Term
from compliance.regulation.rulebook import INFO, Hit

#: Days in a unit, good enough to compare with a reference duration, never to compute a date.
DAYS = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12, "years": 365.25}
TOLERANCE = 1.02  # 31 days are one month, 366 days one year.


def is_stated(row: DataCategory) -> bool:
    """Whether a period, a criterion or at least words about retention are given."""
    return row.active_value is not None or bool(row.active_criterion or row.retention_text)


@book.rule("R009")
def retention_is_missing(row: DataCategory, context: Context) -> bool | str:
    """Art. 30(1)(f) says "where possible": with the absence explained, the gap stays visible as information."""
    if is_stated(row):
        return False
    return INFO if context.document.retention_absence else True


@book.rule("R010")
def retention_is_open_ended(row: DataCategory, context: Context) -> bool:
    """Words such as "as long as necessary" repeat the law without saying anything."""
    if row.active_value is not None:
        return False
    spoken = phrase(f"{row.retention_text} {row.active_criterion}")
    terms = context.law.vocabularies.get("open_ended_retentions", {}).values()
    return any(is_spoken(names(term), spoken) for term in terms)


@book.rule("R011")
def archive_is_unjustified(row: DataCategory, context: Context) -> bool:
    """A duty, a limitation period, a dispute: something must ask for the archive."""
    justified = row.archive_reason or row.archive_reference or row.retention_justification
    return row.archive_value is not None and not justified


@book.rule("R012")
def disposal_is_undefined(row: DataCategory, context: Context) -> bool:
    """Asked once a retention is stated: before that, R009 is the question."""
    return is_stated(row) and not row.disposal


@book.rule("R013")
def retention_exceeds_the_mark(row: DataCategory, context: Context) -> bool | Hit:
    """The marks are references, never law: beyond one, a justification is enough."""
    if row.active_value is None or row.retention_justification or row.archive_reference:
        return False
    marks = [term for term in context.marks if _applies(term, row, context)]
    worded = [term for term in marks if _words(term)]
    mark = max(worded or marks, key=lambda term: _days(term.extra["value"], term.extra["unit"]), default=None)
    if mark is None or _kept(row, mark) <= TOLERANCE * _days(mark.extra["value"], mark.extra["unit"]):
        return False
    return Hit(params={"mark": mark.code, "mark_vocabulary": "retention_marks"})


def _applies(term: Term, row: DataCategory, context: Context) -> bool:
    extra = term.extra
    if extra.get("consent_exempt_only") and any(p.legal_basis == CONSENT for p in context.document.purposes):
        return False
    of_the_kind = not extra["data_categories"] or row.category in extra["data_categories"]
    named = not _words(term) or is_spoken(_words(term), phrase(row.label))
    return of_the_kind and named


def _words(term: Term) -> tuple[str, ...]:
    return (*term.extra.get("words_en", ()), *term.extra.get("words_fr", ()))


def _kept(row: DataCategory, mark: Term) -> float:
    archived = _days(row.archive_value or 0, row.archive_unit) if mark.extra["covers"] == "whole" else 0
    return _days(row.active_value or 0, row.active_unit) + archived


def _days(value: int, unit: str) -> float:
    return value * DAYS.get(unit, 0)


@book.rule("R094")
def start_is_unstated(row: DataCategory, context: Context) -> bool:
    """The commonest fault in practice: a duration that begins nowhere."""
    return row.active_value is not None and not row.active_start

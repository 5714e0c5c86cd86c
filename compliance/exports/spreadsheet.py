"""The register as a workbook: a cover, the register in the order of the usual French model, a sheet for each list."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from compliance.exports.cover import cover_pairs
from compliance.exports.entries import Frame, Progress, RegisterEntry, nothing_done
from compliance.exports.lexicon import Lexicon, lines
from compliance.exports.phrases import Phrases, linked
from compliance.register.documents import SECTIONS, Activity
from compliance.regulation.reference import reference
from compliance.support.documents import COUNT, DAY, FLAG, KEY, LONG_TEXT, ROWS, TEXT, Spec, specs_of
from compliance.support.reports.workbook import Cell, Sheet, Workbook

#: The lists of a record, each with a sheet of its own, in this order.
LISTS = (
    "purposes", "people", "data", "recipients", "processors", "transfers", "measures", "systems", "joint_controllers",
    "clients",
)  # fmt: skip
#: What is said of a finding, with the widths of its columns.
FINDING = {"message": 64, "acknowledged_by": 22, "acknowledged_on": 14, "reason": 44, "due_on": 14}
_STEP = 200
_EMPTY = (None, "")

Json = Mapping[str, Any]
Fill = Callable[[RegisterEntry], Cell]


def write_xlsx(
    out: BinaryIO, entries: Iterable[RegisterEntry], frame: Frame, progress: Progress = nothing_done
) -> None:
    """Write the register to a binary file in one pass; TooManyRowsError when a list is longer than a sheet."""
    lexicon = Lexicon(frame.language, frame.labels)
    with Workbook(out, title=frame.title, author=frame.organisation.name, created=frame.as_of) as book:
        cover = book.cover(lexicon.word("cover.sheet"))
        columns = list(register_columns(lexicon))
        register = book.sheet(
            lexicon.word("cover.register"), [heading for heading, _, _ in columns], [width for _, width, _ in columns]
        )
        fills = [fill for _, _, fill in columns]
        children: list[_ListSheet | _FindingSheet]
        children = [*(_ListSheet(book, name, lexicon) for name in LISTS), _FindingSheet(book, lexicon)]
        done = 0
        for done, entry in enumerate(entries, start=1):
            register.append([fill(entry) for fill in fills])
            for child in children:
                child.append(entry)
            if done % _STEP == 0:
                progress(done, frame.total)
        cover.fill(frame.title, cover_pairs(frame, lexicon, done))
    progress(done, frame.total)


class _ListSheet:
    """The sheet of one list: a row for each row of each record, after the reference and the name of the record."""

    def __init__(self, book: Workbook, name: str, lexicon: Lexicon) -> None:
        row = specs_of(Activity)[name].row
        if row is None:
            raise TypeError(f"{name} is not a list")
        specs = [spec for spec in specs_of(row).values() if spec.kind != KEY]
        self._name = name
        self._fields = [(spec.name, _typed(spec, lexicon)) for spec in specs]
        self._sheet: Sheet = book.sheet(
            lexicon.field(name),
            [
                lexicon.word("record.reference"),
                lexicon.field("name"),
                *(lexicon.field(f"{name}.{s.name}") for s in specs),
            ],
            [14, 34, *(_width(spec) for spec in specs)],
        )

    def append(self, entry: RegisterEntry) -> None:
        """Add the rows of one record."""
        head = [entry.reference, entry.name]
        for row in entry.stored.get(self._name) or ():
            self._sheet.append(
                [*head, *[None if (value := row.get(field)) in _EMPTY else fill(value) for field, fill in self._fields]]
            )


class _FindingSheet:
    """The critical findings that stand open, and who answers for each: what a printed record says at its head."""

    def __init__(self, book: Workbook, lexicon: Lexicon) -> None:
        say = self._say = lexicon.word
        self._sheet: Sheet = book.sheet(
            say("finding.sheet"),
            [say("record.reference"), lexicon.field("name"), *(say(f"finding.{name}") for name in FINDING)],
            [14, 34, *FINDING.values()],
        )

    def append(self, entry: RegisterEntry) -> None:
        """Add the findings of one record."""
        for one in entry.findings:
            acknowledged_on, due_on = _day(one.acknowledged_on), _day(one.due_on)
            message = f"{one.message} ({self._say('art.article', article=one.article)})"
            said = (message, one.acknowledged_by, acknowledged_on, one.reason, due_on)
            self._sheet.append([entry.reference, entry.name, *said])


def _typed(spec: Spec, lexicon: Lexicon) -> Callable[[Any], Cell]:
    """A value as a spreadsheet sorts it: days as days, numbers as numbers, the rest as words."""
    if spec.kind == DAY:
        return _day
    return (lambda value: value) if spec.kind in (TEXT, LONG_TEXT, COUNT) else lexicon.renderer(spec)


def _day(day: str) -> Cell:
    return datetime.date.fromisoformat(day) if day else None


def _width(spec: Spec) -> int:
    return {DAY: 12, COUNT: 10, FLAG: 10, LONG_TEXT: 50}.get(spec.kind, 28)


def register_columns(lexicon: Lexicon) -> Iterator[tuple[str, int, Fill]]:
    """The columns of the register: heading, width, what fills it. What the model asks, then all else on the record."""
    say, phrases = lexicon.word, Phrases(lexicon)
    states = {state: say(f"state.{state}") for state in ("draft", "submitted", "approved", "archived")}
    yield say("record.reference"), 14, lambda e: e.reference
    yield _plain("name", 34, lexicon)
    yield say("record.state"), 14, lambda e: states[e.state]
    yield say("record.edition"), 8, lambda e: e.edition or None
    yield say("record.created_on"), 12, lambda e: _day(e.created_on)
    yield say("record.updated_on"), 12, lambda e: _day(e.updated_on)
    yield say("record.approved_on"), 12, lambda e: _day(e.approved_on)
    yield say("record.approved_by"), 22, lambda e: e.approved_by
    yield _plain("role", 22, lexicon)
    yield _listed("joint_controllers", 28, lexicon, lambda row: linked(row.get("party")))
    yield _listed("systems", 28, lexicon, lambda row: linked(row.get("system")) or row.get("use") or "")
    yield from (_plain(name, 24, lexicon) for name in ("department", "owner"))
    yield _listed("purposes", 44, lexicon, lambda row: row.get("label") or "")
    bases = lexicon.codes("legal_bases")
    yield lexicon.field("purposes.legal_basis"), 28, _distinct("purposes", "legal_basis", bases)
    yield _listed("people", 30, lexicon, lambda row: phrases.kind_and_label(row, "data_subjects"))
    yield _listed("data", 60, lexicon, phrases.data_and_retention)
    yield say("sheet.sensitive"), 34, _sensitive(lexicon, phrases)
    yield say("sheet.internal"), 30, _recipients(phrases, inside=True)
    yield say("sheet.external"), 30, _recipients(phrases, inside=False)
    yield _listed("processors", 28, lexicon, lambda row: linked(row.get("party")) or row.get("service") or "")
    yield _listed("transfers", 40, lexicon, phrases.transfer)
    yield _listed("measures", 40, lexicon, phrases.measure)
    yield _listed("clients", 30, lexicon, lambda row: linked(row.get("party")))
    shown = {"name", "role", "department", "owner"}
    every = (specs_of(Activity)[name] for fields in SECTIONS.values() for name in fields)
    yield from (_plain(s.name, _width(s), lexicon) for s in every if s.kind != ROWS and s.name not in shown)


def _plain(name: str, width: int, lexicon: Lexicon) -> tuple[str, int, Fill]:
    fill = _typed(specs_of(Activity)[name], lexicon)
    return lexicon.field(name), width, lambda e: None if (value := e.stored.get(name)) in _EMPTY else fill(value)


def _listed(name: str, width: int, lexicon: Lexicon, phrase: Callable[[Json], str]) -> tuple[str, int, Fill]:
    return lexicon.field(name), width, lambda e: lines(map(phrase, e.stored.get(name) or ()))


def _distinct(name: str, field: str, labels: Mapping[str, str]) -> Fill:
    return lambda e: lines(dict.fromkeys(labels[row[field]] for row in e.stored.get(name) or () if row.get(field)))


def _sensitive(lexicon: Lexicon, phrases: Phrases) -> Fill:
    labels = lexicon.codes("data_categories")

    def fill(entry: RegisterEntry) -> str:
        rows = entry.stored.get("data") or ()
        return lines(dict.fromkeys(labels[row["category"]] for row in rows if phrases.is_sensitive(row)))

    return fill


def _recipients(phrases: Phrases, *, inside: bool) -> Fill:
    kinds = reference().vocabularies["recipient_kinds"]
    internal = {code for code, term in kinds.items() if term.extra.get("internal")}
    return lambda e: lines(
        phrases.recipient(row) for row in e.stored.get("recipients") or () if (row.get("kind") in internal) is inside
    )

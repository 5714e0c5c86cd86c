"""From what was understood to activities: grouped, built, numbered, with every cell of the file accounted for."""

from collections.abc import Callable
from dataclasses import dataclass, field

from compliance.register.documents import Activity
from compliance.register.intake.building import finish, lay
from compliance.register.intake.drafts import Answer, Draft
from compliance.register.intake.forms import FormReading, cells_of, read_form
from compliance.register.intake.layout import FORM, OTHER, TABLE, VALUES, SheetReading, Understanding
from compliance.register.intake.messages import NotUnderstood, Problem
from compliance.register.intake.rows import TableRow, last_heading, read_table
from compliance.register.intake.words import fold, one_line
from compliance.support.documents import Json, new_key, to_json
from compliance.support.tables.workbook import Position, cell_name

CREATE, UPDATE, SKIP = "create", "update", "skip"
_SHEET_REASONS = {VALUES: "list_sheet", OTHER: "other_sheet"}


@dataclass(slots=True)
class ActivityProposal:
    """One activity read from the file; rows count from one. `answered` names the fields of which the file speaks.

    `changed` names those that change in the record that the register has, once the two were compared.
    """

    sheet: str
    row: int
    rows: tuple[int, ...]
    reference: str
    name: str
    document: Activity
    problems: list[Problem]
    parties: list[str]
    answered: frozenset[str]
    action: str = CREATE
    is_example: bool = False
    changed: tuple[str, ...] | None = None

    def as_json(self, language: str) -> Json:
        """The activity as the command line prints it."""
        return {
            "source": {"sheet": self.sheet, "row": self.row},
            "reference": self.reference,
            "name": self.name,
            "action": self.action,
            "changed": None if self.changed is None else list(self.changed),
            "document": to_json(self.document),
            "problems": [
                {"field": p.field, "message": p.message(language), "cell": p.cell, "level": p.level}
                for p in self.problems
            ],
        }


@dataclass(slots=True)
class Proposal:
    """Everything an import would do, before it does it.

    `party_countries` gives the country that the file names beside a party. `placed` are the cells, as (sheet, cell),
    that became answers or were recognised as headings and labels; every other cell is in `not_understood`.
    """

    file: str
    activities: list[ActivityProposal] = field(default_factory=list)
    not_understood: list[NotUnderstood] = field(default_factory=list)
    parties_named: list[str] = field(default_factory=list)
    party_countries: dict[str, str] = field(default_factory=dict)
    placed: set[tuple[str, str]] = field(default_factory=set)

    def count(self, action: str) -> int:
        """How many activities would be created, updated or skipped."""
        return sum(activity.action == action for activity in self.activities)

    def as_json(self, language: str) -> Json:
        """The whole answer of the command line."""
        return {
            "file": self.file,
            "activities": [activity.as_json(language) for activity in self.activities],
            "not_understood": [
                {"sheet": n.sheet, "cell": n.cell, "text": n.text, "why": n.message(language)}
                for n in self.not_understood
            ],
            "created": self.count(CREATE),
            "updated": self.count(UPDATE),
            "skipped": self.count(SKIP),
        }


@dataclass(slots=True)
class _Source:
    """The cells of one activity: the answers of one or more rows, or of a form."""

    sheet: str
    row: int
    reference: str = ""
    name: str = ""
    batches: list[list[Answer]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    told: list[tuple[str, Answer | None, dict[str, str]]] = field(default_factory=list)
    is_shifted: bool = False
    is_form: bool = False
    is_example: bool = False


def _nothing_yet(_reference: str) -> bool:
    return False


def propose(
    understanding: Understanding, is_known: Callable[[str], bool] = _nothing_yet, key: Callable[[], str] = new_key
) -> Proposal:
    """Build every activity of the file. `is_known` says whether the register already has a reference."""
    return _Proposer(understanding, is_known, key).propose()


class _Proposer:
    def __init__(self, understanding: Understanding, is_known: Callable[[str], bool], key: Callable[[], str]) -> None:
        self._understanding, self._is_known, self._key = understanding, is_known, key
        self._proposal = Proposal(understanding.workbook.file)
        self._placed: set[tuple[str, Position]] = set()
        self._listed: list[tuple[str, Position, str]] = []
        self._sources: list[_Source] = []
        self._by_reference: dict[str, _Source] = {}
        self._by_name: dict[str, _Source] = {}
        self._countries: dict[str, set[str]] = {}

    def propose(self) -> Proposal:
        tables = [reading for reading in self._understanding.sheets if reading.kind == TABLE]
        forms = [reading for reading in self._understanding.sheets if reading.kind == FORM]
        for reading in forms:
            self._take_form(reading)
        for reading in tables:
            self._take_table(reading)
        for source in self._sources:
            self._build(source)
        self._list_the_rest()
        for name in self._proposal.parties_named:
            countries = self._countries.get(fold(name), set())
            if len(countries) == 1:
                self._proposal.party_countries[name] = next(iter(countries))
        return self._proposal

    # Forms

    def _take_form(self, reading: SheetReading) -> None:
        form = read_form(reading.sheet, self._understanding.headings, self._understanding.lists)
        name = reading.name
        self._placed |= {(name, place) for place in form.labels}
        self._listed += [(name, place, "prompt") for place in sorted(form.prompts)]
        if form.is_blank:
            self._listed += [(name, place, "blank_form") for place in sorted(cells_of(form))]
            self._listed += [(name, place, "form_text") for place in sorted(form.unplaced)]
            return
        self._placed |= {(name, place) for place in cells_of(form)}
        source = _Source(name, 1, batches=[form.answers], rows=[1], is_form=True, is_example=form.is_example)
        source.reference, source.name = _first(form, "reference"), _first(form, "name")
        for place in sorted(form.unplaced):
            text = fold(reading.sheet.cells[place])
            if text and text in (fold(source.reference), fold(source.name)):
                self._placed.add((name, place))
            else:
                self._listed.append((name, place, "form_text"))
        self._remember(source)

    def _remember(self, source: _Source) -> None:
        self._sources.append(source)
        if fold(source.reference):
            self._by_reference.setdefault(fold(source.reference), source)
        if fold(source.name):
            self._by_name.setdefault(fold(source.name), source)

    # Tables

    def _take_table(self, reading: SheetReading) -> None:
        self._account_for_headings(reading)
        last: _Source | None = None
        for row in read_table(reading):
            self._listed += [(reading.name, place, row.aside or "no_target") for place in row.unplaced]
            if row.aside:
                self._list_answers(reading, row.answers, row.aside)
                last = last if row.aside == "heading_again" else None
                continue
            if not row.answers:
                continue
            self._placed |= {(reading.name, place) for answer in row.answers for place in answer.places}
            last = self._take_row(reading, row, last)

    def _take_row(self, reading: SheetReading, row: TableRow, last: _Source | None) -> _Source:
        if row.goes_on and last is not None and last.sheet == reading.name:
            last.batches.append(row.answers)
            last.rows.append(row.number + 1)
            if not row.merged:
                last.told.append(("row_continued", row.answers[0], {"above": str(last.row)}))
            return last
        known = self._by_reference.get(fold(row.reference)) if fold(row.reference) else None
        form = known if known and known.is_form else self._form_named(row)
        if form is not None:
            self._join_form(form, row)
            return form
        if known is not None and (not row.name or fold(known.name) == fold(row.name)):
            known.batches.append(row.answers)
            known.rows.append(row.number + 1)
            known.told.append(("rows_joined", row.answers[0], {"reference": row.reference, "above": str(known.row)}))
            return known
        source = _Source(reading.name, row.number + 1, row.reference, row.name, [row.answers], [row.number + 1])
        if known is not None:
            source.told.append(
                ("reference_twice", row.answers[0], {"reference": row.reference, "above": str(known.row)})
            )
            source.reference = ""
        elif row.name and (twin := self._by_name.get(fold(row.name))):
            source.told.append(("name_twice", row.answers[0], {"name": one_line(row.name), "above": str(twin.row)}))
        if row.width and self._understanding.workbook.delimiter:
            source.is_shifted = True
            sizes = {"cells": str(row.width), "headings": str(last_heading(reading) + 1)}
            source.told.append(("row_shifted", row.answers[0], sizes))
        self._remember(source)
        return source

    def _form_named(self, row: TableRow) -> _Source | None:
        named = self._by_name.get(fold(row.name)) if fold(row.name) else None
        compatible = named and named.is_form and (not row.reference or not named.reference)
        return named if compatible else None

    def _join_form(self, form: _Source, row: TableRow) -> None:
        """A line of the list of activities, whose form says more: it adds only what the form leaves open."""
        said = {answer.target.partition(".")[0] for batch in form.batches for answer in batch}
        fresh = [answer for answer in row.answers if answer.target.partition(".")[0] not in said]
        repeated = [answer for answer in row.answers if answer not in fresh]
        form.batches.append(fresh)
        form.told.append(("listed_too", row.answers[0], {"sheet": row.answers[0].sheet}))
        for answer in repeated:
            if answer.target not in ("reference", "name"):
                self._listed += [(answer.sheet, place, "said_in_form") for place in answer.places]

    def _account_for_headings(self, reading: SheetReading) -> None:
        by_column = {column.number: column for column in reading.columns}
        for (row, column), text in reading.sheet.cells.items():
            if row > reading.header_row:
                continue
            place = (column, row) if reading.orientation == "columns" else (row, column)
            mapped = by_column.get(column)
            heads = row == reading.header_row and mapped is not None and mapped.target
            groups = row == reading.group_row and mapped is not None and fold(text) in fold(mapped.heading)
            if heads or groups:
                self._placed.add((reading.name, place))
            else:
                self._listed.append((reading.name, place, "no_target" if row == reading.header_row else "above_table"))

    def _list_answers(self, reading: SheetReading, answers: list[Answer], reason: str) -> None:
        self._listed += [(reading.name, place, reason) for answer in answers for place in answer.places]

    # Activities

    def _build(self, source: _Source) -> None:
        draft = Draft(self._understanding.lists, unnamed=f"{source.sheet} {source.row}")
        laid: set[tuple[str, str]] = set()
        for batch in source.batches:
            lay(draft, batch, laid)
        if source.told and any(code == "reference_twice" for code, _, _ in source.told):
            draft.reference = ""
        for code, answer, params in source.told:
            draft.check(answer, "reference" if code == "reference_twice" else "name", code, **params)
        finish(draft)
        if source.is_example:
            code = "example_form" if self._has_real_ones else "example_alone"
            draft.tell(None, "name", code, sheet=source.sheet)
        document = draft.document(self._key)
        self._proposal.activities.append(
            ActivityProposal(
                source.sheet,
                source.row,
                tuple(source.rows),
                draft.reference,
                document.name,
                document,
                draft.problems,
                draft.parties,
                frozenset({*draft.fields, *draft.rows, *(("notes",) if draft.note_lines else ())}),
                self._action(source, draft.reference),
                source.is_example,
            )
        )
        self._proposal.not_understood += draft.left
        for name, countries in draft.party_countries.items():
            self._countries.setdefault(fold(name), set()).update(countries)
        for name in draft.parties:
            if name not in self._proposal.parties_named:
                self._proposal.parties_named.append(name)

    def _action(self, source: _Source, reference: str) -> str:
        if source.is_shifted or (source.is_example and self._has_real_ones):
            return SKIP
        return UPDATE if reference and self._is_known(reference) else CREATE

    @property
    def _has_real_ones(self) -> bool:
        """Whether the file holds activities that do not call themselves examples: an example alone is worth showing."""
        return any(not source.is_example for source in self._sources)

    # Cells

    def _list_the_rest(self) -> None:
        reasons = {(sheet, place): reason for sheet, place, reason in self._listed}
        left = {(entry.sheet, entry.cell) for entry in self._proposal.not_understood}
        for reading in self._understanding.sheets:
            turned = reading.orientation == "columns"
            sheet = reading.sheet.transposed() if turned else reading.sheet
            for place, text in sorted({**sheet.cells, **sheet.formulas}.items()):
                key = (sheet.name, place)
                name = cell_name(*place)
                if place in sheet.formulas and place not in sheet.cells:
                    reason = "formula"
                elif (key in self._placed and key not in reasons) or (sheet.name, name) in left:
                    self._proposal.placed.add((sheet.name, name))
                    continue
                else:
                    reason = reasons.get(key) or _SHEET_REASONS.get(reading.kind, "no_target")
                self._proposal.not_understood.append(NotUnderstood(sheet.name, name, text, reason))


def _first(form: FormReading, target: str) -> str:
    return next((answer.text for answer in form.answers if answer.target == target), "")

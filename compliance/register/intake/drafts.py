"""An activity in the making: answers come in, one per source cell; a document, problems and what is left come out."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from compliance.register.documents import Activity
from compliance.register.intake.messages import CHECK, PROBLEM, NotUnderstood, Param, Problem
from compliance.register.intake.values import Lists
from compliance.register.intake.words import one_line
from compliance.support.documents import LINK, Link, Spec, specs_of
from compliance.support.tables.workbook import cell_name

_NAME_LENGTH = 255
#: What fits every field of words.
_SHORTEST = min(
    spec.max_length
    for kind in (Activity, *(spec.row for spec in specs_of(Activity).values() if spec.row))
    for spec in specs_of(kind).values()
    if spec.max_length
)
#: What a cell that stands alone has beside it.
NO_PARTS: Mapping[str, str] = MappingProxyType({})


class Answer(NamedTuple):
    """What one cell says about one target. `parts` holds the other cells of the same row of a form's section."""

    target: str
    text: str
    heading: str
    sheet: str
    row: int
    column: int
    parts: Mapping[str, str] = NO_PARTS
    places: tuple[tuple[int, int], ...] = ()

    @property
    def cell(self) -> str:
        """The name of the cell, as a spreadsheet shows it."""
        return cell_name(self.row, self.column)


@dataclass(slots=True)
class Draft:
    """The fields and rows gathered so far. Rows are plain mappings until `document` makes them what they are."""

    lists: Lists
    fields: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    reference: str = ""
    problems: list[Problem] = field(default_factory=list)
    left: list[NotUnderstood] = field(default_factory=list)
    parties: list[str] = field(default_factory=list)
    note_lines: list[str] = field(default_factory=list)
    abroad: list[tuple[str, str]] = field(default_factory=list)
    party_countries: dict[str, list[str]] = field(default_factory=dict)
    unnamed: str = "?"
    _earlier: dict[str, int] = field(default_factory=dict)
    _told: set[tuple[str, str, str]] = field(default_factory=set)

    def begin(self) -> None:
        """A new source row begins: what it says of rows concerns the rows it brings, if it brings any."""
        self._earlier = {name: len(rows) for name, rows in self.rows.items()}

    def recent(self, name: str) -> list[dict[str, Any]]:
        """The rows of a list that this source row brought; all of them when it brought none."""
        rows = self.rows.get(name, [])
        return rows[self._earlier.get(name, 0) :] or rows

    def add(self, rows: str, /, **values: Any) -> dict[str, Any]:
        """A new row of a list."""
        row = {key: value for key, value in values.items() if value not in ("", None)}
        self.rows.setdefault(rows, []).append(row)
        return row

    def tell(self, answer: Answer | None, path: str, code: str, level: str = PROBLEM, **params: Param) -> None:
        """A problem, or with level CHECK a reading to be looked at."""
        said = {"row": str(answer.row + 1) if answer else "", **params}
        cell = answer.cell if answer else ""
        problem, seldom = Problem(path, code, said, cell, level), (path, code, cell)
        if seldom not in self._told or problem not in self.problems:
            self.problems.append(problem)
        self._told.add(seldom)

    def check(self, answer: Answer | None, path: str, code: str, **params: Param) -> None:
        """How something was read, for a person to look at."""
        self.tell(answer, path, code, CHECK, **params)

    def leave(self, answer: Answer, reason: str, text: str = "", **params: Param) -> None:
        """List a cell, or a piece of it, as not understood."""
        self.left.append(NotUnderstood(answer.sheet, answer.cell, text or answer.text, reason, params))

    def note(self, line: str) -> None:
        """Keep words in the notes of the record, once."""
        if line not in self.note_lines:
            self.note_lines.append(line)

    def coded(self, answer: Answer, path: str, vocabulary: str, words: str) -> str:
        """The code for words, or nothing; a probable reading is said."""
        match = self.lists.match(vocabulary, words)
        if match and not match.sure:
            self.check(answer, path, "read_as", text=words, value=self.lists.both(vocabulary, match.code))
        return match.code if match else ""

    def own_words(self, vocabulary: str, code: str, words: str) -> str:
        """The words as typed, unless they are just the name of the entry."""
        return "" if code and self.lists.label_is(vocabulary, code, words) else words

    def party(self, name: str) -> Link:
        """A link to a party that the service will find or create by its name."""
        name = one_line(name)[:_NAME_LENGTH]
        if name not in self.parties:
            self.parties.append(name)
        return Link("party", "", name)

    def document(self, new_key: Callable[[], str]) -> Activity:
        """The document; texts longer than their field are cut, said, and kept whole in the notes."""
        values: dict[str, Any] = {}
        for name, spec in specs_of(Activity).items():
            if spec.row is not None:
                row_class = spec.row
                values[name] = tuple(
                    row_class(key=new_key(), **self._fitted(row, row_class, name)) for row in self.rows.get(name, ())
                )
        values.update(self._fitted(self.fields, Activity, ""))
        notes = "\n".join(self.note_lines)
        if notes:
            values["notes"] = notes[: specs_of(Activity)["notes"].max_length]
        return Activity(**values)

    def _fitted(self, row: Mapping[str, Any], kind: type, above: str) -> dict[str, Any]:
        specs = specs_of(kind)
        return {
            name: value if type(value) is str and len(value) <= _SHORTEST else self._fit(value, specs[name], above)
            for name, value in row.items()
        }

    def _fit(self, value: Any, spec: Spec, above: str) -> Any:
        if spec.kind == LINK and isinstance(value, Link) and len(value.name) > _NAME_LENGTH:
            return dataclasses.replace(value, name=value.name[:_NAME_LENGTH])
        if not isinstance(value, str) or not spec.max_length or len(value) <= spec.max_length:
            return value
        path = f"{above}.{spec.name}" if above else spec.name
        self.note(value)
        self.tell(None, path, "too_long", limit=str(spec.max_length))
        return value[: spec.max_length - 1] + "…"

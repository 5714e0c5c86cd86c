"""A document as people read it: names of fields, answers in words, lists as tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from compliance.records.differences import Change, row_name, word_difference
from compliance.regulation.reference import FieldText, reference
from compliance.support import documents as d
from compliance.support.dates import as_day, as_number
from compliance.support.i18n import _

Labels = Callable[[str, str], str]
Names = Mapping[tuple[str, str], str]


def words_of(spec: d.Spec, value: Any, labels: Labels, names: Names = MappingProxyType({})) -> str:
    """An answer in words; nothing answered is no words, a plain no is a word.

    `names` are those that linked records bear now; without one, the name kept in the document stands.
    """
    if value is None or value in ("", [], ()):
        return ""
    match spec.kind:
        case d.CODE:
            return labels(spec.vocabulary, value)
        case d.CODES:
            return ", ".join(labels(spec.vocabulary, code) for code in value)
        case d.DAY:
            return as_day(value)
        case d.FLAG:
            return _("Yes") if value else _("No")
        case d.COUNT:
            return as_number(value)
        case d.LINK:
            return names.get((value["kind"], value["reference"])) or str(value["name"] or value["reference"])
    return str(value)


@dataclass(frozen=True, slots=True)
class Answer:
    """One field as it is read."""

    name: str
    path: str
    label: str
    words: str
    article: str
    is_long: bool
    link: d.Json | None = None


@dataclass(frozen=True, slots=True)
class RowRead:
    """One row as it is read: its name, and the answers it gives."""

    key: str
    title: str
    answers: Sequence[Answer]
    link: d.Json | None = None


@dataclass(frozen=True, slots=True)
class ListRead:
    """A list of rows as it is read."""

    name: str
    label: str
    rows: Sequence[RowRead]
    article: str = ""


@dataclass(frozen=True)
class Reader:
    """Reads documents of one class in one language."""

    catalogue: Mapping[str, FieldText]
    language: str
    labels: Labels
    names: Names = field(default_factory=dict)

    def name_of(self, path: str) -> str:
        """The name of a field, such as `purposes.label`."""
        text = self.catalogue.get(path)
        return text.label[self.language] if text else path

    def value(self, spec: d.Spec | None, value: Any) -> str:
        """One value in words; of a whole row (no spec), the name by which a person knows it."""
        if spec is None:
            return row_name(value) if value else ""
        return words_of(spec, value, self.labels, self.names)

    def change(self, change: Change) -> d.Json:
        """A difference as pages show it: the field (of which row), and its words with what was removed and added."""
        label = self.name_of(change.field)
        if change.row:
            one = self.name_of(change.field.split(".")[0] + ".row")
            label = _("%(one)s “%(row)s”: %(label)s", one=one, row=change.row, label=label)
        before, after = self.value(change.spec, change.before), self.value(change.spec, change.after)
        return {"label": label, "act": change.act, "parts": word_difference(before, after)}

    def answers(self, document: type, stored: Mapping[str, Any], names: Sequence[str], above: str = "") -> list[Answer]:
        """The fields of these names, answered or not; lists are left to `lists`."""
        specs = d.specs_of(document)
        return [self._answer(specs[name], stored.get(name), above) for name in names if specs[name].kind != d.ROWS]

    def _answer(self, spec: d.Spec, value: Any, above: str) -> Answer:
        text = self.catalogue.get(above + spec.name)
        return Answer(
            spec.name,
            above.replace(".", "/") + spec.name,
            text.label[self.language] if text else spec.name,
            words_of(spec, value, self.labels, self.names),
            text.article if text else "",
            spec.kind == d.LONG_TEXT,
            value if spec.kind == d.LINK else None,
        )

    def lists(self, document: type, stored: Mapping[str, Any], names: Sequence[str]) -> list[ListRead]:
        """The lists of these names, each row with only the answers it gives."""
        specs = d.specs_of(document)
        return [self._list(specs[name], stored.get(name) or ()) for name in names if specs[name].kind == d.ROWS]

    def _list(self, spec: d.Spec, rows: Sequence[d.Json]) -> ListRead:
        assert spec.row is not None
        text = self.catalogue.get(spec.name)
        read = [self._row(spec.name, spec.row, row) for row in rows]
        return ListRead(spec.name, self.name_of(spec.name), read, text.article if text else "")

    def _row(self, name: str, document: type, row: d.Json) -> RowRead:
        specs = d.specs_of(document)
        title, used, link = "", "", None
        for candidate in ("label", "name", "recipient", "party", "system", "category", "kind", "country"):
            if candidate in specs and row.get(candidate):
                title, used = words_of(specs[candidate], row[candidate], self.labels, self.names), candidate
                link = row[candidate] if specs[candidate].kind == d.LINK else None
                break
        names = [n for n in specs if n not in ("key", used)]
        answers = [a for a in self.answers(document, row, names, f"{name}.") if a.words]
        return RowRead(row["key"], title, self._with_units(answers, row), link)

    def _with_units(self, answers: list[Answer], row: d.Json) -> list[Answer]:
        """A number and its unit as one answer: 5 years, not 5 and then years."""
        joined = []
        for answer in answers:
            code = row.get(answer.name.removesuffix("_value") + "_unit") if answer.name.endswith("_value") else None
            if code:
                unit = self._unit(code, is_one=row[answer.name] == 1)
                joined.append(replace(answer, words=f"{answer.words}\N{NO-BREAK SPACE}{unit}"))
            elif not answer.name.endswith("_unit"):
                joined.append(answer)
        return joined

    def _unit(self, code: str, *, is_one: bool) -> str:
        term = reference().term("time_units", code)
        return str(term.extra[f"one_{self.language}"]) if term and is_one else self.labels("time_units", code)

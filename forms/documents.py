"""A form made from the description of a document, so that nothing is written twice.

    form = section_form(Activity, SECTIONS["purposes"], catalogue, "fr").from_request(choices, stored, draft)

`catalogue` holds the words of the fields by path of names: `name`, `purposes.label`.
"""

from collections.abc import Mapping
from dataclasses import MISSING
from dataclasses import fields as fields_of
from typing import Any

from wtforms.form import BaseForm

from compliance.regulation.reference import FieldText
from compliance.support import documents as d
from forms.base import Answers, Typed, as_typed
from forms.choices import Choices
from forms.chosen import CodeField, CodesField, LinkField
from forms.faces import Face
from forms.fields import CountField, DayField, FlagField, TextField, Words
from forms.rows import RowListField

Catalogue = Mapping[str, FieldText]
Faces = Mapping[type, Face]
NO_FACES: Faces = {}


class DocumentForm(Answers, BaseForm):
    """A form whose fields are those of a section of a document. They are read by name, `form["data"]`."""

    fields_by_name: Mapping[str, Any] = {}

    def __init__(self, choices: Choices | None = None, stored: d.Json | None = None, typed: Typed = None) -> None:
        self._start(choices, stored)
        super().__init__(self.fields_by_name)
        self.process(as_typed(typed), data=stored)


_made: dict[tuple[Any, ...], type[DocumentForm]] = {}


def section_form(
    document: type, names: tuple[str, ...], catalogue: Catalogue, language: str, faces: Faces = NO_FACES
) -> type[DocumentForm]:
    """The form class of these fields of a document, in a language; made once, since reference data do not change."""
    key = (document, names, id(catalogue), language, id(faces))
    if key not in _made:
        face = faces.get(document, Face())
        words = _Words(catalogue, language)
        specs = d.specs_of(document)
        made = {name: _field(document, specs[name], words, faces, "") for name in names}
        # The class holds the catalogue and the faces: their identities, which are the key, are not given to others.
        body = {"fields_by_name": made, "face": face, "_catalogue": catalogue, "_faces": faces}
        _made[key] = type(f"{document.__name__}Form", (DocumentForm,), body)
    return _made[key]


class _Words:
    """The words of the fields in one language."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self.catalogue = catalogue
        self.language = language

    def of(self, path: str) -> Words:
        """The words of a field; its bare name, spaced, where the catalogue has none."""
        text = self.catalogue.get(path)
        if text is None:
            return Words(path.rpartition(".")[2].replace("_", " ").capitalize())
        language = self.language
        return Words(text.label[language], text.help.get(language, ""), text.example.get(language, ""), text.article)


def _default(document: type, name: str) -> Any:
    default = next(f.default for f in fields_of(document) if f.name == name)
    return None if default in (MISSING, ()) else default


def _field(document: type, spec: d.Spec, words: _Words, faces: Faces, above: str) -> Any:
    """The field for one description."""
    shared: dict[str, Any] = {
        "words": words.of(above + spec.name),
        "required": spec.required,
        "autocomplete": faces.get(document, Face()).autocomplete.get(spec.name, ""),
        "default": _default(document, spec.name),
    }
    match spec.kind:
        case d.TEXT | d.LONG_TEXT:
            return TextField(max_length=spec.max_length, several_lines=spec.kind == d.LONG_TEXT, **shared)
        case d.CODE:
            return CodeField(vocabulary=spec.vocabulary, **shared)
        case d.CODES:
            return CodesField(vocabulary=spec.vocabulary, **shared)
        case d.DAY:
            return DayField(**shared)
        case d.COUNT:
            return CountField(**shared)
        case d.FLAG:
            return FlagField(**shared)
        case d.LINK:
            return LinkField(target=spec.target, **shared)
    assert spec.row is not None
    row = spec.row
    made = {s.name: _field(row, s, words, faces, f"{spec.name}.") for s in d.specs_of(row).values() if s.kind != d.KEY}
    return RowListField(one=words.of(f"{spec.name}.row").label, row_fields=made, face=faces.get(row, Face()), **shared)

"""What every form does: takes what was typed, says what is wrong beside the answer that caused it, is never half kept.

The token against forged requests is checked for the whole application before a view runs; the macro
`form_open` writes it into the page, so that no form declares it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import wtforms
from flask import request
from werkzeug.datastructures import MultiDict

from compliance.support.documents import Json
from compliance.support.errors import RuleBroken
from forms.choices import Choices
from forms.faces import Face, Part, parts_of_form
from forms.fields import Answer, Phrase

#: More suggestions than this are fetched as one types.
LONGEST_DATALIST = 1000

Typed = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Blame:
    """One line of the summary of errors: where, which question, what is wrong."""

    id: str
    label: Phrase
    message: Phrase


class Answers:
    """What class-written forms and forms made from a document share."""

    choices: Choices
    face = Face()
    stored: Json | None

    @classmethod
    def from_request(
        cls, choices: Choices | None = None, stored: Json | None = None, draft: Mapping[str, list[str]] | None = None
    ) -> Self:
        """The form as this request wants it: over what is stored, what was just sent, or else what a draft had."""
        typed = request.form if request.method == "POST" else draft
        return cls(choices, stored, typed)  # type: ignore[call-arg]

    def _start(self, choices: Choices | None, stored: Json | None) -> None:
        self.choices = choices or Choices()
        self.stored = stored

    def fill(self, stored: Json) -> None:
        """Show what is stored."""
        self.stored = stored
        self.process(None, data=stored)  # type: ignore[attr-defined]

    def fill_raw(self, raw: Mapping[str, list[str]]) -> None:
        """Show exactly what was typed, valid or not, over what is stored."""
        self.process(as_typed(raw), data=self.stored)  # type: ignore[attr-defined]

    def is_accepted(self) -> bool:
        """Whether the form was sent and every answer can be taken."""
        accepted: bool = request.method == "POST" and self.validate()  # type: ignore[attr-defined]
        return accepted

    def leaves(self) -> Iterator[Answer]:
        """Every field that can carry an error, in the order of the page."""
        for field in self:  # type: ignore[attr-defined]
            yield from field.leaves()

    @property
    def errors(self) -> dict[str, list[Phrase]]:
        """What is wrong, by path."""
        return {leaf.path: list(leaf.errors) for leaf in self.leaves() if leaf.errors}

    @property
    def http_status(self) -> int:
        """422 when an answer was refused, else 200."""
        return 422 if self.errors else 200

    @property
    def error_summary(self) -> list[Blame]:
        """What is wrong, as the top of the page says it."""
        return [
            Blame(leaf.id, f"{leaf.row.title}: {leaf.words.label}" if leaf.row else leaf.words.label, message)
            for leaf in self.leaves()
            for message in leaf.errors
        ]

    def parts(self) -> list[Part]:
        """The fields as the page shows them: some always, some in groups."""
        return parts_of_form(self, self.face)

    def long_lists(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """For each kind of record that is typed rather than picked: its first names, to suggest without a script."""
        fields = [field for owner in self for field in owner.shapes()]  # type: ignore[attr-defined]
        kinds = dict.fromkeys(field.target for field in fields if field.kind == "link" and not field.as_list)
        return [(kind, list(self.choices.records(kind).items())[:LONGEST_DATALIST]) for kind in kinds]

    def field_at(self, path: str) -> Answer | None:
        """The field at a path such as `name` or `purposes/<key>/label`."""
        pieces = path.replace(":", "/")
        return next((leaf for leaf in self.leaves() if leaf.path == pieces), None)

    @contextmanager
    def taking_blame(self) -> Iterator[None]:
        """Put a broken rule beside the answer that caused it; one that names no answer of this form goes on its way."""
        try:
            yield
        except RuleBroken as broken:
            field = self.field_at(broken.field) if broken.field else None
            if field is None:
                raise
            field.errors = [*field.errors, broken.message]

    def answers(self) -> Json:
        """The answers as the document's JSON has them."""
        return {field.short_name: field.answer() for field in self}  # type: ignore[attr-defined]

    def raw(self) -> dict[str, list[str]]:
        """What a browser would send for this form as it is shown."""
        sent: dict[str, list[str]] = {}
        for field in self:  # type: ignore[attr-defined]
            sent.update(field.raw())
        return sent


def as_typed(typed: Typed) -> MultiDict[str, str] | None:
    """What was typed in the shape that fields read."""
    if typed is None or isinstance(typed, MultiDict):
        return typed
    return MultiDict(dict(typed))


class Form(Answers, wtforms.Form):
    """A form written as a class, its fields as attributes."""

    def __init__(self, choices: Choices | None = None, stored: Json | None = None, typed: Typed = None) -> None:
        self._start(choices, stored)
        super().__init__(as_typed(typed), data=stored)

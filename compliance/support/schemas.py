"""From the grammar of documents to marshmallow: one schema a document class, derived, never written twice."""

import contextlib
import datetime
import functools
from collections.abc import Iterable
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from compliance.support import documents as d
from compliance.support import plain
from compliance.support.i18n import _l

_MOST_ROWS = validate.Length(max=plain.MOST_ROWS, error=_l("At most {max} rows: make two records of it."))


class Words(fields.String):
    """Text without control characters, trimmed; None is read as nothing typed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs) or ""
        return plain.clean_words(text)


class Day(fields.String):
    """An ISO date kept as a string, or nothing."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs) or ""
        try:
            return datetime.date.fromisoformat(text).isoformat() if text else ""
        except ValueError as error:
            raise ValidationError("This is not a date.") from error


class LinkSchema(Schema):
    """A link as it is written in a document."""

    kind = fields.String(required=True, validate=validate.Length(1, plain.LONGEST_KIND))
    reference = fields.String(required=True, validate=validate.Length(0, plain.LONGEST_REFERENCE))
    name = Words(load_default="", validate=validate.Length(max=plain.LONGEST_LINK))


def _field(spec: d.Spec) -> fields.Field[Any]:
    code = fields.String(validate=validate.Regexp(plain.CODE))
    match spec.kind:
        case d.TEXT | d.LONG_TEXT:
            return Words(load_default="", allow_none=True, validate=validate.Length(max=spec.max_length))
        case d.CODE:
            code.load_default = ""
            return code
        case d.CODES:
            return fields.List(code, load_default=list)
        case d.DAY:
            return Day(load_default="", allow_none=True)
        case d.COUNT:
            return fields.Integer(
                load_default=None, allow_none=True, strict=True, validate=validate.Range(0, plain.MOST_COUNTED)
            )
        case d.FLAG:
            return fields.Boolean(load_default=None, allow_none=True, truthy={True}, falsy={False})
        case d.LINK:
            return fields.Nested(LinkSchema, load_default=None, allow_none=True)
        case d.KEY:
            return fields.String(load_default=d.new_key, validate=validate.Length(1, plain.LONGEST_KEY))
    assert spec.row is not None
    return fields.Nested(schema_of(spec.row), many=True, load_default=list, validate=_MOST_ROWS)


class DocumentSchema(Schema):
    """What every document refuses: a field it does not know."""

    class Meta:
        """Unknown fields are a mistake of the sender, and are named."""

        unknown = RAISE


@functools.cache
def schema_of(document: type) -> type[DocumentSchema]:
    """The schema of a document class: makes clean JSON of what comes from outside, or names each fault by its path."""
    made = {name: _field(spec) for name, spec in d.specs_of(document).items()}
    return type(f"{document.__name__}Schema", (DocumentSchema,), made)


@functools.cache
def _loader(document: type, only: frozenset[str] | None) -> DocumentSchema:
    return schema_of(document)(only=only)


def load(document: type, data: Any, only: Iterable[str] | None = None) -> d.Json:
    """Clean, complete JSON of a document (or of the named fields), or ValidationError with messages by path."""
    wanted = None if only is None else frozenset(only)
    with contextlib.suppress(plain.Doubtful):
        return plain.cleaned(document, data, wanted)
    loaded: d.Json = _loader(document, wanted).load(data)
    return loaded

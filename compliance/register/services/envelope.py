"""What stands around the documents in a whole register that we exported: checked before anything of it is believed."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, pre_load, validate

from compliance.accounts.vocabulary import lists_by_name
from compliance.records.models import APPROVED, ARCHIVED, DRAFT, SUBMITTED
from compliance.support.documents import Json

#: What can stand in an address and in the column of references.
_REFERENCE = validate.Regexp(r"\w[\w.\-]{0,63}\Z")
_NAME = validate.Length(1, 255)
_OPEN_LIST = validate.OneOf([each.name for each in lists_by_name().values() if each.open])


class _Item(Schema):
    """An entry of a list of the file; what is empty is as if it were not there."""

    class Meta:
        """A later version may say more than this one reads."""

        unknown = EXCLUDE

    @pre_load
    def _without_nothing(self, item: Any, **_rest: Any) -> Any:
        return {name: value for name, value in item.items() if value != ""} if isinstance(item, Mapping) else item


class _Department(_Item):
    reference = fields.String(required=True, validate=_REFERENCE)
    name = fields.String(required=True, validate=_NAME)
    parent = fields.String(load_default="")


class _Person(_Item):
    email = fields.String(required=True, validate=_NAME)
    name = fields.String(required=True, validate=_NAME)


class _Term(_Item):
    vocabulary = fields.String(required=True, validate=_OPEN_LIST)
    code = fields.String(required=True, validate=_REFERENCE)
    en = fields.String(load_default="", validate=validate.Length(max=255))
    fr = fields.String(load_default="", validate=validate.Length(max=255))
    hidden = fields.Boolean(load_default=False)
    extra = fields.Dict(keys=fields.String(), load_default=dict)


class _Kept(_Item):
    reference = fields.String(required=True, validate=_REFERENCE)
    document = fields.Dict(required=True)


class _Activity(_Kept):
    status = fields.String(required=True, validate=validate.OneOf((DRAFT, SUBMITTED, APPROVED, ARCHIVED)))
    approved_document = fields.Dict(load_default=None, allow_none=True)
    edition = fields.Integer(load_default=1, strict=True, validate=validate.Range(0, 100_000))
    approved_by = fields.String(load_default="", validate=validate.Length(max=255))
    approved_at = fields.AwareDateTime(load_default=None, allow_none=True)
    review_due_on = fields.Date(load_default=None, allow_none=True)


_ITEMS: Mapping[str, type[_Item]] = {
    "departments": _Department,
    "people": _Person,
    "vocabularies": _Term,
    "parties": _Kept,
    "systems": _Kept,
    "activities": _Activity,
}


def checked(content: Json) -> Json:
    """The content with every entry of its lists as it should be, or ValidationError; documents are checked later."""
    return {**content, **{name: item().load(content.get(name, []), many=True) for name, item in _ITEMS.items()}}

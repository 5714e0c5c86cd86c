"""How a finding names the row it is about: in the words that were typed, else by a code which the page translates."""

from typing import Any

from compliance.register.documents import (
    Client,
    DataCategory,
    DataSubjects,
    JointController,
    Measure,
    ProcessorUse,
    Purpose,
    Recipient,
    SystemUse,
    Transfer,
)
from compliance.register.rules.context import Context
from compliance.support.documents import Link, specs_of

#: Where each kind of row keeps its name, the best first.
NAMES: dict[type, tuple[str, ...]] = {
    Purpose: ("label", "kind"),
    DataSubjects: ("label", "category"),
    DataCategory: ("label", "category"),
    Recipient: ("name", "party", "kind"),
    ProcessorUse: ("party", "service"),
    JointController: ("party",),
    Transfer: ("recipient", "party", "country"),
    Measure: ("label", "category"),
    SystemUse: ("system",),
    Client: ("party", "contact"),
}


def label_of(row: Any, context: Context) -> dict[str, str]:
    """The words for a row: {"label"}, and "label_vocabulary" where the label is a code of that list."""
    for name in NAMES.get(type(row), ()):
        value = getattr(row, name)
        if isinstance(value, Link):
            value = context.name_of(value)
        if value:
            vocabulary = specs_of(type(row))[name].vocabulary
            return {"label": value, "label_vocabulary": vocabulary} if vocabulary else {"label": value}
    return {"label": ""}

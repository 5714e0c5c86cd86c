"""How a document's fields are laid out: which are always seen, which stand together and when they matter.

A group whose condition does not hold is folded on the page (without JavaScript) or hidden (with it); its
answers are kept either way, so that a change of mind loses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.support.i18n import _l
from forms.fields import Answer, Phrase

ADD_ROW = _l("Add a row")


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together; `when` is (field beside them, answers for which they matter), or nothing."""

    words: Phrase
    fields: tuple[str, ...]
    when: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """How one document or row class is shown: how a row is added, groups, autocomplete tokens."""

    add: Phrase = ADD_ROW
    groups: tuple[Group, ...] = ()
    autocomplete: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A run of fields as the page shows it: in the open (no words), or in a group."""

    words: Phrase
    fields: list[Answer]
    when: str = ""
    values: tuple[str, ...] = ()
    holds: bool = True

    @property
    def is_faulty(self) -> bool:
        """Whether an answer within was refused: then the group is shown whatever its condition says."""
        return any(leaf.errors for answer in self.fields for leaf in answer.leaves())

    @property
    def is_open(self) -> bool:
        """Whether the group starts unfolded."""
        if self.is_faulty:
            return True
        return self.holds if self.when else any(answer.is_answered for answer in self.fields)


def parts_of_form(form: Any, face: Face) -> list[Part]:
    """The fields of a form in their order; a group stands where its first field would, one without condition last."""
    group_of = {name: group for group in face.groups for name in group.fields}
    parts: list[Part] = []
    placed: list[Group] = []
    for answer in form:
        group = group_of.get(answer.short_name)
        if group is None:
            if not parts or parts[-1].words:
                parts.append(Part("", []))
            parts[-1].fields.append(answer)
        elif group not in placed:
            placed.append(group)
            if group.when:
                parts.append(_group(form, group))
    return parts + [_group(form, group) for group in placed if not group.when]


def _group(form: Any, group: Group) -> Part:
    fields = [form[name] for name in group.fields if name in form]
    if not group.when or group.when[0] not in form:
        return Part(group.words, fields)
    deciding = form[group.when[0]]
    values = group.when[1]
    return Part(group.words, fields, deciding.name, values, deciding.typed in values)

"""Fields whose answer is chosen: from a reference list, or among the records that exist."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from compliance.support.i18n import _
from compliance.support.text import printable
from forms.choices import Option
from forms.fields import Answer, Phrase, Words

FEW_ENOUGH_FOR_RADIOS = 5


class Chosen(Answer):
    """What the two fields that choose from a reference list share."""

    def __init__(self, words: Words | Phrase, *, vocabulary: str, **kwargs: Any) -> None:
        super().__init__(words, **kwargs)
        self.vocabulary = vocabulary

    def offered(self, held: Sequence[str]) -> list[Option]:
        """The entries to show: those of the list that are not hidden, and whatever is held already, shown as it is."""
        known = self.choices.options(self.vocabulary)
        strangers = [Option(code, code) for code in dict.fromkeys(held) if code and code not in known]
        return [option for option in known.values() if not option.hidden or option.code in held] + strangers

    def check(self, codes: Sequence[str], stored: Sequence[str]) -> None:
        """Refuse a code that neither the list nor the stored answer knows."""
        known = self.choices.options(self.vocabulary)
        if any(code not in known and code not in stored for code in codes):
            raise ValueError(_("Choose an entry of the list."))


def in_groups(options: list[tuple[Option, bool]]) -> list[tuple[str, list[tuple[Option, bool]]]]:
    """Options by group, in the order in which the list has them."""
    return [(group, list(members)) for group, members in groupby(options, key=lambda pair: pair[0].group)]


class CodeField(Chosen):
    """One entry of a reference list."""

    kind = "code"

    def understand(self, typed: str) -> str:
        """The code, if the list knows it or the document already held it."""
        if typed:
            self.check([typed], [self.object_data])
        return typed

    def options(self) -> list[tuple[Option, bool]]:
        """The entries, each with whether it is chosen; an empty one first unless there is always an answer."""
        shown = self.typed
        held = [shown, self.object_data or ""]
        entries = self.offered(held)
        if not (self.default and shown) and not (self.required and self.as_radios):
            entries.insert(0, Option("", _("Not said")))
        return [(option, option.code == shown) for option in entries]

    def groups(self) -> list[tuple[str, list[tuple[Option, bool]]]]:
        """The entries by group."""
        return in_groups(self.options())

    def in_words(self) -> str:
        """The label of the entry."""
        option = self.choices.options(self.vocabulary).get(self.data)
        return str(option.label) if option else str(self.data)

    @property
    def as_radios(self) -> bool:
        """Whether the list is short enough to be seen whole."""
        return 0 < len(self.choices.options(self.vocabulary)) <= FEW_ENOUGH_FOR_RADIOS


class CodesField(Chosen):
    """Several entries of a reference list, as checkboxes."""

    kind = "codes"
    empty: Any = []

    def written(self, value: Any) -> list[str]:
        """The codes after an empty one, which says that the list was on the page even when nothing is ticked."""
        return ["", *value]

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """The codes: those that were stored keep their order, new ones follow, so that order is never a change."""
        if not valuelist:
            return
        ticked = dict.fromkeys(code for typed in valuelist if (code := printable(typed).strip()))
        stored = list(self.object_data or ())
        self.data = [code for code in stored if code in ticked] + [code for code in ticked if code not in stored]
        self.check(self.data, stored)

    def answer(self) -> list[str]:
        """The codes, in a list of their own."""
        return list(self.data)

    def options(self) -> list[tuple[Option, bool]]:
        """The entries, each with whether it is ticked."""
        return [(option, option.code in self.data) for option in self.offered([*self.data, *(self.object_data or ())])]

    def groups(self) -> list[tuple[str, list[tuple[Option, bool]]]]:
        """The entries by group."""
        return in_groups(self.options())


class LinkField(Answer):
    """A reference to another record; what is kept is {kind, reference, name as it was when chosen}."""

    kind = "link"
    empty = None

    def __init__(self, words: Words | Phrase, *, target: str, **kwargs: Any) -> None:
        super().__init__(words, **kwargs)
        self.target = target

    def written(self, value: Any) -> list[str]:
        """The reference, or the name and reference where one types."""
        if not value:
            return [""]
        return [value["reference"] if self.as_list else f"{value['name']} ({value['reference']})"]

    def in_words(self) -> str:
        """The name of the record."""
        return self.data["name"] or self.data["reference"] if self.data else ""

    @property
    def as_list(self) -> bool:
        """Whether the records are few enough for a plain list."""
        return self.choices.are_few(self.target)

    def understand(self, typed: str) -> dict[str, str] | None:
        """The link meant; a name kept earlier stays as it was, since renaming a party changes no other record."""
        if not typed:
            return None
        stored: dict[str, str] | None = self.object_data
        if stored and typed in (stored["reference"], f"{stored['name']} ({stored['reference']})"):
            return dict(stored)
        if reference := self.choices.find(self.target, typed):
            return {"kind": self.target, "reference": reference, "name": self.choices.records(self.target)[reference]}
        if near := self.choices.near(self.target, typed):
            raise ValueError(_("Not found in the list. Near to it: %(names)s.", names=", ".join(near)))
        raise ValueError(_("Not found in the list. Choose an entry of the list, or add it there first."))

    def options(self) -> list[tuple[Option, bool]]:
        """The records, each with whether it is chosen; one that is no longer in the list is shown by its kept name."""
        names = dict(self.choices.records(self.target))
        stored = self.object_data
        if stored and stored["reference"] not in names:
            names[stored["reference"]] = stored["name"] or stored["reference"]
        shown = self.data["reference"] if self.data else self.typed
        if shown:
            names.setdefault(shown, shown)
        entries = [Option("", _("Not said")), *(Option(reference, name) for reference, name in names.items())]
        return [(option, option.code == shown) for option in entries]

    def groups(self) -> list[tuple[str, list[tuple[Option, bool]]]]:
        """The records, in one group without a name."""
        return in_groups(self.options())

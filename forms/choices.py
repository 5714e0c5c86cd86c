"""What may be chosen: the entries of reference lists and the records one may refer to, brought by the view."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Option(NamedTuple):
    """One entry that may be chosen; a hidden one is offered only where it already stands."""

    code: str
    label: str
    group: str = ""
    hidden: bool = False


class Choices:
    """The lists a form chooses from, in the language of the reader and in the order in which they are shown.

    `vocabularies` holds (code, label, group, hidden) by name of list, `links` (reference, name) by kind of record,
    `suggest` the address that proposes records of a kind as one types (used above `Choices.FEW`).
    """

    #: Up to this many records, a plain list; above, a field that suggests.
    FEW = 200

    def __init__(
        self,
        vocabularies: Mapping[str, Sequence[tuple[str, str, str, bool]]] | None = None,
        links: Mapping[str, Sequence[tuple[str, str]]] | None = None,
        suggest: Mapping[str, str] | None = None,
    ) -> None:
        self._vocabularies = vocabularies or {}
        self._links = links or {}
        self.suggest = suggest or {}
        self._options: dict[str, dict[str, Option]] = {}
        self._names: dict[str, dict[str, str]] = {}

    def options(self, vocabulary: str) -> dict[str, Option]:
        """The entries of a list by code."""
        if vocabulary not in self._options:
            entries = (Option(*entry) for entry in self._vocabularies.get(vocabulary, ()))
            self._options[vocabulary] = {option.code: option for option in entries}
        return self._options[vocabulary]

    def records(self, kind: str) -> dict[str, str]:
        """The names of the records of a kind, by reference."""
        if kind not in self._names:
            self._names[kind] = dict(self._links.get(kind, ()))
        return self._names[kind]

    def are_few(self, kind: str) -> bool:
        """Whether the records of a kind fit in a plain list."""
        return len(self.records(kind)) <= self.FEW

    def find(self, kind: str, words: str) -> str | None:
        """The reference meant by what was typed: the reference, "name (reference)", or a name that only one bears."""
        names = self.records(kind)
        if words in names:
            return words
        reference = words.rpartition("(")[2].removesuffix(")")
        if reference in names:
            return reference
        bearers = [ref for ref, name in names.items() if name.casefold() == words.casefold()]
        return bearers[0] if len(bearers) == 1 else None

    def near(self, kind: str, words: str, limit: int = 5) -> list[str]:
        """Names that contain what was typed, for the sentence that says it was not found."""
        folded = words.casefold()
        return [name for name in self.records(kind).values() if folded in name.casefold()][:limit]

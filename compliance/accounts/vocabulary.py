"""Reference lists as an organisation sees them: what ships with the product, its own entries, without what it hides."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from compliance.accounts import services
from compliance.accounts.models import VocabularyEntry
from compliance.regulation.reference import Reference, Term, reference
from compliance.support.i18n import _
from compliance.support.text import fold

#: Entries of a list are shown in groups where the data give each a kind; here are the kinds in words.
Entry = tuple[str, str, str, bool]


class Vocabulary:
    """The lists of one organisation in one language; own entries are read once, when they are first needed."""

    def __init__(self, language: str, law: Reference | None = None) -> None:
        self.language = language
        self.law = law or reference()
        self._own: dict[tuple[str, str], VocabularyEntry] | None = None

    @property
    def own(self) -> Mapping[tuple[str, str], VocabularyEntry]:
        """The organisation's own entries and hidden ones, by (list, code)."""
        if self._own is None:
            self._own = {(entry.vocabulary, entry.code): entry for entry in services.own_terms()}
        return self._own

    def label(self, vocabulary: str, code: str) -> str:
        """The words for a code; the code itself when nobody knows it."""
        term = self.law.term(vocabulary, code)
        if term is not None:
            return term.label(self.language)
        entry = self.own.get((vocabulary, code))
        return (entry.fr if self.language == "fr" else entry.en) if entry else code

    def short(self, vocabulary: str, code: str) -> str:
        """The words for a code in a narrow place; those of `label` where the list has no shorter ones."""
        term = self.law.term(vocabulary, code)
        brief = term.extra.get(f"short_{self.language}") if term else None
        return str(brief) if brief else self.label(vocabulary, code)

    def entries(self, vocabulary: str) -> list[Entry]:
        """(code, words, group, hidden) of a list, in its order, the organisation's own at the end."""
        shipped = [
            (code, term.label(self.language), self._group(term), self._is_hidden(vocabulary, code))
            for code, term in self.law.vocabularies.get(vocabulary, {}).items()
        ]
        own = [
            (code, entry.fr if self.language == "fr" else entry.en, "", entry.hidden)
            for (name, code), entry in self.own.items()
            if name == vocabulary and self.law.term(vocabulary, code) is None
        ]
        ordered = sorted(shipped, key=lambda entry: fold(entry[1])) if vocabulary == "countries" else shipped
        return ordered + own

    def _group(self, term: Term) -> str:
        words = {
            "data": _("On the data themselves"),
            "general": _("On systems and premises"),
            "governance": _("On the organisation"),
        }
        return words.get(str(term.extra.get("group", "")), "")

    def _is_hidden(self, vocabulary: str, code: str) -> bool:
        entry = self.own.get((vocabulary, code))
        return entry is not None and entry.hidden

    def knows(self, vocabulary: str, code: str) -> bool:
        """Whether a code stands in the list, shipped or own."""
        return self.law.term(vocabulary, code) is not None or (vocabulary, code) in self.own


@dataclass(frozen=True, slots=True)
class List:
    """A reference list: its name in both languages, and whether an organisation may adapt it."""

    name: str
    label: Mapping[str, str]
    open: bool


@functools.cache
def lists_by_name() -> Mapping[str, List]:
    """All reference lists, from `lists.toml`."""
    raw = tomllib.loads(Path(__file__).with_name("lists.toml").read_text("utf-8"))
    return {
        name: List(name, {"en": entry["en"], "fr": entry["fr"]}, entry.get("open", False))
        for name, entry in raw.items()
    }

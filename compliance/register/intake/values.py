"""Matching what people wrote with the reference lists: surely, probably, or not at all."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from compliance.register.intake.data import wording
from compliance.register.intake.words import fold, stem
from compliance.regulation.reference import Reference

_ALIKE = 90
_SHORTEST_FUZZY, _LONGEST_FUZZY = 6, 40
_SHORTEST_START = 4


@dataclass(frozen=True, slots=True)
class Match:
    """An entry of a list; `sure` when the words are the entry's own, or a person has said so before."""

    code: str
    sure: bool


@dataclass(slots=True)
class Corrections:
    """What people corrected in earlier imports: heading → target, and (list, words) → code."""

    headings: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)


class Lists:
    """The reference lists, ready to be asked. One per import: it remembers what it was asked."""

    def __init__(self, law: Reference, corrections: Corrections | None = None) -> None:
        self.law = law
        self._values = {
            (name, fold(said)): code for (name, said), code in (corrections or Corrections()).values.items()
        }
        self._index: dict[str, dict[str, str]] = {}
        self._asked: dict[tuple[str, str], Match | None] = {}
        self._names: dict[str, list[str]] = {}
        self._longest: dict[str, int] = {}
        self._questions: dict[str, Callable[[str], bool]] = {}

    def index(self, vocabulary: str) -> dict[str, str]:
        """Folded words → code, for one list: labels before aliases, the list's own before ours."""
        if vocabulary not in self._index:
            terms = self.law.vocabularies.get(vocabulary, {})
            extra = wording("values")["aliases"].get(vocabulary, {})
            found: dict[str, str] = {}
            for named in (lambda t: (t.en, t.fr), lambda t: t.aliases, lambda t: (t.code,)):
                for term in terms.values():
                    for words in named(term):
                        found.setdefault(fold(words), term.code)
            for code, aliases in extra.items():
                if code in terms:
                    for words in aliases:
                        found.setdefault(fold(words), code)
            found.pop("", None)
            for words, code in list(found.items()):
                found.setdefault(stem(words), code)
            self._index[vocabulary] = found
        return self._index[vocabulary]

    def match(self, vocabulary: str, text: str) -> Match | None:
        """The entry that the words name, if any."""
        key = (vocabulary, text)
        if key not in self._asked:
            self._asked[key] = self._match(vocabulary, fold(text), text)
        return self._asked[key]

    def _match(self, vocabulary: str, folded: str, text: str) -> Match | None:
        if not folded:
            return None
        if code := self._values.get((vocabulary, folded)):
            return Match(code, sure=True)
        index = self.index(vocabulary)
        outside_brackets = fold(text.partition("(")[0])
        for words in (folded, stem(folded), outside_brackets, stem(outside_brackets)):
            if words and (code := index.get(words)):
                return Match(code, sure=True)
        if "://" in text:  # the first letters of an address say nothing
            return None
        return self._probable(vocabulary, folded)

    def _probable(self, vocabulary: str, folded: str) -> Match | None:
        index = self.index(vocabulary)
        words = stem(folded).split()
        for end in range(min(len(words) - 1, self._most_words(vocabulary)), 0, -1):
            start = " ".join(words[:end])
            if len(start) >= _SHORTEST_START and (code := index.get(start)):
                return Match(code, sure=False)
        if _SHORTEST_FUZZY <= len(folded) <= _LONGEST_FUZZY:
            names = self._names.setdefault(vocabulary, list(index))
            best = process.extractOne(folded, names, scorer=fuzz.ratio, score_cutoff=_ALIKE)
            if best:
                return Match(index[best[0]], sure=False)
        return None

    def _most_words(self, vocabulary: str) -> int:
        """How many words its longest entry has: more of a text cannot be one."""
        if vocabulary not in self._longest:
            self._longest[vocabulary] = max((len(words.split()) for words in self.index(vocabulary)), default=0)
        return self._longest[vocabulary]

    def knows(self, vocabulary: str) -> Callable[[str], bool]:
        """Whether words are surely in a list, as a question to hand to the splitting of cells."""
        if vocabulary not in self._questions:
            index = self.index(vocabulary)
            said = {words for name, words in self._values if name == vocabulary}

            def is_sure(text: str) -> bool:
                folded = fold(text)
                return folded in index or stem(folded) in index or folded in said

            self._questions[vocabulary] = is_sure
        return self._questions[vocabulary]

    def find(self, vocabulary: str, text: str) -> str:
        """The longest entry whose words stand anywhere in a text. Up to three letters must stand in capitals."""
        index, words = self.index(vocabulary), fold(text).split()
        seen: set[str] = set()  # each piece is looked for once, however often a long text repeats it
        for length in range(min(len(words), 8), 0, -1):
            for start in range(len(words) - length + 1):
                piece = " ".join(words[start : start + length])
                code = None if piece in seen else index.get(piece) or index.get(stem(piece))
                if code and (len(piece) > 3 or re.search(rf"\b{re.escape(piece.upper())}\b", text)):
                    return code
                seen.add(piece)
        return ""

    def label_is(self, vocabulary: str, code: str, text: str) -> bool:
        """Whether the words are just the entry's own name, so that nothing of them need be kept beside it."""
        term = self.law.term(vocabulary, code)
        return bool(term) and fold(text) in (fold(term.fr), fold(term.en))  # type: ignore[union-attr]

    def both(self, vocabulary: str, code: str) -> dict[str, str]:
        """The name of an entry in both languages, for a message."""
        return {language: self.law.label(vocabulary, code, language) for language in ("fr", "en")}

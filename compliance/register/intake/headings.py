"""Which field a heading names: remembered, the same, containing, or alike; with how surely and why."""

import re
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from compliance.register.intake.data import wording
from compliance.register.intake.targets import targets
from compliance.register.intake.values import Corrections
from compliance.register.intake.words import fold, stem
from compliance.regulation.reference import Reference

REMEMBERED, SAME, CONTAINS, ALIKE, CHOSEN = "remembered", "same", "contains", "alike", "chosen"
ENOUGH = 85
_LITTLE = frozenset(
    {
        *(
            "a",
            "au",
            "aux",
            "d",
            "de",
            "des",
            "du",
            "en",
            "et",
            "l",
            "la",
            "le",
            "les",
            "un",
            "une",
            "ou",
            "pour",
            "par",
            "sur",
            "s",
        ),
        *("the", "of", "for", "and", "to", "in", "on", "by", "any", "if", "applicable", "eventuel", "eventuelle"),
    }
)
_LONGEST = 160
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class HeadingMatch:
    """The target of a heading, from 0 to 100 how surely, and why (REMEMBERED, SAME, CONTAINS, ALIKE)."""

    target: str
    score: int
    why: str


def bare(text: str) -> str:
    """A heading without little words, plural marks and trailing numbers."""
    words = [word for word in stem(fold(_CAMEL.sub(" ", text))).split() if word not in _LITTLE]
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    return " ".join(words)


class Headings:
    """All known headings, ready to be asked."""

    def __init__(self, law: Reference, corrections: Corrections | None = None) -> None:
        self._remembered = {fold(words): path for words, path in (corrections or Corrections()).headings.items()}
        self._known: dict[str, str] = {}
        choices = targets(law)
        for path, entry in wording("headings").items():
            for words in entry.get("synonyms", ()):
                self._known.setdefault(bare(words), path)
        for path, target in choices.items():
            for words in (target.en, target.fr):
                self._known.setdefault(bare(words), path)
        for path, text in law.fields.get("activity", {}).items():
            if path in choices and "." in path:
                for words in text.label.values():
                    self._known.setdefault(bare(words), path)
        self._known.pop("", None)
        self._names = list(self._known)
        self._words = {known: frozenset(known.split()) for known in self._known}
        self._by_word: dict[str, list[int]] = {}
        for place, known in enumerate(self._names):
            if len(known) > 3:
                self._by_word.setdefault(max(known.split(), key=len), []).append(place)
        self._turned = {parts: known for known, parts in self._words.items() if len(parts) > 1}
        self._asked: dict[str, HeadingMatch | None] = {}

    def match(self, text: str) -> HeadingMatch | None:
        """The field that a heading names, or None."""
        if text not in self._asked:
            self._asked[text] = self._match(text)
        return self._asked[text]

    def _match(self, text: str) -> HeadingMatch | None:
        if not text.strip():
            return None
        target = self._remembered.get(fold(text))
        if target is not None:
            return HeadingMatch(target, 100, REMEMBERED)
        found = [match for words in self._variants(text) if (match := self._compare(words))]
        return max(found, key=lambda match: match.score, default=None)

    def _variants(self, text: str) -> list[str]:
        """The whole heading, without its bracketed remark, its first line, what stands before a colon."""
        first = text.strip().split("\n")[0]
        pieces = [text, text.partition("(")[0], first, first.partition("(")[0], first.partition(":")[0]]
        return list(dict.fromkeys(words for piece in pieces if len(piece) <= _LONGEST and (words := bare(piece))))

    def _compare(self, words: str) -> HeadingMatch | None:
        if words in self._known:
            return HeadingMatch(self._known[words], 100, SAME)
        if known := self._turned.get(frozenset(words.split())):
            return HeadingMatch(self._known[known], 98, SAME)
        if len(words) >= 6:
            alike = process.extractOne(words, self._names, scorer=fuzz.ratio, score_cutoff=88)
            if alike:
                return HeadingMatch(self._known[alike[0]], min(int(alike[1]), 97), ALIKE)
        return self._containing(words)

    def _containing(self, words: str) -> HeadingMatch | None:
        given = frozenset(words.split())
        near = sorted({place for word in given for place in self._by_word.get(word, ())})
        inside = [known for place in near if self._words[known := self._names[place]] <= given]
        if not inside:
            return None
        best = max(inside, key=lambda known: (len(self._words[known]), len(known)))
        share = len(self._words[best]) / len(given)
        return HeadingMatch(self._known[best], int(70 + 30 * share), CONTAINS) if share >= 0.5 else None

"""Words typed by people compared with words of the reference lists: folded, whole words only."""

import functools
from collections.abc import Iterable

from compliance.regulation.reference import Term
from compliance.support.text import words


def phrase(text: str) -> str:
    """The folded words of a text between spaces, so that containment means whole words in a row."""
    return f" {' '.join(words(text))} "


@functools.lru_cache(maxsize=8192)
def phrases(candidates: tuple[str, ...]) -> tuple[str, ...]:
    """The same for the words of the lists, which are few and come back for every record."""
    return tuple(map(phrase, candidates))


def names(term: Term) -> tuple[str, ...]:
    """Every name of an entry of a reference list, in both languages."""
    return (term.en, term.fr, *term.aliases)


def is_spoken(candidates: Iterable[str], spoken: str) -> bool:
    """Whether one of these names stands in a phrase."""
    return not spoken.isspace() and any(map(spoken.__contains__, phrases(tuple(candidates))))

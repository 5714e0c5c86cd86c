"""Why something was found: the place in a document where the words stand, cut out and marked."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from compliance.support import documents as d
from compliance.support.text import words

#: How many characters are shown on each side of the first word found.
AROUND = 80
_WORD = re.compile(r"\w+")

#: A piece of text, and whether it is what was looked for.
Part = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Snippet:
    """The field where the words stand, and a piece of what it says."""

    field: str
    parts: Sequence[Part]


def marked(text: str, terms: Sequence[str]) -> list[Part]:
    """A text in pieces: those that begin with a term are marked."""
    parts: list[Part] = []
    end = 0
    for word in _WORD.finditer(text):
        if _begins(word.group(), terms):
            parts += [(text[end : word.start()], False), (word.group(), True)]
            end = word.end()
    return [part for part in (*parts, (text[end:], False)) if part[0]]


def _begins(word: str, terms: Sequence[str]) -> set[str]:
    return {term for folded in words(word) for term in terms if folded.startswith(term)}


def why(
    document: type, stored: d.Json, terms: Sequence[str], labels: Callable[[str, str], str], known: str = ""
) -> Snippet | None:
    """The field that holds most of the terms that `known` (name and reference) does not hold, the first of equals."""
    wanted = [term for term in terms if not any(word.startswith(term) for word in words(known))]
    best, most = None, 0
    for field, spec, text in _texts(document, stored) if wanted else ():
        held = len({term for word in words(text) for term in wanted if word.startswith(term)})
        if held > most:
            best, most = (field, labels(spec.vocabulary, text) if spec.vocabulary else text), held
    return Snippet(best[0], _cut(marked(best[1], terms))) if best else None


def _texts(document: type, stored: d.Json) -> Iterator[tuple[str, d.Spec, str]]:
    """Every text of a document with the field of the document where it stands, and what kind of answer it is."""
    for name, spec in d.specs_of(document).items():
        if spec.row is None:
            yield from ((name, spec, text) for text in _said(stored.get(name)) if name != "name")
            continue
        for row in stored.get(name) or ():
            for own in d.specs_of(spec.row).values():
                if own.name != "key":
                    yield from ((name, own, text) for text in _said(row.get(own.name)))


def _said(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):  # a link to another record
        yield f"{value.get('name', '')} ({value.get('reference', '')})"
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def _cut(parts: list[Part]) -> list[Part]:
    """What stands around the first mark; dots stand for what was left out."""
    first = next((place for place, part in enumerate(parts) if part[1]), 0)
    before = "".join(text for text, _mark in parts[:first])
    shown: list[Part] = []
    if before:
        start = before[-AROUND:] if len(before) <= AROUND else "…" + before[-AROUND:].partition(" ")[2]
        shown.append((start, False))
    room = 2 * AROUND
    for text, mark in parts[first:]:
        if len(text) > room and not mark:
            return [*shown, (text[:room].rpartition(" ")[0] + "…", False)]
        shown.append((text, mark))
        room -= len(text)
        if room <= 0:
            break
    return shown

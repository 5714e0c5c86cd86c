"""What the tests of forms share: lists to choose from, documents made at random."""

import functools
from typing import Any

from hypothesis import strategies as st

from compliance.regulation.reference import reference
from compliance.support import documents as d
from forms.choices import Choices


class AnyChoices(Choices):
    """Lists in which three codes are known, whatever the list, and three records of each kind."""

    CODES = ("one", "two", "three", "four", "five", "six")
    RECORDS = (("R-1", "Alpha"), ("R-2", "Beta"), ("R-3", "Gamma"))

    def options(self, vocabulary: str) -> Any:
        self._vocabularies = {vocabulary: [(c, c.capitalize(), "", c == "six") for c in self.CODES]}
        self._options.clear()
        return super().options(vocabulary)

    def records(self, kind: str) -> dict[str, str]:
        return dict(self.RECORDS)


@functools.cache
def words(most: int) -> st.SearchStrategy[str]:
    """Text as a document holds it: trimmed, without control characters."""
    letters = st.characters(exclude_categories=("Cs", "Cc"))
    return st.text(letters, max_size=min(most, 30)).map(str.strip)


@functools.cache
def links(target: str) -> st.SearchStrategy[Any]:
    known = st.sampled_from(AnyChoices.RECORDS)
    gone = st.tuples(st.from_regex(r"OLD-[0-9]{1,4}", fullmatch=True), words(30))
    return st.none() | (known | gone).map(lambda pair: {"kind": target, "reference": pair[0], "name": pair[1]})


@functools.cache
def values(spec: d.Spec) -> st.SearchStrategy[Any]:
    """Any value a document may hold in this field, as JSON."""
    codes = st.sampled_from((*AnyChoices.CODES, "organisation.own"))
    match spec.kind:
        case d.TEXT | d.LONG_TEXT:
            return words(spec.max_length).filter(bool) if spec.required else words(spec.max_length)
        case d.CODE:
            return codes | st.just("")
        case d.CODES:
            return st.lists(codes, unique=True)
        case d.DAY:
            return st.just("") | st.dates().map(lambda day: day.isoformat())
        case d.COUNT:
            return st.none() | st.integers(0, 2_000_000_000)
        case d.FLAG:
            return st.sampled_from((True, False, None))
        case d.LINK:
            return links(spec.target)
        case d.KEY:
            return st.from_regex(r"[0-9a-f]{8}", fullmatch=True)
    assert spec.row is not None
    return st.lists(documents(spec.row), max_size=2, unique_by=lambda row: row["key"])


@functools.cache
def documents(document: type, names: tuple[str, ...] = ()) -> st.SearchStrategy[d.Json]:
    """Any document of a class, or the named fields of one, as JSON."""
    specs = d.specs_of(document)
    return st.fixed_dictionaries({name: values(specs[name]) for name in names or specs})


def reference_choices(language: str) -> Choices:
    """The real lists, a few records of each kind, and too many parties for a plain list."""
    lists = {
        name: [(term.code, term.label(language), "", False) for term in terms.values()]
        for name, terms in reference().vocabularies.items()
    }
    few = [("R-1", "Alpha"), ("R-2", "Beta")]
    parties = [(f"P-{number}", f"Party {number}") for number in range(300)]
    return Choices(lists, {"person": few, "department": few, "system": few, "party": parties})

"""What a column can be mapped to: every field a register may fill, with its name in both languages."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compliance.register.documents import SECTIONS, Activity
from compliance.register.intake.data import wording
from compliance.regulation.reference import Reference
from compliance.support.documents import specs_of

IGNORE = ""
#: Fields of rows that no column can fill well by itself: the cell of the whole list reads them.
_NOT_ALONE = {"key", "party", "system", "category", "label"}


@dataclass(frozen=True, slots=True)
class Target:
    """One choice of the mapping page. `many` when several columns may fill it."""

    path: str
    en: str
    fr: str
    many: bool = False

    def label(self, language: str) -> str:
        """The name of the choice."""
        return self.fr if language == "fr" else self.en


@functools.lru_cache(maxsize=4)
def _targets(law_fields: tuple[tuple[str, str, str], ...]) -> Mapping[str, Target]:
    named = {path: (en, fr) for path, en, fr in law_fields}
    headings = wording("headings")
    found: dict[str, Target] = {}
    for path in dict.fromkeys((*headings, *_paths())):
        entry = headings.get(path, {})
        en, fr = (entry["en"], entry["fr"]) if "en" in entry else _names(path, named)
        found[path] = Target(path, en, fr, entry.get("list", False))
    return found


def _names(path: str, named: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    above, _, name = path.rpartition(".")
    own = named.get(path, (name, name))
    if not above or above not in named:
        return own
    return f"{named[above][0]}: {own[0]}", f"{named[above][1]} : {own[1]}"


def _paths() -> Iterator[str]:
    specs = specs_of(Activity)
    for names in SECTIONS.values():
        for name in names:
            yield name
            row = specs[name].row
            if row is not None:
                yield from (f"{name}.{part}" for part in specs_of(row) if part not in _NOT_ALONE)


def targets(law: Reference) -> Mapping[str, Target]:
    """Every target by its path, in the order of the page; the empty path, to set a column aside, is not among them."""
    texts = law.fields.get("activity", {})
    named = tuple((path, text.label["en"], text.label["fr"]) for path, text in texts.items())
    return _targets(named)

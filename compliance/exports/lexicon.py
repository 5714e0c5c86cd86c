"""The words of an export in one language: names of fields, entries of lists, dates, and what reports add to them."""

import datetime
import functools
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime

from compliance.regulation.reference import reference
from compliance.support.documents import CODE, CODES, COUNT, DAY, FLAG, LINK, Spec

_LOCALES = {"en": "en_GB", "fr": "fr_FR"}

Renderer = Callable[[Any], str]


@functools.cache
def _words() -> Mapping[str, Mapping[str, str]]:
    """The leaves of words.toml, by dotted name."""
    tree = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    plain = {name: entry for name, entry in tree.items() if "en" in entry}
    nested = {f"{a}.{b}": leaf for a, entry in tree.items() if a not in plain for b, leaf in entry.items()}
    return plain | nested


class _Labels(dict[str, str]):
    """The labels of one list by code, each asked for once; an organisation's own codes come from its own list."""

    def __init__(self, vocabulary: str, language: str, own: Callable[[str, str], str]) -> None:
        super().__init__()
        self._vocabulary, self._language, self._own = vocabulary, language, own

    def __missing__(self, code: str) -> str:
        term = reference().term(self._vocabulary, code)
        self[code] = term.label(self._language) if term else self._own(self._vocabulary, code)
        return self[code]


class Lexicon:
    """Everything that can be said in one language, "fr" or "en". A word that is missing is a KeyError: ours to mend."""

    def __init__(self, language: str, own: Callable[[str, str], str]) -> None:
        self.language = language
        self._own = own
        self._locale = _LOCALES[language]
        self._fields = reference().fields["activity"]
        self._lists: dict[str, _Labels] = {}
        self.day = functools.lru_cache(maxsize=4096)(self._day)

    def word(self, key: str, **params: object) -> str:
        """A word of reports, with its braces filled."""
        text = _words()[key][self.language]
        return text.format(**params) if params else text

    def count(self, key: str, n: int) -> str:
        """A word that agrees with a number: French says one for nought and one, English for one alone."""
        entry = _words()[key]
        singular = n < 2 if self.language == "fr" else n == 1
        text = entry.get(f"{self.language}_one") if singular else None
        return (text or entry[self.language]).format(n=n)

    def field(self, path: str) -> str:
        """The name of a field of the record, such as `purposes.legal_basis`."""
        return self._fields[path].label[self.language]

    def codes(self, vocabulary: str) -> Mapping[str, str]:
        """The labels of one list, by code."""
        if vocabulary not in self._lists:
            self._lists[vocabulary] = _Labels(vocabulary, self.language, self._own)
        return self._lists[vocabulary]

    def code(self, vocabulary: str, code: str) -> str:
        """The words for an entry of a list; nothing for nothing."""
        return self.codes(vocabulary)[code] if code else ""

    def _day(self, day: str) -> str:
        return format_date(datetime.date.fromisoformat(day), "medium", locale=self._locale) if day else ""

    def moment(self, moment: datetime.datetime) -> str:
        """An instant to the minute in the zone it carries, and how far that is from UTC."""
        return format_datetime(moment, "d MMMM y, HH:mm ZZZZ", tzinfo=moment.tzinfo, locale=self._locale)

    def number(self, n: int) -> str:
        """A whole number with the thousands set apart."""
        return f"{n:,}".replace(",", "\u202f" if self.language == "fr" else ",")

    def renderer(self, spec: Spec, *, separator: str = "\n", day: Renderer = str) -> Renderer:
        """How a value of this field is written as text; nothing answered is no text, a plain no is words."""
        labels = self.codes(spec.vocabulary)
        answers = {True: self.word("yes"), False: self.word("no"), None: ""}
        kinds: dict[str, Renderer] = {
            CODE: lambda value: labels[value] if value else "",
            CODES: lambda value: separator.join([labels[code] for code in value or ()]),
            DAY: lambda value: day(value) if value else "",
            COUNT: lambda value: "" if value is None else str(value),
            FLAG: lambda value: answers[value],
            LINK: lambda value: (value["name"] or value["reference"]) if value else "",
        }
        return kinds.get(spec.kind, lambda value: value or "")


def lines(words: Iterable[str]) -> str:
    """Words under each other, the empty ones left out."""
    return "\n".join([word for word in words if word])

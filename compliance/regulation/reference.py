"""Reference data: what the law and the authorities have said, as dated, sourced, bilingual data.

`reference()` reads `data/**/*.toml` once. Every datum carries its source, the day somebody looked at it and
whether it was checked against an official text; the interface says so and never shows an unchecked one as certain.
"""

import datetime
import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

DATA = Path(__file__).with_name("data")

IN_FORCE, PENDING, REPEALED = "in_force", "pending", "repealed"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a datum comes from and how far it can be trusted."""

    source: str = ""
    checked_on: datetime.date | None = None
    checked: bool = False
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    status: str = IN_FORCE

    def holds_on(self, day: datetime.date) -> bool:
        """Whether the datum is law on that day: in force, begun, not ended."""
        return (
            self.status == IN_FORCE
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a reference list."""

    code: str
    en: str
    fr: str
    article: str = ""
    provenance: Provenance = field(default_factory=Provenance)
    aliases: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def label(self, language: str) -> str:
        """The words of the entry, in French or in English."""
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True, slots=True)
class FieldText:
    """What a page says about a field: its name, what is asked and why, an example, the article."""

    label: Mapping[str, str]
    help: Mapping[str, str] = field(default_factory=dict)
    example: Mapping[str, str] = field(default_factory=dict)
    article: str = ""


@dataclass(frozen=True, slots=True)
class RuleText:
    """What the X-ray says when a rule fires: severity, article, words, what to do, which field mends it."""

    id: str
    severity: str
    article: str
    en: str
    fr: str
    remedy_en: str
    remedy_fr: str
    mends: str
    applies_to: tuple[str, ...]
    pack: str
    version: int
    provenance: Provenance
    extra: Mapping[str, Any] = field(default_factory=dict)

    def message(self, language: str) -> str:
        """The finding in words; braces stand for the name of the row concerned and other parameters."""
        return self.fr if language == "fr" else self.en

    def remedy(self, language: str) -> str:
        """What to do about it, in one sentence."""
        return self.remedy_fr if language == "fr" else self.remedy_en


def _provenance(entry: Mapping[str, Any], default: Provenance) -> Provenance:
    names = Provenance.__dataclass_fields__
    return Provenance(**{name: entry.get(name, getattr(default, name)) for name in names})


_TERM_KEYS = {"en", "fr", "article", "aliases", *Provenance.__dataclass_fields__}


def _vocabulary(path: Path) -> Mapping[str, Term]:
    raw = tomllib.loads(path.read_text("utf-8"))
    default = _provenance(raw.get("meta", {}), Provenance())
    return MappingProxyType(
        {
            code: Term(
                code,
                entry["en"],
                entry["fr"],
                entry.get("article", ""),
                _provenance(entry, default),
                tuple(entry.get("aliases", ())),
                MappingProxyType({k: v for k, v in entry.items() if k not in _TERM_KEYS}),
            )
            for code, entry in raw.items()
            if code != "meta"
        }
    )


def _field_texts(path: Path) -> Mapping[str, FieldText]:
    return MappingProxyType(
        {
            name: FieldText(
                {"en": entry["en"], "fr": entry["fr"]},
                {"en": entry.get("help_en", ""), "fr": entry.get("help_fr", "")},
                {"en": entry.get("example_en", ""), "fr": entry.get("example_fr", "")},
                entry.get("article", ""),
            )
            for name, entry in _leaves(tomllib.loads(path.read_text("utf-8")))
        }
    )


def _leaves(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, entry in tree.items():
        if "en" in entry:
            yield above + name, entry
        yield from _leaves({k: v for k, v in entry.items() if isinstance(v, dict)}, f"{above}{name}.")


_RULE_KEYS = {*RuleText.__dataclass_fields__, *Provenance.__dataclass_fields__}


def _rules(path: Path) -> Mapping[str, RuleText]:
    raw = tomllib.loads(path.read_text("utf-8"))
    default = _provenance(raw.get("meta", {}), Provenance())
    return MappingProxyType(
        {
            code: RuleText(
                code,
                entry["severity"],
                entry["article"],
                entry["en"],
                entry["fr"],
                entry.get("remedy_en", ""),
                entry.get("remedy_fr", ""),
                entry.get("mends", ""),
                tuple(entry.get("applies_to", ("controller", "joint", "processor"))),
                entry.get("pack", "eu"),
                entry.get("version", 1),
                _provenance(entry, default),
                MappingProxyType({k: v for k, v in entry.items() if k not in _RULE_KEYS}),
            )
            for code, entry in raw.items()
            if code != "meta"
        }
    )


@dataclass(frozen=True, slots=True)
class Reference:
    """All reference data, read once, never written."""

    vocabularies: Mapping[str, Mapping[str, Term]]
    fields: Mapping[str, Mapping[str, FieldText]]
    rules: Mapping[str, RuleText]
    starters: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, Term]

    def term(self, vocabulary: str, code: str) -> Term | None:
        """The entry of a reference list, or None when the code is the organisation's own."""
        return self.vocabularies.get(vocabulary, {}).get(code)

    def label(self, vocabulary: str, code: str, language: str) -> str:
        """The words for a code; the code itself when the list does not know it."""
        term = self.term(vocabulary, code)
        return term.label(language) if term else code

    def parameter(self, code: str) -> Any:
        """A dated figure of the law, such as the threshold of Art. 30(5)."""
        return self.parameters[code].extra["value"]

    def unchecked(self) -> Iterator[tuple[str, Term | RuleText]]:
        """Every datum that nobody has yet compared with an official text, with the name of its list."""
        for name, terms in self.vocabularies.items():
            yield from ((name, term) for term in terms.values() if not term.provenance.checked)
        yield from (("rules", rule) for rule in self.rules.values() if not rule.provenance.checked)


@functools.cache
def reference() -> Reference:
    """The reference data that ships with this version of the product."""
    vocabularies = {p.stem: _vocabulary(p) for p in sorted((DATA / "vocabularies").glob("*.toml"))}
    return Reference(
        MappingProxyType(vocabularies),
        MappingProxyType({p.stem: _field_texts(p) for p in sorted((DATA / "fields").glob("*.toml"))}),
        _rules(DATA / "rules.toml"),
        tuple(tomllib.loads(p.read_text("utf-8")) for p in sorted((DATA / "starters").glob("*.toml"))),
        _vocabulary(DATA / "parameters.toml"),
    )
